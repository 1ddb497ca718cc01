/* SPDX-License-Identifier: MIT */
/*
 * port.c - the bare-metal x86-64 port: rings by vCPU number through GS, the TSC,
 * the region where the boot structure says. The way to the host is the machine's.
 */
#include <vspan/microvm.h>
#include <vspan/port-inline.h>
#include "port.h"

#define MSR_GS_BASE 0xc0000101u
#define CPUS_MAX 64u

/* What gs:0 points at; a line each, so that vCPUs do not share one. */
static struct {
	uint32_t ring;
} __attribute__((aligned(128))) cpus[CPUS_MAX];

static const struct vspan_microvm_boot *boot;

void port_cpu_start(const struct vspan_microvm_boot *this_boot)
{
	uint64_t address = (uintptr_t)&cpus[this_boot->cpu % CPUS_MAX];

	cpus[this_boot->cpu % CPUS_MAX].ring = this_boot->cpu;
	__asm__ volatile("wrmsr"
			 :
			 : "c"(MSR_GS_BASE), "a"((uint32_t)address), "d"((uint32_t)(address >> 32))
			 : "memory");
	boot = this_boot;
}

uint32_t vspan_port_ring(void)
{
	return vspan_port_ring_inline();
}

uint64_t vspan_port_counter(void)
{
	return vspan_arch_counter();
}

void *vspan_port_map(uint64_t *size)
{
	if (boot == NULL || boot->magic != VSPAN_MICROVM_MAGIC || boot->region_size == 0)
		return NULL;
	*size = boot->region_size;
	return (void *)(uintptr_t)boot->region_address;
}
