/* SPDX-License-Identifier: MIT */
/* script.h - see script.c. */
#ifndef VSPAN_TESTS_CALLS_SCRIPT_H
#define VSPAN_TESTS_CALLS_SCRIPT_H

#include <stdio.h>

/* Where emissions go, before the first one. The caller's to close. */
void script_open(FILE *file);

#endif /* VSPAN_TESTS_CALLS_SCRIPT_H */
