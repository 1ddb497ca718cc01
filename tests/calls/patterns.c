/* SPDX-License-Identifier: MIT */
/*
 * patterns.c - random patterns of calls between a host and its guests, with their
 * true trees. Each thread is what runs a vCPU of each of two VMs, and the host's
 * code that serves them: writer, consumer and all that says whose parent is whose
 * are the real ones, on a region for each VM and one for the host.
 *
 *   patterns SEED PATTERNS SCRIPT TRUTH
 *
 * SCRIPT gets the trace as text, TRUTH a line for each span and event: its number,
 * and that of the span it is in (0: none). test-calls.py compares.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "region.h"
#include "script.h"
#include "thread-port.h"

VSPAN_SPAN(guest, work, VSPAN_LEVEL_INFO, (u64, n));
VSPAN_EVENT(guest, point, VSPAN_LEVEL_INFO, (u64, n));
VSPAN_SPAN(host, request, VSPAN_LEVEL_INFO, (u64, n));
VSPAN_SPAN(host, serve, VSPAN_LEVEL_INFO, (u64, n));
VSPAN_SPAN(host, step, VSPAN_LEVEL_INFO, (u64, n));

#define THREADS 3u
#define VMS 3u /* the first is the host's own region */
#define DEPTH_MAX 5u
#define OPEN_MAX 64u
#define FRAMES (2 * DEPTH_MAX + 2)
#define LEFT_MAX 16u

/* A span that is open: its handle, its number. */
struct open {
	vspan_t span;
	uint64_t n;
};

/* What a call of a guest function has open, and the host's span it is for (0: not told). */
struct frame {
	struct open open[OPEN_MAX];
	uint32_t count;
	uint64_t context;
};

struct vcpu {
	struct vspan_attachment *attachment;
	uint32_t writer; /* global number of its ring */
	struct frame frames[FRAMES];
	uint32_t depth;
};

struct thread {
	pthread_t handle;
	uint64_t random;
	uint32_t number;
	uint32_t patterns;
	struct open host[OPEN_MAX]; /* the host's open spans */
	uint32_t host_count;
	struct vcpu vcpus[VMS]; /* [0] unused */
	struct open left[LEFT_MAX];
	uint32_t left_of[LEFT_MAX]; /* the writer of each */
	uint32_t left_count;
};

static struct vspan_region *regions[VMS];
static struct vspan_attachment *attachments[VMS];
static FILE *truth;
static pthread_mutex_t truth_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t numbers;

static uint32_t pick(struct thread *thread, uint32_t sides)
{
	thread->random = thread->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(thread->random >> 33) % sides;
}

/* A new number, and whose child it is. */
static uint64_t tell(uint64_t parent)
{
	uint64_t n;

	pthread_mutex_lock(&truth_lock);
	n = ++numbers;
	fprintf(truth, "%" PRIu64 " %" PRIu64 "\n", n, parent);
	pthread_mutex_unlock(&truth_lock);
	return n;
}

static void check(int ret, const char *what)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "patterns: %s: %s\n", what, strerror(-ret));
	exit(1);
}

/* ---- the host's side */

static uint64_t host_innermost(const struct thread *thread)
{
	return thread->host_count > 0 ? thread->host[thread->host_count - 1].n : 0;
}

static void host_push(struct thread *thread, vspan_t span, uint64_t n)
{
	assert(thread->host_count < OPEN_MAX);
	thread->host[thread->host_count++] = (struct open){span, n};
}

static void host_end(struct thread *thread)
{
	thread_port_ring = thread->number;
	vspan_end(thread->host[--thread->host_count].span);
}

static void guest_function(struct thread *thread, struct vcpu *vcpu, uint32_t depth);

