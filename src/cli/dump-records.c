/* SPDX-License-Identifier: MIT */
/* dump-records.c - the last records of a ring, each as it was written. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "dump.h"
#include "ledger-print.h"

struct walk {
	const struct postmortem *postmortem;
	uint32_t ring;
	struct json_object *records; /* NULL: only counts */
	uint64_t seen;
	uint64_t skip;
};

static const char *kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[VSPAN_ABI_KIND_BEGIN] = "begin",
		[VSPAN_ABI_KIND_END] = "end",
		[VSPAN_ABI_KIND_EVENT] = "event",
		[VSPAN_ABI_KIND_SET] = "set",
		[VSPAN_ABI_KIND_LINK] = "link",
		[VSPAN_ABI_KIND_CONTEXT] = "context",
		[VSPAN_ABI_KIND_LOST] = "lost",
		[VSPAN_ABI_KIND_CLOCK] = "clock",
		[VSPAN_ABI_KIND_RECLAIM] = "reclaim",
	};

	return names[kind];
}

/* Fields from word `first` on, if they are what the call site says. */
static void add_fields(struct json_object *object, const struct record *record,
	const uint64_t *words, uint32_t first, const struct site *site)
{
	struct payload payload;

	payload.word_count = (uint16_t)(record->word_count - first);
	memcpy(payload.words, words + first, payload.word_count * sizeof(uint64_t));
	if (payload_index(&payload, site) < 0)
		dump_add_text(object, "invalid", "payload");
	else
		json_object_object_add(object, "fields", dump_values(&payload, site));
}

static void add_trace(struct json_object *object, const uint64_t id[2])
{
	char text[33];

	snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, id[0], id[1]);
	dump_add_text(object, "trace", text);
}

static void add_written(struct json_object *object, const struct walk *walk,
	const struct record *record, const uint64_t *words)
{
	const struct known_site *known =
		attachment_site(walk->postmortem->attachment, record->site);
	const bool explicit_span = (record->flags & VSPAN_ABI_FLAG_EXPLICIT) != 0;
	const struct ring *ring = &walk->postmortem->attachment->rings[walk->ring].ring;

	if (record->kind == VSPAN_ABI_KIND_BEGIN)
		dump_add_id(object, "span",
			span_id(walk->ring, ring->epoch, record->position, explicit_span));
	if (explicit_span)
		dump_add_id(
			object, record->kind == VSPAN_ABI_KIND_BEGIN ? "parent" : "span", words[0]);
	dump_add_site(object, walk->postmortem->attachment, record->site);
	if (known == NULL || !known->valid)
		dump_add_text(object, "invalid", "site");
	else
		add_fields(object, record, words, explicit_span, &known->site);
}

/* A status message, or the new value of one field. */
static void add_set(struct json_object *object, const struct walk *walk,
	const struct record *record, const uint64_t *words)
{
	const struct known_site *known =
		attachment_site(walk->postmortem->attachment, record->site);
	struct site site = {.field_count = 1};
	const uint32_t field = (uint32_t)words[1];

	dump_add_id(object, "span", words[0]);
	if (field == VSPAN_ABI_FIELD_MESSAGE) {
		site.fields[0] =
			(struct site_field){.name = "message", .type = VSPAN_ABI_TYPE_STRING};
		dump_add_text(object, "status", dump_status((uint32_t)(words[1] >> 32)));
	} else if (known != NULL && known->valid && field < known->site.field_count) {
		dump_add_site(object, walk->postmortem->attachment, record->site);
		site.fields[0] = known->site.fields[field];
	} else {
		dump_add_text(object, "invalid", "site");
		return;
	}
	add_fields(object, record, words, 2, &site);
}

static void add_content(struct json_object *object, const struct walk *walk,
	const struct record *record, const uint64_t *words)
{
	switch (record->kind) {
	case VSPAN_ABI_KIND_BEGIN:
	case VSPAN_ABI_KIND_EVENT:
		add_written(object, walk, record, words);
		break;
	case VSPAN_ABI_KIND_END:
		dump_add_id(object, "span", words[0]);
		dump_add_text(object, "status",
			dump_status((record->flags & VSPAN_ABI_FLAG_STATUS_MASK) >>
				VSPAN_ABI_FLAG_STATUS_SHIFT));
		break;
	case VSPAN_ABI_KIND_SET:
		add_set(object, walk, record, words);
		break;
	case VSPAN_ABI_KIND_LINK:
		dump_add_id(object, "span", words[0]);
		dump_add_id(object, "linked", words[1]);
		if ((record->flags & VSPAN_ABI_FLAG_FOREIGN) != 0)
			add_trace(object, words + 2);
		break;
	case VSPAN_ABI_KIND_CONTEXT:
		add_trace(object, words);
		dump_add_id(object, "span", words[2]);
		break;
	case VSPAN_ABI_KIND_LOST:
		json_add_count(object, "count", words[0]);
		json_add_count(object, "last_tsc", words[1]);
		json_add_count(object, "ends", words[2]);
		break;
	case VSPAN_ABI_KIND_RECLAIM:
		json_add_count(object, "discarded", words[1]);
		break;
	default:
		json_add_count(object, "ping", words[0]);
		break;
	}
}

static void walk_record(struct walk *walk, const struct record *record, const uint64_t *words)
{
	struct json_object *object;

	if (walk->records == NULL || walk->seen < walk->skip)
		return;
	object = json_object_new_object();
	json_add_count(object, "position", record->position);
	json_add_count(object, "tsc", record->counter);
	dump_add_text(object, "kind", kind_name(record->kind));
	json_object_object_add(object, "drained",
		json_object_new_boolean(
			record->position < walk->postmortem->rings[walk->ring].cursor));
	json_object_object_add(object, "interrupt",
		json_object_new_boolean((record->flags & VSPAN_ABI_FLAG_INTERRUPT) != 0));
	add_content(object, walk, record, words);
	json_object_array_add(walk->records, object);
}

/* With a reader of its own, which starts where the postmortem did. */
static void walk_ring(struct walk *walk, struct batch *batch)
{
	const struct postmortem *postmortem = walk->postmortem;
	const struct postmortem_ring *start = &postmortem->rings[walk->ring];
	struct ring reader;
	uint32_t count, i;

	ring_attach(&reader, postmortem->attachment->region, walk->ring);
	reader.resync = start->from != reader.cursor;
	reader.cursor = start->from;
	do {
		count = ring_read(&reader, RING_DEAD, 0, 0, batch);
		for (i = 0; i < count; i++, walk->seen++)
			walk_record(walk, &batch->records[i],
				&batch->words[batch->records[i].first_word]);
		ring_release(&reader, batch);
	} while (batch->next != batch->from);
}

struct json_object *dump_records(
	const struct postmortem *postmortem, uint32_t ring, uint64_t count, struct batch *batch)
{
	struct json_object *records = json_object_new_array();
	struct walk walk = {.postmortem = postmortem, .ring = ring};
	struct walk again = {.postmortem = postmortem, .ring = ring, .records = records};

	walk_ring(&walk, batch);
	again.skip = walk.seen > count ? walk.seen - count : 0;
	if (count != 0)
		walk_ring(&again, batch);
	return records;
}
