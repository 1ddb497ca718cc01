/* SPDX-License-Identifier: MIT */
/*
 * notify.h - tells the service manager how `vspan attach` is doing. notify-systemd.c
 * does, notify-none.c is for builds without libsystemd; meson chooses.
 */
#ifndef VSPAN_CLI_NOTIFY_H
#define VSPAN_CLI_NOTIFY_H

/* `state` as in sd_notify(3), e.g. "READY=1". Nothing happens outside of a service manager. */
void notify_send(const char *state);

#endif /* VSPAN_CLI_NOTIFY_H */
