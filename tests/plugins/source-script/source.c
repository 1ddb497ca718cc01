/* SPDX-License-Identifier: MIT */
/*
 * source.c - the plugin `vspantest`, for tests only: source.vspantest.script
 * plays a trace written as text (script.h), in the order of its lines.
 */
#include "builder.h"

#include "filter-stop/stop.h"
#include "source-forest/source.h"

#include <babeltrace2/babeltrace.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum phase {
	PHASE_BEGIN, /* stream and packet beginnings, one message after the other */
	PHASE_LINES,
	PHASE_END, /* packet and stream ends */
	PHASE_DONE,
};

struct player {
	bt_self_component *component;
	struct builder builder;
	FILE *script;
	char *path;
	unsigned int line_number;
	enum phase phase;
	unsigned int step; /* of PHASE_BEGIN and PHASE_END */
	uint64_t now;
	struct script_line line; /* the latest one */
	uint64_t times;          /* that it is still to be played */
	bool again;              /* to be said before the next message */
};

/* What a component is given. */
struct script {
	char *path;
	int64_t offset; /* of the clock, in s; negative: no clock */
};

static int player_fail(const struct player *player, const char *what)
{
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(
		player->component, "%s:%u: %s", player->path, player->line_number, what);
	return -EINVAL;
}

/* The next line that says something. Returns 1, 0 at the end, or -EINVAL. */
static int player_read(struct player *player, struct script_line *line)
{
	char text[2048];
	int status = 0;

	while (status == 0 && fgets(text, sizeof(text), player->script)) {
		player->line_number++;
		text[strcspn(text, "\n")] = '\0';
		status = script_parse(line, text);
	}
	if (status < 0)
		return player_fail(player, "cannot be understood; see script.h for what can");
	if (status > 0 && line->cpu >= BUILDER_CPUS)
		return player_fail(player, "no such CPU");
	return status;
}

static uint64_t line_number(const struct script_line *line, const char *name)
{
	const struct script_field *field = script_find(line, name);

	return field ? field->number : 0;
}

/* A record is emitted some time after what it tells; spans after their ends. */
static int line_time(const struct player *player, const struct script_line *line, uint64_t *at)
{
	uint64_t known = line_number(line, "ts") + line_number(line, "duration");

	if (known < line_number(line, "ts_last"))
		known = line_number(line, "ts_last");
	*at = line->has_at ? line->at : known > player->now ? known : player->now;
	return *at < player->now ? player_fail(player, "time goes backwards") : 0;
}

static bt_message *player_begin(struct player *player, bt_self_message_iterator *iterator)
{
	unsigned int cpu = player->step / 2;

	if (player->step++ % 2 == 0)
		return bt_message_stream_beginning_create(iterator, player->builder.streams[cpu]);
	return builder_packet_begin(&player->builder, iterator, cpu, 0);
}

static bt_message *player_end(struct player *player, bt_self_message_iterator *iterator)
{
	unsigned int cpu = player->step / 2;

	if (player->step++ % 2 == 1)
		return bt_message_stream_end_create(iterator, player->builder.streams[cpu]);
	return builder_packet_end(&player->builder, iterator, cpu, player->now);
}

/* The latest line once more, a moment later. */
static void line_advance(struct script_line *line)
{
	for (size_t i = 0; i < line->field_count; i++) {
		struct script_field *field = &line->fields[i];

		if (strcmp(field->name, "tsc") == 0 || strcmp(field->name, "ts") == 0)
			field->number++;
	}
}

/* No message, but status 1: say that there is none for now. */
static int player_play(
	struct player *player, bt_self_message_iterator *iterator, bt_message const **message)
{
	struct script_line *line = &player->line;
	int status = 1;

	if (player->times > 1) {
		player->times--;
		line_advance(line);
	} else {
		status = player_read(player, line);
		player->times = line->times;
	}
	if (status <= 0)
		return status;
	if (strcmp(line->verb, "again") == 0) {
		player->again = true;
		return 1;
	}
	if (line_time(player, line, &player->now) < 0)
		return -EINVAL;
	*message = builder_message(&player->builder, iterator, line, player->now);
	return *message ? 1 : player_fail(player, "too many event classes");
}

/* Returns 1 with a message, 0 at the end, -EINVAL. */
static int player_next(
	struct player *player, bt_self_message_iterator *iterator, bt_message const **message)
{
	int status = 1;

