/* SPDX-License-Identifier: MIT */
/*
 * notify.c - the way to the host from a guest of QEMU's: there is no doorbell, so a
 * vCPU watches for what the consumer does anyway, for a bounded time. Nobody waits
 * when no consumer is attached, nor twice for one that gave no sign of life.
 */
#include <vspan/guest.h>
#include "notify.h"

#define ROOM_WAIT_DIVISOR 10u /* of a second */
#define HELLO_WAIT_DIVISOR 2u

/* What a wait in vain saw at its end: until one of them changes, another would be in vain, too. */
static struct vain {
	uint64_t cursor;
	uint64_t heartbeat;
	bool last; /* the last wait of this ring was in vain */
} vains[VSPAN_WRITERS_MAX];

static uint64_t counter_hz;

void notify_start(uint64_t hz)
{
	counter_hz = hz;
}

static const struct vspan_abi_control *control_of(const struct vspan_abi_region *region)
{
	return (const void *)((const char *)region + region->control_offset);
}

static bool expired(uint64_t start, uint64_t divisor)
{
	__asm__ volatile("pause");
	return vspan_arch_counter() - start > counter_hz / divisor;
}

/* Returns once the cursor has reached `goal`. Handlers may interrupt it and wait as well. */
static void cursor_await(
	const struct vspan_abi_control *control, struct vspan_writer *writer, uint64_t goal)
{
	struct vain *vain = &vains[writer->index];
	uint64_t cursor = vspan_cursor_load_C(&writer->ring->cursor);
	uint64_t start = vspan_arch_counter();

	if (vain->last && cursor == vain->cursor &&
		vspan_read_once(&control->heartbeat) == vain->heartbeat)
		return;
	vain->last = false;
	while ((int64_t)(cursor - goal) < 0) {
		if (vspan_read_once_u32(&control->draining) == 0)
			return;
		if (expired(start, ROOM_WAIT_DIVISOR)) {
			vain->cursor = cursor;
			vain->heartbeat = vspan_read_once(&control->heartbeat);
			vain->last = true;
			return;
		}
		/* The sooner a ping is answered, the better the host knows the counter. */
		vspan_writer_pong(writer);
		cursor = vspan_cursor_load_C(&writer->ring->cursor);
	}
}

static void hello_await(const struct vspan_abi_region *region,
	const struct vspan_abi_control *control, struct vspan_writer *writer)
{
	const struct vspan_abi_hello *hello =
		(const void *)((const char *)region + region->hello_offset);
	uint64_t start = vspan_arch_counter();

	while (vspan_greeted_load_I(&control->greeted) < hello->site_count &&
		vspan_read_once_u32(&control->draining) != 0 && !expired(start, HELLO_WAIT_DIVISOR))
		vspan_writer_pong(writer);
}

void vspan_port_notify(uint32_t reason, uint32_t ring)
{
	struct vspan_writer *writer = &vspan_writers[ring % VSPAN_WRITERS_MAX];
	uint64_t size;
	const struct vspan_abi_region *region = vspan_port_map(&size);
	const struct vspan_abi_control *control;

	if (region == NULL)
		return;
	control = control_of(region);
	if (reason == VSPAN_NOTIFY_HELLO)
		hello_await(region, control, writer);
	else if (writer->ring != NULL && reason == VSPAN_NOTIFY_FULL)
		cursor_await(
			control, writer, writer->shared->cached_cursor + VSPAN_ABI_PUBLISH_SLOTS);
	else if (writer->ring != NULL)
		cursor_await(control, writer, vspan_read_once(&writer->shared->published));
}
