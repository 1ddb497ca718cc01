/* SPDX-License-Identifier: MIT */
/*
 * cmd-call.c - `vspan call`: boots a guest that offers functions, calls one of them, and
 * prints what it returns. The guest may call the host in turn (host-functions.c).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli.h"
#include "host-functions.h"
#include "machine.h"
#include "sanitise.h"

#define RESULT_SIZE 65536u
#define SNAPSHOT_TRIES 10000 /* of a millisecond */

struct call_options {
	struct machine_options machine;
	const char *function;
	char *arguments; /* texts, each with its NUL */
	uint32_t arguments_size;
	uint64_t repeat;
	bool restore; /* before each call but the first */
	bool summary;
};

static void help(void)
{
	fputs("Usage: vspan call [OPTIONS] GUEST.elf FUNCTION [ARGUMENT...]\n\n"
	      "Boots a guest that offers functions, calls one with the arguments as texts, and\n"
	      "prints the texts it returns. What the guest records is drained meanwhile, as by\n"
	      "`vspan run`. The guest finds functions of the host: print, call, play.\n\n"
	      "Calls:\n"
	      "      --repeat=N         call N times (default 1)\n"
	      "      --restore          between calls, go back to a snapshot of before the first\n"
	      "      --timeout=TIME     of each call, after which its vCPU is stopped (default: "
	      "never)\n"
	      "      --traceparent=TEXT W3C trace context of the caller; default: what the\n"
	      "                         environment has as TRACEPARENT\n"
	      "Machine and rings, as of `vspan run`:\n"
	      "  -c, --cpus=N           vCPUs (default 2)\n"
	      "  -m, --memory=SIZE      RAM of the guest (default 64M)\n"
	      "  -n, --name=NAME        name of the VM in the trace (default: the ELF's)\n"
	      "  -q, --quiet            drop the guest's console output\n"
	      "  -r, --ring-size=SIZE   of each ring (default 1M)\n"
	      "      --mode=MODE        block, discard or overwrite (default block)\n"
	      "      --poll=TIME        pause of the consumer between rounds (default 100us)\n"
	      "Output:\n"
	      "  -s, --summary          the account of `vspan run`, on standard error\n"
	      "      --format=FORMAT    of the summary: text or json (default text)\n"
	      "  -h, --help             this text\n\n"
	      "Exit status: 0; 1 if there was no result, or the function's status is not 0; 2 for\n"
	      "a wrong command line.\n",
		stdout);
}

/* A caller's context that makes no sense is as good as none: as W3C has it. */
static void context_inherit(struct machine_options *options)
{
	const char *text = getenv("TRACEPARENT");

	if (!options->has_context && text != NULL)
		options->has_context = vspan_trace_context_parse(text, &options->context) == 0;
}

/* What follows the guest's name: the function, and its arguments as they lie in memory. */
static bool words_take(struct call_options *options, int argc, char **argv)
{
	size_t size = 0;
	int i;

	if (argc < 2) {
		cli_error("no function given: `vspan call [OPTIONS] GUEST.elf FUNCTION "
			  "[ARGUMENT...]`");
		return false;
	}
	options->function = argv[1];
	for (i = 2; i < argc; i++)
		size += strlen(argv[i]) + 1;
	options->arguments = malloc(size + 1);
	if (options->arguments == NULL || size > VSPAN_MICROVM_CALL_SIZE_MAX) {
		cli_error("the arguments are too long: %zu bytes, at most %u", size,
			VSPAN_MICROVM_CALL_SIZE_MAX);
		return false;
	}
	for (i = 2; i < argc; i++) {
		strcpy(options->arguments + options->arguments_size, argv[i]);
		options->arguments_size += (uint32_t)strlen(argv[i]) + 1;
	}
	return machine_guest(&options->machine, "call", 1, argv);
}

/* 0: go on; otherwise the exit code, plus 1. */
static int options_take(struct call_options *options, int argc, char **argv)
{
	static const struct option long_options[] = {{"repeat", required_argument, NULL, 'R'},
		{"restore", no_argument, NULL, 'S'}, {"timeout", required_argument, NULL, 't'},
		{"traceparent", required_argument, NULL, 'T'},
		{"cpus", required_argument, NULL, 'c'}, {"memory", required_argument, NULL, 'm'},
		{"name", required_argument, NULL, 'n'}, {"quiet", no_argument, NULL, 'q'},
		{"ring-size", required_argument, NULL, 'r'}, {"mode", required_argument, NULL, 'M'},
		{"poll", required_argument, NULL, 'p'}, {"summary", no_argument, NULL, 's'},
		{"format", required_argument, NULL, 'F'}, {"help", no_argument, NULL, 'h'}, {0}};
	int code, ret = 1;

	while ((code = getopt_long(argc, argv, MACHINE_SHORT_OPTIONS "s", long_options, NULL)) !=
		-1) {
		switch (code) {
		case 'h':
			help();
			return EXIT_OK + 1;
		case 'R':
			ret = parse_number(optarg, 1, UINT32_MAX, &options->repeat) ? 1 : -1;
			if (ret < 0)
				cli_value_error(optarg, "--repeat: a number from 1 on");
			break;
		case 'S':
			options->restore = true;
			break;
		case 's':
			options->summary = true;
			break;
		default:
			ret = machine_option(&options->machine, code, optarg);
			break;
		}
		if (ret == 0)
			cli_option_error(code, argv);
		if (ret != 1)
			return EXIT_USAGE + 1;
	}
	context_inherit(&options->machine);
	return words_take(options, argc - optind, argv + optind) ? 0 : EXIT_USAGE + 1;
}

