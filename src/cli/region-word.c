/* SPDX-License-Identifier: MIT */
/* region-word.c - see region-word.h. */
#include "region-word.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "error.h"

static int word_open(const char *word, struct vspan_error *error)
{
	uint64_t number;
	int fd;

	if (strncmp(word, "fd:", 3) != 0) {
		fd = open(word, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd < 0)
			return error_set(error, errno, "cannot open the region %s: %s%s", word,
				strerror(errno),
				errno == ENOENT ? "; make one with `vspan create`" : "");
		return fd;
	}
	if (!parse_number(word + 3, 0, INT_MAX, &number))
		return error_set(error, EINVAL, "%s: expected fd: and a number", word);
	fd = fcntl((int)number, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return error_set(
			error, errno, "%s is not open: pass the descriptor on to vspan", word);
	return fd;
}

int region_word_open(const char *word, char path[PATH_MAX], struct vspan_error *error)
{
	int fd = word_open(word, error);

	if (fd >= 0 && (strncmp(word, "fd:", 3) == 0 || realpath(word, path) == NULL))
		snprintf(path, PATH_MAX, "%s", word);
	return fd;
}
