/* SPDX-License-Identifier: MIT */
/*
 * wait.c - a process has no doorbell: it publishes, then looks now and then
 * whether the host came by. All waits are bounded, and one in vain is not
 * repeated before the host gave a sign of life, so that a dead consumer costs a
 * thread one timeout. Callable from signal handlers; no cancellation point.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "process.h"

#define TIMEOUT_MS_DEFAULT 100u
#define TIMEOUT_MS_MAX 60000u
#define PAUSE_FIRST_NS 20000
#define PAUSE_LAST_NS 1000000

/* What a ring's writer last saw of a host it waited for in vain. Its own thread's words. */
static struct vain {
	uint64_t cursor;
	uint64_t heartbeat;
	uint64_t waited; /* 0: the last wait was answered */
} __attribute__((aligned(64))) vain[VSPAN_WRITERS_MAX];

static uint64_t full_timeout_ns;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The environment is only read at attach: getenv() is nothing for handlers. */
static uint64_t timeout_ns(const char *variable)
{
	const char *text = getenv(variable);
	uint64_t ms = TIMEOUT_MS_DEFAULT;
	char *end;

	if (text != NULL && *text >= '0' && *text <= '9') {
		uint64_t value = strtoull(text, &end, 10);

		if (*end == '\0')
			ms = value < TIMEOUT_MS_MAX ? value : TIMEOUT_MS_MAX;
	}
	return ms * 1000000u;
}

/* Sleeps a while, longer each time. The bare call, for nanosleep() can be cancelled. */
static void pause_growing(long *pause_ns)
{
	const struct timespec pause = {0, *pause_ns};

	syscall(SYS_nanosleep, &pause, NULL);
	*pause_ns = *pause_ns * 2 < PAUSE_LAST_NS ? *pause_ns * 2 : PAUSE_LAST_NS;
}

static bool draining(void)
{
	return vspan_read_once_u32(&process_control()->draining) != 0;
}

void process_wait_hello(void)
{
	const struct vspan_abi_control *control = process_control();
	const struct vspan_abi_hello *hello =
		(const void *)((const char *)process_region + process_region->hello_offset);
	uint64_t end = now_ns() + timeout_ns("VSPAN_HELLO_TIMEOUT_MS");
	long pause_ns = PAUSE_FIRST_NS;

	full_timeout_ns = timeout_ns("VSPAN_FULL_TIMEOUT_MS");
	while (vspan_greeted_load_I(&control->greeted) < vspan_read_once_u32(&hello->site_count) &&
		draining() && now_ns() < end)
		pause_growing(&pause_ns);
}

/*
 * Full: any move of the cursor will do. Flush: it has to reach what is published
 * now. The cursor is only looked at here; writer.c acts on a load of its own (C).
 */
void process_wait_drained(uint32_t reason, uint32_t ring)
{
	const struct vspan_abi_control *control = process_control();
	const uint64_t *cursor = &vspan_writers[ring].ring->cursor;
	uint64_t before = vspan_cursor_load_C(cursor), heartbeat;
	uint64_t target = reason == VSPAN_NOTIFY_FULL
		? before + 1
		: vspan_read_once(&vspan_writers[ring].shared->published);
	struct vain *last = &vain[ring];
	long pause_ns = PAUSE_FIRST_NS;
	uint64_t end;

	heartbeat = vspan_read_once(&control->heartbeat);
	if (last->waited != 0 && last->cursor == before && last->heartbeat == heartbeat)
		return;
	last->waited = 0;
	for (end = now_ns() + full_timeout_ns; vspan_cursor_load_C(cursor) < target;) {
		if (!draining())
			return;
		if (now_ns() >= end) {
			*last = (struct vain){vspan_cursor_load_C(cursor),
				vspan_read_once(&control->heartbeat), 1};
			return;
		}
		pause_growing(&pause_ns);
	}
}
