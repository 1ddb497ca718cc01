/* SPDX-License-Identifier: MIT */
/*
 * call.h - functions a guest of the micro-VM offers its host, and calls of the
 * host's. Calls nest: a function may call the host, which may call a function
 * again, on the same stack, VSPAN_MICROVM_CALL_DEPTH of them at most.
 *
 * A vCPU that serves sleeps without costing the host anything, and gets no timer
 * interrupts meanwhile. Not for interrupt handlers.
 */
#ifndef VSPAN_BARE_CALL_H
#define VSPAN_BARE_CALL_H

#include <stdint.h>
#include <vspan/microvm.h>

/* Bytes of arguments, and of a result, that a guest has room for at each level. */
#define MICROVM_CALL_DATA 1024u

/* What a function of the guest is called with. */
struct microvm_call {
	const void *arguments; /* aligned to 16 bytes, followed by a NUL */
	uint32_t arguments_size;
	uint32_t result_size; /* set by the function; 0 on entry */
	void *result;         /* MICROVM_CALL_DATA bytes of room */
};

struct microvm_function {
	const char *name; /* shorter than VSPAN_MICROVM_CALL_NAME */
	/* Returns VSPAN_MICROVM_CALL_OK, or a status from VSPAN_MICROVM_CALL_OWN on. */
	uint32_t (*run)(struct microvm_call *call);
};

/*
 * The functions the host may call, on every vCPU; `functions` stays the caller's and
 * must not change. Before the first call in either direction, on one vCPU.
 */
void microvm_functions_offer(const struct microvm_function *functions, uint32_t count);

/* This vCPU does what the host asks of it, for ever. */
_Noreturn void microvm_serve(void);

/*
 * Calls a function of the host. Stores at most `capacity` bytes of its result and, if
 * `result_size` is not NULL, how many there are. Returns its status, or one
 * below VSPAN_MICROVM_CALL_OWN that says why there is none.
 */
uint32_t microvm_call_host(const char *name, const void *arguments, uint32_t arguments_size,
	void *result, uint32_t capacity, uint32_t *result_size);

#endif /* VSPAN_BARE_CALL_H */
