/* SPDX-License-Identifier: MIT */
/* watcher.c - see watcher.h. */
#include "watcher.h"

#include <lttng/lttng.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <time.h>
#include "clock.h"

#define PATIENCE_NS (WATCHER_PATIENCE_S * UINT64_C(1000000000))
#define PAUSE_S 1
/* So long an answer says that the next one comes soon. */
#define FRESH_NS UINT64_C(200000000)

/* Never held while asking. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum watched last = WATCHED_UNKNOWN;
static pthread_cond_t impatience; /* somebody wants to know now */
static bool impatient;
static uint64_t asked;     /* ns, 0: no question is open */
static uint64_t answer_at; /* ns: when the last answered question was asked */
static bool recording;

/* A daemon that hangs still takes connections: only an answer is a sign of life. */
static enum watched ask(bool *active)
{
	struct lttng_session *sessions = NULL;
	int i, count;

	if (lttng_session_daemon_alive() != 1)
		return WATCHED_ABSENT;
	count = lttng_list_sessions(&sessions);
	for (i = 0; i < count; i++)
		*active = *active || sessions[i].enabled != 0;
	free(sessions);
	return count == -LTTNG_ERR_NO_SESSIOND ? WATCHED_ABSENT : WATCHED_ANSWERS;
}

/* Lets go of the lock meanwhile. */
static void pause_unless_impatient(void)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PAUSE_S;
	while (!impatient && pthread_cond_timedwait(&impatience, &lock, &end) == 0)
		;
	impatient = false;
}

static void *watch(void *data)
{
	enum watched answer;
	bool active;

	prctl(PR_SET_NAME, "vspan-watcher");
	pthread_mutex_lock(&lock);
	for (;;) {
		asked = clock_now_ns();
		pthread_mutex_unlock(&lock);
		active = false;
		answer = ask(&active);
		pthread_mutex_lock(&lock);
		answer_at = asked;
		asked = 0;
		last = answer;
		recording = active;
		pause_unless_impatient();
	}
	return data;
}

bool watcher_start(void)
{
	pthread_condattr_t attributes;
	pthread_t thread;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&impatience, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&thread, NULL, watch, NULL) != 0)
		return false;
	/* Nobody waits for it: it may hang with the daemon, for ever. */
	pthread_detach(thread);
	return true;
}

enum watched watcher_look(void)
{
	enum watched state;

	pthread_mutex_lock(&lock);
	state = asked != 0 && clock_now_ns() - asked > PATIENCE_NS ? WATCHED_HUNG : last;
	pthread_mutex_unlock(&lock);
	return state;
}

bool watcher_answered(void)
{
	bool fresh;

	pthread_mutex_lock(&lock);
	fresh = answer_at == 0 || clock_now_ns() - answer_at < FRESH_NS;
	if (!fresh && !impatient) {
		impatient = true;
		pthread_cond_signal(&impatience);
	}
	pthread_mutex_unlock(&lock);
	return fresh;
}

bool watcher_recording(void)
{
	bool active;

	pthread_mutex_lock(&lock);
	active = recording;
	pthread_mutex_unlock(&lock);
	return active;
}

const char *watched_name(enum watched state)
{
	static const char *const names[] = {
		[WATCHED_UNKNOWN] = "unknown",
		[WATCHED_ABSENT] = "absent",
		[WATCHED_ANSWERS] = "answers",
		[WATCHED_HUNG] = "hung",
	};

	return names[state];
}

const char *watched_news(enum watched before, enum watched now, bool answered, int *level)
{
	if (before == now)
		return NULL;
	switch (now) {
	case WATCHED_ABSENT:
		*level = answered ? LOG_WARNING : LOG_NOTICE;
		return answered ? "the session daemon is gone: tracing starts again when one runs"
				: "no session daemon answers: tracing starts when one does";
	case WATCHED_ANSWERS:
		*level = answered ? LOG_NOTICE : LOG_INFO;
		return answered ? "the session daemon answers again" : "a session daemon answers";
	case WATCHED_HUNG:
		*level = LOG_WARNING;
		return "the session daemon does not answer: draining goes on, but events are lost "
		       "once its buffers are full; see what lttng-sessiond waits for, or restart "
		       "it";
	default:
		return NULL;
	}
}
