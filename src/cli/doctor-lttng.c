/* SPDX-License-Identifier: MIT */
/*
 * doctor-lttng.c - checks of `vspan doctor` about LTTng: the session daemon, who may
 * use it, and variables that change how lttng-ust behaves.
 */
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "doctor.h"
#include "watcher.h"

#define GROUP "tracing"
#define GROUPS_MAX 256
#define LOOK_NS 20000000
#define LOOKS_MAX 200 /* longer than the watcher's patience */

/* Waits for an answer or for the watcher to lose patience. */
static enum watched daemon_state(void)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	enum watched state;
	int i;

	if (!watcher_start())
		return WATCHED_UNKNOWN;
	for (i = 0; i < LOOKS_MAX; i++) {
		state = watcher_look();
		if (state != WATCHED_UNKNOWN)
			return state;
		nanosleep(&pause, NULL);
	}
	return WATCHED_UNKNOWN;
}

void doctor_check_daemon(struct finding *finding)
{
	finding->subject = "session daemon";
	switch (daemon_state()) {
	case WATCHED_ANSWERS:
		finding_found(finding, FINDING_GOOD, "running, and yours to use");
		return;
	case WATCHED_ABSENT:
		finding_found(finding, FINDING_LIMITED, "none that you may use");
		finding_remedy(finding,
			"`vspan record` starts a private one; for sessions of your own run "
			"`lttng-sessiond --daemonize`, or join the group `" GROUP
			"` to use root's");
		return;
	default:
		finding_found(finding, FINDING_MISSING,
			"takes connections, and does not answer within %d s: it hangs",
			WATCHER_PATIENCE_S);
		finding_remedy(finding,
			"nothing can be recorded: see what lttng-sessiond waits for (a debugger? "
			"a full disk?), and restart it");
	}
}

static bool in_group(gid_t group)
{
	gid_t groups[GROUPS_MAX];
	int count = getgroups(GROUPS_MAX, groups);

	while (count-- > 0)
		if (groups[count] == group)
			return true;
	return getegid() == group;
}

void doctor_check_permissions(struct finding *finding)
{
	const struct group *group;

	finding->subject = "permissions";
	if (geteuid() == 0) {
		finding_found(finding, FINDING_GOOD, "root: may use root's session daemon");
		return;
	}
	group = getgrnam(GROUP);
	if (group != NULL && in_group(group->gr_gid)) {
		finding_found(finding, FINDING_GOOD, "in the group `" GROUP "`");
		return;
	}
	finding_found(finding, FINDING_LIMITED, "%s",
		group != NULL ? "not in the group `" GROUP "`" : "there is no group `" GROUP "`");
	finding_remedy(finding,
		"you can record your own VMs with a session daemon of your own; for root's, add "
		"yourself to the group: `usermod -aG " GROUP " USER`, and log in again");
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

void doctor_check_variables(struct finding *finding)
{
	const char *timeout = getenv("LTTNG_UST_REGISTER_TIMEOUT");

	finding->subject = "variables";
	if (timeout != NULL) {
		finding_found(finding, FINDING_LIMITED, "LTTNG_UST_REGISTER_TIMEOUT=%s", timeout);
		finding_remedy(finding,
			"a session daemon that hangs delays every start by so many ms, for ever "
			"if negative; call sites it takes longer to register, 10 ms if 0, are "
			"never recorded: unset it");
		return;
	}
	if (is_set("LTTNG_UST_CLOCK_PLUGIN")) {
		finding_found(finding, FINDING_LIMITED, "LTTNG_UST_CLOCK_PLUGIN is set");
		finding_remedy(finding,
			"times of guests are converted to CLOCK_MONOTONIC, and would not fit those "
			"of events: unset it");
		return;
	}
	if (is_set("LTTNG_UST_DEBUG")) {
		finding_found(finding, FINDING_LIMITED, "LTTNG_UST_DEBUG is set");
		finding_remedy(
			finding, "lttng-ust writes to standard error all the time: unset it");
		return;
	}
	finding_found(finding, FINDING_GOOD, "none of lttng-ust's gets in the way");
}
