/* SPDX-License-Identifier: MIT */
/* leftovers.c - see leftovers.h. */
#include "leftovers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"

#define PAUSE_NS UINT64_C(1000000000)

bool leftovers_has_name(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

/* Unless another process goes on with it: that holds its lock. */
static void remove_state(const char *state)
{
	int fd = open(state, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlink(state);
	close(fd);
}

static void drop(struct leftovers *leftovers, uint32_t index)
{
	struct leftover *at = &leftovers->list[index];

	close(at->region);
	free(at->state);
	leftovers->count--;
	memmove(at, at + 1, (leftovers->count - index) * sizeof(*at));
}

void leftovers_add(struct leftovers *leftovers, int fd, const char *state)
{
	struct leftover *at;
	char name[32];

	if (!leftovers_has_name(fd)) {
		remove_state(state);
		return;
	}
	if (leftovers->count == LEFTOVERS_MAX)
		drop(leftovers, 0);
	at = &leftovers->list[leftovers->count];
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	/* It neither locks nor reads; but as long as it is open no other file gets that inode. */
	at->region = open(name, O_PATH | O_CLOEXEC);
	if (at->region < 0)
		return;
	at->state = strdup(state);
	if (at->state != NULL)
		leftovers->count++;
	else
		close(at->region);
}

void leftovers_forget(struct leftovers *leftovers, const char *state)
{
	uint32_t i;

	for (i = leftovers->count; i-- > 0;)
		if (strcmp(leftovers->list[i].state, state) == 0)
			drop(leftovers, i);
}

static void look(struct leftovers *leftovers)
{
	uint32_t i;

	for (i = leftovers->count; i-- > 0;) {
		if (leftovers_has_name(leftovers->list[i].region))
			continue;
		remove_state(leftovers->list[i].state);
		drop(leftovers, i);
	}
}

void leftovers_remove(struct leftovers *leftovers)
{
	const uint64_t now = clock_now_ns();

	if (now - leftovers->looked < PAUSE_NS)
		return;
	leftovers->looked = now;
	look(leftovers);
}

void leftovers_close(struct leftovers *leftovers)
{
	look(leftovers);
	while (leftovers->count > 0)
		drop(leftovers, leftovers->count - 1);
}
