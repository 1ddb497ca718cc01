/* SPDX-License-Identifier: MIT */
/* error.c - formats the one line a person gets. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct vspan_error *error, int code, const char *format, ...)
{
	char inner[VSPAN_ERROR_TEXT];
	size_t used;
	va_list args;

	if (error == NULL)
		return -code;
	memcpy(inner, error->text, sizeof(inner));
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	used = strlen(error->text);
	if (error->code != 0)
		snprintf(error->text + used, sizeof(error->text) - used, ": %s", inner);
	error->code = code;
	return -code;
}
