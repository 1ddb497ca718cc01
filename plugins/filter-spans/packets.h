/* SPDX-License-Identifier: MIT */
/*
 * packets.h - the packets of the output's streams, and the discarded-events
 * messages between them. CTF tells losses from the end of one packet to the end
 * of the next: so a loss ends a packet, and gets one for itself.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_PACKETS_H
#define VSPAN_PLUGINS_FILTER_SPANS_PACKETS_H

#include "retime.h"

/*
 * What has to go out before the item at its turn: the begin of its stream, the
 * end or the begin of a packet, a loss. Returns 1 with a message, to be asked
 * again; 0 if there is nothing (any more); -ENOMEM.
 */
int packets_prepare(struct retimer *retimer, struct item *item, const bt_message **message);

/* What ends the lane's stream, at the end of the input. Returns as above. */
int packets_finish(struct retimer *retimer, struct lane *lane, const bt_message **message);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_PACKETS_H */
