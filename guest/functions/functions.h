/* SPDX-License-Identifier: MIT */
/*
 * functions.h - what the files of the function tracer share. It gives programs
 * compiled with -finstrument-functions the two hooks such code calls, and needs of
 * vspan only the guest library and a port: not how that port finds its region.
 */
#ifndef VSPAN_FUNCTIONS_H
#define VSPAN_FUNCTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/guest.h>

/* Not a call site: there was no room for one. Call sites beyond it are not used either. */
#define FUNCTION_UNKNOWN 0xffffu

/*
 * In table.c: the call site of the function at `address`, which it gets when it is
 * first called, or FUNCTION_UNKNOWN. Lock-free; from any thread and from handlers.
 */
uint32_t function_site(uint64_t address);

/* In table.c: true if the host wants that call site. A load. */
bool function_enabled(uint32_t site);

/* Where a function is. */
struct function_place {
	struct vspan_function_description description;
	char path[VSPAN_ABI_MODULE];
	char name[VSPAN_ABI_SITE_NAME]; /* made of file and address: for who knows no better */
};

/* In place.c: before the first place is asked for. Not for handlers. */
void function_places_start(void);

/* In place.c: of the function at `address`, without a lock. False: in no module. */
bool function_place_find(uint64_t address, struct function_place *out);

#endif /* VSPAN_FUNCTIONS_H */
