/* SPDX-License-Identifier: MIT */
/*
 * provider-emit.c - the hot path: one record becomes one packed LTTng event per
 * session that wants it. An event is packed once, on the stack, when the first
 * recorder or filter needs it. Called by the consumer for each record.
 */
#include "provider-site.h"

#include <assert.h>
#include <lttng/tracepoint.h>
#include <lttng/ust-ringbuffer-context.h>
#include <string.h>
#include <urcu/compiler.h>
#include "sanitise.h"

/* A word is stored whole and the cursor moved by less: room for the last one's rest. */
#define STORE_SLACK sizeof(uint64_t)
#define HEAD_BYTES_MAX (HEAD_COUNT * sizeof(uint64_t))
/* No field takes more bytes in the trace than in the record. */
#define PACKED_MAX (HEAD_BYTES_MAX + VSPAN_ABI_RECORD_WORDS_MAX * sizeof(uint64_t) + STORE_SLACK)
/* The interpreter's stack: a word for a number or string, two for an array. */
#define FILTER_MAX (HEAD_BYTES_MAX + sizeof(uint64_t[2]) * VSPAN_ABI_FIELDS_MAX)

/* The leading fields of each class as they are in the trace: site_layouts, packed. */
struct span_head {
	uint32_t vm, vcpu;
	uint64_t span, parent, tsc, ts, duration;
	uint8_t status, kind;
	uint32_t flags;
} __attribute__((packed));

struct event_head {
	uint32_t vm, vcpu;
	uint64_t span, tsc, ts;
	uint32_t flags;
} __attribute__((packed));

struct entry_head {
	uint32_t vm, vcpu;
	uint64_t span, parent, tsc, ts;
	uint8_t kind;
	uint32_t flags;
} __attribute__((packed));

struct exit_head {
	uint32_t vm, vcpu;
	uint64_t span, tsc, ts;
	uint8_t status;
	uint32_t flags;
} __attribute__((packed));

struct provider_emission {
	const struct provider_site *provider;
	enum site_class class;
	const struct provider_common *common;
	const struct payload *payload;
	uint32_t field_count; /* own fields this class has */
	uint32_t packed_size; /* 0: not packed yet */
	bool filter_ready;
	uint16_t strings[VSPAN_ABI_FIELDS_MAX]; /* where each is in packed[] */
	uint8_t packed[PACKED_MAX];
	char filter[FILTER_MAX];
};

static uint8_t *word_store(uint8_t *to, uint64_t word, uint32_t size)
{
	memcpy(to, &word, sizeof(word));
	return to + size;
}

static const void *field_bytes(
	const struct provider_emission *emission, uint32_t field, uint32_t *length)
{
	const struct payload *payload = emission->payload;
	const uint64_t *words = &payload->words[payload->offset[field]];

	*length = (uint32_t)(words[0] & ~VSPAN_ABI_FIELD_CUT);
	assert(*length <= VSPAN_ABI_STRING_MAX);
	return words + 1;
}

static uint8_t *string_pack(struct provider_emission *emission, uint32_t field, uint8_t *to)
{
	uint32_t length;
	const char *bytes = field_bytes(emission, field, &length);

	emission->strings[field] = (uint16_t)(to - emission->packed);
	return to + sanitise_text(bytes, length, (char *)to, SANITISE_SIZE(length)) + 1;
}

static uint8_t *bytes_pack(const struct provider_emission *emission, uint32_t field, uint8_t *to)
{
	uint32_t length;
	const void *bytes = field_bytes(emission, field, &length);

	to = word_store(to, length, sizeof(uint16_t));
	memcpy(to, bytes, length);
	return to + length;
}

static uint8_t *field_pack(struct provider_emission *emission, uint32_t index, uint8_t *to)
{
	const struct provider_field *field = &emission->provider->fields[index];
	const struct payload *payload = emission->payload;
	const uint64_t *words = &payload->words[payload->offset[index]];

	switch (field->form) {
	case FORM_WORD:
		return word_store(to, words[0], field->size);
	case FORM_STRING:
		return string_pack(emission, index, to);
	case FORM_BYTES:
		return bytes_pack(emission, index, to);
	default:
		memcpy(to, words, field->bytes);
		return to + field->bytes;
	}
}

