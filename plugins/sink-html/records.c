/* SPDX-License-Identifier: MIT */
/*
 * records.c - see records.h. page/decode.js reads what is written here.
 */
#include "records.h"

#include "model/enclose.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <vspan/trace.h>

#define START_MAX (INT64_C(1) << 52)

void records_init(struct records *records, FILE *stream, bool fields, uint64_t limit)
{
	*records = (struct records){.fields = fields, .limit = limit};
	records->chunk.stream = stream;
	intern_init(&records->names, RECORDS_NAMES_MAX, SIZE_MAX);
	intern_init(&records->texts, RECORDS_TEXTS_MAX, SIZE_MAX);
}

/* The longest beginning of safe text, which is UTF-8, that `size` bytes hold. */
static size_t text_fit(const char *text, size_t length, size_t size)
{
	if (length <= size)
		return length;
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

static void put_row(struct records *records, struct vcpu *vcpu)
{
	bool fresh = !vcpu->user;

	/* Only whether it is NULL and its value are of interest: row + 1. */
	if (fresh)
		vcpu->user = (void *)(uintptr_t)++records->rows;
	chunk_unsigned(&records->chunk, (uintptr_t)vcpu->user - 1);
	if (fresh) {
		chunk_unsigned(&records->chunk, vcpu->vm->number);
		chunk_unsigned(&records->chunk, vcpu->number);
	}
}

/*
 * Distance of a start from the first one. The page adds distances up in doubles, which are
 * exact so far: 52 days; what lies further away, a guest's invention, is put there.
 */
static int64_t start_from_origin(const struct records *records, const struct node *node)
{
	int64_t distance;

	if (__builtin_sub_overflow(node->start, records->origin, &distance))
		distance = node->start < records->origin ? -START_MAX : START_MAX;
	return distance < -START_MAX ? -START_MAX : distance > START_MAX ? START_MAX : distance;
}

/* Type, row, and start as a distance to the record before. */
static void put_head(struct records *records, const struct node *node)
{
	int64_t start;

	if (records->spans + records->others == 0)
		records->origin = node->start;
	start = start_from_origin(records, node);
	chunk_byte(&records->chunk, (unsigned char)node->type);
	put_row(records, node->vcpu);
	chunk_signed(&records->chunk, start - records->last);
	records->last = start;
}

/* The page knows name 0, RECORDS_OTHER, from the start. */
static int put_name(struct records *records, const char *name)
{
	size_t length = text_fit(name, strlen(name), RECORD_NAME_MAX);
	uint32_t number = 0;
	bool fresh = false;
	int status = 0;

	if (records->names.count == 0)
		status = intern_get(
			&records->names, RECORDS_OTHER, strlen(RECORDS_OTHER), &number, &fresh);
	if (status == 0)
		status = intern_get(&records->names, name, length, &number, &fresh);
	if (status < 0)
		return status;
	records->names_other += status > 0;
	chunk_unsigned(&records->chunk, status > 0 ? 0 : number);
	if (status == 0 && fresh)
		chunk_string(&records->chunk, name, length);
	return 0;
}

static void put_parent(struct records *records, const struct node *root, const struct node *node)
{
	uint64_t parent = 0;

	/* Of a part the parent comes later, and what is dropped has no number. */
	if (node != root && node->parent->user)
		parent = records->spans - (uintptr_t)node->parent->user + 1;
	chunk_unsigned(&records->chunk, parent);
}

/* Fields, status message, links. */
static void text_compose(struct text *text, const struct node *node)
{
	text->length = 0;
	text_append(text, "", 0);
	values_text(text, &node->values);
	if (node->message) {
		text_print(text, "%smessage=", text->length ? " " : "");
		text_append_quoted(text, node->message->text, strlen(node->message->text));
	}
	for (const struct note *link = node->links; link && text->length < RECORD_TEXT_MAX;
		link = link->next) {
		text_print(text, "%slink=0x%" PRIx64, text->length ? " " : "", link->linked);
		if (link->trace_id[0] || link->trace_id[1])
			text_print(text, "@%016" PRIx64 "%016" PRIx64, link->trace_id[0],
				link->trace_id[1]);
	}
}

static int put_text(struct records *records)
{
	const struct text *text = &records->scratch;
	size_t length = text_fit(text->data, text->length, RECORD_TEXT_MAX);
	uint32_t number = 0;
	bool fresh = true;
	int status;

	if (length == 0 || records->text_bytes + length > RECORDS_TEXT_BYTES_MAX) {
		records->texts_dropped += length > 0;
		chunk_unsigned(&records->chunk, 0);
		return 0;
	}
	status = intern_get(&records->texts, text->data, length, &number, &fresh);
	if (status < 0)
		return status;
	chunk_unsigned(&records->chunk, status > 0 ? 1 : number + UINT64_C(2));
	if (fresh) {
		chunk_string(&records->chunk, text->data, length);
		records->text_bytes += length;
	}
	return 0;
}

static uint32_t node_marks(const struct records *records, const struct node *node)
{
	uint32_t marks = (uint32_t)(node->status & 3) | (uint32_t)(node->kind & 7) << 2;

	marks |= (node->flags & 0xffffu) << MARK_FLAGS_SHIFT;
	if (node_unfinished(node))
		marks |= MARK_UNFINISHED;
	if (node->type == NODE_SPAN && node->source == SOURCE_EXIT)
		marks |= MARK_BEGIN_UNKNOWN;
	marks |= node->parent_unknown ? MARK_PARENT_UNKNOWN : 0;
	marks |= node->parent_loop ? MARK_PARENT_LOOP : 0;
	marks |= node->part ? MARK_PART : 0;
	if (node->occupied[OCCUPANCY_EXITED] || node->occupied[OCCUPANCY_HALTED])
		marks |= MARK_OCCUPIED;
	if (records->scratch.length > RECORD_TEXT_MAX)
		marks |= MARK_TEXT_CUT;
	return marks;
}

/* Marks and text of a span or event; its text is composed first, for a mark tells that it is cut.
 */
static int put_marks(struct records *records, const struct node *node, uint32_t *marks)
{
	records->scratch.length = 0;
	text_append(&records->scratch, "", 0);
	if (records->fields)
		text_compose(&records->scratch, node);
	if (records->scratch.failed)
		return -ENOMEM;
	*marks = node_marks(records, node);
	chunk_unsigned(&records->chunk, *marks);
	return put_text(records);
}

static int put_span(struct records *records, const struct node *root, struct node *node)
{
	uint64_t self = node->self < node->duration ? node->self : node->duration;
	uint32_t marks = 0;
	int status;

	chunk_unsigned(&records->chunk, node->duration);
	chunk_unsigned(&records->chunk, node->duration - self);
	status = put_name(records, node->label);
	if (status < 0)
		return status;
	put_parent(records, root, node);
	status = put_marks(records, node, &marks);
	if (marks & MARK_OCCUPIED) {
		chunk_unsigned(&records->chunk, node->occupied[OCCUPANCY_EXITED]);
		chunk_unsigned(&records->chunk, node->occupied[OCCUPANCY_HALTED]);
	}
	node->user = (void *)(uintptr_t)++records->spans;
	return status;
}

static int put_other(struct records *records, const struct node *root, const struct node *node)
{
	uint32_t marks = 0;
	int status;

	records->others++;
	if (node->type == NODE_LOST) {
		chunk_unsigned(&records->chunk, node->duration);
		chunk_unsigned(&records->chunk, node->count);
		chunk_unsigned(&records->chunk, node->reason);
		put_parent(records, root, node);
		return 0;
	}
	status = put_name(records, node->label);
	if (status < 0)
		return status;
	put_parent(records, root, node);
	return put_marks(records, node, &marks);
}

static int records_put(struct records *records, const struct node *root, struct node *node)
{
	int status;

	if (node->type == NODE_SPAN ? records->spans == records->limit
				    : records->others == records->limit) {
		if (node->type == NODE_SPAN)
			records->spans_dropped++;
		else
			records->others_dropped++;
		return 0;
	}
	put_head(records, node);
	status = node->type == NODE_SPAN ? put_span(records, root, node)
					 : put_other(records, root, node);
	chunk_split(&records->chunk);
	return status;
}

int records_tree(struct records *records, struct node *root)
{
	uint64_t depth = 0;
	int status = 0;

	enclose_tree(root);
	for (struct node *node = root; node && status == 0;
		node = node_next(root, node, true, &depth))
		status = records_put(records, root, node);
	return status;
}

void records_clear(struct records *records)
{
	intern_clear(&records->names);
	intern_clear(&records->texts);
	text_clear(&records->scratch);
}
