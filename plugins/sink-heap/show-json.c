/* SPDX-License-Identifier: MIT */
/* show-json.c - profiles for programs: one object, on one line; see show.h. */
#include "show.h"

#include "model/account.h"
#include "model/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SHOW_ORDERS] = {"live", "by_bytes", "by_count"};

static void put_number(struct text *text, const char *name, uint64_t value)
{
	text_print(text, "\"%s\":%" PRIu64 ",", name, value);
}

static void put_stack(struct text *text, const struct heap_sink *heap,
	const struct profile *profile, uint32_t stack)
{
	struct text name = {0};
	size_t count;
	const uint64_t *frames = ranking_frames(profile, stack, &count);

	text_append(text, "\"stack\":[", 9);
	for (size_t i = 0; i < count; i++) {
		name.length = 0;
		names_append(&heap->names, &name, profile, frames[i]);
		text_print(text, "%s{\"address\":%" PRIu64 ",\"name\":", i ? "," : "", frames[i]);
		text_append_json(text, name.data ? name.data : "", name.length);
		text_append(text, "}", 1);
	}
	text_append(text, "]", 1);
	text->failed |= name.failed;
	text_clear(&name);
}

static int put_ranking(struct text *text, const struct heap_sink *heap,
	const struct profile *profile, enum show_order order)
{
	struct ranking ranking;
	int status = ranking_make(&ranking, profile, order, heap->top);

	text_print(text, "\"%s\":[", names[order]);
	for (size_t i = 0; status == 0 && i < ranking.shown; i++) {
		const struct use *use = ranking_use(profile, ranking.stacks[i]);

		text_print(text, "%s{", i ? "," : "");
		if (ranking.stacks[i] == PROFILE_OTHER)
			text_print(text, "\"other\":true,");
		put_number(text, "bytes", order == SHOW_LIVE ? use->live_bytes : use->bytes);
		put_number(text, "count", order == SHOW_LIVE ? use->live : use->count);
		put_stack(text, heap, profile, ranking.stacks[i]);
		text_append(text, "}", 1);
	}
	text_append(text, "],", 2);
	text_print(text, "\"%s_hidden\":%zu%s", names[order], ranking.count - ranking.shown,
		order + 1 < SHOW_ORDERS ? "," : "");
	free(ranking.stacks);
	return status;
}

static void put_totals(struct text *text, const struct profile *profile)
{
	const struct profile_totals *totals = &profile->totals;

	put_number(text, "allocations", totals->allocations);
	put_number(text, "bytes", totals->bytes);
	put_number(text, "frees", totals->frees);
	put_number(text, "live_count", totals->live);
	put_number(text, "live_bytes", totals->live_bytes);
	put_number(text, "peak_bytes", totals->peak_bytes);
	if (totals->peak_bytes)
		text_print(text, "\"peak_time\":%" PRId64 ",", totals->peak_time);
	put_number(text, "unmatched", totals->unmatched);
	put_number(text, "replaced", totals->replaced);
	put_number(text, "untracked", totals->untracked);
	put_number(text, "late", totals->late);
	put_number(text, "malformed", totals->malformed);
	put_number(text, "modules_refused", totals->modules);
}

static int put_profile(
	struct text *text, const struct heap_sink *heap, const struct profile *profile)
{
	int status = 0;

	text_append(text, "{\"vm\":", 6);
	account_vm_json(text, profile->vm);
	text_append(text, ",", 1);
	put_totals(text, profile);
	for (unsigned int order = 0; order < SHOW_ORDERS && status == 0; order++)
		status = put_ranking(text, heap, profile, order);
	text_append(text, "}", 1);
	return status;
}

int show_json(struct heap_sink *heap)
{
	struct text text = {0};
	int status = 0;

	text_append(&text, "{\"heaps\":[", 10);
	if (text.failed)
		return -ENOMEM;
	for (size_t i = 0; i < heap->sink.forest.vm_count && status == 0; i++) {
		const struct profile *profile = heap->sink.forest.vms[i]->user;

		if (!profile)
			continue;
		if (text.data[text.length - 1] != '[')
			text_append(&text, ",", 1);
		status = put_profile(&text, heap, profile);
	}
	text_append(&text, "],\"trace\":", 10);
	account_trace_json(&text, &heap->sink.forest);
	text_append(&text, "}\n", 2);
	if (status == 0 && text.failed)
		status = -ENOMEM;
	if (status == 0)
		fwrite(text.data, 1, text.length, heap->sink.stream);
	text_clear(&text);
	return status;
}
