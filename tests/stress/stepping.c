/* SPDX-License-Identifier: MIT */
/* stepping.c - see stepping.h. */
#include "stepping.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define TRAP_FLAG 0x100u
#define BREAKPOINT 0xccu

/* What SIGTRAP is about: `trace` while learning, else a breakpoint; the innermost call's. */
struct stepping {
	struct stepping_trace *trace;
	void (*code)(void);
	uintptr_t stack; /* at the first instruction of the code: above, it has returned */
	bool returned;
	uintptr_t address;
	uint32_t passes; /* of the address until the interrupt comes */
	uint8_t original;
	bool over_it; /* one step, after which the breakpoint is put back */
	bool came;
	void (*interrupt)(void);
};

static struct stepping *volatile current;
static volatile bool paused;

static void put_byte(uintptr_t address, uint8_t byte)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	if (mprotect((void *)(address & -page), page, PROT_READ | PROT_WRITE | PROT_EXEC) < 0) {
		perror("the test's own code cannot be made writable for breakpoints");
		exit(1);
	}
	*(volatile uint8_t *)address = byte;
}

static void flags_write(uint64_t set, uint64_t clear)
{
	__asm__ volatile("" : : : "memory");
	__builtin_ia32_writeeflags_u64((__builtin_ia32_readeflags_u64() & ~clear) | set);
	__asm__ volatile("" : : : "memory");
}

static void learn(struct stepping *stepping, const greg_t *registers)
{
	struct stepping_trace *trace = stepping->trace;

	if (stepping->stack == 0 && (uintptr_t)registers[REG_RIP] == (uintptr_t)stepping->code)
		stepping->stack = (uintptr_t)registers[REG_RSP];
	if (stepping->stack != 0 && (uintptr_t)registers[REG_RSP] > stepping->stack)
		stepping->returned = true;
	if (stepping->stack == 0 || stepping->returned || paused)
		return;
	if (trace->count == STEPPING_MAX)
		abort();
	trace->address[trace->count++] = (uintptr_t)registers[REG_RIP];
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct stepping *stepping = current;

	(void)number, (void)info;
	if (stepping->trace != NULL) {
		learn(stepping, registers);
		return;
	}
	if (stepping->over_it) {
		stepping->over_it = false;
		registers[REG_EFL] &= ~(greg_t)TRAP_FLAG;
		put_byte(stepping->address, BREAKPOINT);
		return;
	}
	registers[REG_RIP]--;
	put_byte(stepping->address, stepping->original);
	if (--stepping->passes != 0) {
		stepping->over_it = true;
		registers[REG_EFL] |= TRAP_FLAG;
		return;
	}
	stepping->came = true;
	stepping->interrupt();
}

void stepping_pause(void)
{
	paused = true;
}

void stepping_resume(void)
{
	paused = false;
}

void stepping_learn(struct stepping_trace *trace, void (*code)(void))
{
	struct stepping stepping = {.trace = trace, .code = code};
	struct stepping *outer = current;

	trace->count = 0;
	current = &stepping;
	flags_write(TRAP_FLAG, 0);
	code();
	flags_write(0, TRAP_FLAG);
	current = outer;
}

bool stepping_call(const struct stepping_trace *trace, void (*code)(void), uint32_t at,
	void (*interrupt)(void))
{
	struct stepping stepping = {.address = trace->address[at], .interrupt = interrupt};
	struct stepping *outer = current;
	uint32_t i;

	for (i = 0; i <= at; i++)
		stepping.passes += trace->address[i] == stepping.address;
	stepping.original = *(volatile uint8_t *)stepping.address;
	current = &stepping;
	put_byte(stepping.address, BREAKPOINT);
	code();
	put_byte(stepping.address, stepping.original);
	current = outer;
	return stepping.came;
}

static void three_instructions(void)
{
	__asm__ volatile("nop\n\tnop\n\tnop" : : : "memory");
}

bool stepping_start(void)
{
	/* The kernel clears the flag for the handler: a handler is not stepped. */
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};
	void (*volatile code)(void) = three_instructions;
	static struct stepping_trace trace;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGTRAP, &action, NULL) < 0)
		return false;
	stepping_learn(&trace, code);
	return trace.count >= 3;
}
