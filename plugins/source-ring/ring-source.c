/* SPDX-License-Identifier: MIT */
/*
 * ring-source.c - the component class source.vspan.ring: a port for each file,
 * and message iterators that read the region in it (ring-reader.h).
 */
#include "ring-source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "region-copy.h"
#include "ring-params.h"
#include "ring-reader.h"

/* What others might see in the file has no magic number. */
#define WEIGHT 0.75

const char ring_help[] =
	"Reads what a guest left in its region, without LTTng and without a consumer: the\n"
	"file `vspan create` made, or one with the memory of a VM or a process in it. Gives\n"
	"the spans, events and losses a consumer would have recorded; spans that were open\n"
	"are aborted. The file is not changed. For instance, after a crash:\n"
	"  babeltrace2 /dev/shm/guest -c sink.vspan.tree\n"
	"\n"
	"Parameters:\n"
	"  inputs=[FILE,...]  the files; or path=FILE for one\n"
	"  offset=N           the region begins at byte N [at 0, or where one is found]\n"
	"  all=yes            everything that still lies in the rings, also what a consumer\n"
	"                     had drained [no: from where it stopped]\n"
	"  clock=TEXT         what an event vspan:clock shows: \"tsc = N, ts = N, error_ns = N,\n"
	"                     ratio = N\" [this machine's clock]\n"
	"  clock-offset=N     ns from 1970 to 0 of the clock [this machine's]\n";

struct source {
	struct ring_params params;
};

static struct source *source_of(bt_self_component *component)
{
	return bt_self_component_get_data(component);
}

static int ports_add(struct source *source, bt_self_component_source *self)
{
	char name[32];

	for (uint64_t i = 0; i < ring_params_count(&source->params); i++) {
		snprintf(name, sizeof(name), "out%" PRIu64, i);
		if (bt_self_component_source_add_output_port(self, name,
			    (void *)(uintptr_t)ring_params_file(&source->params, i),
			    NULL) != BT_SELF_COMPONENT_ADD_PORT_STATUS_OK)
			return -EINVAL;
	}
	return 0;
}

static void source_free(struct source *source)
{
	if (!source)
		return;
	ring_params_clear(&source->params);
	free(source);
}

bt_component_class_initialize_method_status ring_initialize(bt_self_component_source *self,
	bt_self_component_source_configuration *configuration, const bt_value *params, void *data)
{
	bt_self_component *component = bt_self_component_source_as_self_component(self);
	struct source *source = calloc(1, sizeof(*source));
	int status = source ? ring_params_read(&source->params, component, params) : -ENOMEM;

	(void)configuration, (void)data;
	if (status == 0)
		status = ports_add(source, self);
	if (status < 0) {
		source_free(source);
		return status == -ENOMEM ? BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR
					 : BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_component_set_data(component, source);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void ring_finalize(bt_self_component_source *self)
{
	source_free(source_of(bt_self_component_source_as_self_component(self)));
}

static const char *map_string(const bt_value *map, const char *name)
{
	const bt_value *value = bt_value_map_borrow_entry_value_const(map, name);

	return value && bt_value_is_string(value) ? bt_value_string_get(value) : "";
}

bt_component_class_query_method_status ring_query(bt_self_component_class_source *self,
	bt_private_query_executor *executor, const char *object, const bt_value *params, void *data,
	const bt_value **result)
{
	bool likely;

	(void)self, (void)executor, (void)data;
	if (strcmp(object, "babeltrace.support-info") != 0)
		return BT_COMPONENT_CLASS_QUERY_METHOD_STATUS_UNKNOWN_OBJECT;
	if (!bt_value_is_map(params))
		return BT_COMPONENT_CLASS_QUERY_METHOD_STATUS_ERROR;
	likely = strcmp(map_string(params, "type"), "file") == 0 &&
		region_copy_likely(map_string(params, "input"));
	*result = bt_value_real_create_init(likely ? WEIGHT : 0);
	return *result ? BT_COMPONENT_CLASS_QUERY_METHOD_STATUS_OK
		       : BT_COMPONENT_CLASS_QUERY_METHOD_STATUS_MEMORY_ERROR;
}

bt_message_iterator_class_initialize_method_status ring_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port)
{
	const struct source *source = source_of(bt_self_message_iterator_borrow_component(self));
	const char *path = bt_self_component_port_get_data(
		bt_self_component_port_output_as_self_component_port(port));
	struct ring_reader *reader = calloc(1, sizeof(*reader));
	int status = reader ? ring_reader_open(reader, &source->params, path, self) : -ENOMEM;

	(void)configuration;
	if (status == 0) {
		bt_self_message_iterator_set_data(self, reader);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
	}
	if (reader)
		ring_reader_close(reader);
	free(reader);
	return status == -ENOMEM ? BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR
				 : BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
}

void ring_iterator_finalize(bt_self_message_iterator *self)
{
	struct ring_reader *reader = bt_self_message_iterator_get_data(self);

	ring_reader_close(reader);
	free(reader);
}

bt_message_iterator_class_next_method_status ring_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count)
{
	struct ring_reader *reader = bt_self_message_iterator_get_data(self);

	*count = ring_reader_take(reader, messages, capacity);
	if (*count > 0)
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
	if (!reader->emitter.failed)
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_MESSAGE_ITERATOR(
		self, "out of memory while reading the region");
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR;
}
