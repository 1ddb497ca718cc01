/* SPDX-License-Identifier: MIT */
/*
 * consumer.c - the public functions of host.h: start and stop a consumer, attach
 * and detach regions, and requests to the consumer's thread (rounds.c).
 */
#include "consumer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "clocks.h"
#include "control.h"
#include "error.h"
#include "resume.h"

#define DEFAULT_POLL_NS UINT64_C(100000)
#define DEFAULT_QUIET_NS UINT64_C(1000000)
#define DEFAULT_HOLE_NS UINT64_C(1000000000)
/* How long an attach that goes on where another stopped waits for may_register. */
#define REGISTER_PAUSE_NS 10000000
#define REGISTER_TRIES 90

static int consumer_fail(struct vspan_consumer *consumer, int code, struct vspan_error *error)
{
	free(consumer);
	return error_set(error, code, "cannot start the consumer: %s", strerror(code));
}

int vspan_consumer_create(const struct vspan_consumer_options *options, struct vspan_consumer **out,
	struct vspan_error *error)
{
	struct vspan_consumer *consumer = calloc(1, sizeof(*consumer));
	int ret;

	if (consumer == NULL)
		return consumer_fail(consumer, ENOMEM, error);
	if (options != NULL)
		consumer->options = *options;
	if (consumer->options.poll_ns == 0)
		consumer->options.poll_ns = DEFAULT_POLL_NS;
	if (consumer->options.quiet_ns == 0)
		consumer->options.quiet_ns = DEFAULT_QUIET_NS;
	if (consumer->options.hole_ns == 0)
		consumer->options.hole_ns = DEFAULT_HOLE_NS;
	ret = request_queue_init(&consumer->requests);
	if (ret < 0)
		return consumer_fail(consumer, -ret, error);
	ret = registrar_start(&consumer->registrar);
	if (ret < 0) {
		request_queue_destroy(&consumer->requests);
		return consumer_fail(consumer, -ret, error);
	}
	registry_init(&consumer->registry);
	provider_set_quota(consumer->options.site_quota_total != 0
			? consumer->options.site_quota_total
			: PROVIDER_QUOTA);
	clocks_start(consumer);
	ret = pthread_create(&consumer->thread, NULL, rounds_thread, consumer);
	if (ret != 0) {
		registrar_stop(&consumer->registrar);
		registry_destroy(&consumer->registry);
		request_queue_destroy(&consumer->requests);
		return consumer_fail(consumer, ret, error);
	}
	*out = consumer;
	return 0;
}

void vspan_consumer_destroy(struct vspan_consumer *consumer)
{
	if (consumer == NULL)
		return;
	__atomic_store_n(&consumer->stop, true, __ATOMIC_RELEASE);
	request_ring(&consumer->requests);
	pthread_join(consumer->thread, NULL);
	registrar_stop(&consumer->registrar);
	registry_destroy(&consumer->registry);
	request_queue_destroy(&consumer->requests);
	free(consumer);
}

void vspan_consumer_read_stats(struct vspan_consumer *consumer, struct vspan_consumer_stats *stats)
{
	stats->rounds = __atomic_load_n(&consumer->stats.rounds, __ATOMIC_RELAXED);
	stats->records = __atomic_load_n(&consumer->stats.records, __ATOMIC_RELAXED);
	stats->first_record_ns =
		__atomic_load_n(&consumer->stats.first_record_ns, __ATOMIC_RELAXED);
}

static void attachment_configure(struct vspan_attachment *attachment,
	struct vspan_consumer *consumer, const struct vspan_attach_options *options)
{
	attachment->consumer = consumer;
	attachment->host_spans_waiting = &consumer->host_spans_waiting;
	attachment->log = consumer->options.log;
	attachment->log_data = consumer->options.log_data;
	if (consumer->options.site_quota != 0)
		attachment->site_quota = consumer->options.site_quota;
	attachment->may_register = consumer->options.may_register;
	attachment->may_register_data = consumer->options.may_register_data;
	if (options == NULL)
		return;
	attachment->sites_on = options->sites_on;
	attachment->counter_unknown = options->counter_unknown;
	if (options->counter_unknown)
		return;
	attachment->counter_offset = options->counter_offset;
	attachment->counter_error = options->counter_error;
}

static int attachment_functions(struct vspan_attachment *attachment,
	const struct vspan_attach_options *options, struct vspan_error *error)
{
	int ret;

	if (options == NULL)
		return 0;
	ret = functions_init(&attachment->functions, options->symbols_root, options->functions,
		options->functions_min_ns);
	if (ret < 0)
		return error_set(error, -ret, "cannot look for symbols below %s: %s",
			options->symbols_root != NULL ? options->symbols_root : "(nothing)",
			strerror(-ret));
	return 0;
}

/* What an earlier consumer left is found again, or there must be nothing to find. */
static int attachment_open_state(
	struct vspan_attachment *attachment, const char *path, struct vspan_error *error)
{
	const struct vspan_region *region = attachment->region;
	int ret;

	if (path != NULL) {
		ret = checkpoint_open(&attachment->checkpoint, path, region, error);
		if (ret < 0 || attachment->checkpoint.found || !region_has_history(region))
			return ret;
	} else if (!region_has_history(region)) {
		return 0;
	}
	return error_set(error, EEXIST,
		"region %s has been drained before, and there is no state to go on from: attach "
		"with the state that consumer kept, or create a new region",
		region->name);
}

