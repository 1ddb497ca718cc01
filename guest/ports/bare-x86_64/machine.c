/* SPDX-License-Identifier: MIT */
/*
 * machine.c - the machine of microvm.h when it is the micro-VM of `vspan run`: each
 * request is a port write, the tracing ones as well.
 */
#include <vspan/port.h>
#include "idt.h"
#include "microvm.h"

void microvm_console_put(char byte)
{
	microvm_out(VSPAN_MICROVM_PORT_CONSOLE, (uint8_t)byte);
}

void microvm_report(const struct vspan_microvm_report *report)
{
	microvm_out(VSPAN_MICROVM_PORT_REPORT, (uint32_t)(uintptr_t)report);
}

void microvm_timer_set(uint32_t period_us)
{
	microvm_out(VSPAN_MICROVM_PORT_TIMER, period_us);
}

_Noreturn void microvm_exit(uint32_t status)
{
	microvm_out(VSPAN_MICROVM_PORT_EXIT, status);
	microvm_stop();
}

_Noreturn void microvm_reboot(void)
{
	microvm_out(VSPAN_MICROVM_PORT_REBOOT, 0);
	microvm_stop();
}

/* The micro-VM has no interrupt controller. */
void idt_timer_acknowledge(void)
{
}

void vspan_port_notify(uint32_t reason, uint32_t ring)
{
	static const uint16_t ports[] = {
		[VSPAN_NOTIFY_FULL] = VSPAN_MICROVM_PORT_FULL,
		[VSPAN_NOTIFY_FLUSH] = VSPAN_MICROVM_PORT_FLUSH,
		[VSPAN_NOTIFY_HELLO] = VSPAN_MICROVM_PORT_HELLO,
	};

	microvm_out(ports[reason], ring);
}
