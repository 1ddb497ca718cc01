/* SPDX-License-Identifier: MIT */
/*
 * node-json.c - see node-json.h. Members with nothing to say are left out.
 */
#include "node-json.h"

#include "exits.h"
#include "field-text.h"
#include "forest.h"
#include "words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

static void json_real(struct text *text, double real, bool single)
{
	/* JSON has no infinities. */
	if (isfinite(real))
		field_text_real(text, real, single);
	else
		text_print(text, isnan(real) ? "\"nan\"" : real > 0 ? "\"inf\"" : "\"-inf\"");
}

static void json_array(struct text *text, const struct value *value)
{
	text_append(text, "[", 1);
	for (size_t i = 0; i < value->length; i++) {
		if (i)
			text_append(text, ",", 1);
		if (value->type == VALUE_UNSIGNED_ARRAY)
			text_append_unsigned(text, value_element_unsigned(value, i));
		else if (value->type == VALUE_SIGNED_ARRAY)
			text_append_signed(text, value_element_signed(value, i));
		else
			json_real(text, value_element_real(value, i), false);
	}
	text_append(text, "]", 1);
}

static void json_bytes(struct text *text, const struct value *value)
{
	text_append(text, "\"", 1);
	for (size_t i = 0; i < value->length; i++)
		text_print(text, "%02x", (unsigned char)value->bytes[i]);
	text_append(text, "\"", 1);
}

void value_json(struct text *text, const struct value *value)
{
	switch (value->type) {
	case VALUE_UNSIGNED:
		text_append_unsigned(text, value->u);
		break;
	case VALUE_SIGNED:
		text_append_signed(text, value->s);
		break;
	case VALUE_REAL:
		json_real(text, value->real, value->single);
		break;
	case VALUE_BOOL:
		text_print(text, value->u ? "true" : "false");
		break;
	case VALUE_STRING:
	case VALUE_TEXT:
		text_append_json(text, value->bytes, value->length);
		break;
	case VALUE_BYTES:
		json_bytes(text, value);
		break;
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		json_array(text, value);
		break;
	}
}

static void json_string(struct text *text, const char *name, const char *string)
{
	text_print(text, ",\"%s\":", name);
	text_append_json(text, string, strlen(string));
}

static void json_number(struct text *text, const char *name, uint64_t number)
{
	text_append(text, ",\"", 2);
	text_append(text, name, strlen(name));
	text_append(text, "\":", 2);
	text_append_unsigned(text, number);
}

static void json_flags(struct text *text, const struct node *node)
{
	const char *marks[WORDS_MARKS_MAX];
	size_t count = words_marks(node, marks);

	for (size_t i = 0; i < count; i++)
		text_print(text, "%s\"%s\"", i ? "," : ",\"flags\":[", marks[i]);
	if (count > 0)
		text_append(text, "]", 1);
}

static void json_fields(struct text *text, const struct node *node)
{
	struct values_cursor cursor = {0};
	const char *before = ",\"fields\":{";
	struct value value;
	bool any = false;

	while (values_next(&node->values, &cursor, &value)) {
		text_print(text, "%s", before);
		text_append_json(text, value.name, strlen(value.name));
		text_append(text, ":", 1);
		value_json(text, &value);
		before = ",";
		any = true;
	}
	if (any)
		text_append(text, "}", 1);
}

static void json_links(struct text *text, const struct node *node)
{
	if (!node->links)
		return;
	text_print(text, ",\"links\":[");
	for (const struct note *link = node->links; link; link = link->next) {
		text_print(text, "{\"span\":\"0x%" PRIx64 "\"", link->linked);
		if (link->trace_id[0] || link->trace_id[1])
			text_print(text, ",\"trace\":\"%016" PRIx64 "%016" PRIx64 "\"",
				link->trace_id[0], link->trace_id[1]);
		text_print(text, "}%s", link->next ? "," : "]");
	}
}

/* What `exited` is made of. */
static void json_exits(struct text *text, const struct node *node)
{
	const char *before = ",\"exits\":{";
	const char *word;

	for (uint32_t reason = 0; reason < EXITS_REASONS; reason++) {
		uint64_t time = node_exited(node, reason, &word);

		if (!time)
			continue;
		text_print(text, "%s", before);
		text_append_json(text, word, strlen(word));
		text_append(text, ":", 1);
		text_append_unsigned(text, time);
		before = ",";
	}
	if (*before == ',' && !before[1])
		text_append(text, "}", 1);
}

static void json_span(struct text *text, const struct node *node)
{
	static const char *const kinds[] = {"internal", "server", "client", "producer", "consumer"};
	static const char *const statuses[] = {"unset", "ok", "error"};

	if (node->source >= SOURCE_EDGES) {
		json_number(text, "duration", node->duration);
		json_number(text, "self", node->self);
		json_number(text, "running", node->occupied[OCCUPANCY_RUNNING]);
		if (node->occupied[OCCUPANCY_EXITED])
			json_number(text, "exited", node->occupied[OCCUPANCY_EXITED]);
		json_exits(text, node);
		if (node->occupied[OCCUPANCY_HALTED])
			json_number(text, "halted", node->occupied[OCCUPANCY_HALTED]);
	}
	if (node->status && node->status < sizeof(statuses) / sizeof(statuses[0]))
		json_string(text, "status", statuses[node->status]);
	else if (node->status)
		json_number(text, "status", node->status);
	if (node->message)
		json_string(text, "message", node->message->text);
	if (node->kind && node->kind < sizeof(kinds) / sizeof(kinds[0]))
		json_string(text, "kind", kinds[node->kind]);
	else if (node->kind)
		json_number(text, "kind", node->kind);
	if (node->parts)
		json_number(text, "parts", node->parts);
}

const char *node_loss_word(const struct node *node)
{
	static const char *const words[] = {
		[VSPAN_TRACE_LOST_FULL] = "full",
		[VSPAN_TRACE_LOST_TORN] = "torn",
		[VSPAN_TRACE_LOST_OVERWRITTEN] = "overwritten",
		[VSPAN_TRACE_LOST_INVALID] = "invalid",
		[VSPAN_TRACE_LOST_RESUMED] = "resumed",
	};

	return node->reason < sizeof(words) / sizeof(words[0]) && words[node->reason]
		? words[node->reason]
		: "unknown";
}

void node_json_members(struct text *text, const struct node *node)
{
	static const char *const types[] = {"span", "event", "lost"};

	text_print(text, "\"type\":\"%s\"", types[node->type]);
	if (node->type != NODE_LOST)
		json_string(text, "name", node->label);
	json_number(text, "vm", node->vcpu->vm->number);
	json_number(text, "vcpu", node->vcpu->number);
	if (node->type == NODE_SPAN)
		text_print(text, ",\"id\":\"0x%" PRIx64 "\"", node->id);
	if (node->parent_id)
		text_print(text, ",\"parent\":\"0x%" PRIx64 "\"", node->parent_id);
	if (node->parent_vm)
		json_number(text, "parent_vm", node->parent_vm);
	text_print(text, ",\"start\":%" PRId64, node->start);
	if (node->type == NODE_SPAN)
		json_span(text, node);
	if (node->type == NODE_LOST) {
		json_number(text, "duration", node->duration);
		json_number(text, "count", node->count);
		json_string(text, "reason", node_loss_word(node));
	}
	json_flags(text, node);
	json_fields(text, node);
	json_links(text, node);
}
