/* SPDX-License-Identifier: MIT */
/*
 * test-clock.c - for each kind of guest: what the consumer states as the bound on
 * its clock's error, and how far off the clock was, by truth.h or where guest and
 * host share a processor. Fails if it was off by more than the bound.
 *
 *   test-clock process|scaled|drift|qemu|kvm SECONDS [GUEST.elf]
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../qemu/guest.h"
#include "clock.h"
#include "region.h"
#include "thread-port.h"
#include "truth.h"
#include "vmm/vmm.h"

VSPAN_SPAN(test, work, VSPAN_LEVEL_INFO, (u64, number));

#define SKIPPED 77
#define NS_PER_S UINT64_C(1000000000)
#define SAMPLE_PAUSE_NS 2000000
#define SETTLED_NS (2 * NS_PER_S)
#define ANSWER_NS NS_PER_S
#define EXCHANGES 16
#define MICROSECOND 1000u
/* A bound that is worse after two seconds says nothing. */
#define USEFUL_NS (10 * 1000 * 1000)
#define DEADLINE_S 60

static struct vspan_region *region;
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;
static uint64_t seconds;
static int failures;

/* A reading of the guest's counter at a time between `from` and `to`, ns. */
struct truth {
	uint64_t counter;
	uint64_t from;
	uint64_t to;
	uint64_t host_from; /* the same, by the host's counter */
	uint64_t host_to;
};

struct kind {
	const char *name;
	bool (*read)(struct truth *truth);
	bool related; /* guest counter = host counter + offset, within error, ticks */
	int64_t offset;
	uint64_t offset_error;
};

struct row {
	uint64_t samples;
	uint64_t stated_least;
	uint64_t stated; /* the largest bound after it had settled */
	uint64_t observed;
	uint64_t observed_offset; /* ticks */
	uint64_t exceeded;
};

/* How far `value` is outside of the two. */
static uint64_t outside(uint64_t value, uint64_t from, uint64_t to)
{
	return value < from ? from - value : value > to ? value - to : 0;
}

static void row_take(
	const struct kind *kind, const struct truth *truth, bool settled, struct row *row)
{
	uint64_t ns, bound, off;

	vspan_attachment_read_time(attachment, truth->counter, &ns, &bound);
	off = outside(ns, truth->from, truth->to);
	row->samples++;
	if (off > bound) {
		if (row->exceeded++ == 0)
			printf("%s: off by %llu ns, stated %llu\n", kind->name,
				(unsigned long long)off, (unsigned long long)bound);
	}
	if (kind->related) {
		off = outside(
			truth->counter - (uint64_t)kind->offset, truth->host_from, truth->host_to);
		if (off > row->observed_offset)
			row->observed_offset = off;
	}
	if (!settled)
		return;
	off = outside(ns, truth->from, truth->to);
	row->observed = off > row->observed ? off : row->observed;
	row->stated = bound > row->stated ? bound : row->stated;
	row->stated_least = bound < row->stated_least ? bound : row->stated_least;
}

static void row_print(const struct kind *kind, const struct row *row)
{
	char offset[48] = "-";

	if (kind->related)
		snprintf(offset, sizeof(offset), "%llu / %llu",
			(unsigned long long)kind->offset_error,
			(unsigned long long)row->observed_offset);
	printf("%-24s %20s %10llu..%llu %10llu %8llu\n", kind->name, offset,
		(unsigned long long)row->stated_least, (unsigned long long)row->stated,
		(unsigned long long)row->observed, (unsigned long long)row->samples);
}

static bool measure(const struct kind *kind)
{
	const struct timespec pause = {.tv_nsec = SAMPLE_PAUSE_NS};
	const uint64_t start = clock_now_ns();
	struct row row = {.stated_least = UINT64_MAX};
	struct truth truth;
	uint64_t now;

	while ((now = clock_now_ns()) - start < seconds * NS_PER_S) {
		if (!kind->read(&truth)) {
			printf("%s: no answer\n", kind->name);
			return false;
		}
		row_take(kind, &truth, now - start > SETTLED_NS, &row);
		nanosleep(&pause, NULL);
	}
	printf("%-24s %20s %16s %12s %8s\n", "guest", "offset, ticks", "stated, ns", "observed",
		"samples");
	row_print(kind, &row);
	if (row.stated_least > USEFUL_NS)
		printf("%s: the bound says nothing\n", kind->name);
	return row.exceeded == 0 && row.observed_offset <= kind->offset_error &&
		row.stated_least <= USEFUL_NS;
}

