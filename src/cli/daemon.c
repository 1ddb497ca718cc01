/* SPDX-License-Identifier: MIT */
/* daemon.c - see daemon.h. */
#include "daemon.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "account.h"
#include "answers.h"
#include "cli.h"
#include "control.h"
#include "error.h"
#include "log.h"
#include "notify.h"
#include "server.h"
#include "service.h"
#include "watcher.h"

/* News of the session daemon are told after this at the latest. */
#define TICK_MS 50
#define VISIBLE_PAUSE_NS 10000000
#define VISIBLE_TRIES 50

struct daemon {
	const struct daemon_options *options;
	struct service service;
	struct server *server; /* NULL: none */
	int signals;           /* readable: a signal asks us to end */
	enum watched watched;
	bool answered;    /* the session daemon did, once */
	bool interrupted; /* by SIGINT: the user is done; otherwise another one may go on */
};

/* Ours are read from a descriptor; lttng-ust's threads block all of them. */
static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* From now on a signal ends us at once, for users who do not want to wait. */
static void signals_restore(struct daemon *daemon)
{
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(daemon->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		info.ssi_signo = SIGTERM;
	daemon->interrupted = info.ssi_signo == SIGINT;
	log_line(LOG_NOTICE, NULL, "%s: draining what is left",
		daemon->interrupted ? "interrupted" : "asked to end");
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/*
 * LTTng tells a program that starts which events to record a little later; what is
 * drained before would be emitted to nobody. Only a session that records is waited
 * for, and not for long: it may have no events of ours.
 */
static void wait_for_session(void)
{
	const struct timespec pause = {.tv_nsec = VISIBLE_PAUSE_NS};
	enum watched watched;
	int i;

	for (i = 0; i < VISIBLE_TRIES && !control_attach_enabled(); i++) {
		watched = watcher_look();
		if (watched == WATCHED_ABSENT ||
			(watched == WATCHED_ANSWERS && !watcher_recording()))
			return;
		nanosleep(&pause, NULL);
	}
}

/* 0, or a negative errno if one was refused and that is reason to end. */
static int attach_all(struct daemon *daemon)
{
	struct vspan_error error;
	struct served *served;
	int i, ret;

	for (i = 0; i < daemon->options->region_count; i++) {
		error = (struct vspan_error){0};
		ret = service_attach_word(&daemon->service, daemon->options->regions[i],
			&daemon->options->clock, &served, &error);
		if (ret < 0) {
			log_line(LOG_ERR, NULL, "%s", error.text);
			if (!daemon->options->keep_going)
				return ret;
			continue;
		}
		log_line(LOG_INFO, served->name, "attached %s, as VM %u", served->path, served->vm);
	}
	return 0;
}

/* Tells once of each change. */
static void watch(struct daemon *daemon)
{
	const enum watched now = watcher_look();
	int level;
	const char *news = watched_news(daemon->watched, now, daemon->answered, &level);

	if (news != NULL)
		log_line(level, NULL, "%s", news);
	daemon->answered |= now == WATCHED_ANSWERS;
	daemon->watched = now;
	daemon->service.session_daemon = watched_name(now);
}

static void tell_manager(const struct daemon *daemon, const char *state)
{
	char text[128];

	snprintf(text, sizeof(text), "%sSTATUS=regions: %u, session daemon: %s", state,
		daemon->service.count, daemon->service.session_daemon);
	notify_send(text);
}

static void serve(struct daemon *daemon)
{
	struct pollfd fds[] = {
		{.fd = daemon->signals, .events = POLLIN},
		{.fd = daemon->server != NULL ? server_fd(daemon->server) : -1, .events = POLLIN},
	};
	uint32_t told = daemon->service.count;
	enum watched watched = daemon->watched;

	while (fds[0].revents == 0) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), TICK_MS) < 0)
			fds[0].revents = 0;
		if (daemon->server != NULL)
			server_turn(daemon->server);
		leftovers_remove(&daemon->service.leftovers);
		watch(daemon);
		if (told != daemon->service.count || watched != daemon->watched)
			tell_manager(daemon, "");
		told = daemon->service.count;
		watched = daemon->watched;
	}
}

/* Interrupted, regions are given up for good; otherwise left for whoever attaches them next. */
static void leave_all(struct daemon *daemon)
{
	struct account account;
	struct vspan_ledger ledger;

	account_begin(&account, stdout, daemon->options->json);
	while (daemon->service.count > 0) {
		struct served *served = daemon->service.served[0];
		struct served copy = *served;

		if (daemon->interrupted)
			service_detach(&daemon->service, served, &ledger);
		else
			service_suspend(&daemon->service, served, &ledger);
		account_add(&account, &copy, &ledger);
	}
	account_end(&account, &daemon->service.gone);
}

/* Attaches, serves until a signal. 0 or a negative errno that has been told. */
static int daemon_live(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct vspan_error error = {0};
	int ret = 0;

	/* First: of two daemons by one name the second touches no region. */
	if (options->control != NULL)
		ret = server_open(options->control, answer_request, &daemon->service,
			&daemon->server, &error);
	if (ret < 0) {
		log_line(LOG_ERR, NULL, "%s", error.text);
		return ret;
	}
	if (!watcher_start())
		log_line(LOG_WARNING, NULL, "no thread left to watch the session daemon");
	wait_for_session();
	ret = attach_all(daemon);
	if (ret < 0)
		return ret;
	tell_manager(daemon, "READY=1\n");
	serve(daemon);
	notify_send("STOPPING=1");
	signals_restore(daemon);
	return 0;
}

int daemon_run(const struct daemon_options *options)
{
	static struct daemon daemon;
	struct vspan_error error = {0};
	int ret;

	daemon.options = options;
	daemon.service.state_directory = options->state_directory;
	daemon.service.functions = &options->functions;
	daemon.signals = signals_open();
	if (service_open(&daemon.service, &options->consumer, &error) < 0) {
		log_line(LOG_ERR, NULL, "%s", error.text);
		return EXIT_FAILED;
	}
	ret = daemon_live(&daemon);
	server_close(daemon.server);
	leave_all(&daemon);
	service_close(&daemon.service);
	close(daemon.signals);
	return ret == 0 ? EXIT_OK : EXIT_FAILED;
}
