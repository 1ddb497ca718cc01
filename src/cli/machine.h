/* SPDX-License-Identifier: MIT */
/*
 * machine.h - a guest in the micro-VM with everything around it: region,
 * consumer, VM. What `vspan run`, `record` and `call` have in common.
 */
#ifndef VSPAN_CLI_MACHINE_H
#define VSPAN_CLI_MACHINE_H

#include <stdio.h>
#include <vspan/host.h>
#include "vmm/vmm.h"

struct machine_options {
	const char *guest; /* path of the ELF */
	char *arguments;   /* for the guest; allocated */
	const char *name;
	uint64_t cpus;
	uint64_t memory;    /* bytes */
	uint64_t ring_size; /* bytes */
	uint32_t mode;      /* VSPAN_ABI_MODE_* */
	bool kill;
	uint64_t kill_after; /* ns */
	uint64_t kill_cpu;
	uint64_t timeout; /* ns, 0: none */
	uint64_t poll;    /* ns, 0: default */
	bool drain_on_exit;
	bool quiet;      /* no guest console */
	bool host_spans; /* write spans of the host's own around calls */
	bool has_context;
	struct vspan_trace_context context; /* the caller's, for all vCPUs */
	bool json;
};

struct machine_result {
	struct vmm_result vm;
	struct vspan_ledger ledger;
	struct vspan_consumer_stats consumer;
	uint64_t first_exit_ns; /* CLOCK_MONOTONIC of the first full, flush, halt or end; 0: none */
	uint64_t records_at_first_exit; /* drained before it */
};

/* Defaults: 2 CPUs, 64 MiB, 1 MiB rings, block. */
void machine_defaults(struct machine_options *options);

/* The options `run` and `record` share, for --help. */
extern const char machine_help[];

/*
 * Parses getopt_long's option `code` with its argument. 1: was one of ours; 0:
 * not ours; -1: ours and wrong, the error has been printed.
 */
int machine_option(struct machine_options *options, int code, const char *argument);

/* getopt_long's table; sub-commands append theirs. */
#define MACHINE_LONG_OPTIONS                                                                       \
	{"cpus", required_argument, NULL, 'c'}, {"memory", required_argument, NULL, 'm'},          \
		{"ring-size", required_argument, NULL, 'r'},                                       \
		{"mode", required_argument, NULL, 'M'}, {"name", required_argument, NULL, 'n'},    \
		{"kill-after", required_argument, NULL, 'k'},                                      \
		{"kill-cpu", required_argument, NULL, 'K'},                                        \
		{"timeout", required_argument, NULL, 't'},                                         \
		{"traceparent", required_argument, NULL, 'T'},                                     \
		{"poll", required_argument, NULL, 'p'}, {"drain-on-exit", no_argument, NULL, 'D'}, \
		{"quiet", no_argument, NULL, 'q'}, {"format", required_argument, NULL, 'F'},       \
	{                                                                                          \
		"help", no_argument, NULL, 'h'                                                     \
	}
#define MACHINE_SHORT_OPTIONS "+:c:m:r:n:qh"

/* Takes GUEST.elf and its arguments from what follows the options; false: usage error, printed. */
bool machine_guest(struct machine_options *options, const char *command, int argc, char **argv);

/* Boots, runs to the end, drains, accounts. 0 or a negative errno with *error filled. */
int machine_run(const struct machine_options *options, struct machine_result *result,
	struct vspan_error *error);

/*
 * The same machine, for who calls its functions: built, its rings drained, not started
 * yet (vmm_start() of vmm.h). *options and *result have to last as long. 0 or a
 * negative errno with *error filled, and then nothing is to be closed.
 */
struct machine;
int machine_open(const struct machine_options *options, struct machine_result *result,
	struct machine **out, struct vspan_error *error);
struct vmm *machine_vmm(const struct machine *machine);

/* Stops it, drains, accounts in the result it was opened with. As vmm_stop(). */
int machine_close(struct machine *machine, struct vspan_error *error);

/* Prints the summary: one account for people, or JSON. */
void machine_print(
	FILE *to, const struct machine_options *options, const struct machine_result *result);

/* The exit code of a run: the guest's own status, or EXIT_FAILED if it ended otherwise. */
int machine_exit_code(const struct machine_options *options, const struct machine_result *result);

#endif /* VSPAN_CLI_MACHINE_H */
