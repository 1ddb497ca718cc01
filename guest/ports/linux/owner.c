/* SPDX-License-Identifier: MIT */
/*
 * owner.c - who has a ring: a word for a process that other processes can tell
 * to be dead. Used by lease.c.
 *
 *   | process id (22) | boot (16) | pid namespace (16) | start time (10) |
 *
 * A mistake may only ever be to take a dead process for a living one: its ring is
 * reclaimed later then. So another namespace's processes live, a boot is told by
 * its random id, and the start time tells a process from a later one of its id.
 * Called from signal handlers: plain system calls, no library.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"

#define PID_SHIFT 42
#define BOOT_SHIFT 26
#define SPACE_SHIFT 10
#define START_MASK UINT64_C(0x3ff)
#define PART_MASK UINT64_C(0xffff)

/* Fields of /proc/PID/stat, counted from the state, which is the third. */
#define STAT_THREADS 17u
#define STAT_START 19u

/* What became of a process, as /proc says. */
struct life {
	bool over; /* a zombie, and no thread of it is left */
	uint64_t start;
};

static uint64_t self;
static bool identified; /* boot and namespace are known */
static bool proc_ours;  /* /proc shows this namespace */

/* Reads a file or a link of /proc, NUL-terminated. False: it is not there. */
static bool text_read(const char *path, bool link, char *text, size_t size)
{
	ssize_t got;
	int fd;

	if (link) {
		got = readlink(path, text, size - 1);
	} else {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
		got = read(fd, text, size - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static uint64_t number_read(const char *text)
{
	uint64_t number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + (uint64_t)(*text++ - '0');
	return number;
}

/* "/proc/PID/stat" */
static void stat_path(char path[LINUX_PATH_MAX], uint64_t pid)
{
	char digits[24], *digit = digits + sizeof(digits) - 1;

	*digit = '\0';
	do {
		*--digit = (char)('0' + pid % 10);
		pid /= 10;
	} while (pid != 0);
	strcpy(path, "/proc/");
	strcat(path, digit);
	strcat(path, "/stat");
}

static bool life_read(uint64_t pid, struct life *life)
{
	char path[LINUX_PATH_MAX], text[1024];
	uint64_t threads = 0;
	const char *field;
	uint32_t i;

	stat_path(path, pid);
	if (!text_read(path, false, text, sizeof(text)))
		return false;
	/* The name before it may contain anything. */
	field = strrchr(text, ')');
	if (field == NULL || field[1] == '\0')
		return false;
	field += 2;
	life->over = *field == 'Z' || *field == 'X';
	for (i = 0; i < STAT_START && field != NULL; i++) {
		if (i == STAT_THREADS)
			threads = number_read(field);
		field = strchr(field, ' ');
		field = field != NULL ? field + 1 : NULL;
	}
	if (field == NULL)
		return false;
	life->over = life->over && threads <= 1;
	life->start = number_read(field);
	return true;
}

void owner_start(void)
{
	const uint64_t pid = (uint64_t)getpid();
	char boot[8], space[32], proc[24];
	struct life life = {0};

	proc_ours = text_read("/proc/self", true, proc, sizeof(proc)) && number_read(proc) == pid &&
		life_read(pid, &life);
	identified = text_read("/proc/sys/kernel/random/boot_id", false, boot, 5) &&
		text_read("/proc/self/ns/pid", true, space, sizeof(space)) &&
		strlen(space) > sizeof("pid:[");
	self = pid << PID_SHIFT | (life.start & START_MASK);
	if (identified)
		self |= strtoull(boot, NULL, 16) << BOOT_SHIFT |
			(number_read(space + sizeof("pid:[") - 1) & PART_MASK) << SPACE_SHIFT;
}

uint64_t owner_self(void)
{
	return self;
}

static bool process_gone(uint64_t owner)
{
	const uint64_t pid = owner >> PID_SHIFT;
	struct life life;

	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return true;
	return proc_ours && life_read(pid, &life) &&
		(life.over || (life.start & START_MASK) != (owner & START_MASK));
}

bool owner_dead(uint64_t owner)
{
	const uint64_t other = owner ^ self;
	const int before = errno;
	bool dead;

	if (owner == 0 || !identified)
		return false;
	if ((other >> BOOT_SHIFT & PART_MASK) != 0)
		return true;
	if ((other >> SPACE_SHIFT & PART_MASK) != 0)
		return false;
	dead = process_gone(owner);
	errno = before;
	return dead;
}
