/* SPDX-License-Identifier: MIT */
/*
 * notes.c - status messages and links: told while their span is open, that is
 * mostly before the span itself is; they wait for it here.
 */
#include "woods.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Notes that wait in one VM; beyond, nobody may ever come for them. */
#define NOTES_WAITING_MAX 65536

void notes_free(struct note *notes)
{
	while (notes) {
		struct note *next = notes->next;

		free(notes->text);
		free(notes);
		notes = next;
	}
}

static struct note *note_create(const struct record *record)
{
	struct note *note = calloc(1, sizeof(*note));

	if (!note)
		return NULL;
	note->span = record_number(record, FIELD_SPAN);
	if (record->kind->role == EVENT_LINK) {
		note->linked = record_number(record, FIELD_LINKED);
		note->trace_id[0] = record_number(record, FIELD_TRACE_HIGH);
		note->trace_id[1] = record_number(record, FIELD_TRACE_LOW);
		return note;
	}
	note->text = strdup(record_string(record, FIELD_TEXT));
	if (!note->text) {
		free(note);
		return NULL;
	}
	return note;
}

static struct span_notes *land_span_notes(struct land *land, uint64_t span)
{
	struct span_notes *notes = map_find(&land->notes, span);

	if (notes)
		return notes;
	notes = calloc(1, sizeof(*notes));
	if (notes && map_insert(&land->notes, span, notes) < 0) {
		free(notes);
		return NULL;
	}
	return notes;
}

int land_note(struct land *land, const struct record *record)
{
	struct span_notes *notes;
	struct note *note;

	if (land->note_count >= NOTES_WAITING_MAX)
		land_clear_notes(land);
	note = note_create(record);
	if (!note)
		return -ENOMEM;
	notes = land_span_notes(land, note->span);
	if (!notes) {
		notes_free(note);
		return -ENOMEM;
	}
	if (notes->last)
		notes->last->next = note;
	else
		notes->first = note;
	notes->last = note;
	land->note_count++;
	return 0;
}

/* Of several messages the last one counts. */
static void node_take_note(struct node *node, struct note *note, struct note ***end)
{
	note->next = NULL;
	if (note->text) {
		notes_free(node->message);
		node->message = note;
		return;
	}
	**end = note;
	*end = &note->next;
}

void land_place_notes(struct land *land, struct node *node)
{
	struct span_notes *notes;
	struct note **end = &node->links;

	if (land->note_count == 0 || node->id == 0)
		return;
	notes = map_find(&land->notes, node->id);
	if (!notes)
		return;
	while (*end)
		end = &(*end)->next;
	while (notes->first) {
		struct note *note = notes->first;

		notes->first = note->next;
		land->note_count--;
		node_take_note(node, note, &end);
	}
	map_remove(&land->notes, node->id);
	free(notes);
}

static void visit_unplaced(void *value, void *data)
{
	struct span_notes *notes = value;
	struct land *land = data;

	for (const struct note *note = notes->first; note; note = note->next)
		land->vm.totals.notes_unplaced++;
	notes_free(notes->first);
	free(notes);
}

void land_clear_notes(struct land *land)
{
	map_visit(&land->notes, visit_unplaced, land);
	map_clear(&land->notes);
	land->note_count = 0;
}
