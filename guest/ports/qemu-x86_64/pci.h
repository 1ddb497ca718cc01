/* SPDX-License-Identifier: MIT */
/* pci.h - devices on QEMU's PCI buses, and the memory they show. */
#ifndef VSPAN_QEMU_PCI_H
#define VSPAN_QEMU_PCI_H

#include <stdbool.h>
#include <stdint.h>

struct pci_memory {
	uint64_t address; /* physical */
	uint64_t size;
};

/*
 * Finds the first device of that vendor and kind, switches its memory on and says
 * where its base address register `bar` lies. False: there is no such device, or
 * that register is no memory.
 */
bool pci_memory_find(uint16_t vendor, uint16_t device, uint32_t bar, struct pci_memory *memory);

#endif /* VSPAN_QEMU_PCI_H */
