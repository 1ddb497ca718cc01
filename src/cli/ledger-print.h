/* SPDX-License-Identifier: MIT */
/* ledger-print.h - the account of a ring, a region or a machine, for people and programs. */
#ifndef VSPAN_CLI_LEDGER_PRINT_H
#define VSPAN_CLI_LEDGER_PRINT_H

#include <json-c/json.h>
#include <stdio.h>
#include <vspan/host.h>

/* Two lines, "spans:" and "records:". */
void ledger_print(FILE *to, const struct vspan_ledger *ledger);

/* The words of struct vspan_ledger by name, and `unexplained`. The caller puts it. */
struct json_object *ledger_json(const struct vspan_ledger *ledger);

/* Back from ledger_json(); words that are not there are 0. */
void ledger_from_json(struct json_object *object, struct vspan_ledger *ledger);

void json_add_count(struct json_object *object, const char *name, uint64_t value);

#endif /* VSPAN_CLI_LEDGER_PRINT_H */
