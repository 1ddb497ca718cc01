/* SPDX-License-Identifier: MIT */
/* ledger-print.c - see ledger-print.h. */
#include "ledger-print.h"

#include <inttypes.h>

struct word {
	const char *name;
	size_t offset;
};

#define WORD(member)                                           \
	{                                                      \
#member, offsetof(struct vspan_ledger, member) \
	}
static const struct word words[] = {
	WORD(attempted),
	WORD(emitted),
	WORD(discarded_guest),
	WORD(discarded_host),
	WORD(torn),
	WORD(invalid),
	WORD(in_ring),
	WORD(spans),
	WORD(aborted),
	WORD(events),
	WORD(violations),
	WORD(lost_reports),
	WORD(fulls),
};
#define WORDS (sizeof(words) / sizeof(words[0]))

_Static_assert(WORDS * sizeof(uint64_t) == sizeof(struct vspan_ledger), "every word has a name");

void ledger_print(FILE *to, const struct vspan_ledger *l)
{
	const int64_t unexplained = vspan_ledger_unexplained(l);

	fprintf(to, "spans:      %" PRIu64 " finished (%" PRIu64 " aborted), %" PRIu64 " events\n",
		l->spans, l->aborted, l->events);
	fprintf(to,
		"records:    %" PRIu64 " attempted = %" PRIu64 " emitted + %" PRIu64
		" discarded + %" PRIu64 " torn + %" PRIu64 " invalid + %" PRIu64 " in ring",
		l->attempted, l->emitted, l->discarded_guest + l->discarded_host, l->torn,
		l->invalid, l->in_ring);
	if (unexplained != 0)
		fprintf(to, " (DOES NOT CLOSE: %+" PRId64 ")", unexplained);
	fputc('\n', to);
}

void json_add_count(struct json_object *object, const char *name, uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

struct json_object *ledger_json(const struct vspan_ledger *ledger)
{
	struct json_object *object = json_object_new_object();
	size_t i;

	for (i = 0; i < WORDS; i++)
		json_add_count(object, words[i].name,
			*(const uint64_t *)(const void *)((const char *)ledger + words[i].offset));
	json_object_object_add(
		object, "unexplained", json_object_new_int64(vspan_ledger_unexplained(ledger)));
	return object;
}

void ledger_from_json(struct json_object *object, struct vspan_ledger *ledger)
{
	struct json_object *value;
	size_t i;

	for (i = 0; i < WORDS; i++)
		*(uint64_t *)(void *)((char *)ledger + words[i].offset) =
			json_object_object_get_ex(object, words[i].name, &value)
			? json_object_get_uint64(value)
			: 0;
}
