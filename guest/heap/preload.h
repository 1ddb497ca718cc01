/* SPDX-License-Identifier: MIT */
/* preload.h - what the files of libvspan-heap.so share. */
#ifndef VSPAN_HEAP_PRELOAD_H
#define VSPAN_HEAP_PRELOAD_H

/* In modules.c: says where the files with the process's code are, each of them once. */
void heap_modules_tell(void);

#endif /* VSPAN_HEAP_PRELOAD_H */
