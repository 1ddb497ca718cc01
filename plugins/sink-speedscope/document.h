/* SPDX-License-Identifier: MIT */
/*
 * document.h - the JSON document around the events of the profiles.
 */
#ifndef VSPAN_PLUGINS_SINK_SPEEDSCOPE_DOCUMENT_H
#define VSPAN_PLUGINS_SINK_SPEEDSCOPE_DOCUMENT_H

#include "model/forest.h"
#include "model/intern.h"
#include "track.h"

#include <stdio.h>

/* Writes the document; a vCPU's track is its `user`. Returns 0 or a negative errno. */
int document_write(const struct forest *forest, struct tracks *tracks, const struct intern *names,
	FILE *stream);

#endif /* VSPAN_PLUGINS_SINK_SPEEDSCOPE_DOCUMENT_H */
