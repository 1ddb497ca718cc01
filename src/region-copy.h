/* SPDX-License-Identifier: MIT */
/*
 * region-copy.h - a region that is over, or is part of something else: a private
 * copy out of a file, which is only ever read. The file may be a region's, or a
 * memory dump or core file that holds one. Nobody else sees what readers store in the copy's
 * cursors. For source.vspan.ring and `vspan dump`.
 */
#ifndef VSPAN_SRC_REGION_COPY_H
#define VSPAN_SRC_REGION_COPY_H

#include "region.h"

/* Look for the region: at the file's start, else wherever a header is found. */
#define REGION_COPY_SEARCH UINT64_MAX

/*
 * Copies the region at byte `*offset` of the file, or REGION_COPY_SEARCH, which
 * *offset is then replaced of by where it was. Closed like any region; it has no
 * descriptor. 0, or a negative errno with *error filled: -ENOENT: none was found.
 */
int region_copy_open(
	const char *path, uint64_t *offset, struct vspan_region **out, struct vspan_error *error);

/* True if the file begins like a region. */
bool region_copy_likely(const char *path);

#endif /* VSPAN_SRC_REGION_COPY_H */
