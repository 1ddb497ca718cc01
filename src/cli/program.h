/* SPDX-License-Identifier: MIT */
/*
 * program.h - an ordinary program with a region and a consumer around it: what
 * `vspan record -- PROGRAM` runs. What it has in common with a guest in the
 * micro-VM, rings and names, is in struct machine_options.
 */
#ifndef VSPAN_CLI_PROGRAM_H
#define VSPAN_CLI_PROGRAM_H

#include <stdio.h>
#include "machine.h"

struct program_options {
	char **argv;             /* NULL-terminated; NULL: no program, a guest is recorded */
	const char *region_path; /* a file for the region, which stays; NULL: memory */
	uint64_t rings;          /* threads at a time */
	uint64_t sites;
	bool functions;        /* trace those compiled with -finstrument-functions... */
	const char *patterns;  /* ...of these names; NULL: all */
	uint64_t min_duration; /* ...and of calls as long as that, ns */
	bool heap;             /* or its heap */
	const char *preload;   /* the library that traces functions or heap; NULL: ours */
};

struct program_result {
	int wait_status; /* as from waitpid() */
	uint64_t run_ns;
	struct vspan_ledger ledger;
	struct vspan_attachment_info info;
};

/* Defaults: 64 rings, 8192 call sites. */
void program_defaults(struct program_options *options);

/*
 * Parses getopt_long's option `code`. 1: was one of ours; 0: not ours; -1: ours and
 * wrong, the error has been printed.
 */
int program_option(struct program_options *options, int code, const char *argument);

/* For --help. */
extern const char program_help[];

enum {
	PROGRAM_RINGS = 512,
	PROGRAM_REGION,
	PROGRAM_SITES,
	PROGRAM_FUNCTIONS,
	PROGRAM_MIN_DURATION,
	PROGRAM_PRELOAD,
	PROGRAM_HEAP,
};

/* getopt_long's table. */
#define PROGRAM_LONG_OPTIONS                                                     \
	{"rings", required_argument, NULL, PROGRAM_RINGS},                       \
		{"region", required_argument, NULL, PROGRAM_REGION},             \
		{"functions", optional_argument, NULL, PROGRAM_FUNCTIONS},       \
		{"min-duration", required_argument, NULL, PROGRAM_MIN_DURATION}, \
		{"preload", required_argument, NULL, PROGRAM_PRELOAD},           \
		{"heap", no_argument, NULL, PROGRAM_HEAP},                       \
	{                                                                        \
		"sites", required_argument, NULL, PROGRAM_SITES                  \
	}

/* True if an option of the micro-VM (its code) means something for a program, too. */
bool program_shares(int code);

/* Starts it, drains until its end, accounts. 0 or a negative errno with *error filled. */
int program_run(const struct machine_options *machine, const struct program_options *options,
	struct program_result *result, struct vspan_error *error);

/* Prints the summary: one account for people, or JSON. */
void program_print(FILE *to, bool json, const struct program_options *options,
	const struct program_result *result);

/* The program's own status; 128 + N if signal N ended it, 0 if that was --kill-after. */
int program_exit_code(const struct machine_options *machine, const struct program_result *result);

#endif /* VSPAN_CLI_PROGRAM_H */
