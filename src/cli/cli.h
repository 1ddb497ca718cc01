/* SPDX-License-Identifier: MIT */
/*
 * cli.h - what the sub-commands of `vspan` share: exit codes, parsing of sizes
 * and durations, messages. One sub-command, one file.
 */
#ifndef VSPAN_CLI_H
#define VSPAN_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/host.h>

#define EXIT_OK 0
#define EXIT_FAILED 1 /* it was tried and did not work */
#define EXIT_USAGE 2  /* the command line was wrong */

/* Sub-commands: argv[0] is the sub-command's name. Return an exit code. */
int cmd_attach(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_host(int argc, char **argv); /* those of vspan-host: started there */
int cmd_view(int argc, char **argv); /* in vspan-view */
int cmd_serve(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_call(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/* "vspan: " and the text, on stderr. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * What getopt_long() refused: `code` is '?' or ':', its optstring starts with
 * "+:" and so leaves the message to us; argv[0] is the sub-command.
 */
void cli_option_error(int code, char **argv);

/* What a value should have been, e.g. "--format: text or json". */
void cli_value_error(const char *value, const char *expected);

/* "64k", "1M", "2G" (powers of 1024) or bytes. False: not a size. */
bool parse_size(const char *text, uint64_t *bytes);

/* "500us", "20ms", "3s" or nanoseconds. False: not a duration. */
bool parse_duration(const char *text, uint64_t *ns);

/* "text" or "json". False: neither. */
bool parse_format(const char *text, bool *json);

/* A decimal number from `least` to `most`. False: not one. */
bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *number);

/* A power of two from 64k to 1G. */
bool parse_ring_size(const char *text, uint64_t *bytes);

/* "block", "discard" or "overwrite": VSPAN_ABI_MODE_*. */
bool parse_mode(const char *text, uint32_t *mode);
const char *mode_name(uint32_t mode);

/* "host", "unknown" or "offset:N". */
bool parse_clock(const char *text, struct vspan_attach_options *clock);

#endif /* VSPAN_CLI_H */
