/* SPDX-License-Identifier: MIT */
/* notice.c - tells the user, in the log and in the trace. */
#include "notice.h"

#include <stdarg.h>
#include <stdio.h>
#include "control.h"

#define NOTICE_SIZE 512

void notice(const struct vspan_attachment *attachment, int level, const char *format, ...)
{
	char text[NOTICE_SIZE];
	va_list args;
	int length;

	length = snprintf(text, sizeof(text), "%s: ", attachment->region->name);
	va_start(args, format);
	vsnprintf(text + length, sizeof(text) - (size_t)length, format, args);
	va_end(args);
	control_notice(attachment->vm, text);
	if (attachment->log != NULL)
		attachment->log(attachment->log_data, level, text);
}
