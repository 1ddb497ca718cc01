/* SPDX-License-Identifier: MIT */
/*
 * region.c - creates, opens and closes regions, and writes the host pages. The
 * host's side of memory ownership; the drain is in ring.c.
 */
#include "region.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vspan/access.h>
#include "error.h"
#include "ring.h"

static int region_allocate(struct vspan_region **out, uint32_t ring_count)
{
	struct vspan_region *region = calloc(1, sizeof(*region));

	if (region == NULL)
		return -ENOMEM;
	region->fd = -1;
	region->rings = calloc(ring_count, sizeof(*region->rings));
	if (region->rings == NULL) {
		free(region);
		return -ENOMEM;
	}
	*out = region;
	return 0;
}

void vspan_region_close(struct vspan_region *region)
{
	if (region == NULL)
		return;
	if (region->base != NULL)
		munmap(region->base, region->geometry.region_size);
	if (region->fd >= 0)
		close(region->fd);
	free(region->rings);
	free(region);
}

/* A memfd that can neither shrink nor grow, or a file for others to map. */
static int memory_create(const char *path, uint64_t size, struct vspan_error *error)
{
	int fd;

	if (path != NULL)
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	else
		fd = memfd_create("vspan-region", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return error_set(error, errno, "cannot create the region %s: %s",
			path != NULL ? path : "memory", strerror(errno));
	if (posix_fallocate(fd, 0, (off_t)size) != 0 ||
		(path == NULL &&
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)) {
		close(fd);
		if (path != NULL)
			unlink(path);
		return error_set(error, ENOSPC,
			"cannot get %llu bytes of shared memory: use fewer or smaller rings",
			(unsigned long long)size);
	}
	return fd;
}

static int region_map(struct vspan_region *region, uint64_t size, struct vspan_error *error)
{
	void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, region->fd, 0);

	if (base == MAP_FAILED)
		return error_set(error, errno, "cannot map %llu bytes of the region: %s",
			(unsigned long long)size, strerror(errno));
	region->base = base;
	return 0;
}

static void header_write(struct vspan_region *region)
{
	const struct geometry *geometry = &region->geometry;
	struct vspan_abi_region *header = region_at(region, 0);

	*header = (struct vspan_abi_region){
		.magic = VSPAN_ABI_MAGIC,
		.struct_size = sizeof(*header),
		.major = VSPAN_ABI_MAJOR,
		.minor = VSPAN_ABI_MINOR,
		.oldest_major = VSPAN_ABI_MAJOR,
		.region_size = geometry->region_size,
		.host_size = geometry->host_size,
		.counter_hz = region->counter_hz,
		.ring_count = geometry->ring_count,
		.site_capacity = geometry->site_capacity,
		.control_offset = geometry->control_offset,
		.rings_offset = geometry->rings_offset,
		.contexts_offset = geometry->contexts_offset,
		.enables_offset = geometry->enables_offset,
		.hello_offset = geometry->hello_offset,
		.sites_offset = geometry->sites_offset,
		.writers_offset = geometry->writers_offset,
	};
	memcpy(header->identity, region->identity, sizeof(header->identity));
	memcpy(header->name, region->name, sizeof(header->name));
}

static void rings_write(struct vspan_region *region, uint32_t ring_size, uint32_t mode)
{
	const struct geometry *geometry = &region->geometry;
	uint64_t offset = geometry->region_size - (uint64_t)geometry->ring_count * ring_size;
	uint32_t i;

	for (i = 0; i < geometry->ring_count; i++, offset += ring_size) {
		struct vspan_abi_ring *ring = region_ring(region, i);

		region->rings[i].slots_offset = ring->slots_offset = offset;
		region->rings[i].slot_count = ring->slot_count = ring_size / VSPAN_ABI_SLOT_SIZE;
		region->rings[i].mode = ring->mode = mode;
		ring_start_epoch(region, i, 1, 0);
	}
}

int vspan_region_create(const struct vspan_region_options *options, struct vspan_region **out,
	struct vspan_error *error)
{
	const char *name = options->name != NULL ? options->name : "guest";
	struct vspan_region *region;
	struct geometry geometry;
	uint32_t ring_size;
	int ret;

	ret = geometry_compute(options, &geometry, &ring_size, error);
	if (ret < 0)
		return ret;
	if (region_allocate(&region, geometry.ring_count) < 0)
		return error_set(error, ENOMEM, "out of memory for a region");
	region->geometry = geometry;
	region->counter_hz = options->counter_hz;
	strncpy(region->name, name, sizeof(region->name) - 1);
	if (getrandom(region->identity, sizeof(region->identity), 0) < 0)
		memset(region->identity, 1, sizeof(region->identity));
	ret = region->fd = memory_create(options->path, geometry.region_size, error);
	if (ret >= 0)
		ret = region_map(region, geometry.region_size, error);
	if (ret < 0) {
		vspan_region_close(region);
		return ret;
	}
	header_write(region);
	rings_write(region, ring_size, options->mode != 0 ? options->mode : VSPAN_ABI_MODE_BLOCK);
	*out = region;
	return 0;
}

int region_take_rings(struct vspan_region *region, struct vspan_error *error)
{
	uint32_t i;

	for (i = 0; i < region->geometry.ring_count; i++) {
		struct vspan_abi_ring copy = *region_ring(region, i);

		if (geometry_check_ring(&region->geometry, &copy, &region->rings[i]) < 0)
			return error_set(error, EINVAL,
				"damaged region: descriptor of ring %u is out of range; create a "
				"new one",
				i);
	}
	return 0;
}

