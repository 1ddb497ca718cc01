/* SPDX-License-Identifier: MIT */
/* registrar.c - learns call sites beside the drain. */
#include "registrar.h"

#include <sys/prctl.h>

/* The next attachment somebody asked for; under the lock. */
static struct vspan_attachment *registrar_next(struct registrar *registrar)
{
	struct vspan_attachment *attachment;

	cds_list_for_each_entry (attachment, &registrar->attachments, learn)
		if (__atomic_exchange_n(&attachment->learn_wanted, false, __ATOMIC_ACQ_REL))
			return attachment;
	return NULL;
}

static void *registrar_thread(void *data)
{
	struct registrar *registrar = data;

	prctl(PR_SET_NAME, "vspan-registrar");
	pthread_mutex_lock(&registrar->lock);
	while (!registrar->stop) {
		registrar->current = registrar_next(registrar);
		if (registrar->current == NULL) {
			pthread_cond_wait(&registrar->wake, &registrar->lock);
			continue;
		}
		pthread_mutex_unlock(&registrar->lock);
		attachment_learn_sites(registrar->current);
		pthread_mutex_lock(&registrar->lock);
		registrar->current = NULL;
		pthread_cond_broadcast(&registrar->idle);
	}
	pthread_mutex_unlock(&registrar->lock);
	return NULL;
}

int registrar_start(struct registrar *registrar)
{
	CDS_INIT_LIST_HEAD(&registrar->attachments);
	pthread_mutex_init(&registrar->lock, NULL);
	pthread_cond_init(&registrar->wake, NULL);
	pthread_cond_init(&registrar->idle, NULL);
	return -pthread_create(&registrar->thread, NULL, registrar_thread, registrar);
}

void registrar_stop(struct registrar *registrar)
{
	pthread_mutex_lock(&registrar->lock);
	registrar->stop = true;
	pthread_cond_signal(&registrar->wake);
	pthread_mutex_unlock(&registrar->lock);
	pthread_join(registrar->thread, NULL);
	pthread_cond_destroy(&registrar->wake);
	pthread_cond_destroy(&registrar->idle);
	pthread_mutex_destroy(&registrar->lock);
}

void registrar_add(struct registrar *registrar, struct vspan_attachment *attachment)
{
	pthread_mutex_lock(&registrar->lock);
	cds_list_add_tail(&attachment->learn, &registrar->attachments);
	pthread_mutex_unlock(&registrar->lock);
}

void registrar_remove(struct registrar *registrar, struct vspan_attachment *attachment)
{
	pthread_mutex_lock(&registrar->lock);
	cds_list_del(&attachment->learn);
	while (registrar->current == attachment)
		pthread_cond_wait(&registrar->idle, &registrar->lock);
	pthread_mutex_unlock(&registrar->lock);
}

/*
 * The lock is only ever held for a moment, but the drain does not even wait for
 * that: if it is taken now, the next round asks again.
 */
void registrar_ask(struct registrar *registrar, struct vspan_attachment *attachment)
{
	__atomic_store_n(&attachment->learn_wanted, true, __ATOMIC_RELEASE);
	if (pthread_mutex_trylock(&registrar->lock) != 0)
		return;
	pthread_cond_signal(&registrar->wake);
	pthread_mutex_unlock(&registrar->lock);
}
