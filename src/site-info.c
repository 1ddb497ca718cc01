/* SPDX-License-Identifier: MIT */
/* site-info.c - see site-info.h; and vspan_region_read_site() of host.h. */
#include "site-info.h"

#include <errno.h>
#include <string.h>
#include <vspan/access.h>
#include "sanitise.h"

void site_info_fill(const struct site *site, bool valid, struct vspan_site_info *out)
{
	memset(out, 0, sizeof(*out));
	out->id = site->id;
	out->line = site->line;
	out->kind = site->kind;
	out->level = site->level;
	out->valid = valid;
	memcpy(out->file, site->file, sizeof(out->file));
	if (!valid)
		return;
	out->field_count = site->field_count;
	memcpy(out->provider, site->provider, sizeof(out->provider));
	memcpy(out->name, site->name, sizeof(out->name));
}

int vspan_region_read_site(
	const struct vspan_region *region, uint32_t index, struct vspan_site_info *out)
{
	const uint8_t *enables = region_at(region, region->geometry.enables_offset);
	struct site site = {0};
	uint32_t published;
	int ret = guest_hello_read(region, &published);

	if (ret < 0 || index >= published)
		return ret == -EPROTO ? ret : -ENOENT;
	ret = site_read(region_site(region, index), index, &site);
	site.id = index;
	site_info_fill(&site, ret == 0, out);
	out->enabled = vspan_enable_load_F(&enables[index]) != 0;
	return 0;
}

int guest_hello_copy(const struct vspan_region *region, struct guest_hello *out)
{
	const struct vspan_abi_hello *hello = region_at(region, region->geometry.hello_offset);
	const uint64_t *words = (const uint64_t *)(const void *)hello->name;
	union {
		uint64_t words[VSPAN_ABI_HELLO_NAME / sizeof(uint64_t)];
		char text[VSPAN_ABI_HELLO_NAME];
	} name;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	if (vspan_describe_load_u32_E(&hello->state) != VSPAN_ABI_HELLO_READY)
		return -EAGAIN;
	out->major = vspan_read_once_u16(&hello->major);
	out->minor = vspan_read_once_u16(&hello->minor);
	out->sites_refused = vspan_read_once_u32(&hello->sites_refused);
	for (i = 0; i < VSPAN_ABI_HELLO_NAME / sizeof(uint64_t); i++)
		name.words[i] = vspan_read_once(&words[i]);
	sanitise_text(
		name.text, strnlen(name.text, sizeof(name.text) - 1), out->name, sizeof(out->name));
	return 0;
}
