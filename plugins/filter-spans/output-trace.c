/* SPDX-License-Identifier: MIT */
/*
 * output-trace.c - see output-trace.h. The LTTng contexts of an event are left
 * behind: they belong to the emitting process, not to the guest.
 */
#include "output-trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <vspan/trace.h>

#define NS_PER_S UINT64_C(1000000000)

__extension__ typedef unsigned __int128 wide;

/* Counts ns from where the input's clock counts from, so that absolute times line up. */
static bt_clock_class *clock_create(bt_self_component *component, const bt_clock_class *from)
{
	bt_clock_class *clock = bt_clock_class_create(component);
	int64_t seconds;
	uint64_t cycles, frequency;

	if (!clock || !from)
		return clock;
	frequency = bt_clock_class_get_frequency(from);
	bt_clock_class_get_offset(from, &seconds, &cycles);
	bt_clock_class_set_frequency(clock, NS_PER_S);
	bt_clock_class_set_offset(clock, seconds, (uint64_t)((wide)cycles * NS_PER_S / frequency));
	bt_clock_class_set_precision(clock, bt_clock_class_get_precision(from));
	bt_clock_class_set_origin_is_unix_epoch(clock, bt_clock_class_origin_is_unix_epoch(from));
	if (bt_clock_class_get_uuid(from))
		bt_clock_class_set_uuid(clock, bt_clock_class_get_uuid(from));
	if (bt_clock_class_set_name(clock, "guest") != BT_CLOCK_CLASS_SET_NAME_STATUS_OK ||
		bt_clock_class_set_description(clock, "Guest time as host CLOCK_MONOTONIC") !=
			BT_CLOCK_CLASS_SET_DESCRIPTION_STATUS_OK)
		BT_CLOCK_CLASS_PUT_REF_AND_RESET(clock);
	return clock;
}

static int trace_set_clock(
	struct output_trace *output, bt_self_component *component, const bt_event_class *like)
{
	bt_clock_class *clock = clock_create(component,
		bt_stream_class_borrow_default_clock_class_const(
			bt_event_class_borrow_stream_class_const(like)));

	if (!clock)
		return -ENOMEM;
	/* The offset is the input's, which fits; failing that, times count from zero. */
	if (bt_clock_class_cycles_to_ns_from_origin(clock, 0, &output->time_base) !=
		BT_CLOCK_CLASS_CYCLES_TO_NS_FROM_ORIGIN_STATUS_OK)
		output->time_base = 0;
	(void)bt_stream_class_set_default_clock_class(output->stream_class, clock);
	bt_clock_class_put_ref(clock);
	bt_stream_class_set_supports_packets(output->stream_class, BT_TRUE, BT_TRUE, BT_TRUE);
	bt_stream_class_set_supports_discarded_events(output->stream_class, BT_TRUE, BT_TRUE);
	return 0;
}

/* Name and host, for those who print them; nothing that would pass it off as LTTng's own. */
static int trace_describe(bt_trace *trace, const bt_trace *from)
{
	const bt_value *host =
		bt_trace_borrow_environment_entry_value_by_name_const(from, "hostname");
	const char *name = bt_trace_get_name(from);
	char string[256];

	snprintf(string, sizeof(string), "%s%sguest-time", name ? name : "", name ? "-" : "");
	if (bt_trace_set_name(trace, string) != BT_TRACE_SET_NAME_STATUS_OK)
		return -ENOMEM;
	if (host && bt_value_is_string(host) &&
		bt_trace_set_environment_entry_string(trace, "hostname",
			bt_value_string_get(host)) != BT_TRACE_SET_ENVIRONMENT_ENTRY_STATUS_OK)
		return -ENOMEM;
	return bt_trace_set_environment_entry_string(trace, "tracer_name", VSPAN_TRACE_ANALYSIS) ==
			BT_TRACE_SET_ENVIRONMENT_ENTRY_STATUS_OK
		? 0
		: -ENOMEM;
}

void output_trace_free(struct output_trace *output)
{
	bt_trace_put_ref(output->trace);
	bt_stream_class_put_ref(output->stream_class);
	bt_trace_class_put_ref(output->class);
	free(output);
}

struct output_trace *output_trace_create(
	bt_self_component *component, const bt_trace *from, const bt_event_class *like)
{
	struct output_trace *output = calloc(1, sizeof(*output));

	if (!output)
		return NULL;
	output->class = bt_trace_class_create(component);
	if (output->class)
		output->stream_class = bt_stream_class_create(output->class);
	if (!output->stream_class || trace_set_clock(output, component, like) < 0)
		goto fail;
	output->trace = bt_trace_create(output->class);
	if (!output->trace || trace_describe(output->trace, from) < 0)
		goto fail;
	return output;
fail:
	output_trace_free(output);
	return NULL;
}
