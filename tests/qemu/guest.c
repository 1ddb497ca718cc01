/* SPDX-License-Identifier: MIT */
/* guest.c - see guest.h. */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "region.h"

#define QEMU "qemu-system-x86_64"
#define TCG "tcg,thread=multi"
/*
 * Both processors on one thread: with a thread each, QEMU 7.2 now and then lets a Linux
 * that boots on a busy machine wait for ever.
 */
#define TCG_LINUX "tcg,thread=single"
#define EXEC_FAILED 126

bool guest_possible(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		if (freopen("/dev/null", "w", stdout) != NULL)
			execlp(QEMU, QEMU, "--version", NULL);
		_exit(EXEC_FAILED);
	}
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
		return true;
	printf("SKIP: %s does not run here (Debian: apt install qemu-system-x86)\n", QEMU);
	return false;
}

bool guest_create(struct guest *guest)
{
	struct vspan_error error = {0};
	char folder[] = "/tmp/vspan-qemu-XXXXXX";
	uint32_t i;

	if (mkdtemp(folder) == NULL)
		return perror(folder), false;
	snprintf(guest->path, sizeof(guest->path), "%s/region.vspan", folder);
	guest->options.path = guest->path;
	if (vspan_region_create(&guest->options, &guest->region, &error) < 0)
		return printf("%s\n", error.text), false;
	for (i = 0; i < guest->region->geometry.site_capacity; i++)
		region_enable_site(guest->region, i, true);
	return true;
}

/* In the child. */
static void guest_exec(const struct guest *guest, int console)
{
	char memory[128];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(memory, sizeof(memory),
		"memory-backend-file,id=vspan,share=on,mem-path=%s,size=%llu", guest->path,
		(unsigned long long)vspan_region_size(guest->region));
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(console, STDOUT_FILENO);
	execlp(QEMU, QEMU, "-accel", guest->initrd != NULL ? TCG_LINUX : TCG, "-machine",
		guest->machine, "-smp", "2", "-m",
		guest->memory_mb != NULL ? guest->memory_mb : "64", "-nodefaults", "-display",
		"none", "-serial", "stdio", "-no-reboot", "-device",
		"isa-debug-exit,iobase=0xf4,iosize=0x4", "-object", memory, "-device",
		"ivshmem-plain,memdev=vspan", "-kernel", guest->elf, "-append", guest->arguments,
		guest->initrd != NULL ? "-initrd" : NULL, guest->initrd, NULL);
	_exit(EXEC_FAILED);
}

bool guest_start(struct guest *guest)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return perror("pipe"), false;
	guest->pid = fork();
	if (guest->pid == 0)
		guest_exec(guest, ends[1]);
	close(ends[1]);
	guest->console = ends[0];
	if (guest->pid < 0)
		return perror("fork"), false;
	return true;
}

/* Reads until the other end closes or time is up. */
static void console_read(struct guest *guest, time_t end)
{
	struct pollfd wait = {.fd = guest->console, .events = POLLIN};
	size_t length = 0;
	ssize_t got;

	while (time(NULL) < end && length + 1 < sizeof(guest->text)) {
		if (poll(&wait, 1, 1000) <= 0)
			continue;
		got = read(guest->console, guest->text + length, sizeof(guest->text) - length - 1);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		length += got > 0 ? (size_t)got : 0;
	}
	guest->text[length] = '\0';
}

int guest_wait(struct guest *guest, int seconds)
{
	const time_t end = time(NULL) + seconds;
	int status = 0;

	console_read(guest, end);
	while (waitpid(guest->pid, &status, WNOHANG) == 0) {
		usleep(10000);
		if (time(NULL) >= end)
			kill(guest->pid, SIGKILL);
	}
	close(guest->console);
	if (guest->process && WIFEXITED(status))
		return WEXITSTATUS(status);
	/* isa-debug-exit: 2 * status + 1. */
	if (WIFEXITED(status) && WEXITSTATUS(status) % 2 == 1)
		return WEXITSTATUS(status) / 2;
	printf("the guest ended with wait status 0x%x; its console: %s\n", (unsigned)status,
		guest->text);
	return -1;
}

void guest_kill(struct guest *guest)
{
	kill(guest->pid, SIGKILL);
	waitpid(guest->pid, NULL, 0);
	close(guest->console);
}

uint64_t guest_reported(const struct guest *guest, const char *name)
{
	const size_t length = strlen(name);
	const char *line = guest->text;

	while ((line = strstr(line, "report ")) != NULL) {
		line += strlen("report ");
		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			return strtoull(line + length, NULL, 10);
	}
	return UINT64_MAX;
}

void guest_destroy(struct guest *guest)
{
	vspan_region_close(guest->region);
	unlink(guest->path);
	*strrchr(guest->path, '/') = '\0';
	rmdir(guest->path);
}
