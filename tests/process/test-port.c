/* SPDX-License-Identifier: MIT */
/*
 * test-port.c - the process port by itself: which region it takes, how threads
 * lease rings, what a fork leaves, how long it waits for a host. A process
 * attaches once, so each case runs in a child made before any attach.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vspan/guest.h>
#include <vspan/process.h>
#include "ring.h"

VSPAN_SPAN(port, span, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(port, event, VSPAN_LEVEL_INFO, (u64, number));

#define THREADS_MAX 257u
#define TIMEOUT_MS 60u

static int failures;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			failures++;                                                    \
		}                                                                      \
	} while (0)

static struct vspan_region *region;
static const char *region_path;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

/* No recording session here: the test enables every call site itself. */
static void region_make(uint32_t rings, uint32_t mode, const char *path)
{
	const struct vspan_region_options options = {.ring_count = rings,
		.ring_size = VSPAN_ABI_RING_SIZE_MIN,
		.mode = mode,
		.path = path};
	uint32_t i;

	if (vspan_region_create(&options, &region, NULL) < 0)
		abort();
	for (i = 0; i < region->geometry.site_capacity; i++)
		region_enable_site(region, i, true);
}

/* Attaches through an inherited descriptor, the usual way of these tests. */
static int attach(uint32_t rings, uint32_t mode)
{
	char number[16];

	region_make(rings, mode, NULL);
	snprintf(number, sizeof(number), "%d", vspan_region_fd(region));
	setenv("VSPAN_REGION_FD", number, 1);
	return vspan_attach("test");
}

static struct vspan_abi_control *control(void)
{
	return region_at(region, region->geometry.control_offset);
}

/* ------------------------------------------------------------- the region */

static void without_region(void)
{
	EXPECT(vspan_attach("test") == VSPAN_ATTACH_ABSENT);
	EXPECT(vspan_process_problem() == NULL);
	EXPECT(vspan_begin(port, span, 1) == 0);
	vspan_flush();
	vspan_publish();
}

static void missing_file(void)
{
	setenv("VSPAN_REGION", "/nonexistent/region", 1);
	EXPECT(vspan_attach("test") == VSPAN_ATTACH_ABSENT);
	EXPECT(strstr(vspan_process_problem(), "/nonexistent/region") != NULL);
	EXPECT(vspan_begin(port, span, 1) == 0);
}

static void not_a_descriptor(void)
{
	setenv("VSPAN_REGION_FD", "1x", 1);
	EXPECT(vspan_attach("test") == VSPAN_ATTACH_ABSENT);
	EXPECT(vspan_process_problem() != NULL);
}

static void short_file(void)
{
	FILE *file = fopen(region_path, "w");

	fputs("VSPANRGN", file);
	fclose(file);
	setenv("VSPAN_REGION", region_path, 1);
	EXPECT(vspan_attach("test") == VSPAN_ATTACH_ABSENT);
	EXPECT(strstr(vspan_process_problem(), "shorter") != NULL);
}

static void other_file(void)
{
	FILE *file = fopen(region_path, "w");
	int i;

	for (i = 0; i < 8192; i++)
		fputc('x', file);
	fclose(file);
	setenv("VSPAN_REGION", region_path, 1);
	EXPECT(vspan_attach("test") == VSPAN_ATTACH_INCOMPATIBLE);
	EXPECT(vspan_begin(port, span, 1) == 0);
}

static void given_mapping(void)
{
	region_make(1, VSPAN_ABI_MODE_DISCARD, NULL);
	vspan_process_use(vspan_region_base(region), vspan_region_size(region));
	EXPECT(vspan_attach("test") == VSPAN_ATTACH_OK);
	EXPECT(vspan_begin(port, span, 1) != 0);
}

/* A region belongs to one run of one guest, at once and afterwards. */
static void one_guest_only(void)
{
	int status, ready[2];
	pid_t first;

	EXPECT(pipe(ready) == 0);
	region_make(1, VSPAN_ABI_MODE_DISCARD, region_path);
	setenv("VSPAN_REGION", region_path, 1);
	first = fork();
	if (first == 0) {
		status = vspan_attach("first") == VSPAN_ATTACH_OK ? 0 : 1;
		EXPECT(write(ready[1], "r", 1) == 1);
		pause();
		_exit(status);
	}
	EXPECT(read(ready[0], &status, 1) == 1);
	if (fork() == 0) {
		EXPECT(vspan_attach("second") == VSPAN_ATTACH_ABSENT);
		EXPECT(strstr(vspan_process_problem(), "another process") != NULL);
		_exit(failures);
	}
	wait(&status);
	EXPECT(status == 0);
	kill(first, SIGKILL);
	wait(&status);
	EXPECT(vspan_attach("third") == VSPAN_ATTACH_ABSENT);
	EXPECT(strstr(vspan_process_problem(), "served a guest") != NULL);
}

/* ----------------------------------------------------------------- leases */

static struct thread {
	pthread_t id;
	vspan_t span;
	uint32_t ring;
} threads[THREADS_MAX];
static pthread_barrier_t barrier;

