/* SPDX-License-Identifier: MIT */
/*
 * site-info.h - call sites and the guest's hello as host.h shows them to people:
 * copied once, checked, safe to print. Called by consumer/status.c.
 */
#ifndef VSPAN_SRC_SITE_INFO_H
#define VSPAN_SRC_SITE_INFO_H

#include "region.h"
#include "site.h"

struct guest_hello {
	char name[VSPAN_ABI_HELLO_NAME];
	uint16_t major;
	uint16_t minor;
	uint32_t sites_refused;
};

/* What a checked call site says; native, enabled and event are the caller's to fill. */
void site_info_fill(const struct site *site, bool valid, struct vspan_site_info *out);

/* Who the guest says it is. 0, or -EAGAIN before its hello. */
int guest_hello_copy(const struct vspan_region *region, struct guest_hello *out);

#endif /* VSPAN_SRC_SITE_INFO_H */