static bool attach(const struct vspan_attach_options *options)
{
	struct vspan_error error = {0};

	if (vspan_consumer_create(NULL, &consumer, &error) < 0 ||
		vspan_consumer_attach(consumer, region, options, &attachment, &error) < 0) {
		printf("%s\n", error.text);
		return false;
	}
	return true;
}

static void detach(void)
{
	vspan_consumer_detach(attachment, NULL);
	vspan_consumer_destroy(consumer);
}

/* ------------------------------------------------- threads of this process */

__extension__ typedef unsigned __int128 wide;

/* The simulated counter: 32.32 ticks a tick of the real one, ahead, wandering. */
static struct {
	uint64_t scale;
	uint64_t offset;
	double wander; /* ticks of the real one... */
	double turn;   /* ...and radians per tick of it */
	uint64_t start;
} simulated;

static bool stop;

static uint64_t simulated_count(void)
{
	uint64_t ticks = vspan_arch_counter() - simulated.start;

	if (simulated.wander != 0)
		ticks += (uint64_t)(simulated.wander * (1 - cos((double)ticks * simulated.turn)));
	return simulated.offset + (uint64_t)((wide)ticks * simulated.scale >> 32);
}

static bool thread_truth(struct truth *truth)
{
	do {
		truth->from = clock_now_ns();
		truth->host_from = vspan_arch_counter();
		vspan_arch_counter_barrier();
		truth->counter = vspan_port_counter();
		vspan_arch_counter_barrier();
		truth->host_to = vspan_arch_counter();
		truth->to = clock_now_ns();
	} while (truth->to - truth->from > 2 * MICROSECOND);
	return true;
}

