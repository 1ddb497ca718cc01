/* SPDX-License-Identifier: MIT */
/*
 * test-takeover.c - a consumer dies at its Nth event, for every N, and another
 * one goes on from the state it left. Real consumers, each in a process of its
 * own, on one region; a notebook in shared memory stands in for LTTng, so that
 * it is known exactly what had been emitted.
 *
 * Whatever N is: what the last one emits is everything there is, each thing
 * once (nothing is lost even if all the first one emitted is); whatever the
 * first one had emitted comes flagged as repeated; the account is the one of an
 * undisturbed run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vspan/trace.h>
#include "control.h"
#include "provider.h"
#include "thread-port.h"

VSPAN_SPAN(takeover, outer, VSPAN_LEVEL_INFO, (u64, number), (str, text));
VSPAN_SPAN(takeover, inner, VSPAN_LEVEL_DEBUG, (u32, number));
VSPAN_EVENT(takeover, mark, VSPAN_LEVEL_NOTICE, (u32, number));

#define ROUNDS 24u
#define NOTES_MAX 4096u
#define LIVES 3u

struct note {
	char what[12];
	uint32_t vcpu;
	uint32_t flags;
	uint64_t span;
	uint64_t other; /* parent, or what else tells it apart */
	uint64_t tsc;
	uint64_t value; /* of its first field; status in the upper half */
};

/* Shared between the lives. */
static struct notebook {
	uint32_t life;
	uint32_t die_at[LIVES]; /* a life ends at that note, 0: not early */
	bool die_before;        /* ...before it is written, as if LTTng never got it */
	uint32_t count[LIVES];
	struct note notes[LIVES][NOTES_MAX];
	struct vspan_ledger ledger;
} * book;

static int failures;

static void expect(bool condition, uint32_t n, const char *what)
{
	if (condition)
		return;
	printf("FAILED: death at event %u: %s\n", n, what);
	failures++;
}

static void write_note(const struct note *note)
{
	const bool last = book->count[book->life] + 1 == book->die_at[book->life];

	if (last && book->die_before)
		_exit(0);
	if (book->count[book->life] < NOTES_MAX)
		book->notes[book->life][book->count[book->life]++] = *note;
	if (last)
		_exit(0);
}

/* ---- the notebook in place of provider.c and control.c */

struct provider_site {
	int enabled;
};

static struct provider_site the_provider;

int provider_site_create(const struct site *site, struct provider_site **out)
{
	(void)site;
	*out = &the_provider;
	return 0;
}

void provider_site_destroy(struct provider_site *provider)
{
	(void)provider;
}

void provider_set_quota(uint32_t sites)
{
	(void)sites;
}

const char *provider_site_event(const struct provider_site *provider)
{
	(void)provider;
	return "";
}

bool provider_site_enabled(const struct provider_site *provider)
{
	return provider != NULL;
}

bool provider_site_edges_enabled(const struct provider_site *provider)
{
	return provider != NULL;
}

static void note_guest(
	const char *what, const struct provider_common *common, const struct payload *payload)
{
	struct note note = {
		.vcpu = common->vcpu,
		.flags = common->flags,
		.span = common->span,
		.other = common->parent,
		.tsc = common->tsc,
		.value = (uint64_t)common->status << 32,
	};

	strcpy(note.what, what);
	if (payload != NULL)
		note.value |= (uint32_t)payload->words[payload->offset[0]];
	write_note(&note);
}

void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider;
	note_guest("span", common, payload);
}

void provider_emit_entry(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider;
	note_guest("entry", common, payload);
}

void provider_emit_exit(const struct provider_site *provider, const struct provider_common *common)
{
	(void)provider;
	note_guest("exit", common, NULL);
}

void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider;
	note_guest("event", common, payload);
}

static void note_control(
	const char *what, uint32_t vcpu, uint64_t span, uint64_t other, uint64_t value)
{
	struct note note = {.vcpu = vcpu, .span = span, .other = other, .value = value};

	strcpy(note.what, what);
	write_note(&note);
}

void control_lost(const struct control_lost *lost)
{
	note_control("lost", lost->vcpu, lost->span, lost->reason, lost->count);
}

void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text)
{
	(void)vm, (void)ts;
	note_control("message", vcpu, span, (uint64_t)text[0], 0);
}

void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	(void)vm, (void)ts, (void)trace_id;
	note_control("link", vcpu, span, linked, 0);
}

