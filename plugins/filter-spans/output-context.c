/* SPDX-License-Identifier: MIT */
/*
 * output-context.c - see output-context.h.
 */
#include "output-context.h"

#include "copy-integer.h"
#include "copy.h"

#include <errno.h>
#include <stdlib.h>

/* Members of a context by shape; numbers unless said otherwise. */
enum member {
	MEMBER_TRACK,
	MEMBER_NAME, /* a string */
	MEMBER_SELF,
	MEMBER_RUNNING,
	MEMBER_EXITED,
	MEMBER_HALTED,
	MEMBERS,
};

static const char *const member_names[MEMBERS] = {
	[MEMBER_TRACK] = "track",
	[MEMBER_NAME] = "name",
	[MEMBER_SELF] = "self",
	[MEMBER_RUNNING] = "running",
	[MEMBER_EXITED] = "exited",
	[MEMBER_HALTED] = "halted",
};

static const enum member no_members[] = {MEMBERS};
static const enum member span_members[] = {
	MEMBER_SELF, MEMBER_RUNNING, MEMBER_EXITED, MEMBER_HALTED, MEMBERS};
static const enum member entry_members[] = {MEMBER_TRACK, MEMBER_NAME, MEMBERS};
static const enum member exit_members[] = {
	MEMBER_TRACK, MEMBER_SELF, MEMBER_RUNNING, MEMBER_EXITED, MEMBER_HALTED, MEMBERS};

/* Ended by MEMBERS. */
static const enum member *context_members(const struct event_kind *kind, enum output_shape shape)
{
	switch (shape) {
	case SHAPE_SPAN:
		return span_members;
	case SHAPE_ENTRY:
		return entry_members;
	case SHAPE_EXIT:
		return exit_members;
	default:
		return kind->role == EVENT_SPAN ? span_members : no_members;
	}
}

static bt_field_class *member_create(bt_trace_class *trace_class, enum member member)
{
	if (member == MEMBER_NAME)
		return bt_field_class_string_create(trace_class);
	return copy_unsigned(trace_class, member == MEMBER_TRACK ? 32 : 64, false);
}

int output_context_add(bt_trace_class *trace_class, bt_event_class *class,
	const struct event_kind *kind, enum output_shape shape)
{
	const enum member *members = context_members(kind, shape);
	bt_field_class *context;
	int status = 0;

	if (*members == MEMBERS)
		return 0;
	context = bt_field_class_structure_create(trace_class);
	if (!context)
		return -ENOMEM;
	for (; *members != MEMBERS && status == 0; members++)
		status = copy_append(
			context, member_names[*members], member_create(trace_class, *members));
	if (status == 0 &&
		bt_event_class_set_specific_context_field_class(class, context) !=
			BT_EVENT_CLASS_SET_FIELD_CLASS_STATUS_OK)
		status = -ENOMEM;
	bt_field_class_put_ref(context);
	return status;
}

static uint64_t member_number(const struct telling *telling, enum member member)
{
	switch (member) {
	case MEMBER_TRACK:
		return telling->track;
	case MEMBER_SELF:
		return telling->measures->self;
	case MEMBER_RUNNING:
		return telling->measures->occupied[OCCUPANCY_RUNNING];
	case MEMBER_EXITED:
		return telling->measures->occupied[OCCUPANCY_EXITED];
	default:
		return telling->measures->occupied[OCCUPANCY_HALTED];
	}
}

static int name_fill(bt_field *field, const struct record *record)
{
	struct text text = {0};
	char *name;
	int status;

	record_label(record, &text);
	name = text_take(&text);
	status = name &&
			bt_field_string_set_value(field, name) ==
				BT_FIELD_STRING_SET_VALUE_STATUS_OK
		? 0
		: -ENOMEM;
	free(name);
	return status;
}

int output_context_fill(bt_event *event, const struct telling *telling)
{
	bt_field *context = bt_event_borrow_specific_context_field(event);
	const enum member *members = context_members(telling->record.kind, telling->shape);
	int status = 0;

	for (uint64_t i = 0; members[i] != MEMBERS && status == 0; i++) {
		bt_field *field = bt_field_structure_borrow_member_field_by_index(context, i);

		if (members[i] == MEMBER_NAME)
			status = name_fill(field, &telling->record);
		else
			bt_field_integer_unsigned_set_value(
				field, member_number(telling, members[i]));
	}
	return status;
}
