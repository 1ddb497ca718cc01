/* SPDX-License-Identifier: MIT */
/* contexts.c - a short queue of contexts, by ring position. */
#include "contexts.h"

#include <errno.h>
#include <string.h>

void contexts_init(struct contexts *contexts)
{
	memset(contexts, 0, sizeof(*contexts));
	pthread_mutex_init(&contexts->lock, NULL);
	contexts->next = UINT64_MAX;
}

void contexts_destroy(struct contexts *contexts)
{
	pthread_mutex_destroy(&contexts->lock);
}

void contexts_restart(struct contexts *contexts)
{
	pthread_mutex_lock(&contexts->lock);
	contexts->count = 0;
	contexts->latest = (struct context_entry){0};
	contexts->span = 0;
	__atomic_store_n(&contexts->next, UINT64_MAX, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&contexts->lock);
}

static bool context_same(const struct context_entry *a, const struct context_entry *b)
{
	return a->span == b->span && a->trace_id[0] == b->trace_id[0] &&
		a->trace_id[1] == b->trace_id[1];
}

int contexts_push(struct contexts *contexts, const struct context_entry *entry)
{
	int ret = 1;

	if (context_same(&contexts->latest, entry))
		return 0;
	pthread_mutex_lock(&contexts->lock);
	/* Nothing was written under the one before: it never applied. */
	if (contexts->count > 0 &&
		contexts->entries[contexts->count - 1].position == entry->position)
		contexts->count--;
	if (contexts->count == CONTEXTS_MAX) {
		ret = -ENOSPC;
	} else {
		contexts->entries[contexts->count++] = *entry;
		contexts->latest = *entry;
		__atomic_store_n(&contexts->next, contexts->entries[0].position, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&contexts->lock);
	return ret;
}

void contexts_apply_slowly(struct contexts *contexts, uint64_t position)
{
	uint32_t due = 0;

	pthread_mutex_lock(&contexts->lock);
	while (due < contexts->count && contexts->entries[due].position <= position)
		contexts->span = contexts->entries[due++].span;
	contexts->count -= due;
	memmove(contexts->entries, contexts->entries + due,
		contexts->count * sizeof(contexts->entries[0]));
	__atomic_store_n(&contexts->next,
		contexts->count > 0 ? contexts->entries[0].position : UINT64_MAX, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&contexts->lock);
}
