/* SPDX-License-Identifier: MIT */
/*
 * pci.c - looks through PCI configuration space by ports 0xcf8 and 0xcfc, which
 * QEMU's machines pc and q35 have. The firmware has placed the devices already.
 */
#include "pci.h"
#include "io.h"

#define PORT_ADDRESS 0xcf8u
#define PORT_DATA 0xcfcu
#define ADDRESS_ENABLE 0x80000000u

#define DEVICES (256u * 32u) /* buses, devices on each */
#define FUNCTIONS 8u
#define FUNCTION_SHIFT 8
#define NO_DEVICE 0xffffffffu

#define REGISTER_ID 0x00u
#define REGISTER_COMMAND 0x04u
#define REGISTER_HEADER_TYPE 0x0cu
#define REGISTER_BAR 0x10u

#define COMMAND_MEMORY 0x2u
#define HEADER_MULTI_FUNCTION 0x800000u
#define BAR_IO 0x1u
#define BAR_TYPE_MASK 0x6u
#define BAR_TYPE_64 0x4u
#define BAR_FLAGS 0xfu

/* A function of a device: its part of the address word. */
static uint32_t pci_read(uint32_t function, uint32_t offset)
{
	io_write_u32(PORT_ADDRESS, ADDRESS_ENABLE | function << FUNCTION_SHIFT | offset);
	return io_read_u32(PORT_DATA);
}

static void pci_write(uint32_t function, uint32_t offset, uint32_t value)
{
	io_write_u32(PORT_ADDRESS, ADDRESS_ENABLE | function << FUNCTION_SHIFT | offset);
	io_write_u32(PORT_DATA, value);
}

/* The functions of one device. */
static uint32_t pci_find_function(uint32_t device, uint32_t id)
{
	const uint32_t first = device * FUNCTIONS;
	uint32_t count = 1, i;

	if (pci_read(first, REGISTER_ID) == NO_DEVICE)
		return NO_DEVICE;
	if ((pci_read(first, REGISTER_HEADER_TYPE) & HEADER_MULTI_FUNCTION) != 0)
		count = FUNCTIONS;
	for (i = 0; i < count; i++)
		if (pci_read(first + i, REGISTER_ID) == id)
			return first + i;
	return NO_DEVICE;
}

static uint32_t pci_find(uint32_t id)
{
	uint32_t device, function = NO_DEVICE;

	for (device = 0; device < DEVICES && function == NO_DEVICE; device++)
		function = pci_find_function(device, id);
	return function;
}

/* Writes ones and looks which stick: those are the bits above the size. */
static uint32_t pci_bar_mask(uint32_t function, uint32_t offset, uint32_t *value)
{
	uint32_t mask;

	*value = pci_read(function, offset);
	pci_write(function, offset, UINT32_MAX);
	mask = pci_read(function, offset);
	pci_write(function, offset, *value);
	return mask;
}

bool pci_memory_find(uint16_t vendor, uint16_t device, uint32_t bar, struct pci_memory *memory)
{
	const uint32_t function = pci_find((uint32_t)device << 16 | vendor);
	const uint32_t offset = REGISTER_BAR + bar * 4;
	uint32_t command, low, high = 0, mask_low, mask_high = UINT32_MAX;

	if (function == NO_DEVICE)
		return false;
	/* While a register holds ones, the device must not answer. */
	command = pci_read(function, REGISTER_COMMAND);
	pci_write(function, REGISTER_COMMAND, command & ~COMMAND_MEMORY);
	mask_low = pci_bar_mask(function, offset, &low);
	if ((low & BAR_TYPE_MASK) == BAR_TYPE_64)
		mask_high = pci_bar_mask(function, offset + 4, &high);
	pci_write(function, REGISTER_COMMAND, command | COMMAND_MEMORY);
	memory->address = (uint64_t)high << 32 | (low & ~BAR_FLAGS);
	memory->size = ~((uint64_t)mask_high << 32 | (mask_low & ~BAR_FLAGS)) + 1;
	return (low & BAR_IO) == 0 && memory->address != 0;
}
