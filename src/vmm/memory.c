/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the guest's physical memory: RAM, and the region in two slots, of
 * which the first is read-only for the guest; and the page tables that map all
 * of it one to one.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "error.h"
#include "machine.h"

#define SLOT_RAM 0u
#define SLOT_REGION_HOST 1u
#define SLOT_REGION_GUEST 2u

/* Present, writable, user: KVM's instruction emulation insists on the user bit in places. */
#define PAGE_TABLE 0x7u
#define PAGE_LARGE 0x87u
#define PAGE_TABLE_ENTRIES 512u
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

_Static_assert(MACHINE_PAGE_TABLES + (2 + (MACHINE_RAM_MAX + MACHINE_REGION_MAX) / GIB) * 4096 <=
		MACHINE_BOOTS,
	"page tables reach into the boot structures");
_Static_assert(
	MACHINE_BOOTS + VMM_CPUS_MAX * sizeof(struct vspan_microvm_boot) <= MACHINE_IMAGE_START,
	"boot structures reach into the image");

static int slot_set(const struct vmm *vmm, uint32_t slot, uint32_t flags, uint64_t address,
	const void *memory, uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	if (size == 0)
		return 0;
	return ioctl(vmm->vm_fd, KVM_SET_USER_MEMORY_REGION, &region) < 0 ? -errno : 0;
}

/* For messages. */
static unsigned long long mebibytes(uint64_t bytes)
{
	return bytes / MIB;
}

static int options_check(const struct vmm_options *options, struct vspan_error *error)
{
	uint64_t stacks = options->cpu_count * MACHINE_STACK_SIZE;

	if (options->ram_size > MACHINE_RAM_MAX)
		return error_set(error, EINVAL,
			"%llu MiB of guest RAM asked for, the micro-VM has room for %llu: ask for "
			"less",
			mebibytes(options->ram_size), mebibytes(MACHINE_RAM_MAX));
	if (options->ram_size % MACHINE_LARGE_PAGE != 0 ||
		options->ram_size < MACHINE_IMAGE_START + stacks + VSPAN_ABI_PAGE)
		return error_set(error, EINVAL,
			"%llu KiB of guest RAM is too little or not a multiple of 2 MiB: %u vCPUs "
			"need %llu MiB and the program's size",
			(unsigned long long)options->ram_size >> 10, options->cpu_count,
			mebibytes(MACHINE_IMAGE_START + stacks + MIB - 1));
	if (options->region_size > MACHINE_REGION_MAX)
		return error_set(error, EINVAL,
			"a region of %llu MiB does not fit, the micro-VM has room for %llu: use "
			"smaller rings",
			mebibytes(options->region_size), mebibytes(MACHINE_REGION_MAX));
	if ((uintptr_t)options->region % VSPAN_ABI_PAGE != 0 ||
		options->region_size % VSPAN_ABI_PAGE != 0 ||
		options->host_size % VSPAN_ABI_PAGE != 0 ||
		options->host_size > options->region_size)
		return error_set(error, EINVAL, "the region's parts are not whole pages");
	return 0;
}

static void page_tables_write(struct vmm *vmm)
{
	uint64_t *top = (void *)(vmm->ram + MACHINE_PAGE_TABLES);
	uint64_t *gibs = top + PAGE_TABLE_ENTRIES;
	uint64_t *table = gibs;
	const uint64_t ends[2][2] = {{0, vmm->options.ram_size},
		{MACHINE_REGION, MACHINE_REGION + vmm->options.region_size}};
	uint64_t address;
	int part;

	top[0] = (MACHINE_PAGE_TABLES + 4096) | PAGE_TABLE;
	for (part = 0; part < 2; part++)
		for (address = ends[part][0]; address < ends[part][1];
			address += MACHINE_LARGE_PAGE) {
			if (address % GIB == 0) {
				table += PAGE_TABLE_ENTRIES;
				gibs[address / GIB] =
					(uint64_t)((uint8_t *)table - vmm->ram) | PAGE_TABLE;
			}
			table[address / MACHINE_LARGE_PAGE % PAGE_TABLE_ENTRIES] =
				address | PAGE_LARGE;
		}
}

int memory_create(struct vmm *vmm, struct vspan_error *error)
{
	const struct vmm_options *options = &vmm->options;
	uint8_t *region = options->region;
	int code = options_check(options, error);
	void *ram;

	if (code < 0)
		return code;
	ram = mmap(NULL, options->ram_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram == MAP_FAILED)
		return error_set(error, errno, "cannot map %llu MiB of guest RAM: %s; ask for less",
			mebibytes(options->ram_size), strerror(errno));
	vmm->ram = ram;
	page_tables_write(vmm);
	code = slot_set(vmm, SLOT_RAM, 0, 0, ram, options->ram_size);
	if (code == 0)
		code = slot_set(vmm, SLOT_REGION_HOST, KVM_MEM_READONLY, MACHINE_REGION, region,
			options->host_size);
	if (code == 0 && options->region_size > options->host_size)
		code = slot_set(vmm, SLOT_REGION_GUEST, 0, MACHINE_REGION + options->host_size,
			region + options->host_size, options->region_size - options->host_size);
	if (code < 0)
		return error_set(
			error, -code, "KVM refuses the guest's memory: %s", strerror(-code));
	return 0;
}

void memory_destroy(struct vmm *vmm)
{
	if (vmm->ram != NULL)
		munmap(vmm->ram, vmm->options.ram_size);
	vmm->ram = NULL;
}

uint64_t memory_image_end(const struct vmm *vmm)
{
	uint64_t stacks = vmm->options.cpu_count * MACHINE_STACK_SIZE;

	assert(stacks < vmm->options.ram_size);
	return vmm->options.ram_size - stacks;
}

bool memory_read(const struct vmm *vmm, uint64_t address, void *to, uint64_t size)
{
	if (!memory_inside(vmm, address, size))
		return false;
	memcpy(to, vmm->ram + address, size);
	return true;
}

bool memory_inside(const struct vmm *vmm, uint64_t address, uint64_t size)
{
	return size <= vmm->options.ram_size && address <= vmm->options.ram_size - size;
}

void memory_write(const struct vmm *vmm, uint64_t address, const void *from, uint64_t size)
{
	assert(memory_inside(vmm, address, size));
	memcpy(vmm->ram + address, from, size);
}

/* KVM hears of the change from the kernel: its slot stays as it is. */
int memory_replace(struct vmm *vmm, int fd)
{
	void *ram = mmap(vmm->ram, vmm->options.ram_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd, 0);

	return ram == MAP_FAILED ? -errno : 0;
}
