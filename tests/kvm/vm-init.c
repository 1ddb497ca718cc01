/* SPDX-License-Identifier: MIT */
/*
 * vm-init.c - the first and only program of the emulated machine that
 * with-kvm.sh boots: loads the modules, makes a root file system of the host's
 * (read-only below, memory above), runs the command there, writes down its exit
 * status, powers off. Linked statically; prints to the kernel's console when it
 * cannot go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define OUTPUT "/dev/ttyS1"
#define COMMAND "/exchange/command"
#define STATUS "/exchange/status"
#define SHARE "trans=virtio,version=9p2000.L,msize=512000"

struct file_system {
	const char *source;
	const char *target;
	const char *type;
	unsigned long flags;
	const char *options;
};

/* In this order: what is mounted on needs what it is mounted in. */
static const struct file_system file_systems[] = {
	{"root", "/host", "9p", MS_RDONLY, SHARE ",cache=loose"},
	{"exchange", "/exchange", "9p", 0, SHARE},
	{"upper", "/upper", "tmpfs", 0, NULL},
	{"root", "/root", "overlay", 0, "lowerdir=/host,upperdir=/upper/files,workdir=/upper/work"},
	{"proc", "/root/proc", "proc", 0, NULL},
	{"sys", "/root/sys", "sysfs", 0, NULL},
	{"dev", "/root/dev", "devtmpfs", 0, NULL},
	{"devpts", "/root/dev/pts", "devpts", 0, NULL},
	{"shm", "/root/dev/shm", "tmpfs", 0, NULL},
	{"run", "/root/run", "tmpfs", 0, NULL},
};

/* The machine ends; with-kvm.sh finds no status and shows the console. */
static void give_up(const char *what, const char *on)
{
	printf("vm-init: cannot %s %s: %s\n", what, on, strerror(errno));
	fflush(stdout);
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void mount_one(const struct file_system *fs)
{
	mkdir(fs->target, 0755);
	if (mount(fs->source, fs->target, fs->type, fs->flags, fs->options) < 0)
		give_up("mount", fs->target);
	if (strcmp(fs->target, "/upper") == 0) {
		mkdir("/upper/files", 0755);
		mkdir("/upper/work", 0755);
	}
}

/* The kernel's own console, until there is a command whose output matters. */
static void console_open(void)
{
	static const struct file_system dev = {"dev", "/dev", "devtmpfs", 0, NULL};
	int fd;

	mount_one(&dev);
	fd = open("/dev/console", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
}

/* /modules has a path a line, in an order in which each finds what it needs. */
static void modules_load(void)
{
	char path[256];
	FILE *list = fopen("/modules", "r");
	int fd;

	if (list == NULL)
		give_up("read", "/modules");
	while (fgets(path, sizeof(path), list) != NULL) {
		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
			give_up("load", path);
		close(fd);
	}
	fclose(list);
}

/* A serial line that passes bytes as they are. */
static int output_open(void)
{
	struct termios settings;
	int fd = open(OUTPUT, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &settings) < 0)
		give_up("open", OUTPUT);
	cfmakeraw(&settings);
	cfsetspeed(&settings, B115200);
	if (tcsetattr(fd, TCSANOW, &settings) < 0)
		give_up("set up", OUTPUT);
	return fd;
}

/* The script is opened before the host's root takes the place of ours. */
static void command_exec(int output)
{
	char script[32];
	int fd = open(COMMAND, O_RDONLY);

	if (fd < 0)
		give_up("open", COMMAND);
	snprintf(script, sizeof(script), "/proc/self/fd/%d", fd);
	setsid();
	if (chroot("/root") < 0 || chdir("/") < 0)
		give_up("enter", "/root");
	dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execl("/bin/bash", "bash", script, (char *)NULL);
	_exit(127);
}

/* Until the command ends; orphans it left behind are reaped on the way. */
static int command_wait(pid_t command)
{
	int status = 0;

	while (wait(&status) != command)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void status_write(int status)
{
	int fd = open(STATUS, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || dprintf(fd, "%d\n", status) < 0 || fsync(fd) < 0)
		give_up("write", STATUS);
	close(fd);
}

int main(void)
{
	pid_t command;
	size_t i;
	int output, status;

	console_open();
	modules_load();
	for (i = 0; i < sizeof(file_systems) / sizeof(file_systems[0]); i++)
		mount_one(&file_systems[i]);
	/* What udev would do. */
	if (symlink("/proc/self/fd", "/root/dev/fd") < 0)
		give_up("make", "/dev/fd");
	output = output_open();
	command = fork();
	if (command < 0)
		give_up("fork for", COMMAND);
	if (command == 0)
		command_exec(output);
	status = command_wait(command);
	tcdrain(output);
	status_write(status);
	reboot(RB_POWER_OFF);
	return 1;
}
