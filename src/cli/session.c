/* SPDX-License-Identifier: MIT */
/* session.c - drives the session daemon for `vspan record`. */
#include "session.h"

#include <errno.h>
#include <limits.h>
#include <lttng/lttng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "control.h"
#include "error.h"
#include "private-daemon.h"

#define CHANNEL "vspan"
#define SUBBUFFER_SIZE (UINT64_C(1) << 20)
#define SUBBUFFERS 8
/*
 * When the sub-buffers are full the consumer's thread (never a guest) waits this
 * long for the daemon before LTTng discards and counts.
 */
#define BLOCKING_US 100000
#define VISIBLE_TRIES 500 /* of 10 ms */

static int failed(struct vspan_error *error, const char *what, int code)
{
	return error_set(error, EIO, "cannot %s: %s", what, lttng_strerror(code));
}

static void session_name(struct session *session, const struct session_options *options)
{
	time_t now = time(NULL);
	struct tm date;

	if (options->name != NULL)
		snprintf(session->name, sizeof(session->name), "%s", options->name);
	else
		strftime(session->name, sizeof(session->name), "vspan-%Y%m%d-%H%M%S",
			localtime_r(&now, &date));
}

/* An absolute path: the daemon has a working directory of its own. */
static int session_output(
	struct session *session, const struct session_options *options, struct vspan_error *error)
{
	const char *home = getenv("LTTNG_HOME") != NULL ? getenv("LTTNG_HOME") : getenv("HOME");
	char here[PATH_MAX] = "";
	int length;

	if (options->output == NULL)
		length = snprintf(session->output, sizeof(session->output), "%s/lttng-traces/%s",
			home != NULL ? home : "/tmp", session->name);
	else if (options->output[0] == '/')
		length = snprintf(session->output, sizeof(session->output), "%s", options->output);
	else if (getcwd(here, sizeof(here)) == NULL)
		return error_set(error, errno, "cannot find the current directory");
	else
		length = snprintf(
			session->output, sizeof(session->output), "%s/%s", here, options->output);
	if (length < 0 || (size_t)length >= sizeof(session->output))
		return error_set(error, ENAMETOOLONG, "the path of the trace is too long");
	return 0;
}

static int session_create(struct session *session, struct vspan_error *error)
{
	struct lttng_session_descriptor *descriptor =
		lttng_session_descriptor_local_create(session->name, session->output);
	int code;

	if (descriptor == NULL)
		return error_set(
			error, EINVAL, "cannot record to `%s`: not a usable path", session->output);
	code = lttng_create_session_ext(descriptor);
	lttng_session_descriptor_destroy(descriptor);
	if (code != LTTNG_OK)
		return error_set(error, EIO,
			"cannot create the recording session `%s`: %s; give another --session",
			session->name, lttng_strerror(-code));
	session->created = true;
	return 0;
}

/* Records this process alone: other VMs of the same user are none of this session's business. */
static int session_track_self(struct session *session, struct vspan_error *error)
{
	struct lttng_process_attr_tracker_handle *handle = NULL;
	enum lttng_process_attr_tracker_handle_status status;

	if (lttng_session_get_tracker_handle(session->name, LTTNG_DOMAIN_UST,
		    LTTNG_PROCESS_ATTR_VIRTUAL_PROCESS_ID, &handle) != LTTNG_OK)
		return error_set(error, EIO, "cannot restrict the session to this process");
	status = lttng_process_attr_tracker_handle_set_tracking_policy(
		handle, LTTNG_TRACKING_POLICY_INCLUDE_SET);
	if (status == LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK)
		status = lttng_process_attr_virtual_process_id_tracker_handle_add_pid(
			handle, getpid());
	lttng_process_attr_tracker_handle_destroy(handle);
	if (status != LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK)
		return error_set(error, EIO, "cannot restrict the session to this process");
	return 0;
}

