/* SPDX-License-Identifier: MIT */
/*
 * ring-reader.h - one region on its way into messages: a private copy of it, read
 * as far as the messages that are asked for need.
 */
#ifndef VSPAN_PLUGINS_SOURCE_RING_RING_READER_H
#define VSPAN_PLUGINS_SOURCE_RING_RING_READER_H

#include "emitter.h"
#include "postmortem.h"
#include "ring-params.h"

enum ring_phase {
	RING_BEGIN,
	RING_READ,
	RING_CLOSE, /* accounts and what is still open, ring by ring */
	RING_DONE,
};

struct ring_reader {
	struct vspan_region *region;
	struct postmortem postmortem;
	struct emitter emitter;
	enum ring_phase phase;
	uint32_t closed; /* rings */
};

/*
 * Copies the region of a file, learns its call sites, says on standard error
 * what will be shown. 0, or a negative errno with a cause appended unless it is
 * -ENOMEM. ring_reader_close() in any case.
 */
int ring_reader_open(struct ring_reader *reader, const struct ring_params *params, const char *path,
	bt_self_message_iterator *iterator);

/*
 * Takes up to `capacity` messages, at least one unless it is over, or memory ran
 * out (reader->emitter.failed). Returns how many.
 */
uint64_t ring_reader_take(
	struct ring_reader *reader, bt_message_array_const messages, uint64_t capacity);

void ring_reader_close(struct ring_reader *reader);

#endif /* VSPAN_PLUGINS_SOURCE_RING_RING_READER_H */
