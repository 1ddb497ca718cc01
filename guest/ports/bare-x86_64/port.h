/* SPDX-License-Identifier: MIT */
/* port.h - what a guest's startup owes the bare-metal port. */
#ifndef VSPAN_BARE_PORT_H
#define VSPAN_BARE_PORT_H

#include <vspan/microvm.h>

/* On each vCPU, first thing: before any verb of guest.h, and before interrupts. */
void port_cpu_start(const struct vspan_microvm_boot *boot);

#endif /* VSPAN_BARE_PORT_H */
