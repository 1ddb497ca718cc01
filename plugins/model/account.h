/* SPDX-License-Identifier: MIT */
/*
 * account.h - what the forest knows about a VM in numbers, and JSON of it, which
 * several sinks write.
 */
#ifndef VSPAN_PLUGINS_MODEL_ACCOUNT_H
#define VSPAN_PLUGINS_MODEL_ACCOUNT_H

#include "forest.h"
#include "text.h"

/* The sum over rings and epochs. Returns attempted minus the sum of the others: 0 if it closes. */
int64_t account_sum(const struct vm *vm, struct ledger *sum);

/*
 * {"type":"vm","vm":1,"name":"x","vcpus":2,"totals":{...},"clock_error_ns":300,"restarts":0,
 *  "repeated":0,"notices":[...],"ledger":{...}} - members with nothing to say left out.
 */
void account_vm_json(struct text *text, const struct vm *vm);

/* {"type":"trace","foreign":N,"discarded":N or null if unknown,"discarded_packets":N,...} */
void account_trace_json(struct text *text, const struct forest *forest);

#endif /* VSPAN_PLUGINS_MODEL_ACCOUNT_H */
