/* SPDX-License-Identifier: MIT */
/* notify-none.c - see notify.h. */
#include "notify.h"

void notify_send(const char *state)
{
	(void)state;
}