/* Mostly with a span of its own and the context of what is innermost in the host. */
static void host_calls_guest(struct thread *thread, uint32_t depth)
{
	struct vcpu *vcpu = &thread->vcpus[1 + pick(thread, VMS - 1)];
	struct vspan_trace_context context = {.trace_id = {1, 2}, .vm = region_number(regions[0])};
	const bool own = thread->host_count == 0 || pick(thread, 4) != 0;
	const bool told = pick(thread, 8) != 0;

	thread_port_ring = thread->number;
	if (own) {
		uint64_t n = tell(host_innermost(thread));

		host_push(thread, vspan_begin(host, request, n), n);
	}
	context.span_id = thread->host[thread->host_count - 1].span;
	check(vspan_attachment_vcpu_call(vcpu->attachment, thread->number, told ? &context : NULL),
		"call");
	assert(vcpu->depth + 1 < FRAMES);
	vcpu->frames[++vcpu->depth] = (struct frame){.context = told ? host_innermost(thread) : 0};
	check(vspan_attachment_vcpu_resume(vcpu->attachment, thread->number), "resume");
	guest_function(thread, vcpu, depth);
	vspan_attachment_vcpu_exit(vcpu->attachment, thread->number, "returned");
	check(vspan_attachment_vcpu_return(vcpu->attachment, thread->number), "return");
	vcpu->depth--;
	if (own)
		host_end(thread);
}

/* ---- the guest's side */

/* What begins on the vCPU now is in that: by the contract in host.h. */
static uint64_t guest_innermost(const struct vcpu *vcpu)
{
	uint32_t depth = vcpu->depth;

	for (;; depth--) {
		const struct frame *frame = &vcpu->frames[depth];

		if (frame->count > 0)
			return frame->open[frame->count - 1].n;
		if (frame->context != 0 || depth == 0)
			return frame->context;
	}
}

static void guest_begin(struct vcpu *vcpu)
{
	struct frame *frame = &vcpu->frames[vcpu->depth];
	uint64_t n = tell(guest_innermost(vcpu));

	if (frame->count == OPEN_MAX)
		abort();
	thread_port_ring = vcpu->writer;
	frame->open[frame->count++] = (struct open){vspan_begin(guest, work, n), n};
}

static void guest_end(struct vcpu *vcpu)
{
	struct frame *frame = &vcpu->frames[vcpu->depth];

	thread_port_ring = vcpu->writer;
	vspan_end(frame->open[--frame->count].span);
}

/* In one of four calls the host does what it has to without a span for it. */
static void guest_calls_host(struct thread *thread, struct vcpu *vcpu, uint32_t depth)
{
	const bool told = pick(thread, 4) != 0;
	uint32_t steps = pick(thread, 4);
	int ret;

	vspan_attachment_vcpu_exit(vcpu->attachment, thread->number, VSPAN_EXIT_CALL);
	thread_port_ring = thread->number;
	if (told) {
		const uint64_t caller = guest_innermost(vcpu);
		uint64_t n = tell(caller != 0 ? caller : host_innermost(thread));

		host_push(thread, vspan_begin(host, serve, n), n);
		ret = vspan_attachment_vcpu_host_span(vcpu->attachment, thread->number,
			region_number(regions[0]), thread->host[thread->host_count - 1].span);
		check(ret, "host span");
	}
	for (; steps > 0; steps--) {
		uint64_t n;

		if (depth < DEPTH_MAX && pick(thread, 2) == 0) {
			host_calls_guest(thread, depth + 1);
			continue;
		}
		thread_port_ring = thread->number;
		n = tell(host_innermost(thread));
		vspan_end(vspan_begin(host, step, n));
	}
	if (told)
		host_end(thread);
	check(vspan_attachment_vcpu_resume(vcpu->attachment, thread->number), "resume");
}

static void guest_exits(struct thread *thread, struct vcpu *vcpu)
{
	if (pick(thread, 4) == 0)
		vspan_attachment_vcpu_halt(vcpu->attachment, thread->number);
	else
		vspan_attachment_vcpu_exit(
			vcpu->attachment, thread->number, pick(thread, 2) ? "timer" : "full");
	check(vspan_attachment_vcpu_resume(vcpu->attachment, thread->number), "resume");
}

/* Some spans stay open when a function returns: they end when the pattern does. */
static void guest_leave(struct thread *thread, struct vcpu *vcpu)
{
	struct frame *frame = &vcpu->frames[vcpu->depth];

	while (frame->count > 0) {
		if (pick(thread, 16) != 0 || thread->left_count == LEFT_MAX) {
			guest_end(vcpu);
			continue;
		}
		thread->left_of[thread->left_count] = vcpu->writer;
		thread->left[thread->left_count++] = frame->open[--frame->count];
	}
}

