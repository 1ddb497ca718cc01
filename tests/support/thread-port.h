/* SPDX-License-Identifier: MIT */
/*
 * thread-port.h - a guest-library port for tests: the "VM" is this process, its
 * vCPUs are threads. Ring by thread-local number, the real TSC, and what a VM
 * exit would do is a function of the test's.
 */
#ifndef VSPAN_TESTS_THREAD_PORT_H
#define VSPAN_TESTS_THREAD_PORT_H

#include <vspan/guest.h>
#include <vspan/host.h>

struct thread_port {
	void *base; /* of the region; NULL: none */
	uint64_t size;
	uint64_t counter;        /* if not 0, the counter: a test's own time, +1 a reading */
	uint64_t (*count)(void); /* if not NULL, the counter: one made up by the test */
	void (*notify)(uint32_t reason, uint32_t ring); /* may be NULL */
	void (*stamped)(void); /* called between reservation and counter; may be NULL */
};

extern struct thread_port thread_port;
extern __thread uint32_t thread_port_ring;

/* Points the port at a region and attaches the guest library; every site enabled. */
void thread_port_attach(struct vspan_region *region);

#endif /* VSPAN_TESTS_THREAD_PORT_H */
