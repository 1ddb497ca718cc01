/* SPDX-License-Identifier: MIT */
/* machine-options.c - the command-line options that describe a micro-VM. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "machine.h"

const char machine_help[] =
	"Machine:\n"
	"  -c, --cpus=N           vCPUs, one ring each (default 2)\n"
	"  -m, --memory=SIZE      RAM of the guest (default 64M)\n"
	"  -n, --name=NAME        name of the VM in the trace (default: the ELF's)\n"
	"      --timeout=TIME     end the VM after TIME, e.g. 30s (default: never)\n"
	"  -q, --quiet            drop the guest's console output\n"
	"      --kill-after=TIME  stop vCPUs dead TIME after the guest's hello, e.g. 20ms\n"
	"      --kill-cpu=N       only vCPU N (default: all)\n"
	"      --traceparent=TEXT W3C trace context of the caller: the parent of the guest's\n"
	"                         outermost spans, and the guest can read it\n"
	"Rings:\n"
	"  -r, --ring-size=SIZE   of each ring, a power of two, 64k to 1G (default 1M)\n"
	"      --mode=MODE        when a ring is full: block, discard or overwrite (default "
	"block)\n"
	"      --poll=TIME        pause of the consumer between rounds (default 100us)\n"
	"      --drain-on-exit    drain only when a vCPU leaves the VM (for measurements)\n"
	"Output:\n"
	"      --format=FORMAT    of the summary: text or json (default text)\n"
	"  -h, --help             this text\n";

void machine_defaults(struct machine_options *options)
{
	*options = (struct machine_options){
		.cpus = 2,
		.memory = UINT64_C(64) << 20,
		.ring_size = UINT64_C(1) << 20,
		.mode = VSPAN_ABI_MODE_BLOCK,
		.kill_cpu = UINT32_MAX,
	};
}

/* What the value of an option has to be. */
static const char *expected(int code)
{
	switch (code) {
	case 'c':
		return "--cpus: a number from 1 to 64";
	case 'm':
		return "--memory: a size such as 64M";
	case 'r':
		return "--ring-size: a power of two from 64k to 1G";
	case 'M':
		return "--mode: block, discard or overwrite";
	case 'K':
		return "--kill-cpu: a vCPU's number";
	case 'F':
		return "--format: text or json";
	case 'T':
		return "--traceparent: as in 00-0af7651916cd43dd8448eb211c80319c-"
		       "b7ad6b7169203331-01";
	default:
		return "a duration such as 500us, 20ms or 3s";
	}
}

int machine_option(struct machine_options *options, int code, const char *argument)
{
	bool good = true;

	switch (code) {
	case 'c':
		good = parse_number(argument, 1, VMM_CPUS_MAX, &options->cpus);
		break;
	case 'm':
		good = parse_size(argument, &options->memory);
		break;
	case 'r':
		good = parse_ring_size(argument, &options->ring_size);
		break;
	case 'M':
		good = parse_mode(argument, &options->mode);
		break;
	case 'n':
		options->name = argument;
		break;
	case 'k':
		good = options->kill = parse_duration(argument, &options->kill_after);
		break;
	case 'K':
		good = parse_number(argument, 0, VMM_CPUS_MAX - 1, &options->kill_cpu);
		break;
	case 't':
		good = parse_duration(argument, &options->timeout);
		break;
	case 'T':
		good = vspan_trace_context_parse(argument, &options->context) == 0;
		options->has_context = good;
		break;
	case 'p':
		good = parse_duration(argument, &options->poll);
		break;
	case 'D':
		options->drain_on_exit = true;
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'F':
		good = parse_format(argument, &options->json);
		break;
	default:
		return 0;
	}
	if (!good)
		cli_value_error(argument, expected(code));
	return good ? 1 : -1;
}

bool machine_guest(struct machine_options *options, const char *command, int argc, char **argv)
{
	const char *slash;
	size_t size = 1;
	int i;

	if (argc < 1) {
		cli_error("no guest given: `vspan %s [OPTIONS] GUEST.elf [ARGUMENT...]`", command);
		return false;
	}
	options->guest = argv[0];
	slash = strrchr(argv[0], '/');
	if (options->name == NULL)
		options->name = slash != NULL ? slash + 1 : argv[0];
	for (i = 1; i < argc; i++)
		size += strlen(argv[i]) + 1;
	if (size > VSPAN_MICROVM_ARGUMENTS) {
		cli_error("the guest's arguments are too long: %zu bytes, at most %u", size,
			VSPAN_MICROVM_ARGUMENTS);
		return false;
	}
	options->arguments = calloc(1, size);
	if (options->arguments == NULL) {
		cli_error("out of memory");
		return false;
	}
	for (i = 1; i < argc; i++) {
		if (i > 1)
			strcat(options->arguments, " ");
		strcat(options->arguments, argv[i]);
	}
	return true;
}
