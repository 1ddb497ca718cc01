/* SPDX-License-Identifier: MIT */
/*
 * test-worker.c - a process as a guest, end to end but for LTTng: this process
 * creates the region file and drains it, the worker is a child that finds it in
 * its environment. The ledger must equal what the worker counted by itself.
 * Nothing records here, so the test enables the call sites, with the internal
 * function a consumer has for that.
 *
 * Usage: test-worker WORKER
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "region.h"

#define WORDS_MAX 16

static int failures;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			failures++;                                                    \
		}                                                                      \
	} while (0)

static const char *worker;
static char path[64];

/* A region, its consumer and its guest. */
static struct run {
	struct vspan_region *region;
	struct vspan_consumer *consumer;
	struct vspan_attachment *attachment;
	pid_t child;
	FILE *to;   /* the worker's stdin */
	FILE *from; /* ...and stdout */
	struct vspan_ledger ledger;
	char counts[1024];
} run;

static void host_start(uint32_t rings, uint32_t mode)
{
	const struct vspan_region_options options = {.name = "worker",
		.path = path,
		.ring_count = rings,
		.ring_size = VSPAN_ABI_RING_SIZE_MIN,
		.mode = mode,
		.site_capacity = 1024};
	uint32_t i;

	if (vspan_region_create(&options, &run.region, NULL) < 0 ||
		vspan_consumer_create(NULL, &run.consumer, NULL) < 0 ||
		vspan_consumer_attach(run.consumer, run.region, NULL, &run.attachment, NULL) < 0)
		abort();
	for (i = 0; i < options.site_capacity; i++)
		region_enable_site(run.region, i, true);
}

/* Splits `arguments` at blanks. */
static void worker_exec(char *arguments)
{
	char *words[WORDS_MAX] = {(char *)(uintptr_t)worker};
	int count = 1;
	char *word;

	for (word = strtok(arguments, " "); word != NULL && count < WORDS_MAX - 1;
		word = strtok(NULL, " "))
		words[count++] = word;
	setenv("VSPAN_REGION", path, 1);
	setenv("VSPAN_FULL_TIMEOUT_MS", "20000", 1);
	setenv("VSPAN_HELLO_TIMEOUT_MS", "20000", 1);
	execv(worker, words);
	_exit(127);
}

static void worker_start(const char *arguments)
{
	char copy[256];
	int in[2], out[2];

	snprintf(copy, sizeof(copy), "%s", arguments);
	if (pipe(in) < 0 || pipe(out) < 0)
		abort();
	run.child = fork();
	if (run.child == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		worker_exec(copy);
	}
	close(in[0]);
	close(out[1]);
	run.to = fdopen(in[1], "w");
	run.from = fdopen(out[0], "r");
}

static void counts_read(void)
{
	run.counts[0] = '\0';
	EXPECT(fgets(run.counts, sizeof(run.counts), run.from) != NULL);
}

/* A number of the worker's JSON line. */
static uint64_t count(const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(run.counts, key);
	EXPECT(at != NULL);
	return at != NULL ? strtoull(at + strlen(key), NULL, 10) : UINT64_MAX;
}

/* After the worker: its status. Drains what it left. */
static int run_end(void)
{
	uint32_t i;
	int status;

	fclose(run.to);
	fclose(run.from);
	waitpid(run.child, &status, 0);
	for (i = 0; i < vspan_region_ring_count(run.region); i++)
		vspan_attachment_ring_dead(run.attachment, i);
	vspan_consumer_detach(run.attachment, &run.ledger);
	vspan_consumer_destroy(run.consumer);
	vspan_region_close(run.region);
	unlink(path);
	EXPECT(vspan_ledger_unexplained(&run.ledger) == 0);
	EXPECT(run.ledger.in_ring == 0);
	EXPECT(run.ledger.invalid == 0);
	EXPECT(run.ledger.violations == 0);
	return status;
}

