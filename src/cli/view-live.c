/* SPDX-License-Identifier: MIT */
/*
 * view-live.c - see view-live.h. A relay daemon is asked first what it has:
 * a session that is not there would be waited for without a word.
 */
#include "view-live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "sanitise.h"
#include "view-error.h"

#define HOST "/host/"

struct live {
	char url[1024];
	size_t relay_length; /* of net://HOST:PORT */
	const char *host;    /* in `url`, ended by a slash */
	const char *session; /* in `url` */
};

/* Returns 0, or -1 with the reason printed. */
static int live_read(struct live *live, const char *session)
{
	char host[256] = "localhost";
	char *words;

	if (strstr(session, "://") != NULL)
		snprintf(live->url, sizeof(live->url), "%s", session);
	else if (gethostname(host, sizeof(host) - 1) == 0)
		snprintf(live->url, sizeof(live->url), "net://localhost" HOST "%s/%s", host,
			session);
	words = strstr(live->url, HOST);
	if (words == NULL || strlen(live->url) >= sizeof(live->url) - 1 ||
		strchr(words + strlen(HOST), '/') == NULL) {
		cli_error("`%s` does not do: expected net://RELAY[:PORT]/host/HOST/SESSION, or the "
			  "name of a session of this host",
			session);
		return -1;
	}
	live->relay_length = (size_t)(words - live->url);
	live->host = words + strlen(HOST);
	live->session = strchr(live->host, '/') + 1;
	return 0;
}

/* What the relay daemon has: an array of maps. NULL: the reason has been printed. */
static const bt_value *live_ask(
	const struct live *live, const bt_component_class_source *class, bool verbose)
{
	bt_value *params = bt_value_map_create();
	bt_query_executor *query = NULL;
	const bt_value *sessions = NULL;
	char relay[1024];

	snprintf(relay, sizeof(relay), "%.*s", (int)live->relay_length, live->url);
	if (params != NULL &&
		bt_value_map_insert_string_entry(params, "url", relay) ==
			BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK)
		query = bt_query_executor_create(
			bt_component_class_source_as_component_class_const(class), "sessions",
			params);
	if (query == NULL ||
		bt_query_executor_query(query, &sessions) != BT_QUERY_EXECUTOR_QUERY_STATUS_OK) {
		view_error("ask the relay daemon at", relay, verbose);
		fprintf(stderr,
			"  is lttng-relayd running there, its --live-port the one of the URL?\n");
	}
	bt_query_executor_put_ref(query);
	bt_value_put_ref(params);
	return sessions;
}

static const char *text_of(const bt_value *map, const char *name)
{
	const bt_value *value = bt_value_map_borrow_entry_value_const(map, name);

	return value != NULL && bt_value_is_string(value) ? bt_value_string_get(value) : "";
}

static uint64_t number_of(const bt_value *map, const char *name)
{
	const bt_value *value = bt_value_map_borrow_entry_value_const(map, name);

	if (value == NULL)
		return 0;
	if (bt_value_is_unsigned_integer(value))
		return bt_value_integer_unsigned_get(value);
	return bt_value_is_signed_integer(value) ? (uint64_t)bt_value_integer_signed_get(value) : 0;
}

static bool is_session(const struct live *live, const bt_value *session)
{
	const char *host = text_of(session, "target-hostname");
	const size_t length = strlen(host);

	return strcmp(text_of(session, "session-name"), live->session) == 0 &&
		strncmp(host, live->host, length) == 0 && live->host[length] == '/';
}

/* Prints why a session is not to be had: what there is instead. */
static void live_refuse(const struct live *live, const bt_value *sessions)
{
	const uint64_t count = bt_value_array_get_length(sessions);
	uint64_t i;

	cli_error("the relay daemon has no live session %s: was it created with --live, and "
		  "started?",
		live->host);
	for (i = 0; i < count; i++) {
		const bt_value *session = bt_value_array_borrow_element_by_index_const(sessions, i);

		const char *name = text_of(session, "session-name");
		const char *host = text_of(session, "target-hostname");
		char safe_name[256], safe_host[256];

		sanitise_text(name, strlen(name), safe_name, sizeof(safe_name));
		sanitise_text(host, strlen(host), safe_host, sizeof(safe_host));
		fprintf(stderr, "  it has %s/%s\n", safe_host, safe_name);
	}
}

/* Returns 0 if it is there, and nobody else reads it. */
static int live_check(const struct live *live, const bt_value *sessions)
{
	const uint64_t count = bt_value_array_get_length(sessions);
	uint64_t i;

	for (i = 0; i < count; i++) {
		const bt_value *session = bt_value_array_borrow_element_by_index_const(sessions, i);

		if (!is_session(live, session))
			continue;
		if (number_of(session, "client-count") == 0)
			return 0;
		cli_error("somebody reads the session %s already: LTTng lets one reader read each",
			live->host);
		return -1;
	}
	live_refuse(live, sessions);
	return -1;
}

int view_live_add(struct view_traces *traces, const struct view_plugins *plugins,
	const char *session, bool verbose)
{
	const bt_component_class_source *class =
		bt_plugin_borrow_source_component_class_by_name_const(
			plugins->plugins[PLUGIN_CTF], "lttng-live");
	const bt_value *sessions;
	struct live live;
	int ret;

	if (live_read(&live, session) < 0)
		return -1;
	sessions = live_ask(&live, class, verbose);
	if (sessions == NULL)
		return -1;
	ret = live_check(&live, sessions);
	bt_value_put_ref(sessions);
	if (ret == 0 && view_traces_add(traces, class, NULL, live.url) < 0) {
		cli_error("out of memory for the session %s", session);
		ret = -1;
	}
	return ret;
}
