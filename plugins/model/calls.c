/* SPDX-License-Identifier: MIT */
/* calls.c - see calls.h. */
#include "calls.h"

#include <errno.h>
#include <stdlib.h>

static void visit_free(void *value, void *data)
{
	(void)data;
	free(value);
}

static void map_forget(struct map *map)
{
	map_visit(map, visit_free, NULL);
	map_clear(map);
}

int calls_add(struct calls *calls, uint64_t host_span, const struct call *call)
{
	struct call *kept;

	if (calls->latest.count >= CALLS_MIN) {
		map_forget(&calls->before);
		calls->before = calls->latest;
		calls->latest = (struct map){0};
	}
	kept = map_find(&calls->latest, host_span);
	if (kept) {
		*kept = *call;
		return 0;
	}
	kept = malloc(sizeof(*kept));
	if (!kept || map_insert(&calls->latest, host_span, kept) < 0) {
		free(kept);
		return -ENOMEM;
	}
	*kept = *call;
	return 0;
}

bool calls_take(struct calls *calls, uint64_t host_span, struct call *call)
{
	struct map *map = &calls->latest;
	struct call *kept;

	if (calls->latest.count == 0 && calls->before.count == 0)
		return false;
	kept = map_find(map, host_span);
	if (!kept) {
		map = &calls->before;
		kept = map_find(map, host_span);
	}
	if (!kept)
		return false;
	*call = *kept;
	map_remove(map, host_span);
	free(kept);
	return true;
}

void calls_clear(struct calls *calls)
{
	map_forget(&calls->latest);
	map_forget(&calls->before);
}
