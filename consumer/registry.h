/* SPDX-License-Identifier: MIT */
/*
 * registry.h - the attached regions, as an RCU list: attach and detach come from
 * any thread and never make the drain wait for a lock.
 */
#ifndef VSPAN_CONSUMER_REGISTRY_H
#define VSPAN_CONSUMER_REGISTRY_H

#include <pthread.h>
#include "attachment.h"

struct registry {
	struct cds_list_head attachments;
	pthread_mutex_t lock; /* between those who change the list */
};

void registry_init(struct registry *registry);
void registry_destroy(struct registry *registry);

/* Makes an attachment visible to the next round. */
void registry_add(struct registry *registry, struct vspan_attachment *attachment);

/* Removes it and waits until no round can see it any more. Not from the drain thread. */
void registry_remove(struct registry *registry, struct vspan_attachment *attachment);

#endif /* VSPAN_CONSUMER_REGISTRY_H */
