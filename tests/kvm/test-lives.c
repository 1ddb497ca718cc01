/* SPDX-License-Identifier: MIT */
/*
 * test-lives.c - a VM that is restored, reset, rebooted, cancelled, made and destroyed
 * over and over: it is as before, its accounts close, ids are never given twice, and
 * nothing is left behind.
 *   test-lives CALLS-GUEST.elf [CANCELS [CYCLES [SEED]]]
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>
#include "calls.h"

#define SKIPPED 77
#define RESTORES UINT64_C(20)
#define REBOOTS UINT64_C(3)
#define CANCELS 50u
#define CYCLES 20u
#define WARM_UP 5u
#define DELAY_MAX_NS UINT64_C(50000000)
#define LEVELS 2u /* function and interrupt handler: each may be writing a record */

static const char *guest;

/* xorshift64 */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Ids of spans that must all be different. */
static struct {
	uint64_t id[4 * RESTORES + 8];
	uint32_t count;
} ids;

static void id_note(uint64_t id)
{
	uint32_t i;

	CHECK(id != 0);
	for (i = 0; i < ids.count; i++)
		CHECK(ids.id[i] != id);
	ids.id[ids.count++] = id;
}

/* Everything a life does here; `open` is the span the snapshot has open. */
static void life_spend(struct calls_vm *vm, uint64_t open)
{
	CHECK(calls_get(vm, 1, "add", 1) == 11);
	id_note(calls_get(vm, 0, "span", 2));
	id_note(calls_get(vm, 1, "span", 3));
	CHECK(calls_get(vm, 0, "nest", 2) == 3);
	CHECK(calls_get(vm, 0, "release", 0) == open);
}

/* State goes back, ids go on; a span open in the snapshot ends with the life it began in. */
static void test_restore(void)
{
	struct vmm_snapshot *snapshot;
	struct calls_vm vm;
	uint64_t open;
	uint32_t i;

	calls_scenario = "restore";
	ids.count = 0;
	if (!calls_start(&vm, guest, 2))
		return;
	CHECK(calls_get(&vm, 0, "add", 10) == 10);
	open = calls_get(&vm, 0, "keep", 1);
	id_note(open);
	snapshot = calls_snapshot(&vm);
	for (i = 0; i < RESTORES && snapshot != NULL; i++) {
		life_spend(&vm, open);
		CHECK(vmm_restore(vm.vmm, snapshot, &vm.error) == 0);
	}
	CHECK(calls_get(&vm, 0, "add", 0) == 10);
	vmm_snapshot_destroy(snapshot);
	calls_close(&vm);
	CHECK(vm.restarts == RESTORES);
	CHECK(vm.ledger.spans == 1 + 5 * RESTORES);
	/* Released in its own life the first time, later on by lives that never began it. */
	CHECK(vm.ledger.aborted == 0 && vm.ledger.discarded_host == RESTORES - 1);
	CHECK(vm.ledger.torn == 0);
}

/* Nothing is taken from a VM that is doing something. */
static void test_snapshot_refused(void)
{
	struct vmm_snapshot *snapshot = NULL;
	struct vspan_error error = {0};
	uint64_t number = 0;
	struct calls_vm vm, other;

	calls_scenario = "no snapshot";
	if (!calls_open(&vm, guest, 2, NULL))
		return;
	CHECK(vmm_snapshot_take(vm.vmm, &snapshot, &error) == -EBUSY);
	CHECK(vmm_start(vm.vmm, &error) == 0);
	CHECK(calls_call(&vm, 0, "idle", &number, 0) == -ECANCELED);
	CHECK(vmm_snapshot_take(vm.vmm, &snapshot, &error) == -EBUSY);
	CHECK(vmm_reset(vm.vmm, NULL) == 0);
	snapshot = calls_snapshot(&vm);
	if (snapshot != NULL && calls_start(&other, guest, 1)) {
		error.code = 0;
		CHECK(vmm_restore(other.vmm, snapshot, &error) == -EINVAL);
		CHECK(strstr(error.text, "built alike") != NULL);
		calls_close(&other);
	}
	vmm_snapshot_destroy(snapshot);
	calls_close(&vm);
}

