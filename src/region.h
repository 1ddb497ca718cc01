/* SPDX-License-Identifier: MIT */
/*
 * region.h - a mapped region and the host's private copy of its geometry. After
 * region_create() or region_open() nothing reads the shared header again.
 */
#ifndef VSPAN_SRC_REGION_H
#define VSPAN_SRC_REGION_H

#include <vspan/host.h>

/* Offsets in bytes from the start of the region; checked to lie inside it, aligned, apart. */
struct geometry {
	uint64_t region_size;
	uint64_t host_size;
	uint64_t control_offset;
	uint64_t rings_offset;
	uint64_t contexts_offset;
	uint64_t enables_offset;
	uint64_t hello_offset;
	uint64_t sites_offset;
	uint64_t writers_offset;
	uint32_t ring_count;
	uint32_t site_capacity;
};

struct region_ring {
	uint64_t slots_offset;
	uint32_t slot_count;
	uint32_t mode;
	uint32_t epoch;
	uint64_t start; /* position at which that epoch began */
};

struct vspan_region {
	int fd;
	uint8_t *base;
	struct geometry geometry;
	uint8_t identity[16];
	uint64_t counter_hz;
	char name[VSPAN_ABI_REGION_NAME];
	uint64_t heartbeat; /* last one given; the consumer's thread */
	struct region_ring *rings;
};

/* Lays out a region. Returns 0, or -EINVAL with *error saying which option is out of range. */
int geometry_compute(const struct vspan_region_options *options, struct geometry *geometry,
	uint32_t *ring_size, struct vspan_error *error);

/* Checks a header copied from a mapping of `mapped` bytes. */
int geometry_check(const struct vspan_abi_region *header, uint64_t mapped,
	struct geometry *geometry, struct vspan_error *error);

/* Checks a ring descriptor copied from a region of that geometry. */
int geometry_check_ring(const struct geometry *geometry, const struct vspan_abi_ring *ring,
	struct region_ring *out);

/*
 * A region without its memory, from the copy of a header of which `available`
 * bytes are said to follow; then, once `base` is set, its ring descriptors, each
 * copied and checked. 0, or a negative errno with *error filled.
 */
int region_take_header(const struct vspan_abi_region *header, uint64_t available,
	struct vspan_region **out, struct vspan_error *error);
int region_take_rings(struct vspan_region *region, struct vspan_error *error);

/*
 * The number that stands for the region in traces: from its random identity, so
 * that VMs of several processes in one recording session do not share one, and
 * a region keeps its number when its consumer is replaced. Not 0.
 */
uint32_t region_number(const struct vspan_region *region);

static inline void *region_at(const struct vspan_region *region, uint64_t offset)
{
	return region->base + offset;
}

static inline struct vspan_abi_ring *region_ring(const struct vspan_region *region, uint32_t index)
{
	return (struct vspan_abi_ring *)region_at(region, region->geometry.rings_offset) + index;
}

static inline struct vspan_abi_writer *region_writer(
	const struct vspan_region *region, uint32_t index)
{
	return (struct vspan_abi_writer *)region_at(region, region->geometry.writers_offset) +
		index;
}

static inline const struct vspan_abi_site *region_site(
	const struct vspan_region *region, uint32_t id)
{
	return (const struct vspan_abi_site *)region_at(region, region->geometry.sites_offset) + id;
}

/* Whether it is on, as the guest sees it. */
bool region_site_enabled(const struct vspan_region *region, uint32_t id);

/* Switches a call site on or off in the running guest (edge F). `id` below the site capacity. */
void region_enable_site(struct vspan_region *region, uint32_t id, bool enabled);

/* Tells the guest whether a consumer is attached. */
void region_set_draining(struct vspan_region *region, bool draining);

/* Tells the guest that a consumer lives: a new value each time. */
void region_beat(struct vspan_region *region);

/* Tells the guest that the enable bytes of its first `count` call sites have been set (I). */
void region_set_greeted(struct vspan_region *region, uint32_t count);

/* True if any of its rings has been drained before. */
bool region_has_history(const struct vspan_region *region);

/* Gives vCPU `index` a trace context (edge H); the vCPU may run. */
void region_set_context(struct vspan_region *region, uint32_t index, const uint64_t trace_id[2],
	uint64_t span_id, uint64_t position, uint32_t trace_flags);

/*
 * The guest's hello, once it is there (edge E): call sites published, at most
 * the capacity. 0, or -EAGAIN before the hello, -EPROTO if its ABI is not ours.
 */
int guest_hello_read(const struct vspan_region *region, uint32_t *site_count);

#endif /* VSPAN_SRC_REGION_H */
