/* SPDX-License-Identifier: MIT */
/*
 * rows.c - see rows.h. A span finds its row by the address of its label, without
 * a look at the name but to be sure; the hash table is for the first time.
 */
#include "rows.h"

#include "model/forest.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

#define OTHERS "(others)"
#define BUCKETS_MIN 64

/* What a row is told apart by. */
struct row_key {
	const char *name; /* not terminated; NULL: none */
	size_t length;
	const struct vm *vm;
	const struct vcpu *vcpu;
};

uint64_t add_saturating(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

bool span_duration_known(const struct node *span)
{
	return span->source >= SOURCE_EDGES &&
		!(span->duration == 0 && (span->flags & VSPAN_TRACE_FLAG_END_LOST));
}

static bool label_wanted(const char *wanted, const char *label)
{
	const char *name = strchr(label, ':');

	return !wanted || fnmatch(wanted, label, 0) == 0 ||
		(name && fnmatch(wanted, name + 1, 0) == 0);
}

static struct row_key key_of(const struct rows *rows, const struct node *span)
{
	struct row_key key = {0};

	if (rows->by & (BY_NAME | BY_PROVIDER)) {
		key.name = span->label;
		key.length = rows->by & BY_NAME ? strlen(span->label) : strcspn(span->label, ":");
	}
	if (rows->by & (BY_VM | BY_VCPU))
		key.vm = span->vcpu->vm;
	if (rows->by & BY_VCPU)
		key.vcpu = span->vcpu;
	return key;
}

/* FNV-1a over the name, the addresses mixed in. */
static uint64_t key_hash(const struct row_key *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < key->length; i++)
		hash = (hash ^ (unsigned char)key->name[i]) * UINT64_C(0x100000001b3);
	hash = (hash ^ (uintptr_t)key->vm) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ (uintptr_t)key->vcpu) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static bool row_is(const struct row *row, const struct row_key *key)
{
	if (row->vm != key->vm || row->vcpu != key->vcpu)
		return false;
	return !key->name ||
		(strncmp(row->name, key->name, key->length) == 0 && !row->name[key->length]);
}

static struct row_key row_key(const struct row *row)
{
	return (struct row_key){row->name, row->name ? strlen(row->name) : 0, row->vm, row->vcpu};
}

static int rows_grow(struct rows *rows)
{
	size_t count = rows->bucket_count ? rows->bucket_count * 2 : BUCKETS_MIN;
	struct row **buckets = calloc(count, sizeof(struct row *));

	if (!buckets)
		return -ENOMEM;
	for (size_t i = 0; i < rows->bucket_count; i++) {
		struct row *next;

		for (struct row *row = rows->buckets[i]; row; row = next) {
			struct row_key key = row_key(row);
			struct row **bucket = &buckets[key_hash(&key) & (count - 1)];

			next = row->next;
			row->next = *bucket;
			*bucket = row;
		}
	}
	free(rows->buckets);
	rows->buckets = buckets;
	rows->bucket_count = count;
	return 0;
}

static struct row *row_new(const struct row_key *key)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->vm = key->vm;
	row->vcpu = key->vcpu;
	row->min = UINT64_MAX;
	row->name = key->name ? strndup(key->name, key->length) : NULL;
	if (key->name && !row->name) {
		free(row);
		return NULL;
	}
	return row;
}

static struct row *rows_others(struct rows *rows)
{
	const struct row_key key = {.name = OTHERS, .length = strlen(OTHERS)};

	if (!rows->others)
		rows->others = row_new(&key);
	return rows->others;
}

/* Finds a row or makes it. NULL if memory ran out. */
static struct row *rows_get(struct rows *rows, const struct row_key *key)
{
	struct row **bucket, *row;

	if (rows->count >= rows->bucket_count && rows_grow(rows) < 0)
		return NULL;
	bucket = &rows->buckets[key_hash(key) & (rows->bucket_count - 1)];
	for (row = *bucket; row; row = row->next) {
		if (row_is(row, key))
			return row;
	}
	if (rows->count >= rows->most)
		return rows_others(rows);
	row = row_new(key);
	if (!row)
		return NULL;
	row->next = *bucket;
	*bucket = row;
	rows->count++;
	return row;
}

static struct shortcut *rows_shortcut(struct rows *rows, const char *label, const struct vcpu *vcpu)
{
	uint64_t hash = ((uintptr_t)label ^ (uintptr_t)vcpu >> 4) * UINT64_C(0x9e3779b97f4a7c15);

	return &rows->shortcuts[hash >> 32 & (SHORTCUTS - 1)];
}

int rows_find(struct rows *rows, const struct node *span, struct row **row)
{
	const struct vcpu *vcpu = rows->by & (BY_VM | BY_VCPU) ? span->vcpu : NULL;
	struct shortcut *shortcut = rows_shortcut(rows, span->label, vcpu);
	struct row_key key;

	assert(span->type == NODE_SPAN);
	if (shortcut->address == span->label && shortcut->vcpu == vcpu &&
		strcmp(shortcut->label, span->label) == 0) {
		*row = shortcut->row;
		return 0;
	}
	*row = NULL;
	if (label_wanted(rows->wanted, span->label)) {
		key = key_of(rows, span);
		*row = rows_get(rows, &key);
		if (!*row)
			return -ENOMEM;
	}
	free(shortcut->label);
	*shortcut = (struct shortcut){NULL, vcpu, strdup(span->label), *row};
	if (!shortcut->label)
		return -ENOMEM;
	shortcut->address = span->label;
	return 0;
}

int row_count(struct row *row, const struct node *span)
{
	row->errors += span->status == VSPAN_ABI_STATUS_ERROR;
	if (!span_duration_known(span)) {
		row->unknown++;
		return 0;
	}
	row->calls++;
	row->sum = add_saturating(row->sum, span->duration);
	row->self = add_saturating(row->self, span->self);
	if (row->open == 0)
		row->time = add_saturating(row->time, span->duration);
	if (span->duration < row->min)
		row->min = span->duration;
	if (span->duration > row->max)
		row->max = span->duration;
	return histogram_add(&row->durations, span->duration);
}

struct row **rows_list(const struct rows *rows, size_t *count)
{
	struct row **list = calloc(rows->count + 1, sizeof(struct row *));

	*count = 0;
	if (!list)
		return NULL;
	for (size_t i = 0; i < rows->bucket_count; i++) {
		for (struct row *row = rows->buckets[i]; row; row = row->next)
			list[(*count)++] = row;
	}
	assert(*count == rows->count);
	if (rows->others)
		list[(*count)++] = rows->others;
	return list;
}

static void row_free(struct row *row)
{
	if (!row)
		return;
	histogram_clear(&row->durations);
	free(row->name);
	free(row);
}

void rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->bucket_count; i++) {
		struct row *next;

		for (struct row *row = rows->buckets[i]; row; row = next) {
			next = row->next;
			row_free(row);
		}
	}
	row_free(rows->others);
	for (size_t i = 0; i < SHORTCUTS; i++)
		free(rows->shortcuts[i].label);
	free(rows->buckets);
	*rows = (struct rows){0};
}