static int session_channel(struct lttng_handle *handle, struct vspan_error *error)
{
	struct lttng_domain domain = {
		.type = LTTNG_DOMAIN_UST,
		.buf_type = LTTNG_BUFFER_PER_UID,
	};
	struct lttng_channel *channel = lttng_channel_create(&domain);
	int code;

	if (channel == NULL)
		return error_set(error, ENOMEM, "out of memory for a channel");
	snprintf(channel->name, sizeof(channel->name), CHANNEL);
	channel->enabled = 1;
	channel->attr.overwrite = 0;
	channel->attr.subbuf_size = SUBBUFFER_SIZE;
	channel->attr.num_subbuf = SUBBUFFERS;
	channel->attr.output = LTTNG_EVENT_MMAP;
	code = lttng_channel_set_blocking_timeout(channel, BLOCKING_US);
	if (code == 0)
		code = lttng_enable_channel(handle, channel);
	lttng_channel_destroy(channel);
	return code < 0 ? failed(error, "enable a channel", code) : 0;
}

static int session_event(struct lttng_handle *handle, const char *pattern, const char *filter,
	struct vspan_error *error)
{
	struct lttng_event *event = lttng_event_create();
	int code;

	if (event == NULL)
		return error_set(error, ENOMEM, "out of memory for an event");
	event->type = LTTNG_EVENT_TRACEPOINT;
	event->loglevel_type = LTTNG_EVENT_LOGLEVEL_ALL;
	event->loglevel = -1;
	snprintf(event->name, sizeof(event->name), "%s", pattern);
	code = filter != NULL ? lttng_enable_event_with_filter(handle, event, CHANNEL, filter)
			      : lttng_enable_event(handle, event, CHANNEL);
	lttng_event_destroy(event);
	if (code < 0)
		return error_set(error, EINVAL, "cannot enable `%s`%s%s%s: %s", pattern,
			filter != NULL ? " with the filter `" : "", filter != NULL ? filter : "",
			filter != NULL ? "` (syntax: man lttng-enable-event)" : "",
			lttng_strerror(code));
	return 0;
}

static int session_enable(
	struct session *session, const struct session_options *options, struct vspan_error *error)
{
	struct lttng_domain domain = {
		.type = LTTNG_DOMAIN_UST,
		.buf_type = LTTNG_BUFFER_PER_UID,
	};
	struct lttng_handle *handle = lttng_create_handle(session->name, &domain);
	int ret;

	if (handle == NULL)
		return error_set(error, ENOMEM, "out of memory for the session");
	ret = session_channel(handle, error);
	if (ret == 0)
		ret = session_track_self(session, error);
	if (ret == 0)
		ret = session_event(handle, "vspan:*", NULL, error);
	if (ret == 0)
		ret = session_event(handle, "vspan_*", options->filter, error);
	if (ret == 0 && options->edges)
		ret = session_event(handle, "vspanedge_*", NULL, error);
	lttng_destroy_handle(handle);
	return ret;
}

/* LTTng tells applications of a start asynchronously: wait until it has told us. */
static int session_wait_visible(struct vspan_error *error)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int i;

	for (i = 0; i < VISIBLE_TRIES; i++) {
		if (control_attach_enabled())
			return 0;
		nanosleep(&pause, NULL);
	}
	return error_set(error, ETIMEDOUT,
		"the session daemon never enabled our events: is `%s` in the group `tracing`, "
		"or is a daemon of another user in the way?",
		getenv("USER") != NULL ? getenv("USER") : "this user");
}

int session_start(
	struct session *session, const struct session_options *options, struct vspan_error *error)
{
	int code, ret;

	*session = (struct session){0};
	session_name(session, options);
	ret = session_output(session, options, error);
	if (ret == 0 && !lttng_session_daemon_alive())
		ret = private_daemon_start(&session->daemon, error);
	if (ret == 0)
		ret = session_create(session, error);
	if (ret == 0)
		ret = session_enable(session, options, error);
	if (ret < 0)
		return ret;
	code = lttng_start_tracing(session->name);
	if (code < 0)
		return error_set(error, EIO,
			"cannot record to `%s`: %s; give --output=DIR that can be created",
			session->output, lttng_strerror(code));
	session->started = true;
	return session_wait_visible(error);
}

int session_stop(struct session *session, struct vspan_error *error)
{
	int code, ret = 0;

	if (session->started) {
		code = lttng_stop_tracing(session->name);
		if (code < 0 && code != -LTTNG_ERR_TRACE_ALREADY_STOPPED)
			ret = failed(error, "stop recording", code);
	}
	if (session->created) {
		code = lttng_destroy_session(session->name);
		if (code < 0 && ret == 0)
			ret = failed(error, "close the recording session", code);
	}
	private_daemon_stop(session->daemon);
	return ret;
}
