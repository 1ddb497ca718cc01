/* SPDX-License-Identifier: MIT */
/*
 * profile.h - the heap of one VM: what is allocated at the moment, by address, and
 * what each call stack has asked for. All of it bounded, since the guest decides how
 * much there is; what does not fit is counted.
 */
#ifndef VSPAN_PLUGINS_SINK_HEAP_PROFILE_H
#define VSPAN_PLUGINS_SINK_HEAP_PROFILE_H

#include "model/forest.h"
#include "model/intern.h"
#include "model/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_LIVE_DEFAULT 1000000
#define PROFILE_STACKS_DEFAULT 100000
/* Return addresses that are looked at; guests of ours write 16. */
#define PROFILE_FRAMES_MAX 64
#define PROFILE_MODULES_MAX 1024
#define PROFILE_PATH_MAX 591
#define PROFILE_BUILD_ID_MAX 32

struct profile;

struct profile_limits {
	uint64_t live;   /* allocations known at a time */
	uint64_t stacks; /* told apart */
};

/* What one stack asked for. */
struct use {
	uint64_t count;
	uint64_t bytes;
	uint64_t live;
	uint64_t live_bytes;
};

/* A file with code in it, as the guest says. */
struct module {
	uint64_t bias;
	uint64_t start;
	uint64_t end;
	size_t build_id_size;
	unsigned char build_id[PROFILE_BUILD_ID_MAX];
	char path[PROFILE_PATH_MAX + 1]; /* unsafe */
};

struct profile_event {
	struct profile *profile;
	int64_t time;
	uint64_t order;
	uint64_t address;
	uint64_t size;
	uint32_t stack; /* of an allocation, as profile_stack() says */
	bool allocation;
};

struct profile_totals {
	uint64_t allocations;
	uint64_t frees;
	uint64_t bytes; /* allocated */
	uint64_t live;
	uint64_t live_bytes;
	uint64_t peak_bytes; /* the most live bytes... */
	int64_t peak_time;   /* ...and when they first were, ns from the clock's origin */
	/* What makes it inexact: */
	uint64_t unmatched; /* frees of what was not known to be allocated */
	uint64_t replaced;  /* allocations where another one lived: its free is missing */
	uint64_t untracked; /* allocations there was no room for */
	uint64_t late;      /* events that came when later ones had been counted */
	uint64_t malformed; /* heap events without the fields they must have */
	uint64_t modules;   /* files there was no room for */
};

struct profile {
	const struct vm *vm;
	struct profile_totals totals;
	struct profile_limits limits;
	int64_t latest; /* time of the latest event counted */
	struct map live;
	struct intern stacks; /* as arrays of addresses */
	struct use *uses;     /* by number of the stack; the last one: stacks not told apart */
	size_t use_capacity;
	struct use other;
	struct module *modules;
	size_t module_count;
};

/* NULL: out of memory. */
struct profile *profile_create(const struct vm *vm, const struct profile_limits *limits);

/* NULL is fine. */
void profile_free(struct profile *profile);

/*
 * The number of a stack (PROFILE_OTHER: there was no room). `count` addresses, the
 * innermost first. Returns 0 or -ENOMEM.
 */
#define PROFILE_OTHER UINT32_MAX
int profile_stack(
	struct profile *profile, const uint64_t *addresses, size_t count, uint32_t *number);

/* Counts an event. Returns 0 or -ENOMEM. */
int profile_take(struct profile *profile, const struct profile_event *event);

/* Keeps a copy. Returns 0 or -ENOMEM. */
int profile_module(struct profile *profile, const struct module *module);

/* The file an address is from, NULL if none is known: of several, the one told last. */
const struct module *profile_module_find(const struct profile *profile, uint64_t address);

#endif /* VSPAN_PLUGINS_SINK_HEAP_PROFILE_H */
