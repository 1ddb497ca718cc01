/* SPDX-License-Identifier: MIT */
/*
 * source.c - see source.h: plays a schedule, message by message.
 */
#include "source.h"

#include "classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

/* Events of a packet. */
#define PACKET_EVENTS 8192
/* Between two rounds of the same forest. */
#define TIMES_GAP 1000

enum phase {
	PHASE_BEGIN, /* stream and packet beginnings */
	PHASE_EVENTS,
	PHASE_END,
	PHASE_DONE,
};

struct player {
	struct story story;
	struct schedule schedule;
	struct classes classes;
	enum phase phase;
	uint64_t step; /* of PHASE_BEGIN and PHASE_END */
	size_t next;   /* emission */
	uint64_t time; /* how often the forest was played */
	struct shift shift;
	uint64_t now;
	uint64_t messages; /* given, for SHAPE_AGAIN */
	bool waited;       /* said "try again" before this one */
	uint64_t in_packet[SCHEDULE_STREAMS_MAX];
	unsigned int turning; /* a packet ends (1), the next one begins (2) */
};

static bt_message *player_begin(struct player *player, bt_self_message_iterator *iterator)
{
	uint64_t stream = player->step / 2;

	if (player->step++ % 2 == 0)
		return bt_message_stream_beginning_create(
			iterator, player->classes.streams[stream]);
	return bt_message_packet_beginning_create_with_default_clock_snapshot(
		iterator, player->classes.packets[stream], 0);
}

static bt_message *player_end(struct player *player, bt_self_message_iterator *iterator)
{
	uint64_t stream = player->step / 2;

	if (player->step++ % 2 == 1)
		return bt_message_stream_end_create(iterator, player->classes.streams[stream]);
	return bt_message_packet_end_create_with_default_clock_snapshot(
		iterator, player->classes.packets[stream], player->now);
}

/* Ends the stream's packet, then begins the next one. */
static bt_message *player_turn(
	struct player *player, bt_self_message_iterator *iterator, uint64_t stream)
{
	if (player->turning == 0) {
		player->turning = 1;
		return bt_message_packet_end_create_with_default_clock_snapshot(
			iterator, player->classes.packets[stream], player->now);
	}
	player->turning = 0;
	player->in_packet[stream] = 0;
	if (classes_next_packet(&player->classes, stream) < 0)
		return NULL;
	return bt_message_packet_beginning_create_with_default_clock_snapshot(
		iterator, player->classes.packets[stream], player->now);
}

/* What is said once, however often the forest is played. */
static bool player_skips(const struct player *player, const struct item *item)
{
	bool last = player->time + 1 == player->story.shape.numbers[SHAPE_TIMES];

	return (item->type == ITEM_ATTACH && player->time > 0) ||
		((item->type == ITEM_DETACH || item->type == ITEM_LEDGER) && !last);
}

/* The same once more: later, and with other ids. */
static void player_again(struct player *player)
{
	player->time++;
	player->next = 0;
	player->shift.time += player->schedule.clock - player->story.vms[0].birth + TIMES_GAP;
	player->shift.position += player->story.record_count * 4;
}

static bt_message *player_event(struct player *player, bt_self_message_iterator *iterator)
{
	const struct emission *emission = &player->schedule.emissions[player->next];
	const struct item *item = emission_item(&player->schedule, emission);
	struct shift shift = player->shift;

	if (player->turning || player->in_packet[emission->stream] == PACKET_EVENTS)
		return player_turn(player, iterator, emission->stream);
	player->in_packet[emission->stream]++;
	player->next++;
	player->now = emission->at + shift.time;
	if (emission->repeated && item->type <= ITEM_POINT)
		shift.flags = VSPAN_TRACE_FLAG_REPEATED;
	return classes_message(
		&player->classes, iterator, item, &shift, emission->stream, player->now);
}

/* Goes to the next emission that is to be played. False: there is none. */
static bool player_seek(struct player *player)
{
	const struct schedule *schedule = &player->schedule;

	for (;;) {
		while (player->next < schedule->count &&
			player_skips(player,
				emission_item(schedule, &schedule->emissions[player->next])))
			player->next++;
		if (player->next < schedule->count)
			return true;
		if (player->time + 1 >= player->story.shape.numbers[SHAPE_TIMES])
			return false;
		player_again(player);
	}
}

/* Returns 1 with a message, 0 at the end, -ENOMEM. */
static int player_next(
	struct player *player, bt_self_message_iterator *iterator, bt_message const **message)
{
	uint64_t steps = 2 * player->classes.stream_count;

