/* SPDX-License-Identifier: MIT */
/*
 * test-nested.c - the writer, interrupted before every single instruction. A story
 * of all verbs is written again and again; each time a handler writes before the Nth
 * instruction of one verb, for every N. The real reader drains and assembles. Whatever N is:
 * everything is there, once, in order; the story's parents are as if nothing had happened; the
 * handler's records hang below what it interrupted and are flagged, and only they
 * are; the account closes and every loss is told.
 *
 * So in rings with room, full ones whose host makes room or does not, with a loss
 * to report, in every mode; and with the handler interrupted in turn.
 *
 * Usage: test-nested [thorough]; then handlers, too, are interrupted everywhere
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>
#include "assemble.h"
#include "nested-notes.h"
#include "nested-story.h"
#include "stepping.h"
#include "thread-port.h"

VSPAN_SPAN(nested, ended_inside, VSPAN_LEVEL_INFO, (u32, level), (u64, number));
VSPAN_SPAN(nested, handler, VSPAN_LEVEL_INFO, (u32, level), (u64, number));
VSPAN_EVENT(nested, mark, VSPAN_LEVEL_INFO, (u32, level), (u64, number));
VSPAN_EVENT(nested, pad, VSPAN_LEVEL_INFO, (u32, level)); /* one slot */

#define SKIPPED 77
#define LEVELS 3u /* the story's, the handler's, and that of what interrupts the handler */
#define HANDLER_SPANS_MAX 32u
#define ROOMY (-1)

/* ---- where and how it is told */

static const struct setting {
	const char *name;
	uint32_t mode;
	int room;         /* slots that the stepped verb finds below its limit, or ROOMY */
	bool host_drains; /* when asked for room */
	bool greedy;      /* the handler writes until something is discarded */
	bool loss;        /* an earlier record was discarded and is not reported yet */
	bool ends;        /* the handler ends spans, until the head-room for ends is used up */
	bool deep;        /* the handler is interrupted as well */
	bool publishing;  /* the stepped verb's record completes a block of slots */
} settings[] = {
	{"room", VSPAN_ABI_MODE_BLOCK, ROOMY},
	{"publish", VSPAN_ABI_MODE_BLOCK, ROOMY, .publishing = true},
	{"nested", VSPAN_ABI_MODE_BLOCK, ROOMY, .deep = true},
	{"full", VSPAN_ABI_MODE_BLOCK, 0, .host_drains = true},
	{"stuck", VSPAN_ABI_MODE_BLOCK, 4, .greedy = true},
	{"scarce", VSPAN_ABI_MODE_DISCARD, 4, .greedy = true},
	{"a loss", VSPAN_ABI_MODE_DISCARD, 6, .greedy = true, .loss = true},
	{"lost ends", VSPAN_ABI_MODE_DISCARD, 6, .ends = true, .loss = true},
	{"overwrite", VSPAN_ABI_MODE_OVERWRITE, ROOMY},
};

static const struct setting *setting;
static struct vspan_region *region;
static struct vspan_attachment *attachment;
static struct batch batch;
static uint64_t discarded_told; /* what the guest had discarded, all of it reported */
static bool thorough;
static int failures;

/* What the current telling is, for messages. */
static const struct verb *stepped;
static struct stepping_trace trace;
static uint32_t at;
static uint32_t pads; /* events that only fill slots */

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition) && failures++ < 20)                                               \
			printf("%s:%d: %s, \"%s\" interrupted at instruction %u of %u: %s\n",      \
				__FILE__, __LINE__, setting->name, stepped->name, at, trace.count, \
				#condition);                                                       \
	} while (0)

static void drain(void)
{
	struct ring_state *state = &attachment->rings[0];

	do {
		ring_read(&state->ring, RING_COMMITTED, 0, UINT64_MAX, &batch);
		assemble_batch(attachment, state, &batch, UINT64_MAX / 2);
		ring_release(&state->ring, &batch);
	} while (batch.next != batch.from);
}

/* A VM exit: nothing interrupts the guest meanwhile. */
static void notify(uint32_t reason, uint32_t ring)
{
	(void)ring;
	stepping_pause();
	if (reason == VSPAN_NOTIFY_FULL && setting->host_drains)
		drain();
	stepping_resume();
}

