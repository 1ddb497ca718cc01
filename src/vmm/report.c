/* SPDX-License-Identifier: MIT */
/*
 * report.c - takes the counts a guest hands over (VSPAN_MICROVM_PORT_REPORT):
 * one copy out of guest RAM, every rule checked on the copy.
 */
#include <errno.h>
#include <string.h>
#include "machine.h"

static bool name_valid(const char *name)
{
	size_t length = strnlen(name, VSPAN_MICROVM_REPORT_NAME);
	size_t i;

	if (length == 0 || length == VSPAN_MICROVM_REPORT_NAME)
		return false;
	for (i = 0; i < length; i++)
		if (name[i] < 0x20 || name[i] > 0x7e)
			return false;
	return true;
}

/* Returns NULL, or the rule that the report breaks. */
static const char *rule_broken(const struct vspan_microvm_report *report)
{
	uint32_t i;

	if (report->struct_size < sizeof(*report))
		return "its size is less than that of struct vspan_microvm_report";
	if (report->entry_count > VSPAN_MICROVM_REPORT_ENTRIES)
		return "it has more entries than fit";
	for (i = 0; i < report->entry_count; i++)
		if (!name_valid(report->entries[i].name))
			return "an entry has no NUL-terminated name of printable ASCII";
	return NULL;
}

void report_take(struct vcpu *vcpu, uint32_t address)
{
	struct vmm *vmm = vcpu->vmm;
	struct vspan_microvm_report report;
	const char *rule = "it does not lie in RAM";

	if (memory_read(vmm, address, &report, sizeof(report)))
		rule = rule_broken(&report);
	if (rule != NULL) {
		machine_fail(vcpu, VMM_EXIT_ERROR, EINVAL,
			"the guest's report at 0x%x is malformed: %s", address, rule);
		return;
	}
	/* What lies beyond the entries was not checked. */
	memset(&report.entries[report.entry_count], 0,
		(VSPAN_MICROVM_REPORT_ENTRIES - report.entry_count) * sizeof(report.entries[0]));
	pthread_mutex_lock(&vmm->lock);
	vmm->result.reported = true;
	vmm->result.report = report;
	pthread_mutex_unlock(&vmm->lock);
}
