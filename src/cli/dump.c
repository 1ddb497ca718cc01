/* SPDX-License-Identifier: MIT */
/* dump.c - see dump.h: the region, its rings, its call sites, what was open. */
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vspan/trace.h>
#include "cli.h"
#include "ledger-print.h"
#include "region-copy.h"
#include "sanitise.h"
#include "site-info.h"
#include "site-json.h"

static void add_flag(struct json_object *object, const char *name, bool flag)
{
	json_object_object_add(object, name, json_object_new_boolean(flag));
}

/* What the header says besides the geometry that was checked; it was checked to be there. */
static void add_header(struct json_object *object, const struct vspan_region *region)
{
	const struct vspan_abi_region *header = region_at(region, 0);
	char text[SANITISE_SIZE(VSPAN_ABI_REGION_NAME)];
	size_t i;

	sanitise_text(region->name, strlen(region->name), text, sizeof(text));
	dump_add_text(object, "name", text);
	json_add_count(object, "vm", region_number(region));
	for (i = 0; i < sizeof(region->identity); i++)
		snprintf(text + 2 * i, 3, "%02x", region->identity[i]);
	dump_add_text(object, "identity", text);
	snprintf(text, sizeof(text), "%u.%u", header->major, header->minor);
	dump_add_text(object, "abi", text);
	json_add_count(object, "size", region->geometry.region_size);
	json_add_count(object, "host_size", region->geometry.host_size);
	json_add_count(object, "counter_hz", region->counter_hz);
	json_add_count(object, "site_capacity", region->geometry.site_capacity);
}

static void add_control(struct json_object *object, const struct vspan_region *region)
{
	const struct vspan_abi_control *control =
		region_at(region, region->geometry.control_offset);

	add_flag(object, "draining", control->draining != 0);
	json_add_count(object, "heartbeat", control->heartbeat);
	json_add_count(object, "greeted", control->greeted);
}

static void add_hello(struct json_object *object, const struct vspan_region *region)
{
	struct guest_hello hello;
	struct json_object *guest;
	uint32_t sites = 0;
	char abi[16];

	if (guest_hello_copy(region, &hello) < 0) {
		json_object_object_add(object, "guest", NULL);
		return;
	}
	guest = json_object_new_object();
	(void)guest_hello_read(region, &sites);
	snprintf(abi, sizeof(abi), "%u.%u", hello.major, hello.minor);
	dump_add_text(guest, "name", hello.name);
	dump_add_text(guest, "abi", abi);
	json_add_count(guest, "sites", sites);
	json_add_count(guest, "sites_refused", hello.sites_refused);
	json_object_object_add(object, "guest", guest);
}

static const char *type_name(uint8_t type)
{
	static const char *const names[] = {"", "u8", "u16", "u32", "u64", "s8", "s16", "s32",
		"s64", "f64", "bool", "str", "bytes"};

	return names[type];
}

/* "lba: u64" and "counts: u32[4]". */
static struct json_object *field_list(const struct site *site)
{
	struct json_object *list = json_object_new_array();
	char text[VSPAN_ABI_FIELD_NAME + 32];
	uint32_t i;

	for (i = 0; i < site->field_count; i++) {
		const struct site_field *field = &site->fields[i];

		if (field->length > 0)
			snprintf(text, sizeof(text), "%s: %s[%u]", field->name,
				type_name(field->type), field->length);
		else
			snprintf(text, sizeof(text), "%s: %s", field->name, type_name(field->type));
		json_object_array_add(list, json_object_new_string(text));
	}
	return list;
}

static struct json_object *sites(const struct vspan_attachment *attachment)
{
	struct json_object *array = json_object_new_array();
	struct json_object *object;
	struct vspan_site_info info;
	uint32_t i;

