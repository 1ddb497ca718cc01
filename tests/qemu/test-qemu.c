/* SPDX-License-Identifier: MIT */
/*
 * test-qemu.c - guests under QEMU's emulation write into a region that is a file,
 * while the consumer drains it. The account of the host and what the guest counted
 * by itself agree; a full ring waits for the consumer; one that will never come
 * costs the guest a moment, not a standstill; a killed QEMU loses nothing written.
 *
 * Usage: test-qemu SCENARIO GUEST.elf
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "guest.h"
#include "region.h"

#define SKIPPED 77
#define RINGS 2u
#define LEVELS 2u /* of writers on a vCPU: main program and timer interrupt */
#define DEADLINE_S 15
#define SLEEPY_POLL_NS 20000000 /* in which a guest fills a small ring several times */
#define ALL_RINGS UINT32_MAX

static int failures;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			failures++;                                                    \
		}                                                                      \
	} while (0)

static struct guest guest = {
	.machine = "pc",
	.options = {.name = "qemu", .ring_count = RINGS},
};
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;
static struct vspan_ledger ledger; /* of all rings, after the end */

static void consumer_start(uint64_t poll_ns)
{
	const struct vspan_consumer_options options = {.poll_ns = poll_ns};
	/* An emulated processor's counter starts when it is switched on. */
	const struct vspan_attach_options unknown = {.counter_unknown = true};
	struct vspan_error error = {0};

	if (vspan_consumer_create(&options, &consumer, &error) < 0 ||
		vspan_consumer_attach(consumer, guest.region, &unknown, &attachment, &error) < 0) {
		printf("%s\n", error.text);
		exit(1);
	}
}

/* All vCPUs are gone: what they left is read, the account closed. */
static void consumer_end(void)
{
	struct vspan_ledger one;
	uint32_t i;

	for (i = 0; i < RINGS; i++) {
		vspan_attachment_ring_dead(attachment, i);
		vspan_attachment_ledger(attachment, i, &one);
		EXPECT(one.attempted > 0);
	}
	vspan_consumer_detach(attachment, &ledger);
	vspan_consumer_destroy(consumer);
	printf("%llu attempted = %llu emitted + %llu discarded + %llu torn + %llu invalid; "
	       "%llu fulls, %llu violations\n",
		(unsigned long long)ledger.attempted, (unsigned long long)ledger.emitted,
		(unsigned long long)ledger.discarded_guest, (unsigned long long)ledger.torn,
		(unsigned long long)ledger.invalid, (unsigned long long)ledger.fulls,
		(unsigned long long)ledger.violations);
	EXPECT(vspan_ledger_unexplained(&ledger) == 0);
	EXPECT(ledger.in_ring == 0 && ledger.invalid == 0 && ledger.violations == 0);
	EXPECT(ledger.discarded_host == 0);
}

/* Loss reports are records that the guest does not count. */
static void reported_check(void)
{
	EXPECT(guest_reported(&guest, "attached") == 1);
	EXPECT(guest_reported(&guest, "records") == ledger.attempted - ledger.lost_reports);
	EXPECT(ledger.torn == 0);
}

static void start(void)
{
	if (!guest_create(&guest))
		exit(1);
}

/* The block store serves requests and takes timer interrupts on both vCPUs. */
static void scenario_store(void)
{
	guest.arguments = "requests=300 ticks=5 period=2000";
	start();
	consumer_start(0);
	EXPECT(guest_start(&guest) && guest_wait(&guest, DEADLINE_S) == 0);
	consumer_end();
	reported_check();
	EXPECT(ledger.emitted == ledger.attempted);
	EXPECT(guest_reported(&guest, "requests") == 600);
	EXPECT(guest_reported(&guest, "ticks") == 10);
	EXPECT(guest_reported(&guest, "spans_ended") == ledger.spans);
	EXPECT(guest_reported(&guest, "events") + guest_reported(&guest, "logs") == ledger.events);
	EXPECT(ledger.aborted == 0);
}

/* Another chipset: the device lies on another bus, the region elsewhere. */
static void scenario_q35(void)
{
	guest.machine = "q35";
	scenario_store();
}

/* Small rings and a sleepy consumer: the guest must wait for room. */
static void scenario_full(void)
{
	guest.arguments = "records=200000";
	guest.options.ring_size = VSPAN_ABI_RING_SIZE_MIN;
	start();
	consumer_start(SLEEPY_POLL_NS);
	EXPECT(guest_start(&guest) && guest_wait(&guest, DEADLINE_S) == 0);
	consumer_end();
	reported_check();
	EXPECT(ledger.fulls > 0);
	EXPECT(ledger.attempted >= 200000);
	/* A guest that does not wait drops nine of ten; one that waits, only what a busy host
	 * costs. */
	EXPECT(ledger.discarded_guest < ledger.attempted / 4);
}

/*
 * The region says that a consumer drains it, but that one is dead. Were each of
 * the records that find no room to wait, the guest would need half an hour.
 */
static void scenario_dead_consumer(void)
{
	guest.arguments = "records=20000 kind=events";
	guest.options.ring_size = VSPAN_ABI_RING_SIZE_MIN;
	start();
	region_set_draining(guest.region, true);
	EXPECT(guest_start(&guest) && guest_wait(&guest, DEADLINE_S) == 0);
	consumer_start(0);
	consumer_end();
	reported_check();
	EXPECT(ledger.discarded_guest > 10000);
	EXPECT(ledger.emitted > RINGS * 1000);
}

static bool emitted_await(uint64_t records)
{
	const time_t end = time(NULL) + DEADLINE_S;

	do {
		usleep(10000);
		vspan_attachment_ledger(attachment, ALL_RINGS, &ledger);
	} while (ledger.emitted < records && time(NULL) < end);
	return ledger.emitted >= records;
}

/* QEMU is killed while both vCPUs write, interrupted by their timers. */
static void scenario_kill(void)
{
	guest.arguments = "forever=1 period=500";
	start();
	consumer_start(0);
	EXPECT(guest_start(&guest) && emitted_await(20000));
	guest_kill(&guest);
	consumer_end();
	EXPECT(ledger.torn <= RINGS * LEVELS);
	EXPECT(ledger.attempted == ledger.emitted + ledger.torn + ledger.discarded_guest);
	/* Nothing is dropped but for a consumer that was too late. */
	EXPECT(ledger.discarded_guest == 0 || ledger.fulls > 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{"store", scenario_store},
	{"q35", scenario_q35},
	{"full", scenario_full},
	{"dead-consumer", scenario_dead_consumer},
	{"kill", scenario_kill},
};

int main(int argc, char **argv)
{
	size_t i, ran = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: test-qemu SCENARIO GUEST.elf\n");
		return 2;
	}
	if (!guest_possible())
		return SKIPPED;
	guest.elf = argv[2];
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (strcmp(argv[1], scenarios[i].name) != 0)
			continue;
		scenarios[i].run();
		guest_destroy(&guest);
		ran++;
	}
	EXPECT(ran == 1);
	return failures != 0;
}
