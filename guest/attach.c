/* SPDX-License-Identifier: MIT */
/*
 * attach.c - a guest meets its region: checks it, finds its rings, describes its
 * call sites, says hello. Runs once per boot, on one vCPU.
 */
#include <vspan/guest.h>

const uint8_t vspan_site_disabled = 0;

static struct vspan_abi_region *attached_region;

/*
 * What vCPUs without a ring of their own write to: with a limit of 0 every record
 * takes the slow path, which discards it. Keeps the check off the fast path.
 */
static struct vspan_abi_writer no_ring;

static char *region_at(const struct vspan_abi_region *region, uint64_t offset)
{
	return (char *)(uintptr_t)region + offset;
}

/* A copy of at most size - 1 bytes, NUL-terminated; copied_same() compares with one. */
static void copy_text(char *to, const char *from, uint32_t size)
{
	uint32_t i;

	for (i = 0; i + 1 < size && from != NULL && from[i] != '\0'; i++)
		to[i] = from[i];
	to[i] = '\0';
}

static bool copied_same(const char *copy, const char *from, uint32_t size)
{
	uint32_t i;

	for (i = 0; i + 1 < size && from != NULL && from[i] != '\0'; i++)
		if (copy[i] != from[i])
			return false;
	return copy[i] == '\0';
}

static bool region_understood(const struct vspan_abi_region *region, uint64_t size)
{
	return region != NULL && size >= sizeof(*region) && region->magic == VSPAN_ABI_MAGIC &&
		region->major == VSPAN_ABI_MAJOR && region->struct_size >= sizeof(*region) &&
		region->region_size <= size;
}

static void writer_attach(struct vspan_abi_region *region, uint32_t index)
{
	struct vspan_abi_ring *rings = (void *)region_at(region, region->rings_offset);
	struct vspan_abi_writer *shared = (void *)region_at(region, region->writers_offset);
	struct vspan_writer *writer = &vspan_writers[index];

	writer->ring = &rings[index];
	writer->index = index;
	writer->mode = writer->ring->mode;
	writer->slots = (void *)region_at(region, writer->ring->slots_offset);
	writer->mask = (uint64_t)writer->ring->slot_count - 1;
	writer->limit_end = writer->ring->slot_count - VSPAN_ABI_MARGIN_SLOTS;
	writer->limit = writer->limit_end - VSPAN_ABI_HEADROOM_SLOTS;
	if (writer->mode == VSPAN_ABI_MODE_OVERWRITE)
		writer->limit = writer->limit_end = UINT64_MAX;
	writer->shared = &shared[index];
}

/* Ring by ring; vCPUs beyond the region's rings, or whose ring is closed, get none. */
static void writers_attach(struct vspan_abi_region *region)
{
	struct vspan_abi_ring *rings = (void *)region_at(region, region->rings_offset);
	uint32_t i;

	for (i = 0; i < VSPAN_WRITERS_MAX; i++) {
		if (i < region->ring_count &&
			vspan_ring_state_load_G(&rings[i].state) == VSPAN_ABI_RING_READY)
			writer_attach(region, i);
		else
			vspan_writers[i] = (struct vspan_writer){.shared = &no_ring};
	}
}

static void vspan_guest_publish_site(
	struct vspan_abi_site *entry, uint32_t id, const struct vspan_site_description *from)
{
	uint32_t i;

	entry->struct_size = sizeof(*entry);
	entry->line = from->line;
	entry->kind = from->kind;
	entry->level = from->level;
	entry->field_count = from->field_count;
	entry->flags = from->flags;
	copy_text(entry->provider, from->provider, sizeof(entry->provider));
	copy_text(entry->name, from->name, sizeof(entry->name));
	copy_text(entry->file, from->file, sizeof(entry->file));
	for (i = 0; i < from->field_count; i++) {
		copy_text(
			entry->fields[i].name, from->fields[i].name, sizeof(entry->fields[i].name));
		entry->fields[i].type = from->fields[i].type;
		entry->fields[i].flags = from->fields[i].flags;
		entry->fields[i].length = from->fields[i].length;
	}
	vspan_describe_store_E(&entry->commit, (uint64_t)id + 1);
}

static void function_describe(
	struct vspan_abi_function *to, const struct vspan_function_description *from)
{
	uint32_t i;

	to->address = from->address;
	to->build_id_size =
		from->build_id_size < VSPAN_ABI_BUILD_ID ? from->build_id_size : VSPAN_ABI_BUILD_ID;
	for (i = 0; i < to->build_id_size; i++)
		to->build_id[i] = from->build_id[i];
	copy_text(to->module, from->module, sizeof(to->module));
}

/*
 * Threads and handlers may come here at the same time: each takes an entry of its
 * own. One that dies before the commit leaves an entry the host waits for a while.
 */
bool vspan_site_add(struct vspan_site *site, const struct vspan_function_description *function)
{
	struct vspan_abi_region *region = attached_region;
	struct vspan_abi_site *entry;
	struct vspan_abi_hello *hello;
	uint32_t id;

	if (region == NULL)
		return false;
	hello = (void *)region_at(region, region->hello_offset);
	if (!vspan_describe_claim_E(&hello->site_count, region->site_capacity, &id)) {
		__atomic_fetch_add(&hello->sites_refused, 1, __ATOMIC_RELAXED);
		return false;
	}
	entry = (struct vspan_abi_site *)(void *)region_at(region, region->sites_offset) + id;
	if (function != NULL)
		function_describe((struct vspan_abi_function *)(void *)entry->fields, function);
	vspan_guest_publish_site(entry, id, site->description);
	site->id = id;
	site->enabled = (const uint8_t *)region_at(region, region->enables_offset) + id;
	return true;
}

