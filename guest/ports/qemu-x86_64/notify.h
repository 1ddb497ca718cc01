/* SPDX-License-Identifier: MIT */
/* notify.h - what start-up owes the way to the host. */
#ifndef VSPAN_QEMU_NOTIFY_H
#define VSPAN_QEMU_NOTIFY_H

#include <stdint.h>

/* Says how fast the counter runs, which bounds the waits; once, before the guest attaches. */
void notify_start(uint64_t hz);

#endif /* VSPAN_QEMU_NOTIFY_H */
