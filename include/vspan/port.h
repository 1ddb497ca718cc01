/* SPDX-License-Identifier: MIT */
/*
 * port.h - the four things the guest library asks of its environment. A port
 * (guest/ports/) supplies them; the archive has no other undefined symbol.
 *
 * The two on the hot path also have inline forms in <vspan/port-inline.h>. The
 * one beside this file calls the functions; a port that can answer with an
 * instruction or two puts its own earlier on the include path.
 */
#ifndef VSPAN_PORT_H
#define VSPAN_PORT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why the guest turns to the host. */
#define VSPAN_NOTIFY_FULL 1u  /* the ring is full: return when there may be room */
#define VSPAN_NOTIFY_FLUSH 2u /* return when the host has seen what was published */
#define VSPAN_NOTIFY_HELLO 3u /* call sites are published: return when enable bytes are set */

/* Index of the running vCPU's or thread's ring, below VSPAN_WRITERS_MAX. Callable from handlers. */
uint32_t vspan_port_ring(void);

/* The counter that stamps records, in ticks of a constant frequency. Callable from handlers. */
uint64_t vspan_port_counter(void);

/* Tells the host; may take as long as the host likes, but returns. `ring` is the caller's. */
void vspan_port_notify(uint32_t reason, uint32_t ring);

/* Maps the region, once. Returns its address and size in bytes, or NULL if there is none. */
void *vspan_port_map(uint64_t *size);

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_PORT_H */