static uint8_t *span_head_pack(const struct provider_common *from, uint8_t *to)
{
	const struct span_head head = {from->vm, from->vcpu, from->span, from->parent, from->tsc,
		from->ts, from->duration, from->status, from->kind, from->flags};

	memcpy(to, &head, sizeof(head));
	return to + sizeof(head);
}

static uint8_t *event_head_pack(const struct provider_common *from, uint8_t *to)
{
	const struct event_head head = {
		from->vm, from->vcpu, from->span, from->tsc, from->ts, from->flags};

	memcpy(to, &head, sizeof(head));
	return to + sizeof(head);
}

static uint8_t *entry_head_pack(const struct provider_common *from, uint8_t *to)
{
	const struct entry_head head = {from->vm, from->vcpu, from->span, from->parent, from->tsc,
		from->ts, from->kind, from->flags};

	memcpy(to, &head, sizeof(head));
	return to + sizeof(head);
}

static uint8_t *exit_head_pack(const struct provider_common *from, uint8_t *to)
{
	const struct exit_head head = {
		from->vm, from->vcpu, from->span, from->tsc, from->ts, from->status, from->flags};

	memcpy(to, &head, sizeof(head));
	return to + sizeof(head);
}

static uint8_t *head_pack(enum site_class class, const struct provider_common *from, uint8_t *to)
{
	switch (class) {
	case CLASS_SPAN:
		return span_head_pack(from, to);
	case CLASS_EVENT:
		return event_head_pack(from, to);
	case CLASS_ENTRY:
		return entry_head_pack(from, to);
	default:
		return exit_head_pack(from, to);
	}
}

static void emission_pack(struct provider_emission *emission)
{
	uint8_t *to = head_pack(emission->class, emission->common, emission->packed);
	uint32_t i;

	for (i = 0; i < emission->field_count; i++)
		to = field_pack(emission, i, to);
	emission->packed_size = (uint32_t)(to - emission->packed);
	assert(emission->packed_size <= PACKED_MAX - STORE_SLACK);
}

static char *filter_push(char *to, const void *value)
{
	memcpy(to, value, sizeof(uint64_t));
	return to + sizeof(uint64_t);
}

/* One field, as lttng-ust's interpreter expects it: strings as recorded, arrays as the guest wrote
 * them. */
static char *field_push(const struct provider_emission *emission, uint32_t index, char *to)
{
	const struct provider_field *field = &emission->provider->fields[index];
	const struct payload *payload = emission->payload;
	const uint64_t *words = &payload->words[payload->offset[index]];
	const void *bytes = words;
	unsigned long count = field->length;
	uint32_t length;

	switch (field->form) {
	case FORM_WORD:
		return filter_push(to, words);
	case FORM_STRING:
		bytes = emission->packed + emission->strings[index];
		return filter_push(to, &bytes);
	case FORM_BYTES:
		bytes = field_bytes(emission, index, &length);
		count = length;
		break;
	default:
		break;
	}
	to = filter_push(to, &count);
	return filter_push(to, &bytes);
}

static void head_fill(uint64_t head[HEAD_COUNT], const struct provider_common *common)
{
	head[HEAD_VM] = common->vm;
	head[HEAD_VCPU] = common->vcpu;
	head[HEAD_SPAN] = common->span;
	head[HEAD_PARENT] = common->parent;
	head[HEAD_TSC] = common->tsc;
	head[HEAD_TS] = common->ts;
	head[HEAD_DURATION] = common->duration;
	head[HEAD_STATUS] = common->status;
	head[HEAD_KIND] = common->kind;
	head[HEAD_FLAGS] = common->flags;
}

static const char *emission_filter(struct provider_emission *emission)
{
	const struct site_layout *layout = &site_layouts[emission->class];
	char *to = emission->filter;
	uint64_t head[HEAD_COUNT];
	uint32_t i;

	if (emission->filter_ready)
		return emission->filter;
	if (emission->packed_size == 0)
		emission_pack(emission);
	head_fill(head, emission->common);
	for (i = 0; i < layout->count; i++)
		to = filter_push(to, &head[layout->head[i]]);
	for (i = 0; i < emission->field_count; i++)
		to = field_push(emission, i, to);
	assert(to <= emission->filter + FILTER_MAX);
	emission->filter_ready = true;
	return emission->filter;
}

static void emission_record(struct provider_emission *emission,
	struct lttng_ust_event_recorder *recorder, struct lttng_ust_probe_ctx *context)
{
	const struct lttng_ust_channel_buffer_ops *ops = recorder->chan->ops;
	struct lttng_ust_ring_buffer_ctx reservation;

