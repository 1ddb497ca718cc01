/* SPDX-License-Identifier: MIT */
/*
 * microvm.c - the console and the report of a bare-metal guest, as far as they are
 * the same on every machine; the rest of microvm.h is machine.c of the port.
 */
#include "microvm.h"

#define DECIMAL_DIGITS_MAX 20u

void microvm_console_write(const char *text)
{
	while (*text != '\0')
		microvm_console_put(*text++);
}

void microvm_console_write_hex(uint64_t number)
{
	int shift = 60;

	while (shift > 0 && number >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		microvm_console_put("0123456789abcdef"[number >> shift & 0xf]);
}

void microvm_console_write_number(uint64_t number)
{
	char digits[DECIMAL_DIGITS_MAX];
	uint32_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		microvm_console_put(digits[--count]);
}

void microvm_report_start(struct vspan_microvm_report *report)
{
	report->struct_size = sizeof(*report);
	report->entry_count = 0;
	report->reserved[0] = report->reserved[1] = report->reserved[2] = 0;
}

void microvm_report_add(struct vspan_microvm_report *report, const char *name, uint64_t value)
{
	struct vspan_microvm_report_entry *entry;
	uint32_t i;

	if (report->entry_count >= VSPAN_MICROVM_REPORT_ENTRIES)
		return;
	entry = &report->entries[report->entry_count++];
	for (i = 0; i + 1 < VSPAN_MICROVM_REPORT_NAME && name[i] != '\0'; i++)
		entry->name[i] = name[i];
	for (; i < VSPAN_MICROVM_REPORT_NAME; i++)
		entry->name[i] = '\0';
	entry->value = value;
}
