/* SPDX-License-Identifier: MIT */
/*
 * docs-sizes.c - what a host process needs for a region, as doc/architecture.md tells
 * it: prints the formulas and the bytes of the default region, a line each.
 * docs-sizes.py looks for them in the document.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "attachment.h"
#include "provider-site.h"

#define RINGS 2u
#define SITES 256u

static void region_print(void)
{
	const struct vspan_region_options options = {.ring_count = RINGS};
	struct geometry geometry;
	uint32_t ring_size;

	if (geometry_compute(&options, &geometry, &ring_size, NULL) < 0)
		abort();
	printf("%llu\n", (unsigned long long)geometry.region_size);
}

static void attachment_print(void)
{
	printf("%zu + R × %zu + S × %zu\n", sizeof(struct vspan_attachment),
		sizeof(struct ring_state), sizeof(struct known_site));
	printf("%zu\n",
		sizeof(struct vspan_attachment) + RINGS * sizeof(struct ring_state) +
			SITES * sizeof(struct known_site));
	printf("R × %u × %zu\n", SPANS_MAX, sizeof(struct open_span));
	printf("%zu\n", (size_t)RINGS * SPANS_MAX * sizeof(struct open_span));
	printf("S × %zu\n", sizeof(struct provider_site));
	printf("%zu\n", SITES * sizeof(struct provider_site));
}

static void state_print(void)
{
	const struct vspan_region_options options = {.ring_count = RINGS};
	char path[] = "/tmp/vspan-sizes-XXXXXX";
	struct checkpoint checkpoint;
	struct vspan_region *region;
	int fd = mkstemp(path);

	if (fd < 0 || vspan_region_create(&options, &region, NULL) < 0 ||
		checkpoint_open(&checkpoint, path, region, NULL) < 0)
		abort();
	printf("%zu + R × %zu, and R × %u × %zu\n",
		(size_t)((char *)checkpoint.rings - (char *)checkpoint.header),
		sizeof(struct ring_store), SPANS_STORED, sizeof(struct open_span));
	printf("%zu\n", checkpoint.size);
	checkpoint_close(&checkpoint, true);
	vspan_region_close(region);
	close(fd);
	unlink(path);
}

int main(void)
{
	region_print();
	attachment_print();
	state_print();
	return 0;
}