static void *thread_record(void *data)
{
	struct thread *thread = data;

	thread->span = vspan_begin(port, span, 1);
	thread->ring = vspan_port_ring();
	pthread_barrier_wait(&barrier);
	vspan_end(thread->span);
	return NULL;
}

/* So many threads at once; how many had a ring. No two may have the same. */
static uint32_t threads_record(uint32_t count)
{
	bool taken[VSPAN_WRITERS_MAX] = {false};
	uint32_t i, recorded = 0;

	pthread_barrier_init(&barrier, NULL, count);
	for (i = 0; i < count; i++)
		if (pthread_create(&threads[i].id, NULL, thread_record, &threads[i]) != 0)
			abort();
	for (i = 0; i < count; i++) {
		pthread_join(threads[i].id, NULL);
		if (threads[i].span == 0)
			continue;
		EXPECT(!taken[threads[i].ring]);
		taken[threads[i].ring] = true;
		recorded++;
	}
	return recorded;
}

static void leases(void)
{
	const struct vspan_abi_writer *writer;
	uint32_t i;

	EXPECT(attach(3, VSPAN_ABI_MODE_DISCARD) == VSPAN_ATTACH_OK);
	EXPECT(threads_record(5) == 3);
	/* attach() asked for this thread's ring too early for a lease. */
	EXPECT(vspan_process_ringless() == 2);
	for (i = 0; i < 3; i++) {
		writer = region_writer(region, i);
		EXPECT(writer->reserve != 0 && writer->published == writer->reserve);
	}
	EXPECT(threads_record(3) == 3);
	EXPECT(threads_record(1) == 1);
	EXPECT(vspan_process_ringless() == 2);
}

static void more_rings_than_writers(void)
{
	EXPECT(attach(300, VSPAN_ABI_MODE_DISCARD) == VSPAN_ATTACH_OK);
	EXPECT(threads_record(THREADS_MAX) == VSPAN_WRITERS_MAX - 1);
	EXPECT(region_writer(region, VSPAN_WRITERS_MAX - 1)->attempted == 0);
	EXPECT(threads_record(2) == 2);
}

static void on_signal(int signal)
{
	(void)signal;
	vspan_event(port, event, 1);
}

/* The first record comes from a handler; then everything is on the same ring. */
static void lease_in_handler(void)
{
	EXPECT(attach(2, VSPAN_ABI_MODE_DISCARD) == VSPAN_ATTACH_OK);
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	vspan_end(vspan_begin(port, span, 1));
	EXPECT(region_writer(region, 0)->attempted == 3);
	EXPECT(region_writer(region, 1)->attempted == 0);
}

/* ------------------------------------------------------------------- fork */

static void child_of_fork(vspan_t open)
{
	EXPECT(vspan_begin(port, span, 2) == 0);
	vspan_end(open);
	vspan_event(port, event, 1);
	vspan_flush();
	vspan_end(open);
	EXPECT(threads_record(2) == 0);
	EXPECT(vspan_attach("child") == VSPAN_ATTACH_ABSENT);
	/* The host's mapping of the region is not the guest's: unchanged. */
	EXPECT(region_writer(region, 0)->attempted == 1);
	EXPECT(region_writer(region, 1)->attempted == 0);
}

static void fork_detaches(void)
{
	vspan_t open;
	int status;

	EXPECT(attach(2, VSPAN_ABI_MODE_DISCARD) == VSPAN_ATTACH_OK);
	open = vspan_begin(port, span, 1);
	EXPECT(open != 0);
	if (fork() == 0) {
		child_of_fork(open);
		_exit(failures);
	}
	wait(&status);
	EXPECT(status == 0);
	EXPECT(region_writer(region, 0)->attempted == 1);
	vspan_end(open);
	EXPECT(region_writer(region, 0)->attempted == 2);
}

/* ------------------------------------------------------------------ waits */

static uint64_t attach_ms(uint64_t *took)
{
	uint64_t before = now_ms();
	int ret;

	setenv("VSPAN_REGION", region_path, 1);
	ret = vspan_attach("test");
	*took = now_ms() - before;
	return (uint64_t)ret;
}

static void hello_without_answer(void)
{
	uint64_t took;

	region_make(1, VSPAN_ABI_MODE_BLOCK, region_path);
	region_set_draining(region, true);
	EXPECT(attach_ms(&took) == VSPAN_ATTACH_OK);
	EXPECT(took >= TIMEOUT_MS - 1);
}

static void *greet_later(void *data)
{
	(void)data;
	sleep_ms(50);
	region_set_greeted(region, region->geometry.site_capacity);
	return NULL;
}

static void hello_with_answer(void)
{
	pthread_t host;
	uint64_t took;

	region_make(1, VSPAN_ABI_MODE_BLOCK, region_path);
	region_set_draining(region, true);
	setenv("VSPAN_HELLO_TIMEOUT_MS", "20000", 1);
	pthread_create(&host, NULL, greet_later, NULL);
	EXPECT(attach_ms(&took) == VSPAN_ATTACH_OK);
	EXPECT(took < 15000);
	EXPECT(vspan_greeted_load_I(&control()->greeted) != 0);
	pthread_join(host, NULL);
}

