/* SPDX-License-Identifier: MIT */
/* doctor.c - the checks of `vspan doctor`: what was found, and the remedy. */
#include "doctor.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "vmm/vmm.h"

#define PLUGIN "babeltrace-plugin-vspan.so"
/* LTTng-UST's buffers live in /dev/shm: 8 x 1 MiB per CPU for `vspan record`, and then some. */
#define SHARED_MEMORY_ENOUGH (UINT64_C(64) << 20)

static void check_kvm(struct finding *finding)
{
	struct vspan_error error = {0};

	finding->subject = "kvm";
	if (vmm_probe(&error) == 0) {
		finding_found(finding, FINDING_GOOD, "runs guests");
		return;
	}
	finding_found(finding, FINDING_MISSING, "%s", error.text);
	finding_remedy(finding,
		"`vspan run` and `vspan record` need it: enable virtualisation, and see that you "
		"may open /dev/kvm");
}

/* True if the blank-separated list after `key` in one line of `text` has `word`. */
static bool has_flag(const char *text, const char *key, const char *word)
{
	const char *line = strstr(text, key);
	const char *end = line != NULL ? strchr(line, '\n') : NULL;
	const size_t length = strlen(word);
	const char *at = line;

	while (at != NULL && (at = strstr(at, word)) != NULL && (end == NULL || at < end)) {
		if (at[-1] == ' ' &&
			(at[length] == ' ' || at[length] == '\n' || at[length] == '\0'))
			return true;
		at += length;
	}
	return false;
}

void doctor_cpu_flags(const char *cpuinfo, struct finding *finding)
{
	bool constant = has_flag(cpuinfo, "flags", "constant_tsc");
	bool nonstop = has_flag(cpuinfo, "flags", "nonstop_tsc");

	if (constant && nonstop) {
		finding_found(finding, FINDING_GOOD, "invariant (constant_tsc, nonstop_tsc)");
		return;
	}
	finding_found(finding, FINDING_MISSING, "not invariant: %s%s%s missing in /proc/cpuinfo",
		constant ? "" : "constant_tsc", !constant && !nonstop ? " and " : "",
		nonstop ? "" : "nonstop_tsc");
	finding_remedy(finding,
		"times would be wrong: use a processor, or a VM type, that offers an invariant "
		"time stamp counter");
}

static void check_counter(struct finding *finding)
{
	static char text[1 << 16];
	FILE *file = fopen("/proc/cpuinfo", "r");
	size_t length = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;

	finding->subject = "time stamp counter";
	text[length] = '\0';
	if (file != NULL)
		fclose(file);
	doctor_cpu_flags(text, finding);
}

void doctor_shared_memory(const char *path, struct finding *finding)
{
	struct statvfs status;
	uint64_t available;

	if (statvfs(path, &status) < 0) {
		finding_found(finding, FINDING_MISSING, "%s: %s", path, strerror(errno));
		finding_remedy(finding, "LTTng needs it: mount a tmpfs there");
		return;
	}
	available = (uint64_t)status.f_bavail * status.f_frsize;
	if (available >= SHARED_MEMORY_ENOUGH && access(path, W_OK) == 0) {
		finding_found(finding, FINDING_GOOD, "%llu MiB free in %s",
			(unsigned long long)(available >> 20), path);
		return;
	}
	finding_found(finding, FINDING_LIMITED, "%llu MiB free in %s%s",
		(unsigned long long)(available >> 20), path,
		access(path, W_OK) == 0 ? "" : ", which you may not write");
	finding_remedy(finding,
		"LTTng's buffers may not fit: `mount -o remount,size=1G` it, or see to its "
		"permissions");
}

static void check_shared_memory(struct finding *finding)
{
	finding->subject = "shared memory";
	doctor_shared_memory("/dev/shm", finding);
}

/* True if directory `from` .. `from + length` holds the plugin. */
static bool holds_plugin(const char *from, size_t length)
{
	char path[PATH_MAX];

	return length > 0 && length < sizeof(path) - sizeof(PLUGIN) - 1 &&
		snprintf(path, sizeof(path), "%.*s/%s", (int)length, from, PLUGIN) > 0 &&
		access(path, R_OK) == 0;
}

void doctor_plugin_path(const char *path, const char *installed, struct finding *finding)
{
	const char *at = path;
	size_t length;

	while (at != NULL && *at != '\0') {
		length = strcspn(at, ":");
		if (holds_plugin(at, length)) {
			finding_found(finding, FINDING_GOOD, "in %.*s (BABELTRACE_PLUGIN_PATH)",
				(int)length, at);
			return;
		}
		at += length + (at[length] == ':');
	}
	if (holds_plugin(installed, strlen(installed))) {
		finding_found(finding, FINDING_GOOD, "in %s", installed);
		return;
	}
	finding_found(finding, FINDING_LIMITED, "%s is neither in BABELTRACE_PLUGIN_PATH nor in %s",
		PLUGIN, installed);
	finding_remedy(finding,
		"traces can be recorded, but not shown as trees: `meson install`, or set "
		"BABELTRACE_PLUGIN_PATH");
}

static void check_plugin(struct finding *finding)
{
	finding->subject = "babeltrace2 plugin";
	doctor_plugin_path(getenv("BABELTRACE_PLUGIN_PATH"), VSPAN_PLUGIN_DIR, finding);
}

const doctor_check doctor_checks[] = {
	check_kvm,
	check_counter,
	doctor_check_daemon,
	doctor_check_permissions,
	doctor_check_places,
	doctor_check_variables,
	check_shared_memory,
	check_plugin,
	doctor_check_qemu,
	NULL,
};
