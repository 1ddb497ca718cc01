/* SPDX-License-Identifier: MIT */
/*
 * places.h - where a running `vspan attach` keeps its socket and its state: in
 * /run/vspan for root and services, in $XDG_RUNTIME_DIR/vspan for others.
 */
#ifndef VSPAN_CLI_PLACES_H
#define VSPAN_CLI_PLACES_H

#include <limits.h>
#include <stdbool.h>
#include <vspan/host.h>

/* The directory. False: this user has none, *error says what to do. */
bool places_directory(char directory[PATH_MAX], struct vspan_error *error);

/* The control socket in it. */
bool places_control(char control[PATH_MAX], struct vspan_error *error);

/* Makes the directory, for this user alone, if it is not there. 0 or a negative errno. */
int places_make(const char *directory, struct vspan_error *error);

#endif /* VSPAN_CLI_PLACES_H */
