/* SPDX-License-Identifier: MIT */
/*
 * calls-guest.c - the guest of test-calls.c: functions whose arguments and results are
 * numbers of 64 bits, and a guest that breaks the rules of calls. Arguments:
 *   reboot   at boot asks the host's `reboots` whether to, else ends the VM
 *   return   at boot returns from a call nobody made
 */
#include <stddef.h>
#include <vspan/guest.h>
#include "call.h"
#include "idt.h"
#include "microvm.h"
#include "port.h"

VSPAN_SPAN(calls, span, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(calls, nest, VSPAN_LEVEL_INFO, (u64, level));
VSPAN_SPAN(calls, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(calls, inner, VSPAN_LEVEL_INFO, (u64, number), (str, text));
VSPAN_SPAN(calls, tick, VSPAN_LEVEL_INFO);

#define STATUS_NO VSPAN_MICROVM_CALL_OWN
#define CPUS_MAX 64u

static struct {
	uint64_t number;
} __attribute__((aligned(128))) cpus[CPUS_MAX];

static uint64_t counter;
static uint64_t kept;
static uint32_t started;

static uint64_t argument(const struct microvm_call *call)
{
	return call->arguments_size == sizeof(uint64_t) ? *(const uint64_t *)call->arguments : 0;
}

static uint32_t answer(struct microvm_call *call, uint64_t number)
{
	*(uint64_t *)call->result = number;
	call->result_size = sizeof(number);
	return VSPAN_MICROVM_CALL_OK;
}

static uint32_t run_where(struct microvm_call *call)
{
	return answer(call, vspan_port_ring());
}

static uint32_t run_add(struct microvm_call *call)
{
	return answer(call, __atomic_add_fetch(&counter, argument(call), __ATOMIC_RELAXED));
}

static uint32_t run_span(struct microvm_call *call)
{
	vspan_t span = vspan_begin(calls, span, argument(call));

	vspan_end(span);
	return answer(call, span);
}

/* Left open, perhaps over a snapshot... */
static uint32_t run_keep(struct microvm_call *call)
{
	kept = vspan_begin(calls, span, argument(call));
	return answer(call, kept);
}

/* ...and ended in another life. */
static uint32_t run_release(struct microvm_call *call)
{
	vspan_end(kept);
	return answer(call, kept);
}

/* By way of the host's `nest`, which calls this one with one less. */
static uint32_t run_nest(struct microvm_call *call)
{
	const uint64_t level = argument(call);
	vspan_t span = vspan_begin(calls, nest, level);
	uint64_t below = 0, next = level - 1;
	uint32_t status = VSPAN_MICROVM_CALL_OK;

	if (level > 0)
		status =
			microvm_call_host("nest", &next, sizeof(next), &below, sizeof(below), NULL);
	vspan_end(span);
	answer(call, below + 1);
	return status;
}

/* As deep as the host allows: the status in which that ends is the result. */
static uint32_t run_deep(struct microvm_call *call)
{
	uint64_t below = 0;
	uint32_t status = microvm_call_host("deep", NULL, 0, &below, sizeof(below), NULL);

	return answer(call, status == VSPAN_MICROVM_CALL_OK ? below + 1 : 1);
}

static uint32_t run_unknown(struct microvm_call *call)
{
	return answer(call, microvm_call_host("nowhere", NULL, 0, NULL, 0, NULL));
}

/* Its result does not fit into what the guest has for it. */
static uint32_t run_cut(struct microvm_call *call)
{
	uint8_t room[4];

	return answer(call, microvm_call_host("nest", NULL, 0, room, sizeof(room), NULL));
}

static void tick(void)
{
	uint64_t outer = vspan_interrupt_enter();

	vspan_end(vspan_begin(calls, tick));
	vspan_interrupt_leave(outer);
}

static uint32_t run_forever(struct microvm_call *call)
{
	uint64_t *number = &cpus[vspan_port_ring() % CPUS_MAX].number;
	vspan_t outer, inner;

	(void)call;
	idt_timer_handler_set(tick);
	microvm_timer_set(1000);
	microvm_interrupts_enable();
	for (*number = 1; *number != 0; ++*number) {
		outer = vspan_begin(calls, outer, *number);
		inner = vspan_begin(calls, inner, *number, "a text of some length");
		vspan_end(inner);
		vspan_end(outer);
	}
	return STATUS_NO;
}

static uint32_t run_idle(struct microvm_call *call)
{
	(void)call;
	vspan_begin(calls, outer, 0);
	microvm_stop();
}

static uint32_t run_exit(struct microvm_call *call)
{
	microvm_exit((uint32_t)argument(call));
}

/* Messages that break a rule, by number; test-calls.c has what becomes of them. */
static uint32_t run_hostile(struct microvm_call *call)
{
	static uint8_t data[16];
	struct vspan_microvm_call message = {
		.struct_size = sizeof(message),
		.kind = VSPAN_MICROVM_CALL_CALL,
		.size = sizeof(data),
		.capacity = sizeof(data),
		.data = (uintptr_t)data,
		.function = "nest",
	};
	uint32_t address = (uint32_t)(uintptr_t)&message, i;

	switch (argument(call)) {
	case 0:
		address = 0xfffffff0;
		break;
	case 1:
		message.data = UINT64_MAX - 8;
		break;
	case 2:
		message.size = VSPAN_MICROVM_CALL_SIZE_MAX + 1;
		break;
	case 3:
		message.capacity = UINT32_MAX;
		break;
	case 4:
		message.struct_size = sizeof(message) - 1;
		break;
	case 5:
		message.kind = 77;
		break;
	case 6:
		message.kind = VSPAN_MICROVM_CALL_READY;
		break;
	case 7:
		for (i = 0; i < VSPAN_MICROVM_CALL_NAME; i++)
			message.function[i] = 'x';
		break;
	case 8:
		message.function[0] = '\x1b';
		break;
	default:
		return STATUS_NO;
	}
	microvm_out(VSPAN_MICROVM_PORT_CALL, address);
	return STATUS_NO;
}

static const struct microvm_function functions[] = {
	{"add", run_add},
	{"cut", run_cut},
	{"deep", run_deep},
	{"exit", run_exit},
	{"forever", run_forever},
	{"hostile", run_hostile},
	{"idle", run_idle},
	{"keep", run_keep},
	{"nest", run_nest},
	{"release", run_release},
	{"span", run_span},
	{"unknown", run_unknown},
	{"where", run_where},
};

static void boot_reboot(void)
{
	uint64_t again = 0;

	vspan_begin(calls, span, 1);
	microvm_call_host("reboots", NULL, 0, &again, sizeof(again), NULL);
	if (again != 0)
		microvm_reboot();
	microvm_exit(7);
}

static void boot_return(void)
{
	struct vspan_microvm_call message = {
		.struct_size = sizeof(message),
		.kind = VSPAN_MICROVM_CALL_RETURN,
	};

	microvm_out(VSPAN_MICROVM_PORT_CALL, (uint32_t)(uintptr_t)&message);
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	port_cpu_start(boot);
	if (boot->cpu == 0) {
		microvm_functions_offer(functions, sizeof(functions) / sizeof(functions[0]));
		vspan_attach("calls");
		if (boot->arguments[0] == 'r' && boot->arguments[2] == 'b')
			boot_reboot();
		if (boot->arguments[0] == 'r')
			boot_return();
		__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 0)
		__asm__ volatile("pause");
	microvm_serve();
}
