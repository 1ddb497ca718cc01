/* SPDX-License-Identifier: MIT */
/*
 * console.c - guest console bytes to a file descriptor, a line at a time and
 * per vCPU, so that vCPUs do not write into each other's lines.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"

/* A VM that ends does not wait longer for a reader that stalls. */
#define CONSOLE_PATIENCE_MS 200

/*
 * Waits for room. A pipe that polls writable takes a line whole (PIPE_BUF), so
 * the write that follows does not block; false: give the line up.
 */
static bool console_wait(const struct vcpu *vcpu)
{
	struct pollfd poll_fd = {.fd = vcpu->vmm->options.console_fd, .events = POLLOUT};
	int ready;

	do
		ready = poll(
			&poll_fd, 1, vcpu_stop_requested(vcpu) != 0 ? CONSOLE_PATIENCE_MS : 1000);
	while ((ready < 0 && errno == EINTR) || (ready == 0 && vcpu_stop_requested(vcpu) == 0));
	return ready > 0;
}

void console_flush(struct vcpu *vcpu)
{
	struct console *console = &vcpu->console;
	const char *from = console->line;
	size_t left = console->length;
	ssize_t written;

	console->length = 0;
	if (vcpu->vmm->options.console_fd < 0)
		return;
	while (left > 0 && console_wait(vcpu)) {
		written = write(vcpu->vmm->options.console_fd, from, left);
		if (written < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (written <= 0)
			return;
		from += written;
		left -= (size_t)written;
	}
}

/*
 * The descriptor may be a person's terminal and the guest hostile: only
 * printable ASCII, tabs and newlines pass.
 */
static char console_sanitise(uint8_t byte)
{
	if ((byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t')
		return (char)byte;
	return '?';
}

void console_put(struct vcpu *vcpu, uint8_t byte)
{
	struct console *console = &vcpu->console;

	assert(console->length < CONSOLE_LINE);
	console->line[console->length++] = console_sanitise(byte);
	if (byte == '\n' || console->length == CONSOLE_LINE)
		console_flush(vcpu);
}