static void guest_function(struct thread *thread, struct vcpu *vcpu, uint32_t depth)
{
	struct frame *frame = &vcpu->frames[vcpu->depth];
	uint32_t actions = depth == 0 ? 4 + pick(thread, 12) : pick(thread, 8);

	for (; actions > 0; actions--) {
		switch (pick(thread, 6)) {
		case 0:
		case 1:
			guest_begin(vcpu);
			break;
		case 2:
			if (frame->count > 0)
				guest_end(vcpu);
			break;
		case 3:
			thread_port_ring = vcpu->writer;
			vspan_event(guest, point, tell(guest_innermost(vcpu)));
			break;
		case 4:
			guest_exits(thread, vcpu);
			break;
		case 5:
			guest_calls_host(thread, vcpu, depth);
			break;
		}
	}
	guest_leave(thread, vcpu);
}

/* ---- all of it */

static void *thread_run(void *data)
{
	struct thread *thread = data;
	uint32_t vm;

	/* Open all the time: what calls find around them. */
	for (vm = 1; vm < VMS; vm++)
		if (pick(thread, 2) == 0)
			guest_begin(&thread->vcpus[vm]);
	for (; thread->patterns > 0; thread->patterns--) {
		host_calls_guest(thread, 0);
		while (thread->left_count > 0) {
			thread_port_ring = thread->left_of[--thread->left_count];
			vspan_end(thread->left[thread->left_count].span);
		}
	}
	for (vm = 1; vm < VMS; vm++)
		while (thread->vcpus[vm].frames[0].count > 0)
			guest_end(&thread->vcpus[vm]);
	return NULL;
}

/*
 * A region each, all known to the one guest library of this process: writer
 * VM * THREADS + N is that of ring N.
 */
static void regions_create(void)
{
	static const char *const names[VMS] = {"host", "guest", "twin"};
	struct vspan_region_options options = {
		.ring_count = THREADS, .ring_size = 4u << 20, .mode = VSPAN_ABI_MODE_DISCARD};
	struct vspan_writer writers[VMS * THREADS];
	struct vspan_error error;
	uint32_t vm;

	for (vm = 0; vm < VMS; vm++) {
		options.name = names[vm];
		check(vspan_region_create(&options, &regions[vm], &error), "region");
		thread_port_attach(regions[vm]);
		memcpy(&writers[vm * THREADS], vspan_writers, THREADS * sizeof(writers[0]));
	}
	memcpy(vspan_writers, writers, sizeof(writers));
}

static void threads_run(uint64_t seed, uint32_t patterns)
{
	static struct thread threads[THREADS];
	uint32_t i, vm;

	for (i = 0; i < THREADS; i++) {
		threads[i].number = i;
		threads[i].random = seed * THREADS + i;
		threads[i].patterns = patterns / THREADS + (i < patterns % THREADS);
		for (vm = 1; vm < VMS; vm++) {
			threads[i].vcpus[vm].attachment = attachments[vm];
			threads[i].vcpus[vm].writer = vm * THREADS + i;
		}
		check(-pthread_create(&threads[i].handle, NULL, thread_run, &threads[i]), "thread");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i].handle, NULL);
}

int main(int argc, char **argv)
{
	struct vspan_consumer *consumer;
	struct vspan_ledger ledger;
	struct vspan_error error;
	FILE *script;
	uint32_t vm;

	if (argc != 5)
		return 2;
	script = fopen(argv[3], "w");
	truth = fopen(argv[4], "w");
	check(script != NULL && truth != NULL ? 0 : -errno, "output");
	script_open(script);
	regions_create();
	check(vspan_consumer_create(NULL, &consumer, &error), "consumer");
	/* The host's before, or after its guests: it must not matter which is drained first. */
	for (vm = 0; vm < VMS; vm++) {
		const uint32_t turn = (vm + (uint32_t)atoi(argv[1])) % VMS;

		check(vspan_consumer_attach(
			      consumer, regions[turn], NULL, &attachments[turn], &error),
			"attach");
	}
	threads_run(strtoull(argv[1], NULL, 10), (uint32_t)atoi(argv[2]));
	for (vm = VMS; vm-- > 0;) {
		vspan_consumer_detach(attachments[vm], &ledger);
		check(vspan_ledger_unexplained(&ledger) == 0 && ledger.attempted == ledger.emitted
				? 0
				: -EPROTO,
			"ledger");
	}
	vspan_consumer_destroy(consumer);
	for (vm = 0; vm < VMS; vm++)
		vspan_region_close(regions[vm]);
	fclose(script);
	fclose(truth);
	return 0;
}
