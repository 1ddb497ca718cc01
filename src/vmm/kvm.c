/* SPDX-License-Identifier: MIT */
/*
 * kvm.c - opens /dev/kvm and makes an empty VM, or says what this machine
 * lacks and what to do about it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include "error.h"
#include "machine.h"

#define KVM_DEVICE "/dev/kvm"
/* Below 4 GiB and above any RAM; Intel processors without unrestricted guests need it. */
#define KVM_TASK_STATE UINT64_C(0xfffbd000)

struct capability {
	int number;
	const char *name;
};

static const struct capability needed[] = {
	{KVM_CAP_USER_MEMORY, "user memory"},
	{KVM_CAP_READONLY_MEM, "read-only memory"},
	{KVM_CAP_IMMEDIATE_EXIT, "immediate exit"},
	{KVM_CAP_EXT_CPUID, "CPUID"},
};

static int device_open(struct vmm *vmm, struct vspan_error *error)
{
	vmm->kvm_fd = open(KVM_DEVICE, O_RDWR | O_CLOEXEC);
	if (vmm->kvm_fd >= 0)
		return 0;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return error_set(error, errno,
			"this machine has no " KVM_DEVICE ": enable virtualisation (nested, if it "
			"is a VM itself) and load kvm_intel or "
			"kvm_amd, or trace a process or a QEMU guest instead");
	if (errno == EACCES || errno == EPERM)
		return error_set(error, errno,
			"no permission to open " KVM_DEVICE
			": add your user to the group kvm (sudo usermod -aG kvm $USER) and log in "
			"again");
	return error_set(error, errno, "cannot open " KVM_DEVICE ": %s", strerror(errno));
}

static int capabilities_check(const struct vmm *vmm, struct vspan_error *error)
{
	int version = ioctl(vmm->kvm_fd, KVM_GET_API_VERSION, 0);
	size_t i;

	if (version != KVM_API_VERSION)
		return error_set(error, ENOTSUP,
			KVM_DEVICE
			" speaks API version %d, vspan needs %d: use a Linux kernel with "
			"standard KVM",
			version, KVM_API_VERSION);
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (ioctl(vmm->kvm_fd, KVM_CHECK_EXTENSION, needed[i].number) <= 0)
			return error_set(error, ENOTSUP,
				KVM_DEVICE
				" lacks the capability '%s' (%d): use Linux 4.13 or later",
				needed[i].name, needed[i].number);
	return 0;
}

static int cpu_count_check(const struct vmm *vmm, struct vspan_error *error)
{
	int most = ioctl(vmm->kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);

	if (most > 0 && vmm->options.cpu_count > (uint32_t)most)
		return error_set(error, EINVAL,
			"%u vCPUs asked for, KVM on this machine allows %d: ask for fewer",
			vmm->options.cpu_count, most);
	return 0;
}

static int vm_create(struct vmm *vmm, struct vspan_error *error)
{
	int size = ioctl(vmm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	if (size < (int)sizeof(struct kvm_run))
		return error_set(error, ENOTSUP,
			KVM_DEVICE " gives no usable vCPU state: use a Linux kernel with standard "
				   "KVM");
	vmm->run_size = (size_t)size;
	/* KVM_CREATE_VM may be interrupted by a signal without having failed. */
	do
		vmm->vm_fd = ioctl(vmm->kvm_fd, KVM_CREATE_VM, 0UL);
	while (vmm->vm_fd < 0 && errno == EINTR);
	if (vmm->vm_fd < 0)
		return error_set(error, errno,
			"KVM cannot create a VM: %s; if another hypervisor is running on this "
			"machine, stop it",
			strerror(errno));
	if (ioctl(vmm->kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_SET_TSS_ADDR) > 0 &&
		ioctl(vmm->vm_fd, KVM_SET_TSS_ADDR, KVM_TASK_STATE) < 0)
		return error_set(
			error, errno, "KVM refuses a task state address: %s", strerror(errno));
	return 0;
}

int kvm_open(struct vmm *vmm, struct vspan_error *error)
{
	int code = device_open(vmm, error);

	if (code == 0)
		code = capabilities_check(vmm, error);
	if (code == 0)
		code = cpu_count_check(vmm, error);
	if (code == 0)
		code = vm_create(vmm, error);
	return code;
}