bool control_span_enabled(void)
{
	return true;
}

bool control_event_enabled(void)
{
	return true;
}

bool control_attach_enabled(void)
{
	return false;
}

/* What is said about rings and regions is not the guest's, and may be said again. */
void control_attach(const struct control_attach *attach)
{
	(void)attach;
}

void control_detach(uint32_t vm)
{
	(void)vm;
}

void control_epoch(uint32_t vm, uint32_t vcpu, uint32_t epoch)
{
	(void)vm, (void)vcpu, (void)epoch;
}

void control_clock(uint32_t vm, uint32_t vcpu, const struct clock *clock)
{
	(void)vm, (void)vcpu, (void)clock;
}

void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position)
{
	(void)vm, (void)vcpu, (void)position;
	printf("FAILED: violation %s, %llu times\n", name, (unsigned long long)count);
	failures++;
}

void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position)
{
	(void)vm, (void)vcpu, (void)ts, (void)position;
}

void control_open(const struct provider_common *common, const char *name, const char *provider)
{
	(void)common, (void)name, (void)provider;
}

void control_close(const struct provider_common *common)
{
	(void)common;
}

void control_vcpu_enter(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)position, (void)ts;
}

void control_vcpu_exit(
	uint32_t vm, uint32_t vcpu, const char *reason, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)reason, (void)position, (void)ts;
}

void control_vcpu_halt(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)position, (void)ts;
}

void control_resume(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)position, (void)ts;
}

void control_notice(uint32_t vm, const char *text)
{
	(void)vm, (void)text;
}

void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)context, (void)position, (void)ts;
}

void control_call(const struct control_call *call)
{
	(void)call;
}

void control_ledger(uint32_t vm, uint32_t vcpu, uint32_t epoch, const struct vspan_ledger *ledger)
{
	(void)vm, (void)vcpu, (void)epoch, (void)ledger;
}

void control_span(const struct provider_common *common, const char *name, const char *provider)
{
	(void)name, (void)provider;
	note_guest("span", common, NULL);
}

void control_event(const struct provider_common *common, const char *name, const char *provider)
{
	(void)name, (void)provider;
	note_guest("event", common, NULL);
}

/* ---- the guest: two rings, and everything that goes from one record to another */

static void guest_round(uint32_t i)
{
	vspan_t outer, inner, child, left_open;

	thread_port_ring = i % 2;
	outer = vspan_begin(takeover, outer, i, "first");
	inner = vspan_begin(takeover, inner, i);
	child = vspan_begin_child(outer, takeover, inner, 1000 + i);
	vspan_event(takeover, mark, i);
	vspan_set(outer, takeover, outer, text, i % 3 == 0 ? "a text of another length" : "");
	vspan_set(outer, takeover, outer, number, 2000 + i);
	vspan_status(inner, VSPAN_STATUS_ERROR, "message");
	vspan_link(inner, outer);
	if (i % 4 == 0)
		thread_port_ring ^= 1u; /* ended elsewhere, before its own ring is drained */
	vspan_end(child);
	thread_port_ring = i % 2;
	vspan_end(inner);
	if (i % 5 != 0) {
		vspan_end(outer);
		return;
	}
	/* One that stays open for a while, and one for good. */
	left_open = vspan_begin(takeover, inner, 3000 + i);
	vspan_event_on(left_open, takeover, mark, 4000 + i);
}

static void guest_run(struct vspan_region *region)
{
	uint32_t i;

	thread_port = (struct thread_port){.counter = 1000};
	thread_port_attach(region);
	for (i = 0; i < ROUNDS; i++)
		guest_round(i);
	for (i = 0; i < 2; i++) {
		thread_port_ring = i;
		vspan_publish();
	}
}

/* ---- the lives */

static void consume(struct vspan_region *region, const char *state)
{
	const struct vspan_consumer_options options = {.drain_on_exit_only = true};
	const struct vspan_attach_options attach = {.state_path = state};
	struct vspan_attachment *attachment;
	struct vspan_consumer *consumer;
	struct vspan_error error;

	if (vspan_consumer_create(&options, &consumer, &error) < 0 ||
		vspan_consumer_attach(consumer, region, &attach, &attachment, &error) < 0) {
		printf("FAILED: %s\n", error.text);
		_exit(1);
	}
	vspan_attachment_drain(attachment, 0, UINT64_MAX);
	vspan_attachment_drain(attachment, 1, UINT64_MAX);
	vspan_consumer_detach(attachment, &book->ledger);
	vspan_consumer_destroy(consumer);
}

