/* SPDX-License-Identifier: MIT */
/*
 * host-ticks.c - any program of the host with tracepoints of its own, for tests:
 * one lttng_ust_tracef:event after the other, a millisecond apart, until its
 * standard input ends. Prints how many there were.
 */
#include <lttng/tracef.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	unsigned int count = 0;

	while (poll(&input, 1, 1) == 0)
		lttng_ust_tracef("tick %u", count++);
	printf("%u\n", count);
	return 0;
}
