/* SPDX-License-Identifier: MIT */
/* generated.h - the call sites gen:site_000 to gen:site_499 of the worker. */
#ifndef PROCESS_GENERATED_H
#define PROCESS_GENERATED_H

#include "counts.h"

#define GENERATED_SITES 500u

/* Opens a span of call site gen:site_<index>, index below GENERATED_SITES. */
vspan_t generated_begin(struct counts *counts, uint32_t index, uint32_t number);

#endif /* PROCESS_GENERATED_H */