static void live(struct vspan_region *region, const char *state, uint32_t n)
{
	int status = 1;
	pid_t child = fork();

	if (child == 0) {
		consume(region, state);
		_exit(0);
	}
	waitpid(child, &status, 0);
	expect(status == 0, n, "the consumer's process failed");
}

static int note_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct note));
}

/* Notes without the flag under test, sorted. */
static uint32_t notes_sorted(uint32_t life, struct note *out)
{
	uint32_t i;

	memcpy(out, book->notes[life], book->count[life] * sizeof(*out));
	for (i = 0; i < book->count[life]; i++)
		out[i].flags &= ~VSPAN_TRACE_FLAG_REPEATED;
	qsort(out, book->count[life], sizeof(*out), note_compare);
	return book->count[life];
}

static bool has_flags(const struct note *note)
{
	return note->tsc != 0;
}

/* Each event of a guest that both emitted is flagged by the second. */
static bool repetitions_flagged(void)
{
	static struct note first[NOTES_MAX];
	const uint32_t life = book->life;
	uint32_t count = notes_sorted(life - 1, first);
	uint32_t i;

	for (i = 0; i < book->count[life]; i++) {
		struct note note = book->notes[life][i];
		bool flagged = (note.flags & VSPAN_TRACE_FLAG_REPEATED) != 0;

		note.flags &= ~VSPAN_TRACE_FLAG_REPEATED;
		if (has_flags(&note) && !flagged &&
			bsearch(&note, first, count, sizeof(note), note_compare) != NULL)
			return false;
	}
	return true;
}

/*
 * One guest; a consumer that dies, another that dies too unless `again` is 0, and
 * one that lives. The reference is filled by a run without a death.
 */
static void scenario(uint32_t die_at, uint32_t again, bool before, struct note *reference,
	uint32_t *count, struct vspan_ledger *ledger)
{
	static const struct vspan_region_options options = {
		.ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	static struct note second[NOTES_MAX];
	struct vspan_region *region;
	char state[] = "/tmp/vspan-takeover.XXXXXX";

	close(mkstemp(state));
	memset(book, 0, sizeof(*book));
	book->die_at[0] = die_at;
	book->die_at[1] = again;
	book->die_before = before;
	if (vspan_region_create(&options, &region, NULL) < 0)
		abort();
	/* The identity is random, and ids are not made from it: runs can be compared. */
	guest_run(region);
	if (die_at != 0) {
		live(region, state, die_at);
		book->life++;
	}
	if (again != 0) {
		live(region, state, die_at);
		book->life++;
	}
	live(region, state, die_at);
	if (die_at == 0) {
		*count = notes_sorted(0, reference);
		*ledger = book->ledger;
	} else {
		expect(notes_sorted(book->life, second) == *count &&
				memcmp(second, reference, *count * sizeof(*second)) == 0,
			die_at, "the successor does not emit everything exactly once");
		expect(repetitions_flagged(), die_at, "a repeated event is not flagged");
		expect(memcmp(ledger, &book->ledger, sizeof(*ledger)) == 0, die_at,
			"the account differs");
	}
	vspan_region_close(region);
	unlink(state);
}

/* Deaths before and after events by turns; with the argument `all` each successor dies, too. */
int main(int argc, char **argv)
{
	const bool all = argc > 1 && strcmp(argv[1], "all") == 0;

	static struct note reference[NOTES_MAX];
	struct vspan_ledger ledger;
	uint32_t count, n;

	book = mmap(NULL, sizeof(*book), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (book == MAP_FAILED)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	scenario(0, 0, false, reference, &count, &ledger);
	expect(count > 100 && ledger.aborted > 0 && vspan_ledger_unexplained(&ledger) == 0, 0,
		"the undisturbed run is not what it should be");
	for (n = 1; n <= count && failures < 10; n++) {
		scenario(n, 0, n % 2 == 0, reference, &count, &ledger);
		if (all || n % 7 == 0)
			scenario(n, 1 + n * 13 % count, n % 2 != 0, reference, &count, &ledger);
	}
	printf("%u deaths%s, %u events in each run, %llu records, %llu spans aborted\n", n - 1,
		all ? ", and as many of the successors" : ", and of every seventh successor", count,
		(unsigned long long)ledger.attempted, (unsigned long long)ledger.aborted);
	return failures != 0;
}
