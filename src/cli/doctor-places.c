/* SPDX-License-Identifier: MIT */
/*
 * doctor-places.c - checks of `vspan doctor` about what `vspan attach` writes to,
 * and who else could run a guest.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"
#include "places.h"

#define QEMU "qemu-system-x86_64"

/* A directory that is not there may be made if the one above it may be written. */
void doctor_place(const char *directory, struct finding *finding)
{
	char above[PATH_MAX];
	char *slash;

	if (access(directory, W_OK | X_OK) == 0) {
		finding_found(finding, FINDING_GOOD, "%s may be written", directory);
		return;
	}
	if (errno == ENOENT) {
		snprintf(above, sizeof(above), "%s", directory);
		slash = strrchr(above, '/');
		if (slash != NULL && slash != above)
			*slash = '\0';
		if (access(above, W_OK | X_OK) == 0) {
			finding_found(
				finding, FINDING_GOOD, "%s can be made when needed", directory);
			return;
		}
	}
	finding_found(finding, FINDING_LIMITED, "%s: %s", directory, strerror(errno));
	finding_remedy(finding,
		"`vspan attach` keeps its socket and its state there: log in so that "
		"XDG_RUNTIME_DIR is set, or give --control and --state-dir");
}

void doctor_check_places(struct finding *finding)
{
	char directory[PATH_MAX];
	struct vspan_error error = {0};

	finding->subject = "runtime directory";
	if (places_directory(directory, &error)) {
		doctor_place(directory, finding);
		return;
	}
	finding_found(finding, FINDING_LIMITED, "%s", error.text);
	finding_remedy(finding, "give `vspan attach` a --control and a --state-dir");
}

/* Looks through a PATH. */
void doctor_program(const char *path, const char *program, struct finding *finding)
{
	char file[PATH_MAX];
	size_t length;

	for (; path != NULL && *path != '\0'; path += length + (path[length] == ':')) {
		length = strcspn(path, ":");
		if (length == 0 ||
			(size_t)snprintf(file, sizeof(file), "%.*s/%s", (int)length, path,
				program) >= sizeof(file))
			continue;
		if (access(file, X_OK) == 0) {
			finding_found(finding, FINDING_GOOD, "%s", file);
			return;
		}
	}
	finding_found(finding, FINDING_LIMITED, "no %s", program);
}

void doctor_check_qemu(struct finding *finding)
{
	finding->subject = "qemu";
	doctor_program(getenv("PATH"), QEMU, finding);
	if (finding->kind != FINDING_GOOD)
		finding_remedy(finding,
			"guests run in vspan's micro-VM, or as processes; for whole operating "
			"systems install qemu-system-x86");
}
