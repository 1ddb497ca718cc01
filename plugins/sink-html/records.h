/* SPDX-License-Identifier: MIT */
/*
 * records.h - spans, point events and losses as the page reads them, one after
 * the other, with the names and texts they refer to where they are new.
 *
 *   type (0 span, 1 event, 2 loss), row [if new: VM, vCPU], start after the last record's
 *   span:  duration, duration - self, name [if new: string], parent, marks,
 *          text, if marked [time exited, halted]
 *   event: name, parent, marks, text
 *   loss:  duration, records, reason, parent
 *
 * Numbers are chunk.h's. `parent`: how many spans ago, 0: none. `text`: 0 none,
 * 1 a string that follows and is not numbered, from 2 on the number of a text
 * [if new: string].
 */
#ifndef VSPAN_PLUGINS_SINK_HTML_RECORDS_H
#define VSPAN_PLUGINS_SINK_HTML_RECORDS_H

#include "chunk.h"
#include "model/forest.h"
#include "model/intern.h"
#include "model/text.h"

#include <stdbool.h>
#include <stdint.h>

/* What is kept of a name, and of the fields of one span. */
#define RECORD_NAME_MAX 256
#define RECORD_TEXT_MAX 1024
#define RECORDS_NAMES_MAX 65536
/* The name of spans there was no room for the names of. */
#define RECORDS_OTHER "[other]"
/* Texts that are written once only, and bytes of all that are written. */
#define RECORDS_TEXTS_MAX 65536
#define RECORDS_TEXT_BYTES_MAX (256u << 20)

/* Marks: status (2 bits), kind (3 bits), these, and from bit 16 on VSPAN_TRACE_FLAG_*. */
#define MARK_UNFINISHED (1u << 5)
#define MARK_BEGIN_UNKNOWN (1u << 6)
#define MARK_PARENT_UNKNOWN (1u << 7)
#define MARK_PARENT_LOOP (1u << 8)
#define MARK_PART (1u << 9)
#define MARK_OCCUPIED (1u << 10)
#define MARK_TEXT_CUT (1u << 11)
#define MARK_FLAGS_SHIFT 16

struct records {
	struct chunk chunk;
	struct intern names;
	struct intern texts;
	struct text scratch;
	bool fields;     /* write texts */
	uint64_t limit;  /* spans, and as many others */
	int64_t origin;  /* the first start */
	int64_t last;    /* the latest start, from the origin */
	uint32_t rows;   /* vCPUs seen */
	uint64_t spans;  /* written */
	uint64_t others; /* events and losses written */
	uint64_t text_bytes;
	uint64_t spans_dropped;
	uint64_t others_dropped;
	uint64_t texts_dropped; /* spans whose fields were left out */
	uint64_t names_other;   /* spans called [other] */
};

void records_init(struct records *records, FILE *stream, bool fields, uint64_t limit);

/* Writes what a tree holds; vcpu->user is used. Returns 0 or -ENOMEM. */
int records_tree(struct records *records, struct node *root);

void records_clear(struct records *records);

#endif /* VSPAN_PLUGINS_SINK_HTML_RECORDS_H */