static void hello_undrained(void)
{
	uint64_t took;

	region_make(1, VSPAN_ABI_MODE_BLOCK, region_path);
	setenv("VSPAN_HELLO_TIMEOUT_MS", "20000", 1);
	EXPECT(attach_ms(&took) == VSPAN_ATTACH_OK);
	EXPECT(took < 15000);
}

/* Writes until a record is dropped; the ring holds fewer than 3000. */
static void fill_ring(void)
{
	const struct vspan_abi_writer *writer = region_writer(region, 0);
	int i;

	for (i = 0; i < 3000 && writer->discarded == 0; i++)
		vspan_event(port, event, 1);
	EXPECT(writer->discarded == 1);
}

/* ms that `count` records take. */
static uint64_t events_ms(int count)
{
	uint64_t before = now_ms();

	errno = 12345;
	while (count-- > 0)
		vspan_event(port, event, 1);
	EXPECT(errno == 12345);
	return now_ms() - before;
}

/* A consumer that died without detaching: one timeout, until there is a sign of life. */
static void dead_consumer(void)
{
	uint64_t before, waits;

	EXPECT(attach(1, VSPAN_ABI_MODE_BLOCK) == VSPAN_ATTACH_OK);
	region_set_draining(region, true);
	before = now_ms();
	fill_ring();
	EXPECT(now_ms() - before >= TIMEOUT_MS - 1);
	waits = 100 * (uint64_t)TIMEOUT_MS;
	EXPECT(events_ms(100) < waits / 2);
	before = now_ms();
	vspan_flush();
	EXPECT(now_ms() - before < waits / 2);

	vspan_write_once(&control()->heartbeat, 1);
	EXPECT(events_ms(1) >= TIMEOUT_MS - 1);
	EXPECT(events_ms(100) < waits / 2);
	region_set_draining(region, false);
	vspan_write_once(&control()->heartbeat, 2);
	EXPECT(events_ms(100) < waits / 2);
}

static bool host_stop;

/* A host that comes late, then often, and takes all that is published. */
static void *drain_late(void *data)
{
	const struct vspan_abi_writer *writer = region_writer(region, 0);

	(void)data;
	sleep_ms(30);
	while (!__atomic_load_n(&host_stop, __ATOMIC_RELAXED)) {
		vspan_cursor_store_C(&region_ring(region, 0)->cursor,
			vspan_published_load_B(&writer->published));
		sleep_ms(5);
	}
	return NULL;
}

/* The record that found the ring full is written after all; a flush waits for the host. */
static void slow_consumer(void)
{
	const struct vspan_abi_writer *writer;
	pthread_t host;
	uint64_t discarded;

	setenv("VSPAN_FULL_TIMEOUT_MS", "20000", 1);
	EXPECT(attach(1, VSPAN_ABI_MODE_BLOCK) == VSPAN_ATTACH_OK);
	writer = region_writer(region, 0);
	fill_ring();
	discarded = writer->discarded;
	region_set_draining(region, true);
	pthread_create(&host, NULL, drain_late, NULL);
	vspan_event(port, event, 2);
	EXPECT(writer->discarded == discarded);
	vspan_event(port, event, 3);
	vspan_flush();
	EXPECT(vspan_cursor_load_C(&region_ring(region, 0)->cursor) == writer->reserve);
	__atomic_store_n(&host_stop, true, __ATOMIC_RELAXED);
	pthread_join(host, NULL);
}

/* ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"without_region", without_region},
	{"missing_file", missing_file},
	{"not_a_descriptor", not_a_descriptor},
	{"short_file", short_file},
	{"other_file", other_file},
	{"given_mapping", given_mapping},
	{"one_guest_only", one_guest_only},
	{"leases", leases},
	{"more_rings_than_writers", more_rings_than_writers},
	{"lease_in_handler", lease_in_handler},
	{"fork_detaches", fork_detaches},
	{"hello_without_answer", hello_without_answer},
	{"hello_with_answer", hello_with_answer},
	{"hello_undrained", hello_undrained},
	{"dead_consumer", dead_consumer},
	{"slow_consumer", slow_consumer},
};

static void case_run(size_t number)
{
	char timeout[16];

	snprintf(timeout, sizeof(timeout), "%u", TIMEOUT_MS);
	setenv("VSPAN_FULL_TIMEOUT_MS", timeout, 1);
	setenv("VSPAN_HELLO_TIMEOUT_MS", timeout, 1);
	cases[number].run();
	fflush(stdout);
	_exit(failures != 0);
}

int main(void)
{
	char directory[] = "/tmp/vspan-port-XXXXXX", path[64];
	int status, failed = 0;
	size_t i;

	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/region", directory);
	region_path = path;
	unsetenv("VSPAN_REGION");
	unsetenv("VSPAN_REGION_FD");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t child = fork();

		if (child == 0)
			case_run(i);
		waitpid(child, &status, 0);
		printf("%-24s %s\n", cases[i].name, status == 0 ? "ok" : "FAILED");
		fflush(stdout);
		failed += status != 0;
		unlink(path);
	}
	rmdir(directory);
	return failed != 0;
}
