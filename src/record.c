/* SPDX-License-Identifier: MIT */
/* record.c - decodes heads, commit words and span ids. */
#include "record.h"

const char *violation_name(enum violation violation)
{
	static const char *const names[VIOLATION_COUNT] = {
		[VIOLATION_NONE] = "none",
		[VIOLATION_PUBLISHED] = "published",
		[VIOLATION_KIND] = "kind",
		[VIOLATION_SLOTS] = "slots",
		[VIOLATION_CONTINUATION] = "continuation",
		[VIOLATION_SITE] = "site",
		[VIOLATION_PAYLOAD] = "payload",
		[VIOLATION_SPAN] = "span",
		[VIOLATION_ACCOUNTING] = "accounting",
		[VIOLATION_LATE] = "late",
		[VIOLATION_DESCRIPTION] = "description",
	};

	return names[violation];
}

/* Payload words a kind cannot do without. */
static uint32_t words_needed(uint8_t kind, uint16_t flags)
{
	switch (kind) {
	case VSPAN_ABI_KIND_SET:
	case VSPAN_ABI_KIND_LOST:
	case VSPAN_ABI_KIND_CONTEXT:
		return 3;
	case VSPAN_ABI_KIND_LINK:
		return (flags & VSPAN_ABI_FLAG_FOREIGN) != 0 ? 4 : 2;
	case VSPAN_ABI_KIND_RECLAIM:
		return 2;
	default:
		return 1;
	}
}

enum violation record_decode(
	const struct vspan_abi_slot *head, uint64_t position, struct record *record)
{
	uint64_t header = head->header;

	record->position = position;
	record->counter = head->counter;
	record->kind = (uint8_t)header;
	record->slots = (uint8_t)(header >> VSPAN_ABI_HEADER_SLOTS_SHIFT);
	record->flags = (uint16_t)(header >> VSPAN_ABI_HEADER_FLAGS_SHIFT);
	record->site = (uint32_t)(header >> VSPAN_ABI_HEADER_SITE_SHIFT);
	if (record->slots < 1 || record->slots > VSPAN_ABI_RECORD_SLOTS_MAX)
		return VIOLATION_SLOTS;
	record->word_count = (uint16_t)(1 + 3 * (record->slots - 1));
	if (record->kind < VSPAN_ABI_KIND_BEGIN || record->kind > VSPAN_ABI_KIND_LAST)
		return VIOLATION_KIND;
	if (record->word_count < words_needed(record->kind, record->flags))
		return VIOLATION_SLOTS;
	return VIOLATION_NONE;
}

enum slot_state slot_state(uint64_t commit, uint32_t epoch, uint64_t position)
{
	uint64_t head = ((uint64_t)epoch << VSPAN_ABI_COMMIT_EPOCH_SHIFT) + position + 1;

	if (commit == head)
		return SLOT_HEAD;
	if (commit == head + VSPAN_ABI_COMMIT_CONTINUATION)
		return SLOT_CONTINUATION;
	return SLOT_OPEN;
}

uint64_t span_id(uint32_t ring, uint32_t epoch, uint64_t position, bool detached)
{
	return (uint64_t)ring << VSPAN_ABI_SPAN_RING_SHIFT |
		(detached ? VSPAN_ABI_SPAN_DETACHED : 0) |
		(epoch & VSPAN_ABI_SPAN_EPOCH_MASK) << VSPAN_ABI_SPAN_EPOCH_SHIFT |
		((position + 1) & VSPAN_ABI_SPAN_POSITION_MASK);
}

uint32_t span_id_ring(uint64_t id)
{
	return (uint32_t)(id >> VSPAN_ABI_SPAN_RING_SHIFT);
}
