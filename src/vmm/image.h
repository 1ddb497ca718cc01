/* SPDX-License-Identifier: MIT */
/*
 * image.h - a guest's program as a file (elf.c; the name elf.h is the
 * system's). Every word of the file is distrusted.
 */
#ifndef VSPAN_VMM_IMAGE_H
#define VSPAN_VMM_IMAGE_H

#include <stdint.h>
#include <vspan/host.h>

/* Guest RAM from address 0 on, of which the image may use [start, end). */
struct image_room {
	uint8_t *ram;
	uint64_t start;
	uint64_t end;
};

struct image_loaded {
	uint64_t entry; /* inside an executable segment */
	uint64_t end;   /* nothing was written from here on */
};

/*
 * Loads a freestanding ELF64 x86-64 executable, segments at their virtual
 * addresses. Returns 0 or a negative
 * errno with *error filled; RAM in the room may then be partly written.
 */
int image_load(const char *path, const struct image_room *room, struct image_loaded *out,
	struct vspan_error *error);

#endif /* VSPAN_VMM_IMAGE_H */
