/* SPDX-License-Identifier: MIT */
/* places.c - see places.h. */
#include "places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"

#define SYSTEM_DIRECTORY "/run/vspan"
#define CONTROL "control"

bool places_directory(char directory[PATH_MAX], struct vspan_error *error)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0 || runtime == NULL || runtime[0] == '\0') {
		snprintf(directory, PATH_MAX, "%s", SYSTEM_DIRECTORY);
		return true;
	}
	if (runtime[0] == '/' &&
		snprintf(directory, PATH_MAX, "%s/vspan", runtime) <
			PATH_MAX - (int)sizeof("/" CONTROL))
		return true;
	error_set(error, EINVAL, "XDG_RUNTIME_DIR is no usable path: unset it, or give paths");
	return false;
}

bool places_control(char control[PATH_MAX], struct vspan_error *error)
{
	if (!places_directory(control, error))
		return false;
	strcat(control, "/" CONTROL);
	return true;
}

int places_make(const char *directory, struct vspan_error *error)
{
	if (mkdir(directory, 0700) == 0 || errno == EEXIST)
		return 0;
	return error_set(error, errno, "cannot make the directory %s: %s; give another place",
		directory, strerror(errno));
}
