/* SPDX-License-Identifier: MIT */
/* daemon.c - see daemon.h. */
#include "daemon.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "account.h"
#include "cli.h"
#include "error.h"
#include "log.h"
#include "notify.h"
#include "service.h"

/* Call sites a guest has published are known, and so enabled, after this. */
#define TICK_MS 50

struct daemon {
	const struct daemon_options *options;
	struct service service;
	int signals; /* readable: a signal asks us to end */
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
static void signals_restore(int fd)
{
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		info.ssi_signo = SIGTERM;
	log_line(LOG_NOTICE, NULL, "%s: draining what is left",
		info.ssi_signo == SIGINT ? "interrupted" : "asked to end");
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
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
		}
	}
	return 0;
}

static void serve(struct daemon *daemon)
{
	struct pollfd fds[] = {{.fd = daemon->signals, .events = POLLIN}};

	while (fds[0].revents == 0) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), TICK_MS) < 0)
			fds[0].revents = 0;
		service_learn(&daemon->service);
	}
}

static void detach_all(struct daemon *daemon)
{
	struct account account;
	struct vspan_ledger ledger;

	account_begin(&account, stdout, daemon->options->json);
	while (daemon->service.count > 0) {
		struct served *served = daemon->service.served[0];
		struct served copy = *served;

		service_detach(&daemon->service, served, &ledger);
		account_add(&account, &copy, &ledger);
	}
	account_end(&account, &daemon->service.gone);
}

int daemon_run(const struct daemon_options *options)
{
	static struct daemon daemon;
	struct vspan_error error = {0};
	int ret;

	daemon.options = options;
	daemon.service.state_directory = options->state_directory;
	daemon.signals = signals_open();
	if (service_open(&daemon.service, &options->consumer, &error) < 0) {
		log_line(LOG_ERR, NULL, "%s", error.text);
		return EXIT_FAILED;
	}
	ret = attach_all(&daemon);
	if (ret == 0) {
		notify_send("READY=1");
		serve(&daemon);
		notify_send("STOPPING=1");
		signals_restore(daemon.signals);
	}
	detach_all(&daemon);
	service_close(&daemon.service);
	close(daemon.signals);
	return ret == 0 ? EXIT_OK : EXIT_FAILED;
}