	if (player->phase == PHASE_BEGIN && player->step < 2 * BUILDER_CPUS) {
		*message = player_begin(player, iterator);
		return 1;
	}
	if (player->phase <= PHASE_LINES) {
		player->phase = PHASE_LINES;
		status = player_play(player, iterator, message);
		if (status != 0)
			return status;
		player->phase = PHASE_END;
		player->step = 0;
	}
	if (player->phase == PHASE_END && player->step < 2 * BUILDER_CPUS) {
		*message = player_end(player, iterator);
		return 1;
	}
	player->phase = PHASE_DONE;
	return 0;
}

static bt_message_iterator_class_next_method_status script_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count)
{
	struct player *player = bt_self_message_iterator_get_data(self);
	int status = 1;

	*count = 0;
	if (player->again) {
		player->again = false;
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_AGAIN;
	}
	while (*count < capacity && status > 0 && !player->again) {
		status = player_next(player, self, &messages[*count]);
		*count += status > 0 && !player->again;
	}
	if (status < 0) {
		for (uint64_t i = 0; i < *count; i++)
			bt_message_put_ref(messages[i]);
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_ERROR;
	}
	if (*count)
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
	if (player->again) {
		player->again = false;
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_AGAIN;
	}
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
}

static void player_free(struct player *player)
{
	if (player->script)
		fclose(player->script);
	builder_clear(&player->builder);
	free(player->path);
	free(player);
}

static bt_message_iterator_class_initialize_method_status script_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port)
{
	bt_self_component *component = bt_self_message_iterator_borrow_component(self);
	const struct script *script = bt_self_component_get_data(component);
	struct player *player = calloc(1, sizeof(*player));

	(void)configuration;
	(void)port;
	if (!player)
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	player->component = component;
	player->path = strdup(script->path);
	player->script = fopen(player->path, "r");
	if (!player->script || builder_init(&player->builder, component, script->offset) < 0) {
		player_fail(player, "cannot be opened");
		player_free(player);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_message_iterator_set_data(self, player);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static void script_iterator_finalize(bt_self_message_iterator *self)
{
	player_free(bt_self_message_iterator_get_data(self));
}

static void script_free(struct script *script)
{
	if (script)
		free(script->path);
	free(script);
}

static bt_component_class_initialize_method_status script_initialize(bt_self_component_source *self,
	bt_self_component_source_configuration *configuration, const bt_value *params, void *data)
{
	bt_self_component *component = bt_self_component_source_as_self_component(self);
	const bt_value *path = bt_value_map_borrow_entry_value_const(params, "path");
	const bt_value *offset = bt_value_map_borrow_entry_value_const(params, "offset");
	struct script *script = calloc(1, sizeof(*script));

	(void)configuration;
	(void)data;
	if (!script || !path || !bt_value_is_string(path) ||
		bt_self_component_source_add_output_port(self, "out", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK) {
		script_free(script);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	script->path = strdup(bt_value_string_get(path));
	script->offset = offset ? bt_value_integer_signed_get(offset) : 1700000000;
	bt_self_component_set_data(component, script);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static void script_finalize(bt_self_component_source *self)
{
	script_free(bt_self_component_get_data(bt_self_component_source_as_self_component(self)));
}

BT_PLUGIN_MODULE()
BT_PLUGIN(vspantest);
BT_PLUGIN_DESCRIPTION("Made-up traces, for the tests of the plugin vspan");
BT_PLUGIN_AUTHOR("The vspan authors");
BT_PLUGIN_LICENSE("MIT");
BT_PLUGIN_SOURCE_COMPONENT_CLASS(script, script_next);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_INITIALIZE_METHOD(script, script_initialize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_FINALIZE_METHOD(script, script_finalize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD(
	script, script_iterator_initialize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD(
	script, script_iterator_finalize);

BT_PLUGIN_SOURCE_COMPONENT_CLASS(forest, forest_next);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_DESCRIPTION(forest, "A random forest of spans");
BT_PLUGIN_SOURCE_COMPONENT_CLASS_INITIALIZE_METHOD(forest, forest_initialize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_FINALIZE_METHOD(forest, forest_finalize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD(
	forest, forest_iterator_initialize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD(
	forest, forest_iterator_finalize);

BT_PLUGIN_FILTER_COMPONENT_CLASS(stop, stop_next);
BT_PLUGIN_FILTER_COMPONENT_CLASS_DESCRIPTION(stop, "Stops after some messages");
BT_PLUGIN_FILTER_COMPONENT_CLASS_INITIALIZE_METHOD(stop, stop_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_FINALIZE_METHOD(stop, stop_finalize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD(
	stop, stop_iterator_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD(
	stop, stop_iterator_finalize);
