/* SPDX-License-Identifier: MIT */
/*
 * machine.c - the machine of microvm.h when it is QEMU's: console and report on the
 * first serial port, the end through isa-debug-exit. The timer is in apic.c.
 */
#include "machine.h"

#include "io.h"
#include "microvm.h"

#define SERIAL_PORT 0x3f8u
#define SERIAL_DATA (SERIAL_PORT + 0u)
#define SERIAL_INTERRUPTS (SERIAL_PORT + 1u)
#define SERIAL_FIFO (SERIAL_PORT + 2u)
#define SERIAL_LINE (SERIAL_PORT + 3u)
#define SERIAL_MODEM (SERIAL_PORT + 4u)
#define SERIAL_STATUS (SERIAL_PORT + 5u)
#define LINE_DIVISOR 0x80u
#define LINE_8N1 0x03u
#define MODEM_READY 0x03u
#define STATUS_EMPTY 0x20u

#define PORT_DEBUG_EXIT 0xf4u
#define PORT_ACPI_CONTROL 0x604u /* where QEMU's firmware puts it, on pc and q35 */
#define ACPI_SOFT_OFF 0x2000u

void machine_start(void)
{
	io_write_u8(SERIAL_INTERRUPTS, 0);
	io_write_u8(SERIAL_LINE, LINE_DIVISOR);
	io_write_u8(SERIAL_DATA, 1);
	io_write_u8(SERIAL_INTERRUPTS, 0);
	io_write_u8(SERIAL_LINE, LINE_8N1);
	io_write_u8(SERIAL_FIFO, 1);
	io_write_u8(SERIAL_MODEM, MODEM_READY);
}

/* A machine without the port reads as all ones, so nobody waits for it. */
void microvm_console_put(char byte)
{
	while ((io_read_u8(SERIAL_STATUS) & STATUS_EMPTY) == 0)
		__asm__ volatile("pause");
	io_write_u8(SERIAL_DATA, (uint8_t)byte);
}

/* A line each: "report NAME VALUE". */
void microvm_report(const struct vspan_microvm_report *report)
{
	uint32_t i;

	for (i = 0; i < report->entry_count; i++) {
		microvm_console_write("report ");
		microvm_console_write(report->entries[i].name);
		microvm_console_write(" ");
		microvm_console_write_number(report->entries[i].value);
		microvm_console_write("\n");
	}
}

/* QEMU ends with 2 * status + 1; without that device it is switched off and ends with 0. */
_Noreturn void microvm_exit(uint32_t status)
{
	io_write_u32(PORT_DEBUG_EXIT, status);
	io_write_u16(PORT_ACPI_CONTROL, ACPI_SOFT_OFF);
	microvm_stop();
}
