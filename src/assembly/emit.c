/* SPDX-License-Identifier: MIT */
/* emit.c - native events where a call site has them, generic ones otherwise. */
#include "emit.h"

#include <string.h>
#include <vspan/trace.h>
#include "journal.h"
#include "sanitise.h"

bool emit_enabled(const struct known_site *site)
{
	if (!site->valid || site->excluded)
		return false;
	if (site->provider != NULL)
		return provider_site_enabled(site->provider);
	return site->site.kind == VSPAN_ABI_SITE_SPAN ? control_span_enabled()
						      : control_event_enabled();
}

/* The name a generic event shows: the guest's text at run time, or its site's. */
static const char *generic_name(const struct known_site *site, const struct payload *payload,
	char text[SANITISE_SIZE(VSPAN_ABI_STRING_MAX)])
{
	const void *bytes;
	uint32_t length;

	if (!site->site.named)
		return site->site.name;
	bytes = payload_bytes(payload, &site->site, 0, &length);
	sanitise_text(bytes, length, text, SANITISE_SIZE(VSPAN_ABI_STRING_MAX));
	return text;
}

void emit_open(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload)
{
	char text[SANITISE_SIZE(VSPAN_ABI_STRING_MAX)];

	control_open(common, generic_name(site, payload, text), site->site.provider);
}

static void generic_emit(const struct known_site *site, enum journal_type type,
	const struct provider_common *common, const struct payload *payload)
{
	char text[SANITISE_SIZE(VSPAN_ABI_STRING_MAX)];

	if (type == JOURNAL_SPAN)
		control_span(common, generic_name(site, payload, text), site->site.provider);
	else if (type == JOURNAL_EVENT)
		control_event(common, generic_name(site, payload, text), site->site.provider);
}

static void deliver(const struct known_site *site, enum journal_type type,
	const struct provider_common *common, const struct payload *payload)
{
	if (site->provider == NULL)
		generic_emit(site, type, common, payload);
	else if (type == JOURNAL_SPAN)
		provider_emit_span(site->provider, common, payload);
	else if (type == JOURNAL_ENTRY)
		provider_emit_entry(site->provider, common, payload);
	else if (type == JOURNAL_EXIT)
		provider_emit_exit(site->provider, common);
	else
		provider_emit_event(site->provider, common, payload);
}

static struct journal_entry journal_head(
	const struct vspan_attachment *attachment, enum journal_type type, uint32_t site)
{
	return (struct journal_entry){
		.type = type,
		.ring = attachment->now.ring,
		.site = site,
		.position = attachment->now.position,
	};
}

/* Before the emission: dying in between must leave one too many rather than none. */
static void journal_note(struct vspan_attachment *attachment, const struct known_site *site,
	enum journal_type type, const struct provider_common *common, const struct payload *payload)
{
	const uint32_t words = payload != NULL ? payload->word_count : 0;
	struct journal_entry head = journal_head(attachment, type, site->site.id);
	const struct journal_part parts[] = {
		{common, sizeof(*common)},
		{payload != NULL ? payload->words : NULL, words * (uint32_t)sizeof(uint64_t)},
	};

	journal_append(attachment->checkpoint.journal, &head, parts, words != 0 ? 2 : 1);
}

static void emit(struct vspan_attachment *attachment, const struct known_site *site,
	enum journal_type type, const struct provider_common *common, const struct payload *payload)
{
	struct provider_common flagged;

	if (site->excluded)
		return;
	if (attachment->checkpoint.journal != NULL && emit_enabled(site))
		journal_note(attachment, site, type, common, payload);
	if (attachment->now.repeating) {
		flagged = *common;
		flagged.flags |= VSPAN_TRACE_FLAG_REPEATED;
		common = &flagged;
	}
	deliver(site, type, common, payload);
}

void emit_span(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common, const struct payload *payload)
{
	emit(attachment, site, JOURNAL_SPAN, common, payload);
}

void emit_entry(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common, const struct payload *payload)
{
	if (site->provider != NULL && provider_site_edges_enabled(site->provider))
		emit(attachment, site, JOURNAL_ENTRY, common, payload);
}

void emit_exit(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common)
{
	if (site->provider != NULL && provider_site_edges_enabled(site->provider))
		emit(attachment, site, JOURNAL_EXIT, common, NULL);
}

void emit_event(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common, const struct payload *payload)
{
	emit(attachment, site, JOURNAL_EVENT, common, payload);
}

