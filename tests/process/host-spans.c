/* SPDX-License-Identifier: MIT */
/*
 * host-spans.c - what a VMM does around a guest, for tests: it writes spans of
 * its own through the same verbs (its ring is a region of its own process), and
 * gives the guest, a child process, the span it runs it for as trace context.
 * Prints both accounts as one JSON line. Argument: the guest's command.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vspan/guest.h>
#include <vspan/host.h>
#include <vspan/process.h>

extern char **environ;

VSPAN_SPAN(vmm, call, VSPAN_LEVEL_INFO | VSPAN_KIND_CLIENT, (str, program));

static struct vspan_consumer *consumer;

static void check(int ret, const struct vspan_error *error)
{
	if (ret == 0)
		return;
	fprintf(stderr, "host-spans: %s\n", error->text);
	exit(1);
}

static struct vspan_attachment *attach(const char *name, struct vspan_region **region)
{
	const struct vspan_region_options options = {
		.name = name, .ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	struct vspan_attachment *attachment;
	struct vspan_error error;

	check(vspan_region_create(&options, region, &error), &error);
	check(vspan_consumer_attach(consumer, *region, NULL, &attachment, &error), &error);
	return attachment;
}

/* Runs the guest to its end; its region is descriptor 3. */
static int guest_run(const struct vspan_region *region, char **command)
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t child;

	setenv("VSPAN_REGION_FD", "3", 1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, vspan_region_fd(region), 3);
	if (posix_spawn(&child, command[0], &actions, NULL, command, environ) == 0)
		waitpid(child, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

int main(int argc, char **argv)
{
	struct vspan_trace_context context = {.trace_id = {0x1111, 0x2222}, .flags = 1};
	struct vspan_ledger host_ledger, guest_ledger;
	struct vspan_attachment *host, *guest;
	struct vspan_region *host_region, *guest_region;
	struct vspan_error error;
	vspan_t call, compute;
	int status;

	if (argc < 2)
		return 2;
	check(vspan_consumer_create(NULL, &consumer, &error), &error);
	host = attach("host", &host_region);
	vspan_process_use(vspan_region_base(host_region), vspan_region_size(host_region));
	if (vspan_attach("host") != VSPAN_ATTACH_OK)
		return 1;
	guest = attach("guest", &guest_region);

	call = vspan_begin(vmm, call, argv[1]);
	context.span_id = call;
	vspan_attachment_vcpu_enter(guest, 0, call != 0 ? &context : NULL);
	compute = vspan_begin_named("run #1");
	vspan_event_named("about to run");
	status = guest_run(guest_region, argv + 1);
	vspan_end(compute);
	vspan_attachment_vcpu_exit(guest, 0, "ended");
	vspan_consumer_detach(guest, &guest_ledger);
	vspan_end(call);
	vspan_consumer_detach(host, &host_ledger);

	printf("{\"host\": {\"attempted\": %llu, \"spans\": %llu}, \"guest\": {\"attempted\": "
	       "%llu, "
	       "\"spans\": %llu, \"unexplained\": %lld}, \"call\": %llu}\n",
		(unsigned long long)host_ledger.attempted, (unsigned long long)host_ledger.spans,
		(unsigned long long)guest_ledger.attempted, (unsigned long long)guest_ledger.spans,
		(long long)vspan_ledger_unexplained(&guest_ledger), (unsigned long long)call);
	vspan_consumer_destroy(consumer);
	vspan_region_close(guest_region);
	vspan_region_close(host_region);
	return status == 0 ? 0 : 1;
}