	if (emission->packed_size == 0)
		emission_pack(emission);
	lttng_ust_ring_buffer_ctx_init(&reservation, recorder, emission->packed_size, 1, context);
	if (ops->event_reserve(&reservation) < 0)
		return;
	ops->event_write(&reservation, emission->packed, emission->packed_size, 1);
	ops->event_commit(&reservation);
}

static void emission_notify(struct provider_emission *emission,
	struct lttng_ust_event_notifier *notifier, struct lttng_ust_probe_ctx *context)
{
	struct lttng_ust_notification_ctx notification = {
		.struct_size = sizeof(notification),
		.eval_capture = CMM_ACCESS_ONCE(notifier->eval_capture),
	};
	const char *stack = emission->filter;

	if (notification.eval_capture)
		stack = emission_filter(emission);
	notifier->notification_send(notifier, stack, context, &notification);
}

static bool recorder_is_active(const struct lttng_ust_event_recorder *recorder)
{
	const struct lttng_ust_channel_common *channel = recorder->chan->parent;

	return CMM_ACCESS_ONCE(channel->session->active) && CMM_ACCESS_ONCE(channel->enabled);
}

void provider_probe(void *data, struct provider_emission *emission)
{
	struct lttng_ust_event_common *event = data;
	/* No code address: the place in the guest is the event itself. */
	struct lttng_ust_probe_ctx context = {.struct_size = sizeof(context), .ip = NULL};

	if (event->type == LTTNG_UST_EVENT_TYPE_RECORDER && !recorder_is_active(event->child))
		return;
	if (!CMM_ACCESS_ONCE(event->enabled))
		return;
	if (caa_unlikely(CMM_ACCESS_ONCE(event->eval_filter)) &&
		event->run_filter(event, emission_filter(emission), &context, NULL) !=
			LTTNG_UST_EVENT_FILTER_ACCEPT)
		return;
	if (event->type == LTTNG_UST_EVENT_TYPE_RECORDER)
		emission_record(emission, event->child, &context);
	else if (event->type == LTTNG_UST_EVENT_TYPE_NOTIFIER)
		emission_notify(emission, event->child, &context);
}

static bool event_enabled(const struct provider_event *event)
{
	return event != NULL && CMM_LOAD_SHARED(event->callsite.state) != 0;
}

bool provider_site_edges_enabled(const struct provider_site *provider)
{
	return event_enabled(provider->events[CLASS_ENTRY]) ||
		event_enabled(provider->events[CLASS_EXIT]);
}

bool provider_site_enabled(const struct provider_site *provider)
{
	return event_enabled(&provider->event[0]) || provider_site_edges_enabled(provider);
}

/* Calls every probe on the event's tracepoint: one per session and trigger. */
static void emission_send(struct provider_emission *emission, const struct provider_event *event)
{
	const struct lttng_ust_tracepoint_probe *probe;

	if (caa_unlikely(!LTTNG_UST_TP_RCU_LINK_TEST()))
		return;
	lttng_ust_tp_rcu_read_lock();
	probe = lttng_ust_tp_rcu_dereference(event->callsite.probes);
	for (; probe != NULL && probe->func != NULL; probe++)
		((void (*)(void *, struct provider_emission *))probe->func)(probe->data, emission);
	lttng_ust_tp_rcu_read_unlock();
}

static void provider_emit(const struct provider_site *provider, enum site_class class,
	const struct provider_common *common, const struct payload *payload)
{
	const struct provider_event *event = provider->events[class];
	struct provider_emission emission;

	assert(event != NULL);
	if (!event_enabled(event))
		return;
	emission.provider = provider;
	emission.class = class;
	emission.common = common;
	emission.payload = payload;
	emission.field_count = payload != NULL ? provider->field_count : 0;
	emission.packed_size = 0;
	emission.filter_ready = false;
	emission_send(&emission, event);
}

void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	assert(payload != NULL);
	provider_emit(provider, CLASS_SPAN, common, payload);
}

void provider_emit_entry(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	assert(payload != NULL);
	provider_emit(provider, CLASS_ENTRY, common, payload);
}

void provider_emit_exit(const struct provider_site *provider, const struct provider_common *common)
{
	provider_emit(provider, CLASS_EXIT, common, NULL);
}

void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	assert(payload != NULL);
	provider_emit(provider, CLASS_EVENT, common, payload);
}
