/* SPDX-License-Identifier: MIT */
/* finding.c - the words of a finding of `vspan doctor`. */
#include <stdarg.h>
#include <stdio.h>
#include "doctor.h"

void finding_found(struct finding *finding, enum finding_kind kind, const char *format, ...)
{
	va_list args;

	finding->kind = kind;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

void finding_remedy(struct finding *finding, const char *text)
{
	snprintf(finding->remedy, sizeof(finding->remedy), "%s", text);
}
