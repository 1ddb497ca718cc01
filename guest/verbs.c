/* SPDX-License-Identifier: MIT */
/*
 * verbs.c - what guest code says about open spans besides begin and end: status,
 * links, fields set later; log lines, which are events of provider `log`; and what
 * is named at run time, provider `named`.
 */
#include <vspan/guest.h>

VSPAN_EVENT(log, emerg, VSPAN_LEVEL_EMERG, (str, module), (str, text));
VSPAN_EVENT(log, crit, VSPAN_LEVEL_CRIT, (str, module), (str, text));
VSPAN_EVENT(log, err, VSPAN_LEVEL_ERR, (str, module), (str, text));
VSPAN_EVENT(log, warning, VSPAN_LEVEL_WARNING, (str, module), (str, text));
VSPAN_EVENT(log, info, VSPAN_LEVEL_INFO, (str, module), (str, text));
VSPAN_EVENT(log, debug, VSPAN_LEVEL_DEBUG, (str, module), (str, text));

void vspan_log(uint32_t level, const char *module, const char *text)
{
	if (level == VSPAN_LEVEL_EMERG)
		vspan_event(log, emerg, module, text);
	else if (level <= VSPAN_LEVEL_CRIT)
		vspan_event(log, crit, module, text);
	else if (level == VSPAN_LEVEL_ERR)
		vspan_event(log, err, module, text);
	else if (level == VSPAN_LEVEL_WARNING)
		vspan_event(log, warning, module, text);
	else if (level <= VSPAN_LEVEL_INFO)
		vspan_event(log, info, module, text);
	else
		vspan_event(log, debug, module, text);
}

VSPAN_SPAN(named, span, VSPAN_LEVEL_INFO | VSPAN_NAMED, (str, name));
VSPAN_EVENT(named, event, VSPAN_LEVEL_INFO | VSPAN_NAMED, (str, name));

vspan_t vspan_begin_named(const char *name)
{
	return vspan_begin(named, span, name);
}

void vspan_event_named(const char *name)
{
	vspan_event(named, event, name);
}

/* Opens a record about `span` on this vCPU's ring, the span as its word 0. */
static bool span_record_open(
	struct vspan_record *record, uint32_t kind, uint32_t site, uint32_t words, vspan_t span)
{
	struct vspan_writer *writer = vspan_writer_self();
	const uint32_t slots = vspan_record_slots(words);

	if (!vspan_record_open(record, writer, slots, writer->limit, false))
		return false;
	vspan_record_stamp(record, vspan_port_counter(), vspan_header(kind, slots, 0, site));
	vspan_record_put(record, 0, span);
	return true;
}

bool vspan_set_open(struct vspan_record *record, const struct vspan_site *site, vspan_t span,
	uint32_t field, uint32_t words)
{
	if (!span_record_open(record, VSPAN_ABI_KIND_SET, site->id, VSPAN_SET_WORDS + words, span))
		return false;
	vspan_record_put(record, 1, field);
	return true;
}

void vspan_status(vspan_t span, uint32_t status, const char *message)
{
	uint32_t words_left = VSPAN_ABI_RECORD_WORDS_MAX - VSPAN_SET_WORDS - 1;
	struct vspan_record record;
	uint32_t length;
	bool cut;

	if (span == 0)
		return;
	length = vspan_fit_string(message, &words_left, &cut);
	if (!span_record_open(
		    &record, VSPAN_ABI_KIND_SET, 0, VSPAN_ABI_RECORD_WORDS_MAX - words_left, span))
		return;
	vspan_record_put(&record, 1, VSPAN_ABI_FIELD_MESSAGE | (uint64_t)status << 32);
	vspan_record_put_bytes(&record, VSPAN_SET_WORDS, message, length, cut);
	vspan_record_commit(&record);
}

void vspan_link(vspan_t span, vspan_t other)
{
	struct vspan_record record;

	if (span == 0 || other == 0 || !span_record_open(&record, VSPAN_ABI_KIND_LINK, 0, 2, span))
		return;
	vspan_record_put(&record, 1, other);
	vspan_record_commit(&record);
}
