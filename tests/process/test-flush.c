/* SPDX-License-Identifier: MIT */
/*
 * test-flush.c - vspan_flush() in a process that has its consumer with it: when it
 * returns true, what was written has been handed on; when nobody will come it
 * says so, in a bounded time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <vspan/guest.h>
#include <vspan/host.h>
#include <vspan/process.h>
#include "clock.h"
#include "region.h"

VSPAN_SPAN(flush, work, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(flush, mark, VSPAN_LEVEL_INFO, (u64, number));

#define ROUNDS 200u
#define TIMEOUT_NS UINT64_C(100000000) /* the port's */
#define PATIENCE_MS "10000"

static int failures;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			failures++;                                                    \
		}                                                                      \
	} while (0)

static struct vspan_region *region;
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;

static void attach(const struct vspan_consumer_options *options, const char *state)
{
	const struct vspan_attach_options kept = {.state_path = state};

	if (vspan_consumer_create(options, &consumer, NULL) < 0 ||
		vspan_consumer_attach(consumer, region, &kept, &attachment, NULL) < 0)
		abort();
}

static uint64_t handed_on(void)
{
	struct vspan_consumer_stats stats;

	vspan_consumer_read_stats(consumer, &stats);
	return stats.records;
}

/* No request to the consumer in between: its counts are words it has stored before. */
static void seen_before_the_next_instruction(void)
{
	uint64_t written = 0, flushed = 0;
	uint32_t i, j;

	for (i = 0; i < ROUNDS; i++) {
		for (j = 0; j <= i % 100; j++) {
			vspan_end(vspan_begin(flush, work, j));
			vspan_event(flush, mark, j);
			written += 3;
		}
		if (!vspan_flush())
			continue;
		flushed++;
		EXPECT(handed_on() == written);
	}
	printf("%llu of %u flushes in time, %llu records\n", (unsigned long long)flushed, ROUNDS,
		(unsigned long long)written);
	EXPECT(flushed > ROUNDS * 9 / 10);
	EXPECT(vspan_flush());
}

static void nobody_there(void)
{
	uint64_t start = clock_now_ns();

	vspan_event(flush, mark, 1);
	EXPECT(!vspan_flush());
	EXPECT(clock_now_ns() - start < TIMEOUT_NS);
}

/* A consumer that is attached and never looks. */
static void too_late(void)
{
	uint64_t start = clock_now_ns();

	vspan_event(flush, mark, 2);
	EXPECT(!vspan_flush());
	EXPECT(clock_now_ns() - start >= TIMEOUT_NS);
}

int main(void)
{
	const struct vspan_region_options shape = {.ring_count = 1};
	const struct vspan_consumer_options lazy = {.drain_on_exit_only = true};
	char folder[] = "/tmp/vspan-flush-XXXXXX";
	char state[sizeof(folder) + sizeof("/state")];
	uint32_t i;

	setenv("VSPAN_HELLO_TIMEOUT_MS", PATIENCE_MS, 1);
	EXPECT(!vspan_flush());
	if (mkdtemp(folder) == NULL || vspan_region_create(&shape, &region, NULL) < 0)
		return 1;
	snprintf(state, sizeof(state), "%s/state", folder);
	vspan_process_use(vspan_region_base(region), vspan_region_size(region));
	attach(NULL, state);
	if (vspan_attach("flush") != VSPAN_ATTACH_OK)
		return 1;
	/* No recording session: the call sites are on all the same. */
	for (i = 0; i < region->geometry.site_capacity; i++)
		region_enable_site(region, i, true);
	seen_before_the_next_instruction();
	vspan_consumer_suspend(attachment, NULL);
	vspan_consumer_destroy(consumer);
	nobody_there();
	attach(&lazy, state);
	too_late();
	vspan_consumer_detach(attachment, NULL);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);
	unlink(state);
	rmdir(folder);
	return failures != 0;
}
