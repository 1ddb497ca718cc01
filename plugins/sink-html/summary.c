/* SPDX-License-Identifier: MIT */
/*
 * summary.c - see summary.h. page/summary.js and page/main.js read what is
 * written here.
 */
#include "summary.h"

#include "model/text.h"

#include <errno.h>
#include <inttypes.h>
#include <json.h>
#include <stddef.h>
#include <string.h>

/* Adds a value; NULL, when memory ran out, is remembered by its absence of an owner. */
static int add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(object, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_number(struct json_object *object, const char *key, uint64_t number)
{
	return add(object, key, json_object_new_uint64(number));
}

/* Text as recorded, made safe. */
static struct json_object *text_object(const char *unsafe)
{
	struct json_object *object = NULL;
	struct text text = {0};

	text_append_safe(&text, unsafe ? unsafe : "", unsafe ? strlen(unsafe) : 0);
	if (!text.failed)
		object = json_object_new_string_len(text.data, (int)text.length);
	text_clear(&text);
	return object;
}

static int add_notices(struct json_object *object, const struct note *notices)
{
	struct json_object *array = json_object_new_array();
	int status = add(object, "notices", array);

	for (const struct note *note = notices; note && status == 0; note = note->next) {
		struct json_object *text = text_object(note->text);

		if (!text || json_object_array_add(array, text) < 0)
			status = -ENOMEM;
	}
	return status;
}

struct named_number {
	const char *name;
	size_t offset;
};

#define TOTAL(member)                                       \
	{                                                   \
#member, offsetof(struct vm_totals, member) \
	}
#define LEDGER(member)                                   \
	{                                                \
#member, offsetof(struct ledger, member) \
	}

static uint64_t number_at(const void *base, size_t offset)
{
	uint64_t number;

	memcpy(&number, (const char *)base + offset, sizeof(number));
	return number;
}

static int add_totals(struct json_object *object, const struct vm_totals *totals)
{
	static const struct named_number numbers[] = {TOTAL(spans), TOTAL(events), TOTAL(roots),
		TOTAL(lost), TOTAL(losses_unknown), TOTAL(errors), TOTAL(aborted), TOTAL(end_lost),
		TOTAL(evicted), TOTAL(clamped), TOTAL(unfinished), TOTAL(ends), TOTAL(ends_hidden),
		TOTAL(parents_unknown), TOTAL(parents_loop), TOTAL(parts), TOTAL(early),
		TOTAL(violations), TOTAL(notes_unplaced)};
	struct json_object *map = json_object_new_object();
	int status = add(object, "totals", map);

	for (size_t i = 0; status == 0 && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		status = add_number(map, numbers[i].name, number_at(totals, numbers[i].offset));
	return status;
}

/* The ledgers of all rings, added up; nothing if there is none. */
static int add_ledger(struct json_object *object, const struct vm *vm)
{
	static const struct named_number numbers[] = {LEDGER(attempted), LEDGER(emitted),
		LEDGER(discarded_guest), LEDGER(discarded_host), LEDGER(torn), LEDGER(invalid),
		LEDGER(in_ring)};
	struct json_object *map = NULL;
	int status = 0;

	if (vm->ledger_count == 0)
		return 0;
	map = json_object_new_object();
	status = add(object, "ledger", map);
	for (size_t i = 0; status == 0 && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t sum = 0;

		for (size_t l = 0; l < vm->ledger_count; l++)
			sum += number_at(&vm->ledgers[l], numbers[i].offset);
		status = add_number(map, numbers[i].name, sum);
	}
	return status;
}

static int add_vm(struct json_object *array, const struct vm *vm)
{
	struct json_object *object = json_object_new_object();

	if (!object || json_object_array_add(array, object) < 0) {
		json_object_put(object);
		return -ENOMEM;
	}
	if (add_number(object, "vm", vm->number) < 0 ||
		add(object, "name", text_object(vm->name)) < 0 ||
		add_number(object, "vcpus", vm->vcpu_count) < 0 ||
		add_totals(object, &vm->totals) < 0 || add_ledger(object, vm) < 0 ||
		add_notices(object, vm->notices) < 0)
		return -ENOMEM;
	return 0;
}

static int add_vms(struct json_object *object, const struct forest *forest)
{
	struct json_object *array = json_object_new_array();
	int status = add(object, "vms", array);

	for (size_t v = 0; v < forest->vm_count && status == 0; v++)
		status = add_vm(array, forest->vms[v]);
	return status;
}

/* What is not on the page. */
static int add_left_out(struct json_object *object, const struct records *records)
{
	if (add_number(object, "limit", records->limit) < 0 ||
		add_number(object, "spansLeftOut", records->spans_dropped) < 0 ||
		add_number(object, "othersLeftOut", records->others_dropped) < 0 ||
		add_number(object, "textsLeftOut", records->texts_dropped) < 0 ||
		add_number(object, "namesLeftOut", records->names_other) < 0 ||
		add(object, "fields", json_object_new_boolean(records->fields)) < 0)
		return -ENOMEM;
	return 0;
}

static int add_trace(struct json_object *object, const struct forest *forest)
{
	if (add_number(object, "foreign", forest->foreign) < 0 ||
		add_number(object, "discarded", forest->discarded) < 0 ||
		add_number(object, "discardedPackets", forest->discarded_packets) < 0 ||
		add(object, "discardedUnknown",
			json_object_new_boolean(forest->discarded_unknown)) < 0 ||
		add_notices(object, forest->notices) < 0)
		return -ENOMEM;
	return 0;
}

static int summary_compose(struct json_object *object, const struct forest *forest,
	const struct records *records, bool interrupted)
{
	char origin[32];

	/* A string: JavaScript's numbers do not hold it. */
	snprintf(origin, sizeof(origin), "%" PRId64, records->origin);
	if (add(object, "origin", json_object_new_string(origin)) < 0 ||
		add_number(object, "spans", records->spans) < 0 ||
		add_number(object, "others", records->others) < 0 ||
		add(object, "interrupted", json_object_new_boolean(interrupted)) < 0 ||
		add_left_out(object, records) < 0 || add_trace(object, forest) < 0)
		return -ENOMEM;
	return add_vms(object, forest);
}

/* Nothing in it can end the element: JSON has "<" only in strings, which may escape it. */
static void json_write(const char *json, FILE *stream)
{
	for (; *json; json++) {
		if (*json == '<')
			fputs("\\u003c", stream);
		else
			putc(*json, stream);
	}
}

int summary_write(
	const struct forest *forest, const struct records *records, bool interrupted, FILE *stream)
{
	struct json_object *object = json_object_new_object();
	const char *json = NULL;

	if (object && summary_compose(object, forest, records, interrupted) == 0)
		json = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	if (json) {
		fputs("<script type=\"application/json\" id=\"summary\">", stream);
		json_write(json, stream);
		fputs("</script>\n", stream);
	}
	json_object_put(object);
	return json ? 0 : -ENOMEM;
}
