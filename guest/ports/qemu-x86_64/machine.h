/* SPDX-License-Identifier: MIT */
/* machine.h - what start-up owes the machine behind microvm.h. */
#ifndef VSPAN_QEMU_MACHINE_H
#define VSPAN_QEMU_MACHINE_H

/* Prepares the serial port; once, before the first text. */
void machine_start(void);

#endif /* VSPAN_QEMU_MACHINE_H */