/* The texts, made safe, each on a line of its own. */
static void result_print(const char *result, uint32_t size)
{
	static char line[SANITISE_SIZE(RESULT_SIZE)];
	uint32_t at = 0, length;

	while (at < size) {
		length = (uint32_t)strnlen(result + at, size - at);
		sanitise_text(result + at, length, line, sizeof(line));
		printf("%s\n", line);
		at += length + 1;
	}
	fflush(stdout);
}

/* 0: it returned, `*code` is the exit code that gives; or a negative errno. */
static int call_once(
	struct vmm *vmm, const struct call_options *options, int *code, struct vspan_error *error)
{
	static char result[RESULT_SIZE];
	struct vmm_call call = {
		.cpu = VMM_CPU_ANY,
		.function = options->function,
		.arguments = options->arguments,
		.arguments_size = options->arguments_size,
		.result = result,
		.result_capacity = sizeof(result),
		.timeout_ns = options->machine.timeout,
		.context = options->machine.has_context ? &options->machine.context : NULL,
	};
	int ret = vmm_call(vmm, &call, error);

	if (ret < 0)
		return ret;
	result_print(result, call.result_size);
	*code = call.status == VSPAN_MICROVM_CALL_OK ? EXIT_OK : EXIT_FAILED;
	if (call.status == VSPAN_MICROVM_CALL_UNKNOWN)
		cli_error("the guest has no function '%s'", options->function);
	else if (*code != EXIT_OK)
		cli_error("the guest's function '%s' failed with status %u", options->function,
			call.status);
	return 0;
}

/* A snapshot can be taken once every vCPU is ready: shortly after the boot. */
static int snapshot_await(
	struct vmm *vmm, struct vmm_snapshot **snapshot, struct vspan_error *error)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int tries, ret = -EBUSY;

	for (tries = 0; tries < SNAPSHOT_TRIES && ret == -EBUSY; tries++) {
		error->code = 0;
		ret = vmm_snapshot_take(vmm, snapshot, error);
		if (ret == -EBUSY)
			nanosleep(&pause, NULL);
	}
	return ret;
}

static int calls_make(
	struct vmm *vmm, const struct call_options *options, int *code, struct vspan_error *error)
{
	struct vmm_snapshot *snapshot = NULL;
	uint64_t i;
	int ret = vmm_start(vmm, error);

	if (ret == 0 && options->restore)
		ret = snapshot_await(vmm, &snapshot, error);
	for (i = 0; i < options->repeat && ret == 0 && *code == EXIT_OK; i++) {
		if (i > 0 && options->restore)
			ret = vmm_restore(vmm, snapshot, error);
		if (ret == 0)
			ret = call_once(vmm, options, code, error);
	}
	vmm_snapshot_destroy(snapshot);
	return ret;
}

static int call_run(const struct call_options *options)
{
	struct vspan_error error = {0};
	struct machine *machine = NULL;
	struct machine_result result;
	int code = EXIT_OK;
	int ret = machine_open(&options->machine, &result, &machine, &error);

	if (ret == 0) {
		ret = host_functions_add(machine_vmm(machine));
		if (ret == 0)
			ret = calls_make(machine_vmm(machine), options, &code, &error);
		machine_close(machine, NULL);
	}
	if (ret < 0)
		cli_error("%s", error.text);
	if (machine != NULL && options->summary)
		machine_print(stderr, &options->machine, &result);
	return ret < 0 ? EXIT_FAILED : code;
}

int cmd_call(int argc, char **argv)
{
	struct call_options options = {.repeat = 1};
	int ret;

	machine_defaults(&options.machine);
	options.machine.host_spans = true;
	ret = options_take(&options, argc, argv);
	ret = ret != 0 ? ret - 1 : call_run(&options);
	free(options.arguments);
	free(options.machine.arguments);
	return ret;
}
