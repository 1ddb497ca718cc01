/* SPDX-License-Identifier: MIT */
/*
 * stepping.h - runs a function and, at one chosen instruction of it, another one, as
 * an interrupt would come. First the function is single-stepped (the trap flag of
 * x86) to learn its instructions; then a breakpoint is put where it is wanted, which
 * is a hundred times faster. Used by test-nested.c; one thread.
 */
#ifndef VSPAN_TESTS_STEPPING_H
#define VSPAN_TESTS_STEPPING_H

#include <stdbool.h>
#include <stdint.h>

#define STEPPING_MAX 4096u

/* The instructions a call executed, in order. */
struct stepping_trace {
	uint32_t count;
	uintptr_t address[STEPPING_MAX];
};

/* Takes SIGTRAP; once. False: single steps do not trap here (under valgrind they do not). */
bool stepping_start(void);

/* Calls `code`, and writes down its instructions. */
void stepping_learn(struct stepping_trace *trace, void (*code)(void));

/*
 * Calls `code`, which has to take the way of the trace, and `interrupt` before its
 * instruction number `at`, below trace->count. False: it did not come there.
 * `interrupt` may call this again.
 */
bool stepping_call(const struct stepping_trace *trace, void (*code)(void), uint32_t at,
	void (*interrupt)(void));

/* Around what no interrupt comes in, as in a VM exit: it is no part of a trace. */
void stepping_pause(void);
void stepping_resume(void);

#endif /* VSPAN_TESTS_STEPPING_H */