	for (i = 0; i < attachment->site_count; i++) {
		if (vspan_region_read_site(attachment->region, i, &info) < 0)
			continue;
		object = site_json(&info);
		if (info.valid)
			json_object_object_add(
				object, "types", field_list(&attachment->sites[i].site));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *span_flags(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{VSPAN_TRACE_FLAG_INTERRUPT, "interrupt"},
		{VSPAN_TRACE_FLAG_CUT, "cut"},
		{VSPAN_TRACE_FLAG_DETACHED, "detached"},
	};
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((flags & names[i].flag) != 0)
			json_object_array_add(array, json_object_new_string(names[i].name));
	return array;
}

/* Spans that began and did not end, the outermost first. */
static struct json_object *open_spans(
	const struct vspan_attachment *attachment, const struct ring_state *state)
{
	struct json_object *array = json_object_new_array();
	const struct open_span *span;
	struct json_object *object;

	for (span = state->spans.oldest; span != NULL; span = span->newer) {
		object = json_object_new_object();
		dump_add_id(object, "span", span->id);
		dump_add_id(object, "parent", span->parent);
		dump_add_site(object, attachment, span->site_id);
		json_add_count(object, "position", (span->id & VSPAN_ABI_SPAN_POSITION_MASK) - 1);
		json_add_count(object, "tsc", span->counter);
		dump_add_text(object, "status", dump_status(span->status));
		json_object_object_add(object, "flags", span_flags(span->flags));
		json_object_object_add(
			object, "fields", dump_values(&span->payload, &span->site->site));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *violations(const struct ring *ring)
{
	struct json_object *object = json_object_new_object();
	int i;

	for (i = VIOLATION_NONE + 1; i < VIOLATION_COUNT; i++)
		if (ring->violations[i] != 0)
			json_add_count(
				object, violation_name((enum violation)i), ring->violations[i]);
	return object;
}

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {"unused", "ready", "closed"};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "invalid";
}

static void add_positions(
	struct json_object *object, const struct ring *ring, const struct postmortem_ring *start)
{
	uint64_t pending = 0;

	if (start->reserved > start->cursor)
		pending = start->reserved - start->cursor;
	if (pending > ring->slot_count)
		pending = ring->slot_count;
	json_add_count(object, "slots", ring->slot_count);
	json_add_count(object, "published", ring->writer->published);
	json_add_count(object, "cursor", start->cursor);
	json_add_count(object, "reserved", start->reserved);
	json_add_count(object, "shown_from", start->from);
	json_add_count(object, "drained_records", start->before);
	json_add_count(object, "pending_slots", pending);
	json_add_count(object, "fill_percent", pending * 100 / ring->slot_count);
}

static struct json_object *ring_json(
	struct postmortem *postmortem, uint32_t index, uint64_t records)
{
	const struct vspan_attachment *attachment = postmortem->attachment;
	const struct ring_state *state = &attachment->rings[index];
	const struct ring *ring = &state->ring;
	struct json_object *object = json_object_new_object();

	json_add_count(object, "ring", index);
	dump_add_text(object, "state", state_name(ring->host->state));
	dump_add_text(object, "mode", mode_name(ring->mode));
	json_add_count(object, "epoch", ring->epoch);
	add_positions(object, ring, &postmortem->rings[index]);
	json_object_object_add(object, "ledger", ledger_json(&ring->ledger));
	json_object_object_add(object, "violations", violations(ring));
	json_object_object_add(object, "open", open_spans(attachment, state));
	json_object_object_add(
		object, "records", dump_records(postmortem, index, records, &postmortem->batch));
	return object;
}

/* Everything there is was read: the accounts are closed as a consumer would, spans stay open. */
static void add_rings(struct json_object *object, struct postmortem *postmortem, uint64_t records)
{
	struct vspan_attachment *attachment = postmortem->attachment;
	struct json_object *rings = json_object_new_array();
	struct vspan_ledger totals = {0};
	uint32_t i;

	while (postmortem_read(postmortem))
		;
	for (i = 0; i < attachment->ring_count; i++) {
		ring_close(&attachment->rings[i].ring);
		vspan_ledger_add(&totals, &attachment->rings[i].ring.ledger);
		json_object_array_add(rings, ring_json(postmortem, i, records));
	}
	json_object_object_add(object, "rings", rings);
	json_object_object_add(object, "totals", ledger_json(&totals));
}

struct json_object *dump_region(const struct dump_options *options, struct vspan_error *error)
{
	/* Times are not shown: any clock does. */
	const struct postmortem_options how = {
		.all = true,
		.clock = {.ratio = UINT64_C(1) << CLOCK_RATIO_SHIFT},
	};
	struct postmortem postmortem = {0};
	struct json_object *object = NULL;
	struct vspan_region *region;
	uint64_t offset = options->offset;

	if (region_copy_open(options->path, &offset, &region, error) < 0)
		return NULL;
	if (postmortem_open(&postmortem, region, &how, error) == 0) {
		object = json_object_new_object();
		dump_add_text(object, "path", options->path);
		json_add_count(object, "offset", offset);
		add_header(object, region);
		add_control(object, region);
		add_hello(object, region);
		add_rings(object, &postmortem, options->records);
		json_object_object_add(object, "sites", sites(postmortem.attachment));
	}
	postmortem_close(&postmortem);
	vspan_region_close(region);
	return object;
}
