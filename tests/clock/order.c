/* SPDX-License-Identifier: MIT */
/*
 * order.c - a program of the host with tracepoints of its own, and a guest whose
 * counter it knows nothing about; what happens in the one causes what happens in
 * the other, so their order is known. tests/e2e/test-order.py looks for it in
 * the trace. Prints how many rounds there were and how many flushes were seen.
 *
 *   order scaled | order qemu GUEST.elf
 */
#include <lttng/tracef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../qemu/guest.h"
#include "clock.h"
#include "region.h"
#include "thread-port.h"
#include "truth.h"

VSPAN_SPAN(clock, request, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(clock, tick, VSPAN_LEVEL_INFO, (u64, number));

#define ROUNDS 40u
#define GAP_US 2000 /* far more than a clock is off */
#define SETTLE_NS UINT64_C(2000000000)
#define ANSWER_NS UINT64_C(100000000000)
#define DEADLINE_S 60
#define SKIPPED 77

static struct vspan_region *region;
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;

static void attach(void)
{
	const struct vspan_attach_options unknown = {.counter_unknown = true};
	struct vspan_error error = {0};

	if (vspan_consumer_create(NULL, &consumer, &error) < 0 ||
		vspan_consumer_attach(consumer, region, &unknown, &attachment, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		exit(1);
	}
}

/* What each kind of guest does; `flush` tells whether all was seen. */
struct kind {
	void (*begin)(uint64_t number);
	bool (*end_and_flush)(uint64_t number);
};

static void rounds(const struct kind *kind)
{
	uint64_t number, flushed = 0;

	for (number = 1; number <= ROUNDS; number++) {
		lttng_ust_tracef("before %lu", (unsigned long)number);
		usleep(GAP_US);
		kind->begin(number);
		usleep(GAP_US);
		lttng_ust_tracef("inside %lu", (unsigned long)number);
		usleep(GAP_US);
		if (kind->end_and_flush(number)) {
			flushed++;
			lttng_ust_tracef("flushed %lu", (unsigned long)number);
		}
		usleep(GAP_US);
		lttng_ust_tracef("after %lu", (unsigned long)number);
	}
	printf("%u %lu\n", ROUNDS, (unsigned long)flushed);
}

/* ------------------------------------------------- a counter that is made up */

#define SCALE_PERCENT 37u

static uint64_t scaled_count(void)
{
	static uint64_t start;

	if (start == 0)
		start = vspan_arch_counter();
	return UINT64_C(9876543210) + (vspan_arch_counter() - start) / 100 * SCALE_PERCENT;
}

static void scaled_notify(uint32_t reason, uint32_t ring)
{
	if (reason == VSPAN_NOTIFY_HELLO)
		vspan_attachment_hello(attachment);
	else
		vspan_attachment_drain(attachment, ring, UINT64_MAX);
}

static vspan_t span;

static void scaled_begin(uint64_t number)
{
	span = vspan_begin(clock, request, number);
}

static bool scaled_end(uint64_t number)
{
	(void)number;
	vspan_end(span);
	return vspan_flush();
}

static int scaled(void)
{
	static const struct kind kind = {scaled_begin, scaled_end};
	const struct vspan_region_options shape = {.name = "scaled", .ring_count = 1};
	uint64_t start = clock_now_ns();

	if (vspan_region_create(&shape, &region, NULL) < 0)
		return 1;
	attach();
	thread_port.count = scaled_count;
	thread_port.notify = scaled_notify;
	thread_port_attach(region);
	while (clock_now_ns() - start < SETTLE_NS) {
		vspan_event(clock, tick, 0);
		usleep(20);
	}
	rounds(&kind);
	vspan_consumer_detach(attachment, NULL);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);
	return 0;
}

/* ---------------------------------------------------------------------- QEMU */

static struct guest guest = {
	.machine = "pc",
	.arguments = "",
	.options = {.name = "qemu", .ring_count = 2, .mode = VSPAN_ABI_MODE_DISCARD},
};
static struct truth_page *page;

static void ask(uint64_t what)
{
	const uint64_t start = clock_now_ns();

	__atomic_store_n(&page->ask, what, __ATOMIC_RELEASE);
	while (__atomic_load_n(&page->answer, __ATOMIC_ACQUIRE) != what)
		if (clock_now_ns() - start > ANSWER_NS) {
			fprintf(stderr, "the guest does not answer\n");
			exit(1);
		}
}

static void qemu_begin(uint64_t number)
{
	ask(TRUTH_BEGIN | number);
}

static bool qemu_end(uint64_t number)
{
	const uint64_t before = page->flushed;

	ask(TRUTH_END | number);
	return page->flushed != before;
}

static int qemu(const char *elf)
{
	static const struct kind kind = {qemu_begin, qemu_end};

	if (!guest_possible())
		return SKIPPED;
	guest.elf = elf;
	if (!guest_create(&guest))
		return 1;
	region = guest.region;
	page = truth_page(vspan_region_base(region), vspan_region_size(region));
	attach();
	if (!guest_start(&guest))
		return 1;
	ask(1);
	usleep(SETTLE_NS / 1000);
	rounds(&kind);
	__atomic_store_n(&page->ask, TRUTH_STOP, __ATOMIC_RELEASE);
	if (guest_wait(&guest, DEADLINE_S) != 0)
		return 1;
	vspan_consumer_detach(attachment, NULL);
	vspan_consumer_destroy(consumer);
	guest_destroy(&guest);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "scaled") == 0)
		return scaled();
	if (argc == 3 && strcmp(argv[1], "qemu") == 0)
		return qemu(argv[2]);
	fprintf(stderr, "usage: order scaled | order qemu GUEST.elf\n");
	return 2;
}
