/* SPDX-License-Identifier: MIT */
/* notify-systemd.c - see notify.h. */
#include "notify.h"

#include <systemd/sd-daemon.h>

void notify_send(const char *state)
{
	sd_notify(0, state);
}
