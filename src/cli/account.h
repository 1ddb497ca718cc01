/* SPDX-License-Identifier: MIT */
/* account.h - what `vspan attach` prints at its end: what became of each region's records. */
#ifndef VSPAN_CLI_ACCOUNT_H
#define VSPAN_CLI_ACCOUNT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include "service.h"

struct account {
	FILE *to;
	struct json_object *regions; /* NULL: for people, each region at once */
};

void account_begin(struct account *account, FILE *to, bool json);

/* A region that was detached: who it was, and its ledger. */
void account_add(
	struct account *account, const struct served *served, const struct vspan_ledger *ledger);

/* `sum`: of all regions that were ever attached. */
void account_end(struct account *account, const struct vspan_ledger *sum);

/* Name, path and number of a region, as every JSON answer of ours names it. The caller puts it. */
struct json_object *served_json(const struct served *served);

#endif /* VSPAN_CLI_ACCOUNT_H */