static void run_whole(const char *arguments, uint32_t rings, uint32_t mode)
{
	host_start(rings, mode);
	worker_start(arguments);
	counts_read();
	EXPECT(run_end() == 0);
	EXPECT(run.ledger.attempted == count("attempted"));
	EXPECT(run.ledger.discarded_guest == count("discarded"));
	EXPECT(run.ledger.torn == 0);
	EXPECT(run.ledger.spans == count("recorded"));
	EXPECT(run.ledger.emitted != 0);
}

static void all_arrives_in_block_mode(void)
{
	run_whole("threads=3 spans=3000 sites=500 types=50 fail=100 slow=1000 slow_us=100", 3,
		VSPAN_ABI_MODE_BLOCK);
	EXPECT(count("ringless") == 0);
	EXPECT(run.ledger.attempted == count("records"));
	EXPECT(run.ledger.emitted == count("records"));
	EXPECT(run.ledger.events == count("events"));
	EXPECT(run.ledger.aborted == 0);
	EXPECT(count("requests") == 9000);
	EXPECT(count("errors") == 90);
}

static void threads_come_and_go(void)
{
	run_whole("threads=4 spans=50 turns=25", 4, VSPAN_ABI_MODE_BLOCK);
	EXPECT(count("ringless") == 0);
	EXPECT(run.ledger.emitted == count("records"));
	EXPECT(run.ledger.aborted == 0);
	EXPECT(count("requests") == 5000);
}

/* Beyond what the worker counted there are only the loss reports. */
static void discard_mode_accounts_for_all(void)
{
	run_whole("threads=3 spans=30000", 3, VSPAN_ABI_MODE_DISCARD);
	EXPECT(run.ledger.attempted == count("records") + run.ledger.lost_reports);
}

static void threads_without_ring_are_told(void)
{
	run_whole("threads=6 spans=300 rate=500", 2, VSPAN_ABI_MODE_BLOCK);
	EXPECT(count("ringless") != 0);
	EXPECT(run.ledger.emitted < count("records"));
	EXPECT(run.ledger.emitted == count("attempted"));
}

/* What it had counted before the kill arrives; at most a record a thread is torn. */
static void kill_keeps_what_was_written(void)
{
	host_start(2, VSPAN_ABI_MODE_BLOCK);
	worker_start("threads=2 spans=0 control=1");
	do {
		usleep(50000);
		fputs("counts\n", run.to);
		fflush(run.to);
		counts_read();
	} while (count("records") == 0);
	kill(run.child, SIGKILL);
	EXPECT(run_end() == SIGKILL);
	EXPECT(run.ledger.emitted >= count("records"));
	EXPECT(run.ledger.torn <= 2);
	EXPECT(run.ledger.discarded_guest == 0);
}

static void commands_and_signals(void)
{
	uint64_t before;

	host_start(2, VSPAN_ABI_MODE_BLOCK);
	worker_start("threads=2 spans=10 control=1");
	fputs("ring\nspans 30\ncounts\n", run.to);
	fflush(run.to);
	counts_read();
	before = count("attempted");
	counts_read();
	EXPECT(count("requests") == 80);
	EXPECT(count("attempted") == 4 * before);
	kill(run.child, SIGTERM);
	counts_read();
	EXPECT(count("requests") == 80);
	EXPECT(run_end() == 0);
	EXPECT(run.ledger.emitted == count("records"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"block", all_arrives_in_block_mode},
		{"come and go", threads_come_and_go},
		{"discard", discard_mode_accounts_for_all},
		{"ringless", threads_without_ring_are_told},
		{"kill", kill_keeps_what_was_written},
		{"commands", commands_and_signals},
	};
	size_t i;

	if (argc != 2)
		return 2;
	worker = argv[1];
	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof(path), "/dev/shm/vspan-test-worker-%d", getpid());
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		tests[i].test();
		printf("%-12s %lu attempted = %lu emitted + %lu discarded + %lu torn, %lu fulls\n",
			tests[i].name, run.ledger.attempted, run.ledger.emitted,
			run.ledger.discarded_guest, run.ledger.torn, run.ledger.fulls);
		fflush(stdout);
	}
	return failures != 0;
}