/* The writer finds `room` slots below `limit`, as if the reader were that far behind. */
static void room_set(uint64_t limit, int room)
{
	struct vspan_abi_writer *writer = region_writer(region, 0);
	const uint64_t cursor = writer->reserve + (uint64_t)room - limit;

	vspan_cursor_store_C(&region_ring(region, 0)->cursor, cursor);
	/* A loss to report has put it farther behind. */
	if (writer->pending_lost == 0)
		writer->cached_cursor = cursor;
}

static void room_back(void)
{
	vspan_cursor_store_C(&region_ring(region, 0)->cursor, attachment->rings[0].ring.cursor);
}

static void set_up(void)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = VSPAN_ABI_RING_SIZE_MIN, .mode = setting->mode};
	uint32_t i;

	thread_port = (struct thread_port){.notify = notify};
	if (vspan_region_create(&options, &region, NULL) < 0)
		abort();
	thread_port_attach(region);
	attachment = attachment_create(region, 1);
	/* One tick is one nanosecond. */
	attachment->clock = (struct clock){.ratio = UINT64_C(1) << CLOCK_RATIO_SHIFT};
	attachment_learn_sites(attachment);
	/* Far enough that a reader can be a ring behind. */
	for (i = 0; i < SLOTS; i++) {
		vspan_event(nested, mark, 0, i);
		if (i % (NOTES_MAX / 2) == 0) {
			notes.count = 0;
			drain();
		}
	}
	notes.count = 0;
	drain();
	discarded_told = 0;
}

static void tear_down(void)
{
	struct ring *ring = &attachment->rings[0].ring;

	ring_close(ring);
	EXPECT(vspan_ledger_unexplained(&ring->ledger) == 0);
	EXPECT(ring->ledger.torn == 0);
	attachment_destroy(attachment);
	vspan_region_close(region);
}

/* ---- the handlers: levels 1 and 2 */

struct handler {
	vspan_t spans[HANDLER_SPANS_MAX]; /* begun, not 0 */
	uint32_t count;
	uint32_t runs;
};

static struct handler handlers[LEVELS];

/* True if it was recorded. */
static bool handler_span(uint32_t level)
{
	struct handler *handler = &handlers[level];
	const vspan_t span = vspan_begin(nested, handler, level, handler->runs);

	if (span == 0)
		return false;
	vspan_event(nested, mark, level, handler->runs);
	vspan_end(span);
	handler->spans[handler->count++] = span;
	return handler->count < HANDLER_SPANS_MAX;
}

static void handle(uint32_t level)
{
	const uint64_t interrupted = vspan_interrupt_enter();

	handlers[level].runs++;
	while (handler_span(level) && setting->greedy)
		;
	vspan_interrupt_leave(interrupted);
}

static void handle_plain(void)
{
	handle(1);
}

/* Spans opened before the stepped verb. More ends than there is head-room for. */
static vspan_t ended_inside[VSPAN_ABI_HEADROOM_SLOTS + 16];
static uint32_t left_to_end;

static void handle_ends(void)
{
	const struct vspan_abi_writer *writer = region_writer(region, 0);
	const uint64_t discarded = writer->discarded;
	const uint64_t interrupted = vspan_interrupt_enter();

	while (left_to_end > 0 && writer->discarded == discarded)
		vspan_end(ended_inside[--left_to_end]);
	vspan_interrupt_leave(interrupted);
}

static void begin_ended_inside(void)
{
	uint32_t i;

	for (i = 0; i < sizeof(ended_inside) / sizeof(ended_inside[0]); i++)
		ended_inside[i] = vspan_begin(nested, ended_inside, 0, i);
	left_to_end = i;
}

static void handle_on_top(void)
{
	handle(2);
}

static struct stepping_trace handler_trace;
static uint32_t handler_at; /* instruction of the handler before which it is interrupted */

static void handle_interrupted(void)
{
	stepping_call(&handler_trace, handle_plain, handler_at, handle_on_top);
}

/* ---- what has to come of it */

