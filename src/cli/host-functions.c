/* SPDX-License-Identifier: MIT */
/* host-functions.c - see host-functions.h. A guest may call them with anything. */
#include "host-functions.h"

#include <stdio.h>
#include <string.h>
#include "sanitise.h"

#define NONSENSE VSPAN_MICROVM_CALL_OWN

static uint32_t host_print(void *data, struct vmm_host_call *call)
{
	const char *text = call->arguments;
	char line[SANITISE_SIZE(VSPAN_MICROVM_CALL_NAME * 16)];
	size_t length = strnlen(text, call->arguments_size);

	(void)data;
	sanitise_text(text, length, line, sizeof(line));
	printf("%s\n", line);
	fflush(stdout);
	return VSPAN_MICROVM_CALL_OK;
}

/* The guest's function of that name; its result is the caller's. */
static uint32_t guest_function(
	struct vmm_host_call *host, const char *function, const void *arguments, uint32_t size)
{
	struct vmm_call call = {
		.cpu = host->cpu,
		.function = function,
		.arguments = arguments,
		.arguments_size = size,
		.result = host->result,
		.result_capacity = host->result_capacity,
	};

	if (vmm_call(host->vmm, &call, NULL) < 0)
		return VSPAN_MICROVM_CALL_FAILED;
	host->result_size = call.result_size;
	return call.status;
}

static uint32_t host_call(void *data, struct vmm_host_call *call)
{
	const char *function = call->arguments;
	const size_t length = strnlen(function, call->arguments_size);

	(void)data;
	if (length == call->arguments_size)
		return NONSENSE;
	return guest_function(
		call, function, function + length + 1, call->arguments_size - (uint32_t)length - 1);
}

/* The position of the bracket that closes the one at `at`; `size` if there is none. */
static uint32_t bracket_end(const char *script, uint32_t at, uint32_t size)
{
	uint32_t depth = 0;

	for (; at < size; at++) {
		if (script[at] == '[')
			depth++;
		else if (script[at] == ']' && --depth == 0)
			break;
	}
	return at;
}

static uint32_t host_play(void *data, struct vmm_host_call *call)
{
	const char *script = call->arguments;
	uint32_t status = VSPAN_MICROVM_CALL_OK, at, end;

	(void)data;
	for (at = 0; at < call->arguments_size && status == VSPAN_MICROVM_CALL_OK; at++) {
		if (script[at] != '[')
			continue;
		end = bracket_end(script, at, call->arguments_size);
		if (end == call->arguments_size)
			return NONSENSE;
		status = guest_function(call, "play", script + at + 1, end - at - 1);
		at = end;
	}
	return status;
}

int host_functions_add(struct vmm *vmm)
{
	static const struct {
		const char *name;
		vmm_host_function run;
	} functions[] = {{"call", host_call}, {"play", host_play}, {"print", host_print}};
	int code = 0;
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]) && code == 0; i++)
		code = vmm_function_add(vmm, functions[i].name, functions[i].run, NULL);
	return code;
}
