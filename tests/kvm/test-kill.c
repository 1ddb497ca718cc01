/* SPDX-License-Identifier: MIT */
/*
 * test-kill.c - vCPUs stopped dead at random moments while they write nested
 * spans and a timer interrupts them. One VM after another in one process, so
 * that one recording session sees all of them; tests/e2e/test-kill.py compares
 * what it prints with that session's trace. Run by it, in a recording session:
 *
 *   test-kill FLOOD.elf KILLS [SEED]
 *
 * Judges each kill by its account: it closes, and at most the record being
 * written on each level (main program, interrupt handler) of each vCPU is torn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "cli/machine.h"
#include "control.h"

#define CPUS 2
#define LEVELS 2
#define DELAY_MAX_NS UINT64_C(20000000)
#define VISIBLE_TRIES 1000 /* of 10 ms */
#define SKIPPED 77

static int failures;

#define CHECK(condition)                                                              \
	do {                                                                          \
		if (!(condition)) {                                                   \
			printf("kill %" PRIu64 ": not so: %s\n", number, #condition); \
			failures++;                                                   \
		}                                                                     \
	} while (0)

/* xorshift64 */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Without anybody recording, the guest would write nothing. */
static bool session_wait(void)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int i;

	for (i = 0; i < VISIBLE_TRIES; i++) {
		if (control_attach_enabled())
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void kill_judge(uint64_t number, const struct machine_result *result)
{
	const struct vspan_ledger *ledger = &result->ledger;

	CHECK(result->vm.reason == VMM_EXIT_KILLED);
	CHECK(result->vm.exits[VMM_EXIT_KILLED] == CPUS);
	CHECK(vspan_ledger_unexplained(ledger) == 0);
	CHECK(ledger->violations == 0 && ledger->invalid == 0);
	CHECK(ledger->discarded_guest == 0 && ledger->discarded_host == 0);
	CHECK(ledger->in_ring == 0);
	CHECK(ledger->torn <= CPUS * LEVELS);
	CHECK(ledger->aborted <= ledger->spans);
}

/* One line for the script: the account of this VM. */
static void kill_print(uint64_t number, uint64_t delay, const struct machine_result *result)
{
	const struct vspan_ledger *ledger = &result->ledger;

	printf("kill number=%" PRIu64 " delay=%" PRIu64 " attempted=%" PRIu64 " emitted=%" PRIu64
	       " torn=%" PRIu64 " spans=%" PRIu64 " aborted=%" PRIu64 " events=%" PRIu64 "\n",
		number, delay, ledger->attempted, ledger->emitted, ledger->torn, ledger->spans,
		ledger->aborted, ledger->events);
}

static bool kill_one(uint64_t number, const char *guest, uint64_t delay)
{
	static char arguments[] = "forever=1 period=100";
	struct vspan_error error = {0};
	struct machine_options options;
	struct machine_result result;

	machine_defaults(&options);
	options.guest = guest;
	options.name = "victim";
	options.arguments = arguments;
	options.cpus = CPUS;
	options.kill = true;
	options.kill_after = delay;
	options.quiet = true;
	if (machine_run(&options, &result, &error) < 0) {
		printf("kill %" PRIu64 ": %s\n", number, error.text);
		failures++;
		return false;
	}
	kill_judge(number, &result);
	kill_print(number, delay, &result);
	return true;
}

int main(int argc, char **argv)
{
	uint64_t kills, number, seed, random;
	struct vspan_error error = {0};

	if (argc < 3) {
		fprintf(stderr, "usage: test-kill FLOOD.elf KILLS [SEED]\n");
		return 2;
	}
	if (vmm_probe(&error) < 0) {
		printf("skipped: %s\n", error.text);
		return SKIPPED;
	}
	if (!session_wait()) {
		printf("no recording session has enabled vspan:attach: run test-kill.py\n");
		return 1;
	}
	kills = strtoull(argv[2], NULL, 10);
	seed = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
	random = seed * 2 + 1;
	printf("seed=%" PRIu64 "\n", seed);
	for (number = 0; number < kills; number++)
		if (!kill_one(number, argv[1], random_next(&random) % DELAY_MAX_NS))
			break;
	printf("%" PRIu64 " kills, %d failures\n", number, failures);
	return failures == 0 ? 0 : 1;
}
