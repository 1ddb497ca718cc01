/* SPDX-License-Identifier: MIT */
/*
 * geometry.c - where things lie in a region: computed when the host creates one,
 * checked word by word when it opens one that somebody else may have written.
 */
#include "region.h"

#include <errno.h>
#include "error.h"

#define DEFAULT_RING_SIZE (UINT32_C(1) << 20)
#define DEFAULT_SITES 256u

static uint64_t align(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

static bool power_of_two(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* The least power of two that is not below `value`; `value` is at most 2^63. */
static uint64_t power_of_two_above(uint64_t value)
{
	uint64_t power = 1;

	while (power < value)
		power <<= 1;
	return power;
}

/* Takes `size` bytes at the next line; returns their offset. */
static uint64_t place(uint64_t *end, uint64_t size)
{
	uint64_t offset = align(*end, VSPAN_ABI_LINE);

	*end = offset + size;
	return offset;
}

static int options_check(const struct vspan_region_options *options, uint32_t ring_size,
	uint32_t sites, struct vspan_error *error)
{
	if (options->ring_count < 1 || options->ring_count > VSPAN_ABI_RINGS_MAX)
		return error_set(error, EINVAL, "%u rings: a region has 1 to %u",
			options->ring_count, VSPAN_ABI_RINGS_MAX);
	if (!power_of_two(ring_size) || ring_size < VSPAN_ABI_RING_SIZE_MIN ||
		ring_size > VSPAN_ABI_RING_SIZE_MAX)
		return error_set(error, EINVAL, "ring size %u: give a power of two from 64k to 1G",
			ring_size);
	if (sites > VSPAN_ABI_SITES_MAX)
		return error_set(error, EINVAL, "%u call sites: a region describes at most %u",
			sites, VSPAN_ABI_SITES_MAX);
	if (options->mode > VSPAN_ABI_MODE_OVERWRITE)
		return error_set(error, EINVAL,
			"ring mode %u: use block (1), discard (2) or overwrite (3)", options->mode);
	return 0;
}

int geometry_compute(const struct vspan_region_options *options, struct geometry *geometry,
	uint32_t *ring_size, struct vspan_error *error)
{
	uint32_t sites = options->site_capacity != 0 ? options->site_capacity : DEFAULT_SITES;
	uint64_t end = sizeof(struct vspan_abi_region);
	int ret;

	*ring_size = options->ring_size != 0 ? options->ring_size : DEFAULT_RING_SIZE;
	ret = options_check(options, *ring_size, sites, error);
	if (ret < 0)
		return ret;
	geometry->ring_count = options->ring_count;
	geometry->site_capacity = sites;
	geometry->control_offset = place(&end, sizeof(struct vspan_abi_control));
	geometry->rings_offset =
		place(&end, (uint64_t)options->ring_count * sizeof(struct vspan_abi_ring));
	geometry->contexts_offset =
		place(&end, (uint64_t)options->ring_count * sizeof(struct vspan_abi_context));
	geometry->enables_offset = place(&end, sites);
	end = geometry->host_size = align(end, VSPAN_ABI_PAGE);
	geometry->hello_offset = place(&end, sizeof(struct vspan_abi_hello));
	geometry->sites_offset = place(&end, (uint64_t)sites * sizeof(struct vspan_abi_site));
	geometry->writers_offset =
		place(&end, (uint64_t)options->ring_count * sizeof(struct vspan_abi_writer));
	end = align(end, VSPAN_ABI_PAGE);
	geometry->region_size = end + (uint64_t)options->ring_count * *ring_size;
	/* QEMU shows a file to its guest as a PCI memory BAR, all of it, in a power of two. */
	if (options->path != NULL)
		geometry->region_size = power_of_two_above(geometry->region_size);
	return 0;
}

/* True if `count` items of `size` bytes at `offset` lie within [from, to). Cannot wrap. */
static bool within(uint64_t offset, uint64_t count, uint64_t size, uint64_t from, uint64_t to)
{
	return offset >= from && offset <= to && offset % VSPAN_ABI_LINE == 0 &&
		count <= (to - offset) / size;
}

static bool tables_within(const struct vspan_abi_region *h)
{
	const uint64_t host = h->host_size, size = h->region_size, rings = h->ring_count;

	return within(h->control_offset, 1, sizeof(struct vspan_abi_control), sizeof(*h), host) &&
		within(h->rings_offset, rings, sizeof(struct vspan_abi_ring), sizeof(*h), host) &&
		within(h->contexts_offset, rings, sizeof(struct vspan_abi_context), sizeof(*h),
			host) &&
		within(h->enables_offset, h->site_capacity, 1, sizeof(*h), host) &&
		within(h->hello_offset, 1, sizeof(struct vspan_abi_hello), host, size) &&
		within(h->sites_offset, h->site_capacity, sizeof(struct vspan_abi_site), host,
			size) &&
		within(h->writers_offset, rings, sizeof(struct vspan_abi_writer), host, size);
}

int geometry_check(const struct vspan_abi_region *header, uint64_t mapped,
	struct geometry *geometry, struct vspan_error *error)
{
	if (header->magic != VSPAN_ABI_MAGIC)
		return error_set(error, EINVAL,
			"not a vspan region (no magic number): is it the file the VM was started "
			"with?");
	if (header->major != VSPAN_ABI_MAJOR || header->struct_size < sizeof(*header))
		return error_set(error, EINVAL,
			"region of ABI version %u.%u: this vspan reads version %u; use matching "
			"versions",
			header->major, header->minor, VSPAN_ABI_MAJOR);
	if (header->region_size > mapped)
		return error_set(error, EINVAL,
			"truncated region: its header says %llu bytes, there are %llu; copy all of "
			"it",
			(unsigned long long)header->region_size, (unsigned long long)mapped);
	if (header->ring_count < 1 || header->ring_count > VSPAN_ABI_RINGS_MAX ||
		header->site_capacity > VSPAN_ABI_SITES_MAX ||
		header->host_size % VSPAN_ABI_PAGE != 0 ||
		header->host_size > header->region_size || !tables_within(header))
		return error_set(error, EINVAL,
			"damaged region: its header points outside of it; create a new one");
	*geometry = (struct geometry){
		.region_size = header->region_size,
		.host_size = header->host_size,
		.control_offset = header->control_offset,
		.rings_offset = header->rings_offset,
		.contexts_offset = header->contexts_offset,
		.enables_offset = header->enables_offset,
		.hello_offset = header->hello_offset,
		.sites_offset = header->sites_offset,
		.writers_offset = header->writers_offset,
		.ring_count = header->ring_count,
		.site_capacity = header->site_capacity,
	};
	return 0;
}

int geometry_check_ring(
	const struct geometry *geometry, const struct vspan_abi_ring *ring, struct region_ring *out)
{
	uint64_t bytes = (uint64_t)ring->slot_count * VSPAN_ABI_SLOT_SIZE;

	if (!power_of_two(ring->slot_count) || bytes < VSPAN_ABI_RING_SIZE_MIN ||
		bytes > VSPAN_ABI_RING_SIZE_MAX ||
		!within(ring->slots_offset, 1, bytes, geometry->host_size, geometry->region_size) ||
		ring->mode < VSPAN_ABI_MODE_BLOCK || ring->mode > VSPAN_ABI_MODE_OVERWRITE ||
		ring->epoch > VSPAN_ABI_EPOCH_MAX || ring->start > VSPAN_ABI_POSITION_MAX)
		return -EINVAL;
	out->slots_offset = ring->slots_offset;
	out->slot_count = ring->slot_count;
	out->mode = ring->mode;
	out->epoch = ring->epoch;
	out->start = ring->start;
	return 0;
}
