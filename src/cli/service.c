/* SPDX-License-Identifier: MIT */
/* service.c - see service.h. */
#include "service.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "cli.h"
#include "error.h"
#include "log.h"
#include "region.h"
#include "region-word.h"
#include "sanitise.h"

int service_open(struct service *service, const struct vspan_consumer_options *options,
	struct vspan_error *error)
{
	service->session_daemon = "unknown";
	return vspan_consumer_create(options, &service->consumer, error);
}

void service_close(struct service *service)
{
	vspan_consumer_destroy(service->consumer);
	service->consumer = NULL;
	leftovers_close(&service->leftovers);
}

/*
 * A description of our own: its lock says to other processes that this region has
 * a consumer, and ends with us however we end. Where we may not open it again, in a
 * sandbox, the one we were given has to do.
 */
static int reopen(int fd, const char *path, struct vspan_error *error)
{
	char name[32];
	int own;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	own = open(name, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (own < 0)
		own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return error_set(error, errno, "cannot keep %s open: %s", path, strerror(errno));
	if (flock(own, LOCK_EX | LOCK_NB) == 0)
		return own;
	close(own);
	return error_set(error, EBUSY,
		"%s has a consumer already: detach it there first (`vspan detach`)", path);
}

static void served_free(struct served *served)
{
	if (served == NULL)
		return;
	vspan_region_close(served->region);
	free(served);
}

/* "<directory>/<identity>": a region that is replaced by a new one has a state of its own. */
static int served_place(
	struct served *served, const char *state_directory, struct vspan_error *error)
{
	const uint8_t *identity = served->region->identity;
	int length;
	size_t i;

	if (state_directory == NULL)
		return 0;
	length = snprintf(served->state, sizeof(served->state), "%s/", state_directory);
	if (length < 0 ||
		(size_t)length + 2 * sizeof(served->region->identity) >= sizeof(served->state))
		return error_set(error, ENAMETOOLONG,
			"the path of the state directory is too long: give another --state-dir");
	for (i = 0; i < sizeof(served->region->identity); i++, length += 2)
		snprintf(&served->state[length], 3, "%02x", identity[i]);
	return 0;
}

static int served_new(const struct service *service, const char *path, int fd, struct served **out,
	struct vspan_error *error)
{
	struct served *served = calloc(1, sizeof(*served));
	const char *name;
	int own, ret;

	if (served == NULL)
		return error_set(error, ENOMEM, "out of memory for %s", path);
	snprintf(served->path, sizeof(served->path), "%s", path);
	own = ret = reopen(fd, path, error);
	if (ret >= 0) {
		ret = vspan_region_open(own, &served->region, error);
		close(own);
		if (ret < 0)
			error_set(error, -ret, "%s", path);
	}
	if (ret == 0)
		ret = served_place(served, service->state_directory, error);
	if (ret < 0) {
		served_free(served);
		return ret;
	}
	/* Somebody else wrote it. */
	name = vspan_region_name(served->region);
	sanitise_text(name, strlen(name), served->name, sizeof(served->name));
	served->vm = region_number(served->region);
	served->named = leftovers_has_name(vspan_region_fd(served->region));
	*out = served;
	return 0;
}

static bool has_identity(const struct service *service, const struct vspan_region *region)
{
	uint32_t i;

	for (i = 0; i < service->count; i++)
		if (memcmp(service->served[i]->region->identity, region->identity,
			    sizeof(region->identity)) == 0)
			return true;
	return false;
}

/* Functions are called before their call sites are known: it helps if those are on. */
static void options_add_functions(const struct service *service, const struct served *served,
	struct vspan_attach_options *options)
{
	const struct vspan_attach_options *functions = service->functions;

	if (functions == NULL)
		return;
	options->symbols_root = functions->symbols_root;
	options->functions = functions->functions;
	options->functions_min_ns = functions->functions_min_ns;
	options->sites_on =
		functions->symbols_root != NULL && region_site_enabled(served->region, 0);
}

int service_attach(struct service *service, const char *path, int fd,
	const struct vspan_attach_options *clock, struct served **out, struct vspan_error *error)
{
	struct vspan_attach_options options = *clock;
	struct served *served = NULL;
	int ret;

	if (service->count == SERVICE_REGIONS_MAX)
		return error_set(error, ENOSPC,
			"%s: %u regions are attached, no more fit: use "
			"another daemon with a --control of its own",
			path, SERVICE_REGIONS_MAX);
	ret = served_new(service, path, fd, &served, error);
	if (ret < 0 || served == NULL)
		return ret;
	/* A copy of an attached region is another file, and yet the same VM in a trace. */
	if (has_identity(service, served->region))
		ret = error_set(error, EEXIST,
			"a copy of a region that is attached: give each VM its own, by `vspan "
			"create`");
	options_add_functions(service, served, &options);
	if (served->state[0] != '\0')
		options.state_path = served->state;
	if (ret == 0)
		ret = vspan_consumer_attach(
			service->consumer, served->region, &options, &served->attachment, error);
	if (ret < 0) {
		error_set(error, -ret, "%s", path);
		served_free(served);
		return ret;
	}
	leftovers_forget(&service->leftovers, served->state);
	service->served[service->count++] = served;
	*out = served;
	return 0;
}

int service_attach_word(struct service *service, const char *word,
	const struct vspan_attach_options *clock, struct served **out, struct vspan_error *error)
{
	char path[PATH_MAX];
	int fd = region_word_open(word, path, error);
	int ret;

	if (fd < 0)
		return fd;
	ret = service_attach(service, path, fd, clock, out, error);
	close(fd);
	return ret;
}

static bool answers_to(const struct served *served, const char *key)
{
	uint64_t number;

	return strcmp(served->name, key) == 0 || strcmp(served->path, key) == 0 ||
		(parse_number(key, 1, UINT32_MAX, &number) && number == served->vm);
}

int service_find(
	struct service *service, const char *key, struct served **out, struct vspan_error *error)
{
	uint32_t i;

	*out = NULL;
	for (i = 0; i < service->count; i++) {
		if (!answers_to(service->served[i], key))
			continue;
		if (*out != NULL)
			return error_set(error, EEXIST,
				"several regions are called %s: give the path or the VM's number "
				"(`vspan status` shows them)",
				key);
		*out = service->served[i];
	}
	if (*out == NULL)
		return error_set(error, ENOENT,
			"no region %s is attached: `vspan status` shows those that are", key);
	return 0;
}

/* Takes one out of the list, its attachment gone, and adds up what it had. */
static void served_leave(
	struct service *service, struct served *served, const struct vspan_ledger *ledger)
{
	uint32_t i = 0;

	while (i < service->count && service->served[i] != served)
		i++;
	assert(i < service->count);
	vspan_ledger_add(&service->gone, ledger);
	memmove(&service->served[i], &service->served[i + 1],
		(service->count - i - 1) * sizeof(struct served *));
	service->count--;
	served_free(served);
}

void service_detach(struct service *service, struct served *served, struct vspan_ledger *ledger)
{
	vspan_consumer_detach(served->attachment, ledger);
	if (served->state[0] != '\0' && served->named)
		leftovers_add(&service->leftovers, vspan_region_fd(served->region), served->state);
	served_leave(service, served, ledger);
}

void service_suspend(struct service *service, struct served *served, struct vspan_ledger *ledger)
{
	vspan_consumer_suspend(served->attachment, ledger);
	served_leave(service, served, ledger);
}
