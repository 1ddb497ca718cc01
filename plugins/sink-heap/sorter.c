/* SPDX-License-Identifier: MIT */
/* sorter.c - see sorter.h. */
#include "sorter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define CAPACITY_MIN 1024

static bool earlier(const struct profile_event *a, const struct profile_event *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static int sorter_grow(struct sorter *sorter)
{
	size_t capacity = sorter->capacity ? 2 * sorter->capacity : CAPACITY_MIN;
	struct profile_event *grown = realloc(sorter->events, capacity * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	sorter->events = grown;
	sorter->capacity = capacity;
	return 0;
}

/* Moves `event` down from the top, where there is a hole. */
static void sorter_sift(struct sorter *sorter, const struct profile_event *event)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < sorter->count) {
		if (child + 1 < sorter->count &&
			earlier(&sorter->events[child + 1], &sorter->events[child]))
			child++;
		if (!earlier(&sorter->events[child], event))
			break;
		sorter->events[at] = sorter->events[child];
		at = child;
	}
	sorter->events[at] = *event;
}

static int sorter_pop(struct sorter *sorter)
{
	struct profile_event first = sorter->events[0];
	struct profile_event last = sorter->events[--sorter->count];

	if (sorter->count)
		sorter_sift(sorter, &last);
	return profile_take(first.profile, &first);
}

int sorter_push(struct sorter *sorter, const struct profile_event *event)
{
	int status = sorter->count == sorter->capacity ? sorter_grow(sorter) : 0;
	size_t at;

	if (status < 0)
		return status;
	at = sorter->count++;
	sorter->events[at] = *event;
	sorter->events[at].order = sorter->order++;
	while (at > 0 && earlier(&sorter->events[at], &sorter->events[(at - 1) / 2])) {
		struct profile_event up = sorter->events[(at - 1) / 2];

		sorter->events[(at - 1) / 2] = sorter->events[at];
		sorter->events[at] = up;
		at = (at - 1) / 2;
	}
	return sorter->count > SORTER_MAX ? sorter_pop(sorter) : 0;
}

int sorter_drain(struct sorter *sorter)
{
	int status = 0;

	while (sorter->count && status == 0)
		status = sorter_pop(sorter);
	return status;
}

void sorter_clear(struct sorter *sorter)
{
	free(sorter->events);
	*sorter = (struct sorter){.events = NULL};
}
