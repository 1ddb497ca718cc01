/* SPDX-License-Identifier: MIT */
/*
 * registrar.h - the thread that learns call sites of guests that cannot say
 * hello by an exit. Registering with LTTng may take long (a session daemon that
 * hangs), and neither a drain nor another region's attach or detach waits for it.
 */
#ifndef VSPAN_CONSUMER_REGISTRAR_H
#define VSPAN_CONSUMER_REGISTRAR_H

#include <pthread.h>
#include "attachment.h"

struct registrar {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_cond_t idle;
	struct cds_list_head attachments;
	struct vspan_attachment *current; /* being learned right now */
	bool stop;
	pthread_t thread;
};

/* 0 or a negative errno. */
int registrar_start(struct registrar *registrar);
void registrar_stop(struct registrar *registrar);

void registrar_add(struct registrar *registrar, struct vspan_attachment *attachment);

/* Afterwards the registrar does not touch it; waits if it does just now. */
void registrar_remove(struct registrar *registrar, struct vspan_attachment *attachment);

/* The consumer's thread found news: has them learned. Never waits. */
void registrar_ask(struct registrar *registrar, struct vspan_attachment *attachment);

#endif /* VSPAN_CONSUMER_REGISTRAR_H */
