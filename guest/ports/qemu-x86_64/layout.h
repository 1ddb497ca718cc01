/* SPDX-License-Identifier: MIT */
/*
 * layout.h - numbers that start.S and the C files of the QEMU port agree on. Read
 * by the assembler, too: nothing but definitions.
 */
#ifndef VSPAN_QEMU_LAYOUT_H
#define VSPAN_QEMU_LAYOUT_H

/* vCPUs beyond stay halted. */
#define LAYOUT_CPUS_MAX 64
#define LAYOUT_STACK_SIZE 16384

/* Where other processors wake up, in 16-bit mode: a page below 1 MiB that nobody uses. */
#define LAYOUT_TRAMPOLINE 0x8000

/* The region's virtual address: the first one that the tables of start.S leave free. */
#define LAYOUT_REGION 0x8000000000
#define LAYOUT_REGION_GIGABYTES 4 /* as much of it as can be mapped */

#endif /* VSPAN_QEMU_LAYOUT_H */
