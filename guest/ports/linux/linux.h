/* SPDX-License-Identifier: MIT */
/* linux.h - what the files of the Linux port share, beyond ../process/process.h. */
#ifndef VSPAN_LINUX_PORT_H
#define VSPAN_LINUX_PORT_H

#include "process.h"

/* A path below sysfs or /proc. */
#define LINUX_PATH_MAX 128u
#define LINUX_PROBLEM_MAX 256u

/* ------------------------------------------------ owner.c: who has something */

/* Finds out who this process is: at attach. */
void owner_start(void);

/* The word that stands for this process, in this life of it. Not 0. */
uint64_t owner_self(void);

/* True if the process that word stands for is certainly gone. Callable from handlers. */
bool owner_dead(uint64_t owner);

/* -------------------------------------------------- pci.c: the ivshmem device */

/*
 * Opens the memory of the device that `wanted` names (NULL: the only one that has
 * a region). A descriptor; -1: none, and `problem` says why if there should be one.
 */
int pci_open(const char *wanted, char problem[LINUX_PROBLEM_MAX]);

/* ------------------------------------------------------------------- lease.c */

/* Takes the table of call sites, until hello_unlock(); bounded. False: it is taken. */
bool hello_lock(struct vspan_abi_hello *hello);
void hello_unlock(struct vspan_abi_hello *hello);

/* In the child of a fork: whatever the parent had is not ours. */
void lease_forget(void);

/* ------------------------------------------------------------------- find.c */

/* The hello of the region being attached. */
struct vspan_abi_hello *linux_hello(void);

#endif /* VSPAN_LINUX_PORT_H */