	if (player->phase == PHASE_BEGIN && player->step == steps)
		player->phase = PHASE_EVENTS;
	if (player->phase == PHASE_EVENTS && !player_seek(player)) {
		player->phase = PHASE_END;
		player->step = 0;
	}
	if (player->phase == PHASE_END && player->step == steps)
		player->phase = PHASE_DONE;
	switch (player->phase) {
	case PHASE_BEGIN:
		*message = player_begin(player, iterator);
		break;
	case PHASE_EVENTS:
		*message = player_event(player, iterator);
		break;
	case PHASE_END:
		*message = player_end(player, iterator);
		break;
	default:
		return 0;
	}
	return *message ? 1 : -ENOMEM;
}

/* A source of something that still goes on has nothing to give now and then. */
static bool player_waits(struct player *player, uint64_t given)
{
	uint64_t again = player->story.shape.numbers[SHAPE_AGAIN];

	if (again == 0 || player->messages == 0 || player->messages % again != 0 || player->waited)
		return false;
	player->waited = given == 0;
	return true;
}

bt_message_iterator_class_next_method_status forest_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count)
{
	struct player *player = bt_self_message_iterator_get_data(self);
	uint64_t most = player->story.shape.numbers[SHAPE_BATCH];
	int status = 1;

	*count = 0;
	while (*count < capacity && *count < most) {
		if (player_waits(player, *count)) {
			if (*count == 0)
				return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_AGAIN;
			break;
		}
		status = player_next(player, self, &messages[*count]);
		if (status <= 0)
			break;
		player->waited = false;
		player->messages++;
		++*count;
	}
	if (status < 0) {
		for (uint64_t i = 0; i < *count; i++)
			bt_message_put_ref(messages[i]);
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR;
	}
	return *count ? BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK
		      : BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
}

static void player_free(struct player *player)
{
	schedule_clear(&player->schedule);
	story_clear(&player->story);
	classes_clear(&player->classes);
	free(player);
}

bt_message_iterator_class_initialize_method_status forest_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port)
{
	bt_self_component *component = bt_self_message_iterator_borrow_component(self);
	const struct shape *shape = bt_self_component_get_data(component);
	struct player *player = calloc(1, sizeof(*player));

	(void)configuration;
	(void)port;
	if (!player)
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	story_make(&player->story, shape);
	schedule_make(&player->schedule, &player->story);
	if (classes_init(&player->classes, component, shape->numbers[SHAPE_STREAMS]) < 0) {
		player_free(player);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	bt_self_message_iterator_set_data(self, player);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void forest_iterator_finalize(bt_self_message_iterator *self)
{
	player_free(bt_self_message_iterator_get_data(self));
}

/* Numbers of a parameter, which babeltrace2's command line makes signed. */
static bool value_number(const bt_value *value, uint64_t *number)
{
	if (bt_value_is_unsigned_integer(value))
		*number = bt_value_integer_unsigned_get(value);
	else if (bt_value_is_signed_integer(value) && bt_value_integer_signed_get(value) >= 0)
		*number = (uint64_t)bt_value_integer_signed_get(value);
	else
		return false;
	return true;
}

static int shape_read(struct shape *shape, const bt_value *params)
{
	const bt_value *plain = bt_value_map_borrow_entry_value_const(params, "plain");
	const bt_value *value = bt_value_map_borrow_entry_value_const(params, "seed");
	uint64_t number = 1;

	if (value && !value_number(value, &number))
		return -EINVAL;
	*shape = plain ? shape_plain(number) : shape_draw(number);
	for (unsigned int i = 0; i < SHAPE_NUMBERS; i++) {
		value = bt_value_map_borrow_entry_value_const(params, shape_names[i]);
		if (value && !value_number(value, &shape->numbers[i]))
			return -EINVAL;
	}
	return shape_check(shape);
}

bt_component_class_initialize_method_status forest_initialize(bt_self_component_source *self,
	bt_self_component_source_configuration *configuration, const bt_value *params, void *data)
{
	bt_self_component *component = bt_self_component_source_as_self_component(self);
	struct shape *shape = malloc(sizeof(*shape));

	(void)configuration;
	(void)data;
	if (!shape)
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	if (shape_read(shape, params) < 0 ||
		bt_self_component_source_add_output_port(self, "out", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
			"parameters are the numbers of shape.h, vms, vcpus, spans, table, streams "
			"and batch at least 1");
		free(shape);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_component_set_data(component, shape);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void forest_finalize(bt_self_component_source *self)
{
	free(bt_self_component_get_data(bt_self_component_source_as_self_component(self)));
}