static void journal_note_parts(struct vspan_attachment *attachment, enum journal_type type,
	const struct journal_part *parts, uint32_t count)
{
	struct journal_entry head = journal_head(attachment, type, 0);

	if (attachment->checkpoint.journal != NULL)
		journal_append(attachment->checkpoint.journal, &head, parts, count);
}

void emit_lost(struct vspan_attachment *attachment, const struct control_lost *lost)
{
	const struct journal_part part = {lost, sizeof(*lost)};

	journal_note_parts(attachment, JOURNAL_LOST, &part, 1);
	control_lost(lost);
}

struct message_body {
	uint64_t span;
	uint64_t ts;
};

void emit_message(struct vspan_attachment *attachment, uint64_t span, uint64_t ts, const char *text)
{
	const struct message_body body = {span, ts};
	const struct journal_part parts[] = {
		{&body, sizeof(body)}, {text, (uint32_t)strlen(text) + 1}};

	journal_note_parts(attachment, JOURNAL_MESSAGE, parts, 2);
	control_message(attachment->vm, attachment->now.ring, span, ts, text);
}

struct link_body {
	uint64_t span;
	uint64_t linked;
	uint64_t trace_id[2];
	uint64_t ts;
};

void emit_link(struct vspan_attachment *attachment, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	const struct link_body body = {span, linked, {trace_id[0], trace_id[1]}, ts};
	const struct journal_part part = {&body, sizeof(body)};

	journal_note_parts(attachment, JOURNAL_LINK, &part, 1);
	control_link(attachment->vm, attachment->now.ring, span, linked, trace_id, ts);
}

/* The body of an emission through a call site, unless its site is not what it was. */
static bool replay_site(struct vspan_attachment *attachment, const struct journal_entry *head,
	const void *body, uint32_t size)
{
	const struct known_site *site = attachment_site(attachment, head->site);
	struct provider_common common;
	struct payload payload;
	uint32_t words;

	if (site == NULL || !site->valid || size < sizeof(common))
		return false;
	memcpy(&common, body, sizeof(common));
	common.flags |= VSPAN_TRACE_FLAG_REPEATED;
	words = (size - (uint32_t)sizeof(common)) / (uint32_t)sizeof(uint64_t);
	if (words > VSPAN_ABI_RECORD_WORDS_MAX)
		return false;
	payload.word_count = (uint16_t)words;
	memcpy(payload.words, (const char *)body + sizeof(common), words * sizeof(uint64_t));
	if (head->type != JOURNAL_EXIT && payload_index(&payload, &site->site) < 0)
		return false;
	deliver(site, (enum journal_type)head->type, &common, &payload);
	return true;
}

static bool replay_note(const struct vspan_attachment *attachment, const struct journal_entry *head,
	const void *body, uint32_t size)
{
	struct message_body message;
	struct control_lost lost;
	struct link_body link;

	if (head->type == JOURNAL_LOST && size == sizeof(lost)) {
		memcpy(&lost, body, sizeof(lost));
		control_lost(&lost);
		return true;
	}
	if (head->type == JOURNAL_LINK && size == sizeof(link)) {
		memcpy(&link, body, sizeof(link));
		control_link(
			attachment->vm, head->ring, link.span, link.linked, link.trace_id, link.ts);
		return true;
	}
	if (head->type != JOURNAL_MESSAGE || size <= sizeof(message) ||
		memchr((const char *)body + sizeof(message), '\0', size - sizeof(message)) == NULL)
		return false;
	memcpy(&message, body, sizeof(message));
	control_message(attachment->vm, head->ring, message.span, message.ts,
		(const char *)body + sizeof(message));
	return true;
}

struct replay {
	struct vspan_attachment *attachment;
	uint64_t count;
};

static void replay_visit(void *data, const struct journal_entry *head, const void *body)
{
	struct replay *replay = data;
	struct vspan_attachment *attachment = replay->attachment;
	const uint32_t size = head->size - (uint32_t)sizeof(*head);

	/* Past the cursor the record itself is read again, and noted again. */
	if (head->ring >= attachment->ring_count ||
		head->position >= attachment->rings[head->ring].ring.cursor) {
		journal_drop(attachment->checkpoint.journal, body);
		return;
	}
	if (head->type <= JOURNAL_EVENT)
		replay->count += replay_site(attachment, head, body, size);
	else
		replay->count += replay_note(attachment, head, body, size);
}

uint64_t emit_replay(struct vspan_attachment *attachment)
{
	struct replay replay = {.attachment = attachment};

	journal_visit(attachment->checkpoint.journal, replay_visit, &replay);
	return replay.count;
}