static const struct note *span_note(vspan_t span)
{
	const struct note *found = NULL;
	uint32_t i, count = 0;

	for (i = 0; i < notes.count; i++)
		if (!notes.note[i].is_event && notes.note[i].common.span == span) {
			found = &notes.note[i];
			count++;
		}
	EXPECT(count == 1);
	return count == 1 ? found : NULL;
}

static vspan_t place_span(enum place place)
{
	return place == IN_INNER && inner != 0 ? inner : place == OUTSIDE ? 0 : outer;
}

/* Of all: who wrote it is as it is flagged, and nothing had to be moved in time. */
static void check_notes(void)
{
	uint32_t i;

	for (i = 0; i < notes.count; i++) {
		const struct note *note = &notes.note[i];
		const bool interrupt = (note->common.flags & VSPAN_TRACE_FLAG_INTERRUPT) != 0;

		EXPECT(note->value < LEVELS);
		EXPECT(interrupt == (note->value > 0));
		EXPECT((note->common.flags & VSPAN_TRACE_FLAG_CLAMPED) == 0 ||
			setting->room != ROOMY);
	}
}

static void check_story(void)
{
	const struct note *one = outer != 0 ? span_note(outer) : NULL;
	const struct note *two = inner != 0 ? span_note(inner) : NULL;
	const struct note *three = child != 0 ? span_note(child) : NULL;

	EXPECT(one == NULL || one->common.parent == 0);
	EXPECT(two == NULL || two->common.parent == outer);
	EXPECT(three == NULL || three->common.parent == outer);
	if (setting->room != ROOMY)
		return;
	EXPECT(one != NULL && two != NULL && three != NULL);
	EXPECT(two == NULL ||
		(two->number == NUMBER_SET && two->common.status == VSPAN_ABI_STATUS_OK));
	EXPECT(notes.messages == 1 && notes.links == 1);
}

/* In time the story passes from `before` to `after` once, and stays there. */
static void check_attribution(uint32_t *passed)
{
	const struct note *one = span_note(handlers[1].spans[0]);
	const vspan_t before = place_span(stepped->before);
	const vspan_t after = place_span(stepped->after);

	if (one == NULL)
		return;
	EXPECT(one->common.parent == after || (one->common.parent == before && passed[1] == 0));
	passed[one->common.parent == after]++;
}

/* What interrupted the handler is in its span, or beside it. */
static void check_on_top(uint32_t *passed)
{
	const struct note *one = span_note(handlers[1].spans[0]);
	const struct note *two;

	if (handlers[2].runs == 0)
		return;
	two = span_note(handlers[2].spans[0]);
	if (one == NULL || two == NULL)
		return;
	EXPECT(two->common.parent == one->common.span || two->common.parent == one->common.parent);
	passed[two->common.parent == one->common.span]++;
}

static void check_counts(void)
{
	uint32_t level, i, spans = STORY_SPANS, events = STORY_EVENTS + pads, seen = 0;

	for (level = 1; level < LEVELS; level++) {
		spans += handlers[level].count;
		events += handlers[level].count;
	}
	for (i = 0; i < notes.count; i++)
		seen += notes.note[i].is_event;
	EXPECT(setting->room != ROOMY || (notes.count - seen == spans && seen == events));
}

/* Everything is accounted for, and every loss has been told. */
static void check_account(void)
{
	const struct ring *ring = &attachment->rings[0].ring;
	struct vspan_ledger ledger;
	uint64_t wrong_span = 0;

	/* Which span an end was of that is lost the host has to guess; another end may then miss
	 * it. */
	if (setting->ends)
		wrong_span = ring->violations[VIOLATION_SPAN];
	ring_ledger(ring, &ledger);
	EXPECT(vspan_ledger_unexplained(&ledger) == 0 && ledger.in_ring == 0);
	EXPECT(ledger.invalid == wrong_span && ledger.violations == wrong_span);
	EXPECT(notes.lost == ledger.discarded_guest - discarded_told);
	EXPECT(setting->room != ROOMY || notes.lost == 0);
	discarded_told = ledger.discarded_guest;
}

/* ---- telling it */

/* How the stepped verb is called. */
enum telling {
	LEARNING,
	LEARNING_HANDLER, /* which is called after the verb */
	INTERRUPTED,
};

