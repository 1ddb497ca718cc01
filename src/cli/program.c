/* SPDX-License-Identifier: MIT */
/* program.c - runs and drains one program: region, consumer, child. */
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child.h"
#include "cli.h"
#include "clock.h"
#include "error.h"
#include "region.h"

#define STATUS_SIGNALLED 128
#define LIBRARY_SIZE 32

struct program {
	const struct machine_options *machine;
	const struct program_options *options;
	struct program_result *result;
	struct vspan_region *region;
	struct vspan_consumer *consumer;
	struct vspan_attachment *attachment;
};

/*
 * A region whose call sites are on from the first record, so that nothing is
 * missed while their events are being made.
 */
static int program_region(struct program *program, struct vspan_error *error)
{
	const struct vspan_region_options options = {
		.name = program->machine->name,
		.path = program->options->region_path,
		.ring_count = (uint32_t)program->options->rings,
		.ring_size = (uint32_t)program->machine->ring_size,
		.mode = program->machine->mode,
		.site_capacity = (uint32_t)program->options->sites,
	};
	int ret = vspan_region_create(&options, &program->region, error);
	uint32_t i;

	for (i = 0; ret == 0 && i < options.site_capacity; i++)
		region_enable_site(program->region, i, true);
	return ret;
}

static int program_attach(struct program *program, struct vspan_error *error)
{
	const struct vspan_consumer_options consumer = {.poll_ns = program->machine->poll};
	const struct vspan_attach_options attach = {
		.sites_on = true,
		.symbols_root = "/",
		.functions = program->options->patterns,
		.functions_min_ns = program->options->min_duration,
	};
	uint32_t ring;
	int ret = vspan_consumer_create(&consumer, &program->consumer, error);

	if (ret == 0)
		ret = vspan_consumer_attach(
			program->consumer, program->region, &attach, &program->attachment, error);
	for (ring = 0; ret == 0 && program->machine->has_context && ring < program->options->rings;
		ring++)
		(void)vspan_attachment_vcpu_enter(
			program->attachment, ring, &program->machine->context);
	return ret;
}

/* Beside this program, as in a build directory, or where it is installed. */
static int library_find(char path[PATH_MAX], const char *name, struct vspan_error *error)
{
	const size_t room = PATH_MAX - LIBRARY_SIZE;
	const ssize_t length = readlink("/proc/self/exe", path, room);
	char *slash;

	path[length > 0 ? length : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		strcpy(slash + 1, name);
		if (access(path, R_OK) == 0)
			return 0;
	}
	snprintf(path, PATH_MAX, VSPAN_LIBRARY_DIR "/%s", name);
	if (access(path, R_OK) == 0)
		return 0;
	return error_set(
		error, ENOENT, "cannot find %s: install it, or give --preload=%s", name, path);
}

static int program_live(struct program *program, struct vspan_error *error)
{
	char library[PATH_MAX];
	struct child_options child = {
		.argv = program->options->argv,
		.region_fd = vspan_region_fd(program->region),
		.region_path = program->options->region_path,
		.timeout_ns = program->machine->timeout,
		.kill_ns = program->machine->kill ? program->machine->kill_after : 0,
	};
	uint64_t started;
	int ret = 0;

	child.preload = program->options->preload;
	if ((program->options->functions || program->options->heap) && child.preload == NULL) {
		ret = library_find(library,
			program->options->heap ? "libvspan-heap.so" : "libvspan-functions.so",
			error);
		child.preload = library;
	}
	started = clock_now_ns();
	if (ret == 0)
		ret = child_run(&child, &program->result->wait_status, error);
	program->result->run_ns = clock_now_ns() - started;
	return ret;
}

int program_run(const struct machine_options *machine, const struct program_options *options,
	struct program_result *result, struct vspan_error *error)
{
	struct program program = {.machine = machine, .options = options, .result = result};
	int ret;

	*result = (struct program_result){0};
	child_signals_block();
	ret = program_region(&program, error);
	if (ret == 0)
		ret = program_attach(&program, error);
	if (ret == 0)
		ret = program_live(&program, error);
	if (program.attachment != NULL) {
		vspan_attachment_read_info(program.attachment, &result->info);
		vspan_consumer_detach(program.attachment, &result->ledger);
	}
	vspan_consumer_destroy(program.consumer);
	vspan_region_close(program.region);
	return ret;
}

int program_exit_code(const struct machine_options *machine, const struct program_result *result)
{
	if (WIFEXITED(result->wait_status))
		return WEXITSTATUS(result->wait_status);
	if (machine->kill && WTERMSIG(result->wait_status) == SIGKILL)
		return EXIT_OK;
	return STATUS_SIGNALLED + WTERMSIG(result->wait_status);
}
