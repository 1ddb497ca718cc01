/* SPDX-License-Identifier: MIT */
/*
 * exits.h - why a vCPU was in the host, and for how long, while a span was open:
 * by the words its VMM gave. Few words are told apart, so that a span's times are
 * bounded in number whatever a trace says.
 */
#ifndef VSPAN_PLUGINS_MODEL_EXITS_H
#define VSPAN_PLUGINS_MODEL_EXITS_H

#include "node.h"

/* Reasons told apart in one VM; the first is EXITS_OTHER, for all beyond. */
#define EXITS_REASONS 16u
#define EXITS_OTHER "other"
/* Stays in the host that are kept for a reason; times of spans before them are not told. */
#define EXITS_STAYS_MAX (1u << 18)

struct exits_stay {
	int64_t start;
	int64_t end;     /* INT64_MAX: it still is there */
	uint64_t before; /* ns of all earlier ones */
};

struct exits_list {
	struct exits_stay *stays; /* in order of time */
	size_t count;
	size_t capacity;
	bool cut; /* the first ones were forgotten */
};

/* Of a vCPU. All zeroes is ready. */
struct exits {
	struct exits_list lists[EXITS_REASONS];
	struct exits_list *open; /* where it is now, NULL: in the guest, or halted */
	int64_t latest;
};

/* The words of a VM. All zeroes is ready. */
struct exits_words {
	char *words[EXITS_REASONS]; /* NULL: not used yet; as recorded, not safe to print */
};

/* The vCPU left the guest. Returns 0 or -ENOMEM. */
int exits_leave(struct exits *exits, struct exits_words *words, const char *reason, int64_t time);

/* It is back in the guest, or halted. */
void exits_enter(struct exits *exits, int64_t time);

/* How long it was in the host for reason number `reason`, in ns of from..to. */
uint64_t exits_time(const struct exits *exits, uint32_t reason, int64_t from, int64_t to);

/* A reason's word, NULL: none has that number. */
const char *exits_word(const struct exits_words *words, uint32_t reason);

void exits_clear(struct exits *exits);
void exits_words_clear(struct exits_words *words);

/* The same of a span that is given to a sink; 0 as well where nothing is known. */
uint64_t node_exited(const struct node *span, uint32_t reason, const char **word);

#endif /* VSPAN_PLUGINS_MODEL_EXITS_H */
