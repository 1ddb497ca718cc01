/* SPDX-License-Identifier: MIT */
/*
 * hosts.h - the names of the machines that VMs were recorded on, from the
 * environment of the trace that a VM's attach event is in.
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_HOSTS_H
#define VSPAN_PLUGINS_SINK_OTLP_HOSTS_H

#include "model/map.h"
#include "model/record.h"

/* All zeroes is: none known. */
struct hosts {
	struct map names; /* by VM */
};

/* Takes an event of role EVENT_ATTACH. Returns 0 or -ENOMEM. */
int hosts_take(struct hosts *hosts, const struct record *record);

/* As recorded, not safe to print; NULL: not known. */
const char *hosts_find(const struct hosts *hosts, uint32_t vm);

void hosts_clear(struct hosts *hosts);

#endif /* VSPAN_PLUGINS_SINK_OTLP_HOSTS_H */
