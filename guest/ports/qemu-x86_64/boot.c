/* SPDX-License-Identifier: MIT */
/*
 * boot.c - makes of a QEMU machine what <vspan/microvm.h> promises a guest: a boot
 * structure per vCPU, the region mapped, guest_main() called on each. Entered from
 * start.S.
 */
#include <stdbool.h>
#include <stddef.h>
#include "apic.h"
#include "idt.h"
#include "io.h"
#include "layout.h"
#include "machine.h"
#include "microvm.h"
#include "notify.h"
#include "pci.h"

#define IVSHMEM_VENDOR 0x1af4u
#define IVSHMEM_DEVICE 0x1110u
#define IVSHMEM_MEMORY_BAR 2u

#define PAGE_TABLE 0x3u /* present, writable */
#define PAGE_LARGE 0x83u
#define PAGE_ENTRIES 512u
#define PAGE_SIZE 4096u
#define LARGE_PAGE (UINT64_C(2) << 20)

#define FW_CFG_SELECT 0x510u
#define FW_CFG_DATA 0x511u
#define FW_CFG_CPUS 5u

#define PVH_MAGIC 0x336ec578u

/* What QEMU's -kernel hands over, as far as it is read here. */
struct pvh_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t module_count;
	uint64_t modules;
	uint64_t command_line;
};

/* In start.S. */
extern uint64_t page_root[PAGE_ENTRIES];
extern const char trampoline[];
extern const char trampoline_end[];

/* Called from start.S. */
_Noreturn void boot_first(const struct pvh_start_info *info);
_Noreturn void boot_other(uint32_t cpu);

static struct vspan_microvm_boot boots[LAYOUT_CPUS_MAX];
static uint64_t region_pointers[PAGE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t region_directories[LAYOUT_REGION_GIGABYTES][PAGE_ENTRIES]
	__attribute__((aligned(PAGE_SIZE)));

/* Maps physical memory at LAYOUT_REGION; it need not begin at a large page. */
static void region_map(const struct pci_memory *memory)
{
	uint64_t page = memory->address & ~(LARGE_PAGE - 1);
	uint64_t *entry = &region_directories[0][0];
	uint32_t i;

	for (; page < memory->address + memory->size; page += LARGE_PAGE)
		*entry++ = page | PAGE_LARGE;
	for (i = 0; i < LAYOUT_REGION_GIGABYTES; i++)
		region_pointers[i] = (uintptr_t)region_directories[i] | PAGE_TABLE;
	page_root[1] = (uintptr_t)region_pointers | PAGE_TABLE;
}

/* Without the device the guest runs all the same, and attaching fails. */
static void region_find(struct vspan_microvm_boot *boot)
{
	struct pci_memory memory;

	if (!pci_memory_find(IVSHMEM_VENDOR, IVSHMEM_DEVICE, IVSHMEM_MEMORY_BAR, &memory))
		return;
	if (memory.size > sizeof(region_directories) / sizeof(uint64_t) * LARGE_PAGE) {
		microvm_console_write("vspan: the region is too large to map: it is ignored\n");
		return;
	}
	region_map(&memory);
	boot->region_address = LAYOUT_REGION + (memory.address & (LARGE_PAGE - 1));
	boot->region_size = memory.size;
}

static uint32_t cpu_count(void)
{
	uint32_t count;

	io_write_u16(FW_CFG_SELECT, FW_CFG_CPUS);
	count = io_read_u8(FW_CFG_DATA);
	count |= (uint32_t)io_read_u8(FW_CFG_DATA) << 8;
	return count < LAYOUT_CPUS_MAX ? count : LAYOUT_CPUS_MAX;
}

/* The words after -append. */
static void arguments_copy(char *to, const struct pvh_start_info *info)
{
	const char *from = (const char *)(uintptr_t)info->command_line;
	uint32_t i;

	if (info->magic != PVH_MAGIC || from == NULL)
		return;
	for (i = 0; i + 1 < VSPAN_MICROVM_ARGUMENTS && from[i] != '\0'; i++)
		to[i] = from[i];
}

static void boots_fill(const struct pvh_start_info *info)
{
	struct vspan_microvm_boot *first = &boots[0];
	uint32_t i;

	first->magic = VSPAN_MICROVM_MAGIC;
	first->struct_size = sizeof(*first);
	first->cpu_count = cpu_count();
	arguments_copy(first->arguments, info);
	region_find(first);
	for (i = 1; i < first->cpu_count; i++) {
		boots[i] = *first;
		boots[i].cpu = i;
	}
}

static void others_start(void)
{
	char *to = (char *)(uintptr_t)LAYOUT_TRAMPOLINE;
	const char *from;

	for (from = trampoline; from < trampoline_end; from++)
		*to++ = *from;
	apic_start_others(LAYOUT_TRAMPOLINE);
}

static _Noreturn void cpu_run(uint32_t cpu)
{
	guest_main(&boots[cpu]);
	microvm_stop();
}

_Noreturn void boot_first(const struct pvh_start_info *info)
{
	machine_start();
	idt_load();
	apic_enable();
	notify_start(apic_calibrate());
	boots_fill(info);
	if (boots[0].cpu_count > 1)
		others_start();
	cpu_run(0);
}

_Noreturn void boot_other(uint32_t cpu)
{
	idt_load();
	apic_enable();
	cpu_run(cpu);
}
