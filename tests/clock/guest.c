/* SPDX-License-Identifier: MIT */
/*
 * guest.c - a bare-metal guest that writes records now and then and, in between,
 * answers when asked what its counter says (truth.h). It ends when it is told to.
 */
#include <vspan/guest.h>
#include "microvm.h"
#include "port.h"
#include "truth.h"

VSPAN_SPAN(clock, request, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(clock, tick, VSPAN_LEVEL_INFO, (u64, number));

#define SPINS_PER_TICK 1024u

static void request(struct truth_page *page, uint64_t ask)
{
	static vspan_t span;

	if ((ask & TRUTH_BEGIN) != 0)
		span = vspan_begin(clock, request, ask & TRUTH_NUMBER);
	if ((ask & TRUTH_END) == 0)
		return;
	vspan_end(span);
	if (vspan_flush())
		page->flushed++;
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	struct truth_page *page;
	void *region;
	uint64_t size, ask, done = 0, spins;

	port_cpu_start(boot);
	if (boot->cpu != 0)
		microvm_stop();
	if (vspan_attach("clock") != VSPAN_ATTACH_OK)
		microvm_exit(1);
	region = vspan_port_map(&size);
	page = truth_page(region, size);
	for (spins = 0;; spins++) {
		ask = __atomic_load_n(&page->ask, __ATOMIC_ACQUIRE);
		if (ask == TRUTH_STOP)
			break;
		if (ask != done) {
			request(page, ask);
			vspan_arch_counter_barrier();
			page->counter = vspan_port_counter();
			__atomic_store_n(&page->answer, ask, __ATOMIC_RELEASE);
			done = ask;
		}
		if (spins % SPINS_PER_TICK == 0)
			vspan_event(clock, tick, spins);
		__asm__ volatile("pause");
	}
	vspan_flush();
	microvm_exit(0);
}
