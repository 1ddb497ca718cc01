/* SPDX-License-Identifier: MIT */
/* view-error.c - see view-error.h. */
#include "view-error.h"

#include <babeltrace2/babeltrace.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "sanitise.h"

#define TEXT 1024

/* A component, or a part of the library. */
static const char *cause_actor(const bt_error_cause *cause)
{
	switch (bt_error_cause_get_actor_type(cause)) {
	case BT_ERROR_CAUSE_ACTOR_TYPE_COMPONENT:
		return bt_error_cause_component_actor_get_component_class_name(cause);
	case BT_ERROR_CAUSE_ACTOR_TYPE_COMPONENT_CLASS:
		return bt_error_cause_component_class_actor_get_component_class_name(cause);
	case BT_ERROR_CAUSE_ACTOR_TYPE_MESSAGE_ITERATOR:
		return bt_error_cause_message_iterator_actor_get_component_class_name(cause);
	default:
		return bt_error_cause_get_module_name(cause);
	}
}

/* A component of our own says what to do; there is no more to it. */
static bool is_ours(const bt_error *error)
{
	const bt_error_cause *cause = bt_error_borrow_cause_by_index(error, 0);
	const char *plugin = NULL;

	if (bt_error_cause_get_actor_type(cause) == BT_ERROR_CAUSE_ACTOR_TYPE_COMPONENT)
		plugin = bt_error_cause_component_actor_get_plugin_name(cause);
	return plugin != NULL && strcmp(plugin, "vspan") == 0;
}

/* It may quote a trace: made safe to print, without a full stop or new line at its end. */
static const char *cause_text(const bt_error_cause *cause, char text[TEXT])
{
	const char *message = bt_error_cause_get_message(cause);
	size_t length = strlen(message);

	while (length > 0 && strchr(".\n ", message[length - 1]) != NULL)
		length--;
	sanitise_text(message, length, text, TEXT);
	return text;
}

static void print_causes(const bt_error *error)
{
	const uint64_t count = bt_error_get_cause_count(error);
	uint64_t i;

	for (i = 1; i < count; i++) {
		const bt_error_cause *cause = bt_error_borrow_cause_by_index(error, i);

		char text[TEXT];

		fprintf(stderr, "  so %s: %s\n", cause_actor(cause), cause_text(cause, text));
	}
}

void view_error(const char *what, const char *subject, bool verbose)
{
	const bt_error *error = bt_current_thread_take_error();
	char text[TEXT] = "";

	if (error != NULL && bt_error_get_cause_count(error) > 0)
		cause_text(bt_error_borrow_cause_by_index(error, 0), text);
	cli_error("cannot %s %s: %s%s", what, subject,
		text[0] != '\0' ? text : "libbabeltrace2 does not say why",
		!verbose && error != NULL && !is_ours(error) ? "; --verbose says more" : "");
	if (error == NULL)
		return;
	if (verbose)
		print_causes(error);
	bt_error_release(error);
}
