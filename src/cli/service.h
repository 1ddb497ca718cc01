/* SPDX-License-Identifier: MIT */
/*
 * service.h - what `vspan attach` serves: one consumer and the regions attached to
 * it. Owned by the program's main thread.
 */
#ifndef VSPAN_CLI_SERVICE_H
#define VSPAN_CLI_SERVICE_H

#include <limits.h>
#include <vspan/host.h>
#include "leftovers.h"

/* Regions of one service at most. */
#define SERVICE_REGIONS_MAX 1024u

struct served {
	char path[PATH_MAX]; /* absolute, or fd:N */
	char name[VSPAN_ABI_REGION_NAME];
	char state[PATH_MAX]; /* "" without */
	bool named;           /* its file has a name, or had when it was attached */
	uint32_t vm;
	struct vspan_region *region;
	struct vspan_attachment *attachment;
};

struct service {
	struct vspan_consumer *consumer;
	const char *session_daemon;  /* how it is: watched_name() */
	const char *state_directory; /* NULL: nothing is remembered */
	/* What host.h says of functions, for all regions; the rest of it is not looked at. */
	const struct vspan_attach_options *functions;
	struct served *served[SERVICE_REGIONS_MAX];
	uint32_t count;
	struct vspan_ledger gone; /* of regions detached so far */
	struct leftovers leftovers;
};

int service_open(struct service *service, const struct vspan_consumer_options *options,
	struct vspan_error *error);

/* Everything has been detached. */
void service_close(struct service *service);

/*
 * Attaches the region behind `fd`, which stays the caller's and was opened for
 * reading and writing; `path` is what people call it. `clock` without state_path.
 */
int service_attach(struct service *service, const char *path, int fd,
	const struct vspan_attach_options *clock, struct served **out, struct vspan_error *error);

/* The same for a word of the command line. */
int service_attach_word(struct service *service, const char *word,
	const struct vspan_attach_options *clock, struct served **out, struct vspan_error *error);

/* The region of that name, VM number or path. -ENOENT; -EEXIST: several have that name. */
int service_find(
	struct service *service, const char *key, struct served **out, struct vspan_error *error);

/* Drains and detaches for good; *served is gone. */
void service_detach(struct service *service, struct served *served, struct vspan_ledger *ledger);

/* Drains and leaves it for a consumer that goes on with its state; *served is gone. */
void service_suspend(struct service *service, struct served *served, struct vspan_ledger *ledger);

#endif /* VSPAN_CLI_SERVICE_H */