/*
 * Writes until so many slots of a block are used. The writer publishes a block when
 * it is complete, so without it no two tellings would take the same way.
 */
static void pad(uint32_t slots)
{
	for (; region_writer(region, 0)->reserve % VSPAN_ABI_PUBLISH_SLOTS != slots; pads++)
		vspan_event(nested, pad, 0);
}

static bool call_stepped(enum telling telling)
{
	if (telling == INTERRUPTED)
		return stepping_call(&trace, stepped->run, at,
			setting->deep           ? handle_interrupted
				: setting->ends ? handle_ends
						: handle_plain);
	stepping_learn(&trace, stepped->run);
	if (telling == LEARNING_HANDLER)
		stepping_learn(&handler_trace, handle_plain);
	return false;
}

static bool tell_stepped(enum telling telling)
{
	bool came;

	if (setting->ends)
		begin_ended_inside();
	if (setting->publishing)
		pad(VSPAN_ABI_PUBLISH_SLOTS - 1);
	if (setting->loss) {
		room_set(LIMIT, 0);
		vspan_event(nested, mark, 0, 6);
	}
	if (setting->room != ROOMY)
		room_set(stepped->limit, setting->room);
	came = call_stepped(telling);
	/* The first of them may be lost as well, the others are not. */
	if (left_to_end > 0)
		vspan_end(ended_inside[--left_to_end]);
	room_back();
	while (left_to_end > 0)
		vspan_end(ended_inside[--left_to_end]);
	return came;
}

static bool tell(uint32_t verb, enum telling telling)
{
	bool came = false;
	uint32_t i;

	pad(0);
	drain();
	memset(&notes, 0, sizeof(notes));
	memset(handlers, 0, sizeof(handlers));
	pads = 0;
	for (i = 0; i < VERBS; i++) {
		if (i != verb) {
			verbs[i].run();
			continue;
		}
		came = tell_stepped(telling);
	}
	/* The next record reports what was lost. */
	if (setting->room != ROOMY)
		vspan_event(nested, mark, 0, 7);
	drain();
	return came;
}

static void check_all(void)
{
	check_notes();
	/* The story's own ends may be lost, too. */
	if (!setting->ends)
		check_story();
	check_counts();
	check_account();
}

static void check_interrupted(uint32_t *passed, uint32_t *on_top)
{
	check_all();
	if (setting->room == ROOMY)
		check_attribution(passed);
	if (setting->deep)
		check_on_top(on_top);
}

/* Interrupts a verb before each of its instructions. */
static void tell_all(uint32_t verb, uint32_t *on_top)
{
	uint32_t passed[2] = {0, 0};

	stepped = &verbs[verb];
	tell(verb, setting->deep ? LEARNING_HANDLER : LEARNING);
	check_all();
	for (at = 0; at < trace.count; at++) {
		/* Sampled: another instruction of the handler for each of the verb. */
		handler_at = thorough || !setting->deep
			? 0
			: (at * 31 + verb * 17) % handler_trace.count;
		do {
			EXPECT(tell(verb, INTERRUPTED));
			check_interrupted(passed, on_top);
		} while (thorough && setting->deep && ++handler_at < handler_trace.count);
	}
	if (setting->room == ROOMY && stepped->before != stepped->after)
		EXPECT(passed[0] > 0 && passed[1] > 0);
}

static void run(void)
{
	uint32_t on_top[2] = {0, 0};
	uint32_t verb, places = 0;

	stepped = &verbs[0];
	set_up();
	for (verb = 0; verb < VERBS; verb++) {
		tell_all(verb, on_top);
		places += trace.count;
	}
	EXPECT(!setting->deep || (on_top[0] > 0 && on_top[1] > 0));
	printf("%-9s interrupted at %u instructions, %llu records lost\n", setting->name, places,
		(unsigned long long)discarded_told);
	tear_down();
}

int main(int argc, char **argv)
{
	size_t i;

	thorough = argc > 1 && strcmp(argv[1], "thorough") == 0;
	if (!stepping_start()) {
		printf("SKIP: single steps do not trap here, as under valgrind\n");
		return SKIPPED;
	}
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		setting = &settings[i];
		run();
	}
	return failures != 0;
}