/* One VM's snapshot is another's beginning. */
static void test_clone(void)
{
	struct vmm_snapshot *snapshot;
	struct calls_vm vm, clone;

	calls_scenario = "clone";
	if (!calls_start(&vm, guest, 2))
		return;
	CHECK(calls_get(&vm, 0, "add", 42) == 42);
	snapshot = calls_snapshot(&vm);
	if (snapshot != NULL && calls_start(&clone, guest, 2)) {
		CHECK(calls_get(&clone, 0, "add", 1) == 1);
		CHECK(vmm_restore(clone.vmm, snapshot, &clone.error) == 0);
		CHECK(calls_get(&clone, 1, "add", 1) == 43);
		CHECK(calls_get(&vm, 1, "add", 2) == 44);
		CHECK(calls_get(&clone, 1, "span", 1) != 0);
		calls_close(&clone);
	}
	vmm_snapshot_destroy(snapshot);
	calls_close(&vm);
}

static void test_reset(void)
{
	struct calls_vm vm;
	uint32_t i;

	calls_scenario = "reset";
	ids.count = 0;
	if (!calls_start(&vm, guest, 2))
		return;
	for (i = 0; i < REBOOTS; i++) {
		CHECK(calls_get(&vm, 1, "add", 1) == 1);
		id_note(calls_get(&vm, 0, "span", i));
		id_note(calls_get(&vm, 1, "keep", i));
		CHECK(vmm_reset(vm.vmm, &vm.error) == 0);
	}
	calls_close(&vm);
	CHECK(vm.ledger.spans == 2 * REBOOTS && vm.ledger.aborted == REBOOTS);
}

/* By its own will, in the midst of a span. */
static void test_reboot(void)
{
	struct calls_vm vm;

	calls_scenario = "reboot";
	if (!calls_open(&vm, guest, 2, "reboot"))
		return;
	vm.reboots = (uint32_t)REBOOTS;
	CHECK(vmm_run(vm.vmm, &vm.result, &vm.error) == 0);
	CHECK(vm.result.reason == VMM_EXIT_SHUTDOWN && vm.result.status == 7);
	CHECK(vm.result.exits[VMM_EXIT_REBOOT] == REBOOTS);
	CHECK(vm.result.exits[VMM_EXIT_HELLO] == REBOOTS + 1);
	calls_close(&vm);
	CHECK(vm.restarts == REBOOTS);
	CHECK(vm.ledger.spans == REBOOTS + 1 && vm.ledger.aborted == REBOOTS + 1);
}

/* What one life lost is known when the next has begun. */
static void cancel_judge(struct calls_vm *vm, uint64_t torn_before)
{
	struct vspan_ledger ledger;

	vspan_attachment_ledger(vm->attachment, 0, &ledger);
	CHECK(vspan_ledger_unexplained(&ledger) == 0);
	CHECK(ledger.torn - torn_before <= LEVELS);
	CHECK(ledger.violations == 0 && ledger.invalid == 0);
	CHECK(ledger.discarded_guest == 0 && ledger.discarded_host == 0 && ledger.in_ring == 0);
}

/* At random moments while spans are being written and a timer interrupts them. */
static void test_cancels(uint32_t count, uint64_t *random)
{
	struct vmm_snapshot *snapshot;
	struct vspan_ledger ledger;
	struct calls_vm vm;
	uint64_t number, delay;
	uint32_t i;

	calls_scenario = "cancels";
	if (!calls_start(&vm, guest, 1))
		return;
	CHECK(calls_get(&vm, 0, "add", 1) == 1);
	snapshot = calls_snapshot(&vm);
	for (i = 0; i < count && snapshot != NULL && calls_failures == 0; i++) {
		delay = 1 + random_next(random) % DELAY_MAX_NS;
		number = 0;
		vspan_attachment_ledger(vm.attachment, 0, &ledger);
		CHECK(calls_call(&vm, 0, "forever", &number, delay) == -ETIMEDOUT);
		CHECK(vmm_restore(vm.vmm, snapshot, &vm.error) == 0);
		cancel_judge(&vm, ledger.torn);
		CHECK(calls_get(&vm, 0, "add", 1) == 2);
	}
	vmm_snapshot_destroy(snapshot);
	calls_close(&vm);
	printf("%u cancelled: %" PRIu64 " records, %" PRIu64 " torn, %" PRIu64 " spans, %" PRIu64
	       " aborted\n",
		i, vm.ledger.attempted, vm.ledger.torn, vm.ledger.spans, vm.ledger.aborted);
	CHECK(vm.ledger.spans > 0 && vm.ledger.aborted <= UINT64_C(3) * count);
}

