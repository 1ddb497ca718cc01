/* SPDX-License-Identifier: MIT */
/*
 * snapshot.c - a VM's RAM and vCPUs at a moment when all of them were idle, or at its
 * boot. RAM is kept in a memory file, of which a VM that goes back to it gets a
 * private copy, page by page as it writes: neither costs more than what is used.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "error.h"
#include "state.h"

#define PAGE UINT64_C(4096)

struct idle_vcpu {
	struct vcpu_state state;
	bool idle;
	struct answer answer;
	uint64_t timer_period_ns;
};

struct vmm_snapshot {
	int fd; /* RAM; what was never written is a hole */
	uint64_t ram_size;
	uint64_t region_size;
	uint32_t cpu_count;
	struct idle_vcpu vcpus[];
};

static int page_write(int fd, const uint8_t *page, uint64_t offset)
{
	uint64_t done = 0;
	ssize_t written;

	while (done < PAGE) {
		written = pwrite(fd, page + done, PAGE - done, (off_t)(offset + done));
		if (written < 0 && errno != EINTR)
			return -errno;
		done += written > 0 ? (uint64_t)written : 0;
	}
	return 0;
}

static int ram_save(const struct vmm *vmm, uint64_t end, int fd)
{
	static const uint8_t empty[PAGE];
	uint64_t offset;
	int code = 0;

	if (ftruncate(fd, (off_t)vmm->options.ram_size) < 0)
		return -errno;
	for (offset = 0; offset < end && code == 0; offset += PAGE)
		if (memcmp(vmm->ram + offset, empty, PAGE) != 0)
			code = page_write(fd, vmm->ram + offset, offset);
	return code;
}

static int vcpus_save(const struct vmm *vmm, struct vmm_snapshot *snapshot)
{
	uint32_t i;
	int code = 0;

	for (i = 0; i < vmm->vcpu_count && code == 0; i++) {
		const struct vcpu *vcpu = &vmm->vcpus[i];
		struct idle_vcpu *saved = &snapshot->vcpus[i];

		saved->idle = vcpu->idle;
		saved->answer = vcpu->answer;
		saved->timer_period_ns = vcpu->timer.period_ns;
		code = state_save(vcpu, &saved->state);
	}
	return code;
}

static int snapshot_make(
	const struct vmm *vmm, uint64_t end, struct vmm_snapshot **out, struct vspan_error *error)
{
	struct vmm_snapshot *snapshot;
	int code;

	snapshot = calloc(1, sizeof(*snapshot) + vmm->vcpu_count * sizeof(snapshot->vcpus[0]));
	if (snapshot == NULL)
		return error_set(error, ENOMEM, "out of memory for a snapshot");
	snapshot->ram_size = vmm->options.ram_size;
	snapshot->region_size = vmm->options.region_size;
	snapshot->cpu_count = vmm->vcpu_count;
	snapshot->fd = memfd_create("vspan-snapshot", MFD_CLOEXEC);
	code = snapshot->fd < 0 ? -errno : ram_save(vmm, end, snapshot->fd);
	if (code == 0)
		code = vcpus_save(vmm, snapshot);
	if (code < 0) {
		vmm_snapshot_destroy(snapshot);
		return error_set(error, -code,
			"cannot keep the guest's state: %s; is there enough memory?",
			strerror(-code));
	}
	*out = snapshot;
	return 0;
}

int snapshot_boot(struct vmm *vmm, uint64_t ram_end, struct vspan_error *error)
{
	return snapshot_make(vmm, ram_end, &vmm->boot, error);
}

/* True if nothing but a call could wake any vCPU. Lock held. */
static bool all_idle(const struct vmm *vmm)
{
	uint32_t i;

	for (i = 0; i < vmm->vcpu_count; i++)
		if (!vmm->vcpus[i].ready)
			return false;
	return vmm->started && !vmm->ended && vmm->waiters == NULL;
}

/* The lock keeps idle vCPUs idle: they take no call without it. */
int vmm_snapshot_take(struct vmm *vmm, struct vmm_snapshot **out, struct vspan_error *error)
{
	int code;

	pthread_mutex_lock(&vmm->lock);
	if (all_idle(vmm))
		code = snapshot_make(vmm, vmm->options.ram_size, out, error);
	else
		code = error_set(error, EBUSY,
			"a snapshot can be taken only while every vCPU of the guest waits to be "
			"called");
	pthread_mutex_unlock(&vmm->lock);
	return code;
}

void vmm_snapshot_destroy(struct vmm_snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	if (snapshot->fd >= 0)
		close(snapshot->fd);
	free(snapshot);
}

static int vcpu_apply(struct vcpu *vcpu, const struct idle_vcpu *saved)
{
	vcpu->idle = saved->idle;
	vcpu->answer = saved->answer;
	vcpu->timer.period_ns = saved->timer_period_ns;
	return state_load(vcpu, &saved->state);
}

int snapshot_apply(struct vmm *vmm, const struct vmm_snapshot *snapshot, struct vspan_error *error)
{
	uint32_t i;
	int code;

	assert(!vmm->started && snapshot != NULL);
	if (snapshot->ram_size != vmm->options.ram_size ||
		snapshot->region_size != vmm->options.region_size ||
		snapshot->cpu_count != vmm->vcpu_count)
		return error_set(error, EINVAL,
			"the snapshot is of a VM with other RAM, vCPUs or region: restore it in "
			"one that was built alike");
	code = memory_replace(vmm, snapshot->fd);
	for (i = 0; i < vmm->vcpu_count && code == 0; i++)
		code = vcpu_apply(&vmm->vcpus[i], &snapshot->vcpus[i]);
	if (code < 0)
		return error_set(
			error, -code, "cannot restore the guest's state: %s", strerror(-code));
	return 0;
}
