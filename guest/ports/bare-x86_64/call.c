/* SPDX-License-Identifier: MIT */
/*
 * call.c - the guest's side of function calls (<vspan/microvm.h>): hands a message
 * over, and runs what the host asks for until that has returned from its own.
 */
#include "call.h"

#include <stdbool.h>
#include <stddef.h>
#include "microvm.h"

/* A message and the room for what comes with it: one on the stack at each level. */
struct exchange {
	struct vspan_microvm_call message;
	uint8_t data[MICROVM_CALL_DATA + 16] __attribute__((aligned(16)));
};

static const struct microvm_function *offered;
static uint32_t offered_count;

void microvm_functions_offer(const struct microvm_function *functions, uint32_t count)
{
	offered = functions;
	offered_count = count;
}

static void bytes_copy(void *to, const void *from, uint32_t size)
{
	uint32_t i;

	for (i = 0; i < size; i++)
		((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
}

/* Returns false if the name does not fit. */
static bool name_copy(char to[VSPAN_MICROVM_CALL_NAME], const char *from)
{
	uint32_t i;

	for (i = 0; i < VSPAN_MICROVM_CALL_NAME; i++) {
		to[i] = from[i];
		if (from[i] == '\0')
			return true;
	}
	return false;
}

static bool name_equals(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return *a == *b;
}

/* Hands the message over; when it comes back the host's answer is in its place. */
static void exchange_send(struct exchange *exchange, uint32_t kind, uint32_t status, uint32_t size)
{
	struct vspan_microvm_call *message = &exchange->message;

	message->struct_size = sizeof(*message);
	message->kind = kind;
	message->status = status;
	message->size = size;
	message->capacity = MICROVM_CALL_DATA;
	message->data = (uintptr_t)exchange->data;
	microvm_out(VSPAN_MICROVM_PORT_CALL, (uint32_t)(uintptr_t)message);
}

static const struct microvm_function *function_find(const char *name)
{
	uint32_t i;

	for (i = 0; i < offered_count; i++)
		if (name_equals(offered[i].name, name))
			return &offered[i];
	return NULL;
}

/* Its room for a result is on the stack of this function: not inlined, so that levels are apart. */
static __attribute__((noinline)) uint32_t function_run(
	const struct microvm_function *function, struct exchange *exchange)
{
	uint8_t result[MICROVM_CALL_DATA] __attribute__((aligned(16)));
	struct microvm_call call = {
		.arguments = exchange->data,
		.arguments_size = exchange->message.size,
		.result = result,
	};
	uint32_t status;

	exchange->data[call.arguments_size] = '\0';
	status = function->run(&call);
	if (call.result_size > MICROVM_CALL_DATA) {
		exchange->message.size = 0;
		return VSPAN_MICROVM_CALL_LARGE;
	}
	bytes_copy(exchange->data, result, call.result_size);
	exchange->message.size = call.result_size;
	return status;
}

/* Does what the host asks for, as long as it asks. */
static void exchange_serve(struct exchange *exchange)
{
	const struct microvm_function *function;
	uint32_t status;

	while (exchange->message.kind == VSPAN_MICROVM_CALL_CALL) {
		function = function_find(exchange->message.function);
		if (function == NULL) {
			exchange_send(
				exchange, VSPAN_MICROVM_CALL_RETURN, VSPAN_MICROVM_CALL_UNKNOWN, 0);
			continue;
		}
		status = function_run(function, exchange);
		exchange_send(exchange, VSPAN_MICROVM_CALL_RETURN, status, exchange->message.size);
	}
}

_Noreturn void microvm_serve(void)
{
	struct exchange exchange;

	for (;;) {
		exchange_send(&exchange, VSPAN_MICROVM_CALL_READY, VSPAN_MICROVM_CALL_OK, 0);
		exchange_serve(&exchange);
	}
}

uint32_t microvm_call_host(const char *name, const void *arguments, uint32_t arguments_size,
	void *result, uint32_t capacity, uint32_t *result_size)
{
	struct exchange exchange;

	if (result_size != NULL)
		*result_size = 0;
	if (!name_copy(exchange.message.function, name))
		return VSPAN_MICROVM_CALL_UNKNOWN;
	if (arguments_size > MICROVM_CALL_DATA)
		return VSPAN_MICROVM_CALL_LARGE;
	bytes_copy(exchange.data, arguments, arguments_size);
	exchange_send(&exchange, VSPAN_MICROVM_CALL_CALL, VSPAN_MICROVM_CALL_OK, arguments_size);
	exchange_serve(&exchange);
	if (exchange.message.size > capacity)
		return VSPAN_MICROVM_CALL_LARGE;
	bytes_copy(result, exchange.data, exchange.message.size);
	if (result_size != NULL)
		*result_size = exchange.message.size;
	return exchange.message.status;
}
