/* SPDX-License-Identifier: MIT */
/* registry.c - the RCU list of attachments. */
#include <urcu/urcu-memb.h>

#include "registry.h"

void registry_init(struct registry *registry)
{
	CDS_INIT_LIST_HEAD(&registry->attachments);
	pthread_mutex_init(&registry->lock, NULL);
}

void registry_destroy(struct registry *registry)
{
	pthread_mutex_destroy(&registry->lock);
}

void registry_add(struct registry *registry, struct vspan_attachment *attachment)
{
	pthread_mutex_lock(&registry->lock);
	cds_list_add_tail_rcu(&attachment->node, &registry->attachments);
	pthread_mutex_unlock(&registry->lock);
}

void registry_remove(struct registry *registry, struct vspan_attachment *attachment)
{
	pthread_mutex_lock(&registry->lock);
	cds_list_del_rcu(&attachment->node);
	pthread_mutex_unlock(&registry->lock);
	urcu_memb_synchronize_rcu();
}
