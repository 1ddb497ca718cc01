/* SPDX-License-Identifier: MIT */
/* ring-reader.c - see ring-reader.h. */
#include "ring-reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "control.h"
#include "region-copy.h"
#include "sanitise.h"

/* What is shown, and what is not. */
static void tell(const struct ring_reader *reader, const char *path, uint64_t offset, bool all)
{
	const struct vspan_region *region = reader->region;
	char name[SANITISE_SIZE(VSPAN_ABI_REGION_NAME)];
	uint64_t before = 0;
	uint32_t rings = 0, i;

	for (i = 0; i < region->geometry.ring_count; i++) {
		before += reader->postmortem.rings[i].before;
		rings += reader->postmortem.rings[i].cursor != 0;
	}
	sanitise_text(region->name, strlen(region->name), name, sizeof(name));
	fprintf(stderr, "source.vspan.ring: %s: region \"%s\"", path, name);
	if (offset != 0)
		fprintf(stderr, " found at byte %" PRIu64, offset);
	if (rings == 0)
		fprintf(stderr, ": all records, no consumer has drained it\n");
	else if (all)
		fprintf(stderr,
			": all records still in its rings, drained before or not; %" PRIu64
			" older ones are gone\n",
			before);
	else
		fprintf(stderr,
			": records no consumer has drained; %" PRIu64
			" before were (all=yes shows what is left of them)\n",
			before);
}

/*
 * Messages before the first record's are as early as that. A counter that has
 * not come so far yet is that of another machine, or of before a reboot.
 */
static void look_ahead(struct ring_reader *reader, bool host_clock)
{
	const struct vspan_attachment *attachment = reader->postmortem.attachment;
	uint64_t first = UINT64_MAX, last = 0;
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++) {
		struct ring ring = attachment->rings[i].ring;
		struct batch *batch = &reader->postmortem.batch;
		uint64_t counter;

		if (ring_read(&ring, RING_DEAD, 0, 0, batch) == 0)
			continue;
		counter = batch->records[0].counter;
		first = counter < first ? counter : first;
		last = counter > last ? counter : last;
	}
	if (last == 0)
		return;
	reader->emitter.now = clock_to_ns(&attachment->clock, first);
	if (reader->emitter.now > reader->postmortem.latest)
		reader->emitter.now = reader->postmortem.latest;
	if (host_clock && last > attachment->clock.counter0)
		fprintf(stderr,
			"source.vspan.ring: the records are of another machine, or of before its "
			"latest boot: times are wrong, unless parameters `clock` and "
			"`clock-offset` tell its clock\n");
}

static int fail(bt_self_message_iterator *iterator, int status, const struct vspan_error *error)
{
	if (status != -ENOMEM)
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_MESSAGE_ITERATOR(
			iterator, "%s", error->text);
	return status;
}

int ring_reader_open(struct ring_reader *reader, const struct ring_params *params, const char *path,
	bt_self_message_iterator *iterator)
{
	const struct postmortem_options options = {.all = params->all, .clock = params->clock};
	struct vspan_error error = {0};
	uint64_t offset = params->offset;
	int status = region_copy_open(path, &offset, &reader->region, &error);

	if (status == 0)
		status = emitter_init(&reader->emitter,
			bt_self_message_iterator_borrow_component(iterator), iterator,
			reader->region->name, (int64_t)params->clock_offset);
	if (status == 0) {
		emitter_use(&reader->emitter);
		status = postmortem_open(&reader->postmortem, reader->region, &options, &error);
		emitter_use(NULL);
	}
	if (status < 0)
		return fail(iterator, status, &error);
	tell(reader, path, offset, params->all);
	look_ahead(reader, params->clock_text == NULL);
	return reader->emitter.failed ? -ENOMEM : 0;
}

/* One step further: something is emitted, or the phase has moved on. */
static void step(struct ring_reader *reader)
{
	struct postmortem *postmortem = &reader->postmortem;
	struct vspan_attachment *attachment = postmortem->attachment;

	switch (reader->phase) {
	case RING_BEGIN:
		emitter_begin(&reader->emitter);
		attachment_announce(attachment);
		reader->phase = RING_READ;
		break;
	case RING_READ:
		if (!postmortem_read(postmortem))
			reader->phase = RING_CLOSE;
		break;
	case RING_CLOSE:
		if (reader->closed < attachment->ring_count) {
			postmortem_end(postmortem, reader->closed++);
			break;
		}
		control_detach(attachment->vm);
		emitter_end(&reader->emitter);
		reader->phase = RING_DONE;
		break;
	case RING_DONE:
		break;
	}
}

uint64_t ring_reader_take(
	struct ring_reader *reader, bt_message_array_const messages, uint64_t capacity)
{
	struct emitter *emitter = &reader->emitter;

	emitter_use(emitter);
	while (emitter->count - emitter->taken < capacity && reader->phase != RING_DONE &&
		!emitter->failed)
		step(reader);
	emitter_use(NULL);
	/* The last one may be half filled. */
	return emitter->failed ? 0 : emitter_take(emitter, messages, capacity);
}

void ring_reader_close(struct ring_reader *reader)
{
	postmortem_close(&reader->postmortem);
	emitter_clear(&reader->emitter);
	vspan_region_close(reader->region);
}
