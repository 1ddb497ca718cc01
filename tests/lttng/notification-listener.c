/* SPDX-License-Identifier: MIT */
/*
 * notification-listener.c - registers a trigger on vspan_test:series that fires
 * on the slowest spans and captures a field of each type, says "ready", prints
 * what it is notified of, and ends after COUNT notifications.
 */
#include <inttypes.h>
#include <lttng/lttng.h>
#include <lttng/notification/channel.h>
#include <lttng/notification/notification.h>
#include <stdio.h>
#include <stdlib.h>

static void check(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "notification-listener: %s failed\n", what);
	exit(1);
}

static void capture(struct lttng_condition *condition, struct lttng_event_expr *expression)
{
	check(expression != NULL &&
			lttng_condition_event_rule_matches_append_capture_descriptor(
				condition, expression) == LTTNG_CONDITION_STATUS_OK,
		"capturing a field");
}

static void capture_element(struct lttng_condition *condition, const char *field, unsigned int at)
{
	capture(condition,
		lttng_event_expr_array_field_element_create(
			lttng_event_expr_event_payload_field_create(field), at));
}

static struct lttng_condition *condition_create(void)
{
	static const char *const fields[] = {"number", "minus", "real", "op", "bytes", "status",
		"kind", "mask", "truth", "a_u8", "a_u16", "a_u32", "a_s8", "a_s32", "a_s64"};
	struct lttng_event_rule *rule = lttng_event_rule_user_tracepoint_create();
	struct lttng_condition *condition;
	size_t i;

	check(rule != NULL &&
			lttng_event_rule_user_tracepoint_set_name_pattern(
				rule, "vspan_test:series") == LTTNG_EVENT_RULE_STATUS_OK &&
			lttng_event_rule_user_tracepoint_set_filter(rule, "duration > 97000") ==
				LTTNG_EVENT_RULE_STATUS_OK,
		"making the event rule");
	condition = lttng_condition_event_rule_matches_create(rule);
	check(condition != NULL, "making the condition");
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		capture(condition, lttng_event_expr_event_payload_field_create(fields[i]));
	capture_element(condition, "counts", 1);
	capture_element(condition, "pair", 0);
	lttng_event_rule_destroy(rule);
	return condition;
}

static void value_print(const struct lttng_event_field_value *value)
{
	const struct lttng_event_field_value *element;
	unsigned int length, i;
	const char *string;
	int64_t number;
	uint64_t unsigned_number;
	double real;

	if (lttng_event_field_value_unsigned_int_get_value(value, &unsigned_number) == 0)
		printf(" %" PRIu64, unsigned_number);
	else if (lttng_event_field_value_signed_int_get_value(value, &number) == 0)
		printf(" %" PRId64, number);
	else if (lttng_event_field_value_real_get_value(value, &real) == 0)
		printf(" %g", real);
	else if (lttng_event_field_value_string_get_value(value, &string) == 0)
		printf(" '%s'", string);
	else if (lttng_event_field_value_array_get_length(value, &length) == 0)
		for (i = 0; i < length; i++) {
			if (lttng_event_field_value_array_get_element_at_index(
				    value, i, &element) == 0)
				value_print(element);
			else
				printf(" unavailable");
		}
	else
		printf(" unknown");
}

static void notification_print(struct lttng_notification_channel *channel)
{
	struct lttng_notification *notification;
	const struct lttng_event_field_value *values;

	check(lttng_notification_channel_get_next_notification(channel, &notification) ==
			LTTNG_NOTIFICATION_CHANNEL_STATUS_OK,
		"waiting for a notification");
	check(lttng_evaluation_event_rule_matches_get_captured_values(
		      lttng_notification_get_evaluation(notification), &values) ==
			LTTNG_EVALUATION_EVENT_RULE_MATCHES_STATUS_OK,
		"reading the captured values");
	printf("captured");
	value_print(values);
	printf("\n");
	fflush(stdout);
	lttng_notification_destroy(notification);
}

int main(int argc, char **argv)
{
	struct lttng_notification_channel *channel;
	struct lttng_condition *condition;
	struct lttng_trigger *trigger;
	int count;

	check(argc == 2, "reading the arguments (COUNT)");
	condition = condition_create();
	trigger = lttng_trigger_create(condition, lttng_action_notify_create());
	check(trigger != NULL && lttng_register_trigger_with_name(trigger, "slow") == LTTNG_OK,
		"registering the trigger");
	channel = lttng_notification_channel_create(lttng_session_daemon_notification_endpoint);
	check(channel != NULL &&
			lttng_notification_channel_subscribe(channel, condition) ==
				LTTNG_NOTIFICATION_CHANNEL_STATUS_OK,
		"subscribing");
	printf("ready\n");
	fflush(stdout);
	for (count = atoi(argv[1]); count > 0; count--)
		notification_print(channel);
	lttng_notification_channel_destroy(channel);
	lttng_unregister_trigger(trigger);
	return 0;
}
