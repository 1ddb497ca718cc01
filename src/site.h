/* SPDX-License-Identifier: MIT */
/*
 * site.h - the host's private, validated copy of a guest's call site.
 * Read from the shared table by site_read(); used by the decoder and the emitter.
 */
#ifndef VSPAN_SRC_SITE_H
#define VSPAN_SRC_SITE_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/abi.h>

struct site_field {
	char name[VSPAN_ABI_FIELD_NAME]; /* a C identifier, NUL-terminated */
	uint8_t type;                    /* VSPAN_ABI_TYPE_* */
	uint8_t flags;                   /* VSPAN_ABI_FIELD_* */
	uint16_t length;                 /* elements of an array of integers, 0: a scalar */
};

struct site {
	uint32_t id;
	uint32_t line;
	uint8_t kind;      /* VSPAN_ABI_SITE_* */
	uint8_t level;     /* VSPAN_ABI_LEVEL_*, 0..14 */
	uint8_t span_kind; /* VSPAN_ABI_SITE_KIND_*; 0 for events */
	bool named;        /* the first field is a string: the name to show */
	bool function;     /* found at run time: site_read_function() says where it is */
	uint8_t field_count;
	char provider[VSPAN_ABI_SITE_PROVIDER];
	char name[VSPAN_ABI_SITE_NAME];
	char file[VSPAN_ABI_SITE_FILE]; /* printable ASCII */
	struct site_field fields[VSPAN_ABI_FIELDS_MAX];
};

/*
 * Copies the entry at `shared` (hostile, may change under us) once and checks
 * the copy. Returns 0, -EAGAIN if entry `id` is not committed yet, or -EINVAL
 * if it breaks a rule; *site is valid only on 0.
 */
int site_read(const struct vspan_abi_site *shared, uint32_t id, struct site *site);

/* Where a function is, as the guest says. */
struct site_function {
	uint64_t address;
	uint32_t build_id_size;
	uint8_t build_id[VSPAN_ABI_BUILD_ID];
	char module[VSPAN_ABI_MODULE]; /* an absolute path */
};

/*
 * The same for what stands in place of the fields of a call site that is a function.
 * 0, or -EINVAL if it is no path.
 */
int site_read_function(const struct vspan_abi_site *shared, struct site_function *function);

/* Makes an identifier of any text, cut if it has to be; "_" of an empty one. */
void site_name_make(char to[VSPAN_ABI_SITE_NAME], const char *from);

/* Makes a source file's path printable, its end if it is too long. */
void site_file_make(char to[VSPAN_ABI_SITE_FILE], const char *from);

/* Bytes of one element of an integer, bool or f64 type; 0 for strings and bytes. */
uint32_t site_type_size(uint8_t type);

#endif /* VSPAN_SRC_SITE_H */