int region_take_header(const struct vspan_abi_region *header, uint64_t available,
	struct vspan_region **out, struct vspan_error *error)
{
	struct vspan_region *region = NULL;
	struct geometry geometry;
	int ret = geometry_check(header, available, &geometry, error);

	if (ret < 0)
		return ret;
	if (region_allocate(&region, geometry.ring_count) < 0)
		return error_set(error, ENOMEM, "out of memory for a region");
	region->geometry = geometry;
	region->counter_hz = header->counter_hz;
	memcpy(region->identity, header->identity, sizeof(region->identity));
	memcpy(region->name, header->name, sizeof(region->name) - 1);
	*out = region;
	return 0;
}

int vspan_region_open(int fd, struct vspan_region **out, struct vspan_error *error)
{
	struct vspan_abi_region header;
	struct vspan_region *region = NULL;
	struct stat status;
	int ret;

	if (fstat(fd, &status) < 0)
		return error_set(error, errno, "cannot look at the region: %s", strerror(errno));
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return error_set(error, EINVAL,
			"truncated region: shorter than its header; create one with `vspan "
			"create`");
	ret = region_take_header(&header, (uint64_t)status.st_size, &region, error);
	if (ret < 0)
		return ret;
	assert(region != NULL);
	region->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (region->fd < 0)
		ret = error_set(error, errno, "cannot keep the region open: %s", strerror(errno));
	else
		ret = region_map(region, region->geometry.region_size, error);
	if (ret == 0)
		ret = region_take_rings(region, error);
	if (ret < 0) {
		vspan_region_close(region);
		return ret;
	}
	*out = region;
	return 0;
}

int vspan_region_fd(const struct vspan_region *region)
{
	return region->fd;
}

void *vspan_region_base(const struct vspan_region *region)
{
	return region->base;
}

uint64_t vspan_region_size(const struct vspan_region *region)
{
	return region->geometry.region_size;
}

uint64_t vspan_region_host_size(const struct vspan_region *region)
{
	return region->geometry.host_size;
}

uint32_t vspan_region_ring_count(const struct vspan_region *region)
{
	return region->geometry.ring_count;
}

const char *vspan_region_name(const struct vspan_region *region)
{
	return region->name;
}

uint32_t region_number(const struct vspan_region *region)
{
	uint32_t number;

	memcpy(&number, region->identity, sizeof(number));
	return number != 0 ? number : 1;
}

void region_enable_site(struct vspan_region *region, uint32_t id, bool enabled)
{
	uint8_t *enables = region_at(region, region->geometry.enables_offset);

	if (id < region->geometry.site_capacity)
		vspan_enable_store_F(&enables[id], enabled);
}

bool region_site_enabled(const struct vspan_region *region, uint32_t id)
{
	const uint8_t *enables = region_at(region, region->geometry.enables_offset);

	return id < region->geometry.site_capacity && vspan_enable_load_F(&enables[id]) != 0;
}

void region_set_draining(struct vspan_region *region, bool draining)
{
	struct vspan_abi_control *control = region_at(region, region->geometry.control_offset);

	vspan_write_once_u32(&control->draining, draining);
}

void region_beat(struct vspan_region *region)
{
	struct vspan_abi_control *control = region_at(region, region->geometry.control_offset);

	vspan_write_once(&control->heartbeat, ++region->heartbeat);
}

void region_set_greeted(struct vspan_region *region, uint32_t count)
{
	struct vspan_abi_control *control = region_at(region, region->geometry.control_offset);

	vspan_greeted_store_I(&control->greeted, count);
}

bool region_has_history(const struct vspan_region *region)
{
	uint32_t i;

	for (i = 0; i < region->geometry.ring_count; i++)
		if (vspan_read_once(&region_ring(region, i)->cursor) != region->rings[i].start)
			return true;
	return false;
}

void region_set_context(struct vspan_region *region, uint32_t index, const uint64_t trace_id[2],
	uint64_t span_id, uint64_t position, uint32_t trace_flags)
{
	struct vspan_abi_context *context = region_at(region, region->geometry.contexts_offset);

	context += index;
	vspan_context_begin_H(&context->sequence);
	vspan_write_once(&context->trace_id[0], trace_id[0]);
	vspan_write_once(&context->trace_id[1], trace_id[1]);
	vspan_write_once(&context->span_id, span_id);
	vspan_write_once(&context->position, position);
	vspan_write_once_u32(&context->trace_flags, trace_flags);
	vspan_context_end_H(&context->sequence);
}

int guest_hello_read(const struct vspan_region *region, uint32_t *site_count)
{
	const struct vspan_abi_hello *hello = region_at(region, region->geometry.hello_offset);
	uint32_t count;

	if (vspan_describe_load_u32_E(&hello->state) != VSPAN_ABI_HELLO_READY)
		return -EAGAIN;
	if (vspan_read_once_u16(&hello->major) != VSPAN_ABI_MAJOR)
		return -EPROTO;
	count = vspan_describe_load_u32_E(&hello->site_count);
	*site_count =
		count < region->geometry.site_capacity ? count : region->geometry.site_capacity;
	return 0;
}