/* Bursts of spans with pauses between, as programs have them. */
static void *thread_work(void *data)
{
	const struct timespec pause = {.tv_nsec = 300000};
	uint64_t i;

	(void)data;
	thread_port_ring = 0;
	for (i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
		vspan_end(vspan_begin(test, work, i));
		if (i % 100 == 0)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

static bool thread_run(const struct kind *kind, const struct vspan_attach_options *options)
{
	const struct vspan_region_options shape = {.ring_count = 1, .mode = VSPAN_ABI_MODE_DISCARD};
	pthread_t worker;
	bool good;

	if (vspan_region_create(&shape, &region, NULL) < 0 || !attach(options))
		return false;
	thread_port_attach(region);
	stop = false;
	if (pthread_create(&worker, NULL, thread_work, NULL) != 0)
		return false;
	good = measure(kind);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(worker, NULL);
	detach();
	vspan_region_close(region);
	return good;
}

static bool run_process(const char *elf)
{
	const struct kind kind = {.name = "process", .read = thread_truth, .related = true};

	(void)elf;
	return thread_run(&kind, NULL);
}

static bool run_simulated(const char *name, double scale, double wander_ppb)
{
	const struct vspan_attach_options unknown = {.counter_unknown = true};
	const struct kind kind = {.name = name, .read = thread_truth};
	struct clock_sample first, last;
	double hz;

	clock_sample(&first);
	usleep(10000);
	clock_sample(&last);
	hz = (double)(last.counter - first.counter) / (double)(last.ns - first.ns) * 1e9;
	simulated.start = last.counter;
	simulated.scale = (uint64_t)(scale * 0x1p32);
	simulated.offset = UINT64_C(123456789012345);
	/* A turn a minute. */
	simulated.turn = 2 * M_PI / (60 * hz);
	simulated.wander = wander_ppb / 1e9 / simulated.turn;
	thread_port.count = simulated_count;
	return thread_run(&kind, &unknown);
}

static bool run_scaled(const char *elf)
{
	bool good = run_simulated("simulated, x 0.37", 0.37, 0);

	(void)elf;
	return run_simulated("simulated, x 2.5", 2.5, 0) && good;
}

static bool run_drift(const char *elf)
{
	(void)elf;
	return run_simulated("simulated, drifting", 0.37, 140);
}

/* ------------------------------------------------------------- bare machines */

static struct truth_page *page;

static bool exchange(struct truth *truth)
{
	static uint64_t number;

	number++;
	truth->from = clock_now_ns();
	truth->host_from = vspan_arch_counter();
	__atomic_store_n(&page->ask, number, __ATOMIC_RELEASE);
	while (__atomic_load_n(&page->answer, __ATOMIC_ACQUIRE) != number)
		if (clock_now_ns() - truth->from > ANSWER_NS)
			return false;
	truth->counter = vspan_read_once(&page->counter);
	vspan_arch_counter_barrier();
	truth->host_to = vspan_arch_counter();
	truth->to = clock_now_ns();
	return true;
}

/* The shortest of several exchanges. */
static bool guest_truth(struct truth *truth)
{
	struct truth one;
	int i;

	if (!exchange(truth))
		return false;
	for (i = 1; i < EXCHANGES; i++) {
		if (!exchange(&one))
			return false;
		if (one.to - one.from < truth->to - truth->from)
			*truth = one;
	}
	return true;
}

/* The guest answers once it has booted. */
static bool guest_await(void)
{
	const uint64_t start = clock_now_ns();
	struct truth truth;

	while (!exchange(&truth))
		if (clock_now_ns() - start > DEADLINE_S * NS_PER_S)
			return false;
	return true;
}

static struct guest guest = {
	.machine = "pc",
	.arguments = "",
	.options = {.name = "clock", .ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN},
};

static bool guest_prepare(void)
{
	guest.options.mode = VSPAN_ABI_MODE_DISCARD;
	if (!guest_create(&guest))
		return false;
	region = guest.region;
	page = truth_page(vspan_region_base(region), vspan_region_size(region));
	return true;
}

static bool run_qemu(const char *elf)
{
	const struct vspan_attach_options unknown = {.counter_unknown = true};
	const struct kind kind = {.name = "QEMU, emulated", .read = guest_truth};
	bool good;

	guest.elf = elf;
	if (!guest_prepare() || !attach(&unknown) || !guest_start(&guest))
		return false;
	good = guest_await() && measure(&kind);
	__atomic_store_n(&page->ask, TRUTH_STOP, __ATOMIC_RELEASE);
	good = guest_wait(&guest, DEADLINE_S) == 0 && good;
	detach();
	guest_destroy(&guest);
	return good;
}

static void *vm_run(void *data)
{
	struct vmm_result result;
	struct vspan_error error = {0};

	if (vmm_run(data, &result, &error) < 0)
		printf("%s\n", error.text);
	return NULL;
}

/* An emulated processor is neither fast nor steady. */
static bool hardware(void)
{
	char line[256];
	bool emulated = false;
	FILE *file = fopen("/proc/cpuinfo", "r");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		emulated |= strstr(line, "QEMU TCG") != NULL;
	if (file != NULL)
		fclose(file);
	return !emulated;
}

static bool run_kvm(const char *elf)
{
	struct kind kind = {.name = "KVM micro-VM", .read = guest_truth, .related = true};
	struct vmm_options options = {
		.elf_path = elf, .cpu_count = 1, .ram_size = 4 << 20, .console_fd = -1};
	struct vspan_attach_options offset = {0};
	struct vspan_error error = {0};
	pthread_t runner;
	struct vmm *vmm;
	uint64_t ns, bound;
	bool good;

	if (!guest_prepare())
		return false;
	options.region = vspan_region_base(region);
	options.region_size = vspan_region_size(region);
	options.host_size = vspan_region_host_size(region);
	if (vmm_create(&options, &vmm, &error) < 0) {
		printf("%s\n", error.text);
		return false;
	}
	kind.offset = offset.counter_offset = vmm_counter_offset(vmm, &kind.offset_error);
	offset.counter_error = kind.offset_error;
	if (!attach(&offset) || pthread_create(&runner, NULL, vm_run, vmm) != 0)
		return false;
	good = guest_await() && measure(&kind);
	vspan_attachment_read_time(attachment, page->counter, &ns, &bound);
	if (hardware() && bound >= MICROSECOND) {
		printf("KVM: %llu ns are no microsecond\n", (unsigned long long)bound);
		good = false;
	}
	__atomic_store_n(&page->ask, TRUTH_STOP, __ATOMIC_RELEASE);
	pthread_join(runner, NULL);
	detach();
	vmm_destroy(vmm);
	guest_destroy(&guest);
	return good;
}

static const struct {
	const char *name;
	bool (*run)(const char *elf);
} kinds[] = {
	{"process", run_process},
	{"scaled", run_scaled},
	{"drift", run_drift},
	{"qemu", run_qemu},
	{"kvm", run_kvm},
};

int main(int argc, char **argv)
{
	struct vspan_error error = {0};
	size_t i, ran = 0;

	if (argc < 3) {
		fprintf(stderr,
			"usage: test-clock process|scaled|drift|qemu|kvm SECONDS "
			"[GUEST.elf]\n");
		return 2;
	}
	seconds = strtoull(argv[2], NULL, 10);
	if (strcmp(argv[1], "qemu") == 0 && !guest_possible())
		return SKIPPED;
	if (strcmp(argv[1], "kvm") == 0 && vmm_probe(&error) < 0) {
		printf("SKIP: %s\n", error.text);
		return SKIPPED;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		failures += !kinds[i].run(argc > 3 ? argv[3] : NULL);
		ran++;
	}
	return failures != 0 || ran != 1;
}
