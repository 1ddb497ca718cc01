/* SPDX-License-Identifier: MIT */
/*
 * hooks.c - the hooks of -finstrument-functions: each call of an instrumented
 * function is a span. Called by compiled code wherever a function begins and ends,
 * in any thread and in signal handlers.
 *
 * A hook is told the function, not the call. So each thread has a stack of its
 * open calls, with the stack address each was made at. Calls whose end was never
 * told (longjmp, an exception through C code) are noticed when something begins
 * further up the stack, and end then.
 */
#include <errno.h>
#include <pthread.h>
#include "functions.h"

/* Open calls of a thread that are recorded; fewer than a host keeps open for a ring. */
#define DEPTH_MAX 1000u
/* Addresses further apart are not of one stack. */
#define STACK_SIZE_MAX (UINT64_C(8) << 20)

/* How many calls were too deep to be recorded, told when the stack is below the limit again. */
VSPAN_EVENT(functions, too_deep, VSPAN_LEVEL_WARNING, (u64, calls));

enum { STATE_NEW, STATE_ATTACHING, STATE_ON, STATE_OFF };

/*
 * One open call. `frame` is stored last and cleared first: an entry without one,
 * as a signal handler may find it, is being made or taken away.
 */
struct call {
	uintptr_t frame; /* the hook's, just below its function's */
	uintptr_t function;
	uintptr_t call_site;
	vspan_t span; /* 0: not recorded */
};

/* By ring, which is a thread's as long as it lives. Pages nobody goes down to cost nothing. */
static struct call calls[VSPAN_WRITERS_MAX][DEPTH_MAX];

struct thread {
	uint32_t depth;
	bool known;      /* its end will be told */
	uint64_t over;   /* open calls beyond the limit... */
	uint64_t missed; /* ...and all of them so far */
};

static __thread struct thread self __attribute__((tls_model("initial-exec")));
static uint32_t state;
static pthread_key_t key;

static void call_take_away(struct thread *thread, struct call *stack)
{
	struct call *call = &stack[thread->depth - 1];
	const vspan_t span = call->span;

	call->span = 0;
	call->frame = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	thread->depth--;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	vspan_end(span);
}

static void too_deep_tell(struct thread *thread)
{
	vspan_event(functions, too_deep, thread->missed);
	thread->over = 0;
	thread->missed = 0;
}

/* The end of a thread that left its functions by pthread_exit(), or of the process by exit(). */
static void thread_end(void *unused)
{
	struct call *stack = calls[vspan_port_ring_inline()];

	(void)unused;
	if (self.missed != 0)
		too_deep_tell(&self);
	while (self.depth > 0)
		call_take_away(&self, stack);
}

static void __attribute__((destructor)) process_end(void)
{
	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STATE_ON)
		thread_end(NULL);
}

/*
 * With the first instrumented call of the process, so that a shell or other wrapper
 * it was started through leaves the region alone. Calls of other threads in the
 * meantime are not recorded. The key comes first: its destructor has to run before
 * that of the port, which gives the ring back.
 */
static bool attach(void)
{
	uint32_t before = STATE_NEW;
	const int error = errno;
	bool attached;

	if (!__atomic_compare_exchange_n(
		    &state, &before, STATE_ATTACHING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		return before == STATE_ON;
	function_places_start();
	attached = pthread_key_create(&key, thread_end) == 0 &&
		vspan_attach(program_invocation_short_name) == VSPAN_ATTACH_OK;
	__atomic_store_n(&state, attached ? STATE_ON : STATE_OFF, __ATOMIC_RELEASE);
	errno = error;
	return attached;
}

static bool ready(void)
{
	const uint32_t now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);

	return vspan_likely(now == STATE_ON) || (now == STATE_NEW && attach());
}

/*
 * True if `call` cannot be open while something begins at `frame`: that is further up
 * the stack, or as far, but called from another place (a function that was inlined
 * has frame and call site of the one it is in).
 */
static bool call_is_over(const struct call *call, uintptr_t frame, uintptr_t call_site)
{
	if (call->frame == 0 || call->frame > frame || frame - call->frame >= STACK_SIZE_MAX)
		return false;
	return call->frame < frame || call->call_site != call_site;
}

/* Ends the calls above `frame` that were left without their ends being told. */
static void calls_catch_up(
	struct thread *thread, struct call *stack, uintptr_t frame, uintptr_t call_site)
{
	uint32_t top;

	while (thread->depth > 0) {
		top = thread->depth - 1;
		/* One that is being made is judged by the one below it. */
		if (stack[top].frame == 0 && top > 0)
			top--;
		if (!call_is_over(&stack[top], frame, call_site))
			return;
		if (thread->over != 0)
			too_deep_tell(thread);
		while (thread->depth > top)
			call_take_away(thread, stack);
	}
}

static vspan_t call_begin(uint32_t site)
{
	struct vspan_writer *writer = vspan_writer_self();
	struct vspan_record record;

	if (!vspan_record_open(&record, writer, 1, writer->limit, false))
		return 0;
	vspan_record_stamp(&record, vspan_port_counter_inline(),
		vspan_header(VSPAN_ABI_KIND_BEGIN, 1, 0, site));
	vspan_record_commit(&record);
	return vspan_record_span(&record);
}

__attribute__((visibility("default"))) void __cyg_profile_func_enter(
	void *function, void *call_site);
__attribute__((visibility("default"))) void __cyg_profile_func_exit(
	void *function, void *call_site);

void __cyg_profile_func_enter(void *function, void *call_site)
{
	const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	struct thread *thread = &self;
	uint32_t ring, site;
	struct call *stack, *call;

	if (!ready())
		return;
	ring = vspan_port_ring_inline();
	if (vspan_writers[ring].ring == NULL)
		return;
	stack = calls[ring];
	if (vspan_unlikely(!thread->known)) {
		thread->known = true;
		pthread_setspecific(key, thread);
	}
	calls_catch_up(thread, stack, frame, (uintptr_t)call_site);
	if (thread->depth >= DEPTH_MAX) {
		thread->over++;
		thread->missed++;
		return;
	}
	call = &stack[thread->depth++];
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	call->function = (uintptr_t)function;
	call->call_site = (uintptr_t)call_site;
	call->span = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	call->frame = frame;
	site = function_site((uintptr_t)function);
	if (function_enabled(site))
		call->span = call_begin(site);
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
	struct thread *thread = &self;
	struct call *stack;
	uint32_t i;

	(void)call_site;
	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != STATE_ON || thread->depth == 0)
		return;
	stack = calls[vspan_port_ring_inline()];
	if (thread->over != 0) {
		/* Unless a jump out of those beyond the limit brought us here. */
		if ((uintptr_t)__builtin_frame_address(0) <= stack[thread->depth - 1].frame) {
			if (--thread->over == 0)
				too_deep_tell(thread);
			return;
		}
		too_deep_tell(thread);
	}
	for (i = thread->depth; i > 0 && stack[i - 1].function != (uintptr_t)function; i--)
		;
	/* It may have begun before there was a region, or in another thread's name. */
	while (i > 0 && thread->depth >= i)
		call_take_away(thread, stack);
}
