/* SPDX-License-Identifier: MIT */
/* play.h - the function `play` of the guest in main.c. */
#ifndef EXAMPLE_PLAY_H
#define EXAMPLE_PLAY_H

#include "call.h"

/*
 * Plays a script, a character a step:
 *   (  begins a span     .  writes an event      [...]  has the host's function `play`
 *   )  ends it                                          play what is in between
 * Spans it leaves open stay open. Returns VSPAN_MICROVM_CALL_OWN for a script that
 * does not make sense, and what the host's function returned if that failed.
 */
uint32_t play(struct microvm_call *call);

#endif /* EXAMPLE_PLAY_H */