static bool site_same_fields(
	const struct vspan_abi_site *entry, const struct vspan_site_description *wanted)
{
	const struct vspan_abi_field *field = entry->fields;
	const struct vspan_field_description *from = wanted->fields;
	uint32_t i;

	for (i = 0; i < wanted->field_count; i++, field++, from++)
		if (field->type != from->type || field->flags != from->flags ||
			field->length != from->length ||
			!copied_same(field->name, from->name, sizeof(field->name)))
			return false;
	return true;
}

static bool site_same(
	const struct vspan_abi_site *entry, const struct vspan_site_description *wanted)
{
	return entry->line == wanted->line && entry->kind == wanted->kind &&
		entry->level == wanted->level && entry->field_count == wanted->field_count &&
		entry->flags == wanted->flags &&
		copied_same(entry->name, wanted->name, sizeof(entry->name)) &&
		copied_same(entry->provider, wanted->provider, sizeof(entry->provider)) &&
		copied_same(entry->file, wanted->file, sizeof(entry->file)) &&
		site_same_fields(entry, wanted);
}

/*
 * The entry of a call site that another program of this guest has described, or
 * this one in an earlier boot; `count` if nobody has, or is about to. From `likely`
 * on: the same image has its call sites in the same order.
 */
static uint32_t site_find(const struct vspan_abi_site *table, uint32_t count, uint32_t likely,
	const struct vspan_site_description *wanted)
{
	uint32_t i, id;

	for (i = 0; i < count; i++) {
		id = likely + i < count ? likely + i : likely + i - count;
		if (vspan_describe_load_E(&table[id].commit) == (uint64_t)id + 1 &&
			site_same(&table[id], wanted))
			return id;
	}
	return count;
}

/*
 * Describes the image's call sites, in section order, behind those that are in the
 * table already; those beyond the table stay disabled. Of programs that share the
 * table one at a time does so, by its port; functions are added at any time.
 */
static void sites_publish(
	struct vspan_abi_region *region, struct vspan_site *first, struct vspan_site *last)
{
	struct vspan_abi_hello *hello = (void *)region_at(region, region->hello_offset);
	struct vspan_abi_site *table = (void *)region_at(region, region->sites_offset);
	const uint8_t *enables = (const void *)region_at(region, region->enables_offset);
	uint32_t before = vspan_describe_load_u32_E(&hello->site_count);
	uint32_t likely = 0, id;
	struct vspan_site *site;

	if (before > region->site_capacity)
		before = region->site_capacity;
	for (site = first; site != last; site++) {
		id = site_find(table, before, likely, site->description);
		if (id < before) {
			likely = id + 1 < before ? id + 1 : 0;
		} else if (vspan_describe_claim_E(&hello->site_count, region->site_capacity, &id)) {
			vspan_guest_publish_site(&table[id], id, site->description);
		} else {
			__atomic_fetch_add(&hello->sites_refused, 1, __ATOMIC_RELAXED);
			continue;
		}
		site->id = id;
		site->enabled = &enables[id];
	}
}

/* A guest says once who it is, whichever of its programs comes first. */
static void hello_write(struct vspan_abi_hello *hello, const char *name)
{
	if (vspan_describe_load_u32_E(&hello->state) == VSPAN_ABI_HELLO_READY)
		return;
	hello->struct_size = sizeof(*hello);
	hello->major = VSPAN_ABI_MAJOR;
	hello->minor = VSPAN_ABI_MINOR;
	copy_text(hello->name, name, sizeof(hello->name));
}

int vspan_guest_attach(const char *name, struct vspan_site *first, struct vspan_site *last)
{
	uint64_t size = 0;
	struct vspan_abi_region *region = vspan_port_map(&size);
	struct vspan_abi_hello *hello;

	if (region == NULL)
		return VSPAN_ATTACH_ABSENT;
	if (!region_understood(region, size))
		return VSPAN_ATTACH_INCOMPATIBLE;
	attached_region = region;
	writers_attach(region);
	hello = (void *)region_at(region, region->hello_offset);
	hello_write(hello, name);
	sites_publish(region, first, last);
	vspan_describe_store_u32_E(&hello->state, VSPAN_ABI_HELLO_READY);
	vspan_port_notify(VSPAN_NOTIFY_HELLO, vspan_port_ring());
	return VSPAN_ATTACH_OK;
}

bool vspan_context_read(struct vspan_context *context)
{
	struct vspan_writer *writer = vspan_writer_self();
	const struct vspan_abi_region *region;
	const struct vspan_abi_context *from;
	uint64_t before;
	int attempt;

	if (writer->ring == NULL)
		return false;
	region = attached_region;
	from = (const void *)region_at(region, region->contexts_offset);
	from += writer->index;
	for (attempt = 0; attempt < 8; attempt++) {
		before = vspan_context_load_H(&from->sequence);
		context->trace_id[0] = vspan_read_once(&from->trace_id[0]);
		context->trace_id[1] = vspan_read_once(&from->trace_id[1]);
		context->span_id = vspan_read_once(&from->span_id);
		context->trace_flags = vspan_read_once_u32(&from->trace_flags);
		if (before % 2 == 0 && vspan_context_recheck_H(&from->sequence) == before)
			return (context->trace_id[0] | context->trace_id[1]) != 0;
	}
	return false;
}
