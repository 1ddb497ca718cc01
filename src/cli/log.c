/* SPDX-License-Identifier: MIT */
/* log.c - see log.h. */
#include "log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE 1024
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

/* systemd says which stream its journal reads: device and inode. */
static bool to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat status;
	char own[64];

	if (stream == NULL || fstat(STDERR_FILENO, &status) < 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	return strcmp(stream, own) == 0;
}

bool log_colours(FILE *to)
{
	const char *unwanted = getenv("NO_COLOR");

	return (unwanted == NULL || unwanted[0] == '\0') && isatty(fileno(to)) == 1;
}

void log_line(int level, const char *region, const char *format, ...)
{
	const bool journal = to_journal();
	const bool colours = !journal && level <= LOG_WARNING && log_colours(stderr);
	char priority[8] = "", text[LINE_SIZE], line[LINE_SIZE + 128];
	va_list args;
	int length;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (journal)
		snprintf(priority, sizeof(priority), "<%d>", level & 7);
	length = snprintf(line, sizeof(line), "%s%svspan: %.80s%s%s%s\n", priority,
		colours ? (level <= LOG_ERR ? RED : YELLOW) : "", region != NULL ? region : "",
		region != NULL ? ": " : "", text, colours ? PLAIN : "");
	/* At once, so that lines of several threads do not mix; nobody to tell if it fails. */
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		return;
}

void log_consumer(void *data, int level, const char *text)
{
	(void)data;
	log_line(level, NULL, "%s", text);
}