/* ------------------------------------------------------------ nothing is left */

struct belongings {
	uint32_t descriptors;
	uint32_t threads;
	uint32_t mappings;
	uint64_t heap; /* bytes */
};

static uint32_t entries(const char *path)
{
	DIR *directory = opendir(path);
	uint32_t count = 0;

	while (directory != NULL && readdir(directory) != NULL)
		count++;
	if (directory != NULL)
		closedir(directory);
	return count;
}

static uint32_t lines(const char *path)
{
	FILE *file = fopen(path, "r");
	uint32_t count = 0;
	int character;

	while (file != NULL && (character = fgetc(file)) != EOF)
		count += character == '\n';
	if (file != NULL)
		fclose(file);
	return count;
}

static void belongings_count(struct belongings *now)
{
	now->descriptors = entries("/proc/self/fd");
	now->threads = entries("/proc/self/task");
	now->mappings = lines("/proc/self/maps");
	now->heap = mallinfo2().uordblks;
}

static void cycle(uint32_t number)
{
	struct vmm_snapshot *snapshot = NULL;
	struct calls_vm vm;

	if (!calls_start(&vm, guest, 2))
		return;
	CHECK(calls_get(&vm, number % 2, "nest", 1) == 2);
	if (number % 4 == 0)
		snapshot = calls_snapshot(&vm);
	if (snapshot != NULL)
		CHECK(vmm_restore(vm.vmm, snapshot, NULL) == 0);
	vmm_snapshot_destroy(snapshot);
	calls_close(&vm);
}

/* The first few make caches, of the C library and of LTTng. */
static void test_cycles(uint32_t count)
{
	struct belongings before, after;
	uint32_t i;

	calls_scenario = "cycles";
	for (i = 0; i < WARM_UP; i++)
		cycle(i);
	belongings_count(&before);
	for (i = 0; i < count && calls_failures == 0; i++)
		cycle(i);
	belongings_count(&after);
	printf("%u cycles: descriptors %u -> %u, threads %u -> %u, mappings %u -> %u, heap %" PRIu64
	       " -> %" PRIu64 "\n",
		i, before.descriptors, after.descriptors, before.threads, after.threads,
		before.mappings, after.mappings, before.heap, after.heap);
	CHECK(after.descriptors == before.descriptors && after.threads == before.threads);
	CHECK(after.mappings <= before.mappings + 4);
	CHECK(after.heap <= before.heap + 4096);
}

static uint32_t argument(int argc, char **argv, int index, uint32_t standard)
{
	return argc > index ? (uint32_t)strtoul(argv[index], NULL, 10) : standard;
}

int main(int argc, char **argv)
{
	struct vspan_error error = {0};
	uint64_t seed, random;

	if (argc < 2) {
		fprintf(stderr, "usage: test-lives CALLS-GUEST.elf [CANCELS [CYCLES [SEED]]]\n");
		return 2;
	}
	if (vmm_probe(&error) < 0) {
		printf("skipped: %s\n", error.text);
		return SKIPPED;
	}
	guest = argv[1];
	seed = argument(argc, argv, 4, (uint32_t)time(NULL));
	random = seed * 2 + 1;
	printf("seed=%" PRIu64 "\n", seed);
	test_restore();
	test_snapshot_refused();
	test_clone();
	test_reset();
	test_reboot();
	test_cancels(argument(argc, argv, 2, CANCELS), &random);
	test_cycles(argument(argc, argv, 3, CYCLES));
	printf("%s\n", calls_failures == 0 ? "all passed" : "FAILED");
	return calls_failures == 0 ? 0 : 1;
}
