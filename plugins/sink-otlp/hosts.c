/* SPDX-License-Identifier: MIT */
/* hosts.c - see hosts.h. LTTng calls the entry `hostname`. */
#include "hosts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Distinct VMs whose host is remembered: more than one looks at, fewer than fill the memory. */
#define HOSTS_MAX 65536u

int hosts_take(struct hosts *hosts, const struct record *record)
{
	uint64_t vm = record_number(record, FIELD_VM);
	const bt_value *value;
	char *name;

	assert(record->kind->role == EVENT_ATTACH);
	if (hosts->names.count >= HOSTS_MAX || map_find(&hosts->names, vm))
		return 0;
	value = bt_trace_borrow_environment_entry_value_by_name_const(record->trace, "hostname");
	if (!value || !bt_value_is_string(value))
		return 0;
	name = strdup(bt_value_string_get(value));
	if (!name || map_insert(&hosts->names, vm, name) < 0) {
		free(name);
		return -ENOMEM;
	}
	return 0;
}

const char *hosts_find(const struct hosts *hosts, uint32_t vm)
{
	return map_find(&hosts->names, vm);
}

static void host_free(void *name, void *data)
{
	(void)data;
	free(name);
}

void hosts_clear(struct hosts *hosts)
{
	map_visit(&hosts->names, host_free, NULL);
	map_clear(&hosts->names);
}
