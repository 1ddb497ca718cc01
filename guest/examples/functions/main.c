/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest that offers its host functions, on every vCPU, each a span. Arguments
 * and results are texts, one or several, each with its NUL:
 *
 *   echo TEXT...    gives them back          count      how often it was called in this life
 *   descend N       itself, through the host's function `call`, with N - 1, down to 0
 *   play SCRIPT     see play.h               context    the W3C trace context it is called in
 *   fail            status 23                spin       writes spans until it is stopped
 *   halt            never returns, idle      exit, reboot   the VM ends, starts again
 */
#include <stddef.h>
#include <vspan/guest.h>
#include "call.h"
#include "microvm.h"
#include "play.h"
#include "port.h"

VSPAN_SPAN(functions, echo, VSPAN_LEVEL_INFO, (u32, size));
VSPAN_SPAN(functions, count, VSPAN_LEVEL_INFO, (u32, number));
VSPAN_SPAN(functions, descend, VSPAN_LEVEL_INFO, (u32, level));
VSPAN_SPAN(functions, ask, VSPAN_LEVEL_INFO, (str, function));
VSPAN_SPAN(functions, fail, VSPAN_LEVEL_INFO);
VSPAN_SPAN(functions, spin, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(functions, turn, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(functions, idle, VSPAN_LEVEL_INFO);

#define STATUS_NONSENSE VSPAN_MICROVM_CALL_OWN
#define STATUS_FAILED 23u
#define DESCEND_MAX 99u

static uint32_t calls; /* of count */
static uint32_t started;

static uint32_t text_length(const char *text)
{
	uint32_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

/* Writes a number below 2^32 and its NUL; returns the bytes. */
static uint32_t number_write(char *to, uint32_t number)
{
	char digits[10];
	uint32_t count = 0, size = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		to[size++] = digits[--count];
	to[size++] = '\0';
	return size;
}

static uint32_t run_echo(struct microvm_call *call)
{
	vspan_t span = vspan_begin(functions, echo, call->arguments_size);
	uint32_t i;

	for (i = 0; i < call->arguments_size; i++)
		((char *)call->result)[i] = ((const char *)call->arguments)[i];
	call->result_size = call->arguments_size;
	vspan_end(span);
	return VSPAN_MICROVM_CALL_OK;
}

static uint32_t run_count(struct microvm_call *call)
{
	uint32_t number = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	vspan_t span = vspan_begin(functions, count, number);

	call->result_size = number_write(call->result, number);
	vspan_end(span);
	return VSPAN_MICROVM_CALL_OK;
}

/* The host's `call` takes the name of a guest function and its arguments. */
static uint32_t ask_for_descend(uint32_t level, struct microvm_call *call)
{
	static const char name[] = "descend";
	char arguments[sizeof(name) + 11];
	vspan_t span = vspan_begin(functions, ask, "call");
	uint32_t size, status;

	for (size = 0; size < sizeof(name); size++)
		arguments[size] = name[size];
	size += number_write(arguments + size, level);
	status = microvm_call_host(
		"call", arguments, size, call->result, MICROVM_CALL_DATA, &call->result_size);
	vspan_end(span);
	return status;
}

static uint32_t run_descend(struct microvm_call *call)
{
	const char *text = call->arguments;
	uint32_t level = 0, status = VSPAN_MICROVM_CALL_OK;
	vspan_t span;

	for (; *text >= '0' && *text <= '9' && level <= DESCEND_MAX; text++)
		level = level * 10 + (uint32_t)(*text - '0');
	if (*text != '\0' || level > DESCEND_MAX || call->arguments_size == 0)
		return STATUS_NONSENSE;
	span = vspan_begin(functions, descend, level);
	if (level > 0)
		status = ask_for_descend(level - 1, call);
	else
		call->result_size = number_write(call->result, 0);
	vspan_end(span);
	return status;
}

static uint32_t run_fail(struct microvm_call *call)
{
	vspan_t span = vspan_begin(functions, fail);

	(void)call;
	vspan_status(span, VSPAN_STATUS_ERROR, "as asked for");
	vspan_end(span);
	return STATUS_FAILED;
}

static uint32_t run_spin(struct microvm_call *call)
{
	uint64_t number;

	(void)call;
	vspan_begin(functions, spin, 1);
	for (number = 0; number < UINT64_MAX; number++)
		vspan_end(vspan_begin(functions, turn, number));
	return VSPAN_MICROVM_CALL_OK;
}

static uint32_t run_halt(struct microvm_call *call)
{
	(void)call;
	vspan_begin(functions, idle);
	vspan_publish();
	microvm_stop();
}

static char *hex_write(char *to, uint64_t number, int digits)
{
	while (digits-- > 0)
		*to++ = "0123456789abcdef"[number >> 4 * digits & 0xf];
	return to;
}

/* "TRACE-SPAN", or nothing if there is none. */
static uint32_t run_context(struct microvm_call *call)
{
	struct vspan_context context;
	char *to = call->result;

	if (!vspan_context_read(&context))
		return VSPAN_MICROVM_CALL_OK;
	to = hex_write(to, context.trace_id[0], 16);
	to = hex_write(to, context.trace_id[1], 16);
	*to++ = '-';
	to = hex_write(to, context.span_id, 16);
	*to++ = '\0';
	call->result_size = (uint32_t)(to - (char *)call->result);
	return VSPAN_MICROVM_CALL_OK;
}

static uint32_t run_exit(struct microvm_call *call)
{
	(void)call;
	microvm_exit(0);
}

static uint32_t run_reboot(struct microvm_call *call)
{
	(void)call;
	microvm_reboot();
}

static const struct microvm_function functions[] = {
	{"context", run_context},
	{"count", run_count},
	{"descend", run_descend},
	{"echo", run_echo},
	{"exit", run_exit},
	{"fail", run_fail},
	{"halt", run_halt},
	{"play", play},
	{"reboot", run_reboot},
	{"spin", run_spin},
};

/* A host may have a function `boot`: it is told the guest's arguments, if there are any. */
static void greet(const struct vspan_microvm_boot *boot)
{
	if (boot->arguments[0] != '\0')
		microvm_call_host(
			"boot", boot->arguments, text_length(boot->arguments) + 1, NULL, 0, NULL);
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	port_cpu_start(boot);
	if (boot->cpu == 0) {
		microvm_functions_offer(functions, sizeof(functions) / sizeof(functions[0]));
		vspan_attach("functions");
		greet(boot);
		__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 0)
		__asm__ volatile("pause");
	microvm_serve();
}
