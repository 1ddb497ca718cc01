/* SPDX-License-Identifier: MIT */
/*
 * members.c - see members.h.
 */
#include "members.h"

#include <stddef.h>
#include <vspan/trace.h>

#define M(name, type, member)                                      \
	{                                                          \
		name, MEMBER_##type, offsetof(struct item, member) \
	}
#define VM M("vm", 32, vm)
#define RING VM, M("vcpu", 32, vcpu)
#define TIME M("tsc", 64, tsc), M("ts", 64, ts)
#define PLACE M("position", 64, position), M("ts", 64, ts)
#define SPAN M("span", HEX_64, span)
#define FLAGS M("flags", HEX_32, flags)

const struct member members_generic[2] = {
	M("name", SITE_NAME, site),
	M("provider", SITE_PROVIDER, site),
};

const struct members members[ITEM_TYPES] = {
	[ITEM_SPAN] = {"span", VSPAN_TRACE_URI_SPAN, VSPAN_TRACE_PREFIX, "",
		{RING, SPAN, M("parent", HEX_64, parent), TIME, M("duration", 64, duration),
			M("status", STATUS, status), M("kind", KIND, kind), FLAGS}},
	[ITEM_ENTRY] = {NULL, VSPAN_TRACE_URI_ENTRY, VSPAN_TRACE_EDGE_PREFIX,
		VSPAN_TRACE_ENTRY_SUFFIX,
		{RING, SPAN, M("parent", HEX_64, parent), TIME, M("kind", KIND, kind), FLAGS}},
	[ITEM_EXIT] = {NULL, VSPAN_TRACE_URI_EXIT, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_EXIT_SUFFIX,
		{RING, SPAN, TIME, M("status", STATUS, status), FLAGS}},
	[ITEM_POINT] = {"event", VSPAN_TRACE_URI_EVENT, VSPAN_TRACE_PREFIX, "",
		{RING, SPAN, TIME, FLAGS}},
	[ITEM_LOST] = {"lost", NULL, NULL, NULL,
		{RING, SPAN, M("count", 64, count), M("ts_first", 64, ts),
			M("ts_last", 64, ts_last), M("reason", REASON, reason)}},
	[ITEM_MESSAGE] = {"message", NULL, NULL, NULL,
		{RING, SPAN, M("ts", 64, ts), M("text", TEXT, text)}},
	[ITEM_LINK] = {"link", NULL, NULL, NULL,
		{RING, SPAN, M("linked", HEX_64, linked), M("trace_high", HEX_64, trace[0]),
			M("trace_low", HEX_64, trace[1]), M("ts", 64, ts)}},
	[ITEM_CONTEXT] = {"context", NULL, NULL, NULL,
		{RING, M("trace_high", HEX_64, trace[0]), M("trace_low", HEX_64, trace[1]), SPAN,
			PLACE}},
	[ITEM_VCPU_ENTER] = {"vcpu_enter", NULL, NULL, NULL, {RING, PLACE}},
	[ITEM_VCPU_EXIT] = {"vcpu_exit", NULL, NULL, NULL, {RING, M("reason", TEXT, text), PLACE}},
	[ITEM_VCPU_HALT] = {"vcpu_halt", NULL, NULL, NULL, {RING, PLACE}},
	[ITEM_EPOCH] = {"epoch", NULL, NULL, NULL, {RING, M("epoch", 32, number)}},
	[ITEM_ATTACH] = {"attach", NULL, NULL, NULL,
		{VM, M("rings", 32, number), M("name", TEXT, text),
			M("identity_high", HEX_64, trace[0]), M("identity_low", HEX_64, trace[1]),
			M("counter_hz", 64, count)}},
	[ITEM_DETACH] = {"detach", NULL, NULL, NULL, {VM}},
	[ITEM_CLOCK] = {"clock", NULL, NULL, NULL, {RING, TIME, M("error_ns", 64, number)}},
	[ITEM_WATERMARK] = {"watermark", NULL, NULL, NULL,
		{RING, M("ts", 64, ts), M("position", 64, position)}},
	[ITEM_OPEN] = {"open", NULL, NULL, NULL,
		{RING, SPAN, M("parent", HEX_64, parent), TIME, M("kind", KIND, kind), FLAGS,
			M("name", SITE_NAME, site), M("provider", SITE_PROVIDER, site)}},
	[ITEM_CLOSE] = {"close", NULL, NULL, NULL,
		{RING, SPAN, TIME, M("status", STATUS, status), FLAGS}},
	[ITEM_RESUME] = {"resume", NULL, NULL, NULL, {RING, PLACE}},
	[ITEM_NOTICE] = {"notice", NULL, NULL, NULL, {VM, M("text", TEXT, text)}},
	[ITEM_LEDGER] = {"ledger", NULL, NULL, NULL,
		{RING, M("epoch", 32, number), M("attempted", 64, ledger[0]),
			M("emitted", 64, ledger[1]), M("discarded_guest", 64, ledger[2]),
			M("discarded_host", 64, ledger[3]), M("torn", 64, ledger[4]),
			M("invalid", 64, ledger[5]), M("in_ring", 64, ledger[6])}},
	[ITEM_FOREIGN] = {"other:thing", NULL, NULL, NULL, {M("number", 64, number)}},
};
