/* SPDX-License-Identifier: MIT */
/* test-record.c - heads, commit words and span ids, taken apart. */
#include <criterion/criterion.h>
#include "record.h"

static struct vspan_abi_slot head(uint32_t kind, uint32_t slots, uint32_t flags, uint32_t site)
{
	return (struct vspan_abi_slot){
		.counter = 42,
		.header = kind | slots << VSPAN_ABI_HEADER_SLOTS_SHIFT |
			(uint64_t)flags << VSPAN_ABI_HEADER_FLAGS_SHIFT |
			(uint64_t)site << VSPAN_ABI_HEADER_SITE_SHIFT,
	};
}

Test(record, decodes_every_part_of_a_head)
{
	struct vspan_abi_slot slot = head(VSPAN_ABI_KIND_EVENT, 4, 0x203, 0xfffffffe);
	struct record record;

	cr_assert_eq(record_decode(&slot, 17, &record), VIOLATION_NONE);
	cr_expect_eq(record.position, 17);
	cr_expect_eq(record.counter, 42);
	cr_expect_eq(record.kind, VSPAN_ABI_KIND_EVENT);
	cr_expect_eq(record.slots, 4);
	cr_expect_eq(record.flags, 0x203);
	cr_expect_eq(record.site, 0xfffffffe);
	cr_expect_eq(record.word_count, 10);
}

Test(record, refuses_lengths_outside_1_to_32)
{
	struct vspan_abi_slot none = head(VSPAN_ABI_KIND_BEGIN, 0, 0, 0);
	struct vspan_abi_slot most = head(VSPAN_ABI_KIND_BEGIN, 32, 0, 0);
	struct vspan_abi_slot more = head(VSPAN_ABI_KIND_BEGIN, 33, 0, 0);
	struct record record;

	cr_expect_eq(record_decode(&none, 0, &record), VIOLATION_SLOTS);
	cr_expect_eq(record_decode(&most, 0, &record), VIOLATION_NONE);
	cr_expect_eq(record_decode(&more, 0, &record), VIOLATION_SLOTS);
}

Test(record, refuses_unknown_kinds)
{
	struct record record;
	uint32_t kind;

	for (kind = 0; kind < 256; kind++) {
		struct vspan_abi_slot slot = head(kind, 32, 0, 0);
		bool known = kind >= VSPAN_ABI_KIND_BEGIN && kind <= VSPAN_ABI_KIND_LAST;

		cr_expect_eq(
			record_decode(&slot, 0, &record), known ? VIOLATION_NONE : VIOLATION_KIND);
	}
}

Test(record, refuses_records_too_short_for_their_kind)
{
	struct vspan_abi_slot set = head(VSPAN_ABI_KIND_SET, 1, 0, 0);
	struct vspan_abi_slot lost = head(VSPAN_ABI_KIND_LOST, 1, 0, 0);
	struct vspan_abi_slot context = head(VSPAN_ABI_KIND_CONTEXT, 1, 0, 0);
	struct vspan_abi_slot link = head(VSPAN_ABI_KIND_LINK, 1, 0, 0);
	struct vspan_abi_slot foreign = head(VSPAN_ABI_KIND_LINK, 2, VSPAN_ABI_FLAG_FOREIGN, 0);
	struct record record;

	cr_expect_eq(record_decode(&set, 0, &record), VIOLATION_SLOTS);
	cr_expect_eq(record_decode(&lost, 0, &record), VIOLATION_SLOTS);
	cr_expect_eq(record_decode(&context, 0, &record), VIOLATION_SLOTS);
	cr_expect_eq(record_decode(&link, 0, &record), VIOLATION_SLOTS);
	cr_expect_eq(record_decode(&foreign, 0, &record), VIOLATION_NONE);
}

Test(record, a_commit_word_belongs_to_one_epoch_and_position)
{
	uint64_t commit = (UINT64_C(3) << VSPAN_ABI_COMMIT_EPOCH_SHIFT) + 100 + 1;

	cr_expect_eq(slot_state(commit, 3, 100), SLOT_HEAD);
	cr_expect_eq(slot_state(commit + VSPAN_ABI_COMMIT_CONTINUATION, 3, 100), SLOT_CONTINUATION);
	cr_expect_eq(slot_state(commit, 3, 101), SLOT_OPEN);
	cr_expect_eq(slot_state(commit, 2, 100), SLOT_OPEN);
	cr_expect_eq(slot_state(0, 0, 0), SLOT_OPEN);
}

Test(record, span_ids_are_unique_by_ring_epoch_and_position)
{
	uint64_t id = span_id(5, 7, 1234, false);

	cr_expect_eq(span_id_ring(id), 5);
	cr_expect_eq(id & VSPAN_ABI_SPAN_POSITION_MASK, 1235);
	cr_expect_neq(id, span_id(6, 7, 1234, false));
	cr_expect_neq(id, span_id(5, 8, 1234, false));
	cr_expect_eq(span_id(5, 7, 1234, true), id | VSPAN_ABI_SPAN_DETACHED);
	cr_expect_neq(span_id(0, 1, 0, false), 0);
}

Test(record, every_violation_has_a_name)
{
	int i;

	for (i = 0; i < VIOLATION_COUNT; i++)
		cr_expect_not_null(violation_name((enum violation)i));
}
