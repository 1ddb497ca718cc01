/* SPDX-License-Identifier: MIT */
/* contexts.c - a queue of changes, by ring position; see contexts.h. */
#include "contexts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 16u

void contexts_init(struct contexts *contexts)
{
	memset(contexts, 0, sizeof(*contexts));
	pthread_mutex_init(&contexts->lock, NULL);
	contexts->next = UINT64_MAX;
}

void contexts_destroy(struct contexts *contexts)
{
	pthread_mutex_destroy(&contexts->lock);
	free(contexts->entries);
}

void contexts_restart(struct contexts *contexts)
{
	pthread_mutex_lock(&contexts->lock);
	memset(contexts->calls, 0, sizeof(contexts->calls));
	contexts->depth = 0;
	contexts->beyond = 0;
	contexts->count = 0;
	__atomic_store_n(&contexts->next, UINT64_MAX, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&contexts->lock);
}

static struct context_entry *entry_at(struct contexts *contexts, uint32_t index)
{
	return &contexts->entries[(contexts->first + index) % contexts->capacity];
}

static void next_update(struct contexts *contexts)
{
	const uint64_t next = contexts->count != 0 ? entry_at(contexts, 0)->position : UINT64_MAX;

	__atomic_store_n(&contexts->next, next, __ATOMIC_RELEASE);
}

static bool entries_grow(struct contexts *contexts)
{
	const uint32_t capacity = contexts->capacity != 0 ? contexts->capacity * 2 : CAPACITY_FIRST;
	struct context_entry *grown = calloc(capacity, sizeof(*grown));
	uint32_t i;

	if (grown == NULL)
		return false;
	for (i = 0; i < contexts->count; i++)
		grown[i] = *entry_at(contexts, i);
	free(contexts->entries);
	contexts->entries = grown;
	contexts->capacity = capacity;
	contexts->first = 0;
	return true;
}

/* Appends. What was called can return, so places for that are kept. */
static int entry_add(struct contexts *contexts, const struct context_entry *entry)
{
	const uint32_t kept = entry->change == CONTEXT_RETURN ? 0 : contexts->depth + 1;

	if (contexts->count + kept >= CONTEXTS_MAX)
		return -ENOSPC;
	if (contexts->count == contexts->capacity && !entries_grow(contexts))
		return -ENOSPC;
	contexts->count++;
	*entry_at(contexts, contexts->count - 1) = *entry;
	return 0;
}

/* The last entry, if nothing was written since. */
static struct context_entry *entry_last(struct contexts *contexts, uint64_t position)
{
	struct context_entry *last =
		contexts->count != 0 ? entry_at(contexts, contexts->count - 1) : NULL;

	return last != NULL && last->position == position ? last : NULL;
}

/* What nothing was written under never applied. */
static int entry_push(struct contexts *contexts, const struct context_entry *entry)
{
	struct context_entry *last = entry_last(contexts, entry->position);

	if (last != NULL && entry->change == CONTEXT_SET && last->change <= CONTEXT_CALL) {
		last->span = entry->span;
		return 0;
	}
	if (last != NULL && entry->change == CONTEXT_RETURN && last->change == CONTEXT_SET) {
		contexts->count--;
		last = entry_last(contexts, entry->position);
	}
	if (last != NULL && entry->change == CONTEXT_RETURN && last->change == CONTEXT_CALL) {
		contexts->count--;
		return 0;
	}
	return entry_add(contexts, entry);
}

static int push(struct contexts *contexts, const struct context_entry *entry)
{
	int ret;

	pthread_mutex_lock(&contexts->lock);
	ret = entry_push(contexts, entry);
	next_update(contexts);
	pthread_mutex_unlock(&contexts->lock);
	return ret;
}

static bool context_same(const struct vspan_trace_context *a, const struct vspan_trace_context *b)
{
	return a->span_id == b->span_id && a->vm == b->vm && a->trace_id[0] == b->trace_id[0] &&
		a->trace_id[1] == b->trace_id[1];
}

int contexts_set(
	struct contexts *contexts, uint64_t position, const struct vspan_trace_context *context)
{
	static const struct vspan_trace_context none;
	const struct vspan_trace_context *set = context != NULL ? context : &none;
	const struct context_entry entry = {
		.position = position, .span = set->span_id, .change = CONTEXT_SET};
	int ret;

	if (contexts->beyond != 0)
		return -ENOSPC;
	if (context_same(contexts_current(contexts), set))
		return 0;
	ret = push(contexts, &entry);
	if (ret < 0)
		return ret;
	contexts->calls[contexts->depth] = *set;
	return 1;
}

int contexts_call(
	struct contexts *contexts, uint64_t position, const struct vspan_trace_context *context)
{
	const struct context_entry entry = {.position = position,
		.span = context != NULL ? context->span_id : 0,
		.change = CONTEXT_CALL};
	const struct vspan_trace_context *before = contexts_current(contexts);

	if (contexts->beyond != 0 || contexts->depth == VSPAN_CALLS_MAX ||
		push(contexts, &entry) < 0) {
		contexts->beyond++;
		return -ENOSPC;
	}
	contexts->calls[++contexts->depth] = context != NULL ? *context : *before;
	return !context_same(before, contexts_current(contexts));
}

int contexts_return(struct contexts *contexts, uint64_t position)
{
	const struct context_entry entry = {.position = position, .change = CONTEXT_RETURN};
	const struct vspan_trace_context *before = contexts_current(contexts);
	int ret;

	if (contexts->beyond != 0) {
		contexts->beyond--;
		return 0;
	}
	if (contexts->depth == 0)
		return 0;
	ret = push(contexts, &entry);
	/* Only memory could be lacking, and there was enough for the call. */
	if (ret < 0)
		return ret;
	contexts->depth--;
	return !context_same(before, contexts_current(contexts));
}

int contexts_host_span(
	struct contexts *contexts, uint64_t position, uint64_t ts, uint32_t vm, uint64_t span)
{
	const struct context_entry entry = {.position = position,
		.ts = ts,
		.span = span,
		.vm = vm,
		.change = CONTEXT_HOST_SPAN};

	return push(contexts, &entry);
}

bool contexts_pop(struct contexts *contexts, uint64_t position, struct context_entry *out)
{
	bool due;

	if (!contexts_due(contexts, position))
		return false;
	pthread_mutex_lock(&contexts->lock);
	due = contexts->count != 0 && entry_at(contexts, 0)->position <= position;
	if (due) {
		*out = *entry_at(contexts, 0);
		contexts->first = (contexts->first + 1) % contexts->capacity;
		contexts->count--;
		next_update(contexts);
	}
	pthread_mutex_unlock(&contexts->lock);
	return due;
}
