/* SPDX-License-Identifier: MIT */
/* exits.c - see exits.h. */
#include "exits.h"

#include "woods.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The number of a word; 0, as that of others, if there are too many. */
static int word_number(struct exits_words *words, const char *reason)
{
	for (int i = 1; i < (int)EXITS_REASONS; i++) {
		if (!words->words[i]) {
			words->words[i] = strdup(reason);
			return words->words[i] ? i : -ENOMEM;
		}
		if (strcmp(words->words[i], reason) == 0)
			return i;
	}
	return 0;
}

static uint64_t stay_time(const struct exits_stay *stay, int64_t until)
{
	const int64_t end = stay->end < until ? stay->end : until;

	return end > stay->start ? (uint64_t)end - (uint64_t)stay->start : 0;
}

static int list_grow(struct exits_list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	struct exits_stay *grown;

	if (list->count < list->capacity)
		return 0;
	if (list->count >= EXITS_STAYS_MAX) {
		list->count /= 2;
		memmove(list->stays, list->stays + list->count, list->count * sizeof(*list->stays));
		list->cut = true;
		return 0;
	}
	grown = realloc(list->stays, capacity * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	list->stays = grown;
	list->capacity = capacity;
	return 0;
}

void exits_enter(struct exits *exits, int64_t time)
{
	/* A clock that goes back gives nothing away twice. */
	if (time > exits->latest)
		exits->latest = time;
	if (exits->open)
		exits->open->stays[exits->open->count - 1].end = exits->latest;
	exits->open = NULL;
}

int exits_leave(struct exits *exits, struct exits_words *words, const char *reason, int64_t time)
{
	const int number = word_number(words, reason);
	struct exits_list *list;
	struct exits_stay stay;

	if (number < 0)
		return number;
	exits_enter(exits, time);
	list = &exits->lists[number];
	if (list_grow(list) < 0)
		return -ENOMEM;
	stay = (struct exits_stay){.start = exits->latest, .end = INT64_MAX};
	if (list->count) {
		const struct exits_stay *last = &list->stays[list->count - 1];

		stay.before = last->before + stay_time(last, last->end);
	}
	list->stays[list->count++] = stay;
	exits->open = list;
	return 0;
}

/* How long it had been there by `time`, of what is kept. */
static uint64_t list_by(const struct exits_list *list, int64_t time)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->stays[middle].start <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? list->stays[low - 1].before + stay_time(&list->stays[low - 1], time) : 0;
}

uint64_t exits_time(const struct exits *exits, uint32_t reason, int64_t from, int64_t to)
{
	const struct exits_list *list = &exits->lists[reason];

	if (!list->count || (list->cut && from < list->stays[0].start))
		return 0;
	return list_by(list, to) - list_by(list, from);
}

const char *exits_word(const struct exits_words *words, uint32_t reason)
{
	return reason ? words->words[reason] : EXITS_OTHER;
}

void exits_clear(struct exits *exits)
{
	for (size_t i = 0; i < EXITS_REASONS; i++)
		free(exits->lists[i].stays);
	*exits = (struct exits){0};
}

void exits_words_clear(struct exits_words *words)
{
	for (size_t i = 0; i < EXITS_REASONS; i++)
		free(words->words[i]);
	*words = (struct exits_words){0};
}

uint64_t node_exited(const struct node *span, uint32_t reason, const char **word)
{
	const struct ring *ring = ring_of(span->vcpu);

	*word = exits_word(&land_of(span->vcpu->vm)->exit_words, reason);
	if (span->source < SOURCE_EDGES || !span->occupied[OCCUPANCY_EXITED])
		return 0;
	return exits_time(&ring->exits, reason, span->start, node_end(span));
}