/* What lies in its rings needs the call sites: they are learned now, or it is not attached. */
static int attachment_relearn(struct vspan_attachment *attachment, struct vspan_error *error)
{
	const struct timespec pause = {.tv_nsec = REGISTER_PAUSE_NS};
	int tries = REGISTER_TRIES;

	while (!attachment_may_register(attachment)) {
		if (tries-- == 0)
			return error_set(error, EAGAIN,
				"region %s has been drained before, and the session daemon, which "
				"has to hear of its call sites, does not answer: attach it again "
				"when that does",
				attachment->region->name);
		nanosleep(&pause, NULL);
	}
	attachment_learn_all(attachment);
	return 0;
}

static int attachment_prepare(
	struct vspan_attachment *attachment, const char *state_path, struct vspan_error *error)
{
	int ret = attachment_open_state(attachment, state_path, error);

	if (ret < 0)
		return ret;
	if (clocks_attach(attachment) < 0)
		return error_set(error, ERANGE,
			"this machine's time stamp counter does not advance steadily: vspan needs "
			"an invariant TSC");
	if (attachment->checkpoint.found)
		ret = attachment_relearn(attachment, error);
	else
		attachment_learn_sites(attachment);
	if (ret < 0)
		return ret;
	if (checkpoint_used(&attachment->checkpoint))
		resume_attachment(attachment);
	return 0;
}

/* Unless it is final, open spans stay where another consumer finds them. */
static void attachment_discard(struct vspan_attachment *attachment, bool final)
{
	struct checkpoint checkpoint = attachment->checkpoint;
	uint32_t i;

	for (i = 0; i < attachment->ring_count && !final; i++)
		if (attachment->rings[i].spans.store != NULL)
			spans_leave_store(&attachment->rings[i].spans);

	attachment_destroy(attachment);
	checkpoint_close(&checkpoint, final);
}

int vspan_consumer_attach(struct vspan_consumer *consumer, struct vspan_region *region,
	const struct vspan_attach_options *options, struct vspan_attachment **out,
	struct vspan_error *error)
{
	struct vspan_attachment *attachment = attachment_create(region, region_number(region));
	int ret;

	if (attachment == NULL)
		return error_set(error, ENOMEM, "out of memory to attach region %s", region->name);
	attachment_configure(attachment, consumer, options);
	ret = attachment_functions(attachment, options, error);
	if (ret == 0)
		ret = attachment_prepare(
			attachment, options != NULL ? options->state_path : NULL, error);
	if (ret < 0) {
		attachment_discard(attachment, false);
		return ret;
	}
	attachment_announce(attachment);
	resume_announce(attachment);
	region_set_draining(region, true);
	registrar_add(&consumer->registrar, attachment);
	registry_add(&consumer->registry, attachment);
	request_ring(&consumer->requests);
	*out = attachment;
	return 0;
}

void vspan_consumer_kick(struct vspan_consumer *consumer)
{
	request_ring(&consumer->requests);
}

static int attachment_call(struct vspan_attachment *attachment, enum request_kind kind,
	uint32_t ring, struct vspan_ledger *ledger, uint64_t timeout_ns)
{
	struct request request = {
		.kind = kind,
		.attachment = attachment,
		.ring = ring,
		.ledger = ledger,
	};

	return request_call(&attachment->consumer->requests, &request, timeout_ns);
}

/* The consumer's thread has done its part: nobody else may hold on to it. */
static void attachment_leave(struct vspan_attachment *attachment, bool final)
{
	struct vspan_consumer *consumer = attachment->consumer;

	registry_remove(&consumer->registry, attachment);
	registrar_remove(&consumer->registrar, attachment);
	region_set_draining(attachment->region, false);
	attachment_discard(attachment, final);
}

void vspan_consumer_detach(struct vspan_attachment *attachment, struct vspan_ledger *ledger)
{
	struct vspan_ledger sum;

	attachment_learn_sites(attachment);
	attachment_call(attachment, REQUEST_DETACH, 0, &sum, UINT64_MAX);
	attachment_leave(attachment, true);
	if (ledger != NULL)
		*ledger = sum;
}

void vspan_consumer_suspend(struct vspan_attachment *attachment, struct vspan_ledger *ledger)
{
	struct vspan_ledger sum;

	if (!checkpoint_used(&attachment->checkpoint)) {
		vspan_consumer_detach(attachment, ledger);
		return;
	}
	attachment_learn_sites(attachment);
	attachment_call(attachment, REQUEST_SUSPEND, 0, &sum, UINT64_MAX);
	attachment_leave(attachment, false);
	if (ledger != NULL)
		*ledger = sum;
}

void vspan_attachment_hello(struct vspan_attachment *attachment)
{
	attachment_learn_sites(attachment);
	attachment_call(attachment, REQUEST_HELLO, 0, NULL, UINT64_MAX);
}

int vspan_attachment_drain(struct vspan_attachment *attachment, uint32_t ring, uint64_t timeout_ns)
{
	if (ring >= attachment->ring_count)
		return -EINVAL;
	if (attachment_has_news(attachment))
		attachment_learn_sites(attachment);
	return attachment_call(attachment, REQUEST_DRAIN, ring, NULL, timeout_ns);
}

void vspan_attachment_ring_dead(struct vspan_attachment *attachment, uint32_t ring)
{
	if (ring >= attachment->ring_count)
		return;
	if (attachment_has_news(attachment))
		attachment_learn_sites(attachment);
	attachment_call(attachment, REQUEST_DEAD, ring, NULL, UINT64_MAX);
}

void vspan_attachment_restart(struct vspan_attachment *attachment)
{
	if (attachment_has_news(attachment))
		attachment_learn_sites(attachment);
	attachment_call(attachment, REQUEST_RESTART, 0, NULL, UINT64_MAX);
}

void vspan_attachment_ledger(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ledger *ledger)
{
	attachment_call(attachment, REQUEST_LEDGER, ring, ledger, UINT64_MAX);
}
