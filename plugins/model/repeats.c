/* SPDX-License-Identifier: MIT */
/*
 * repeats.c - see repeats.h. Events are compared by a 64-bit hash of what makes
 * them the same. Each earlier event takes one repetition with it per change of
 * consumers: two events alike in everything, both repeated, stay two.
 */
#include "repeats.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

struct repeats_event {
	uint64_t key;
	uint32_t kept;       /* events of this key */
	uint32_t generation; /* of the latest of them */
	uint32_t taken;      /* those that take no repetition, or no further one, in it */
};

static uint64_t key_mix(uint64_t key, uint64_t value)
{
	key = (key ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 29;
}

static uint64_t key_mix_bytes(uint64_t key, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		key = key_mix(key, (unsigned char)bytes[i]);
	return key_mix(key, length);
}

/*
 * The name without a number LTTng's namespace made necessary ("read_2"): it is
 * the consumer's, and the next one may number otherwise.
 */
uint64_t repeats_hash_label(const char *name)
{
	size_t length = strlen(name);
	size_t digits = 0;

	while (digits < length && name[length - 1 - digits] >= '0' &&
		name[length - 1 - digits] <= '9')
		digits++;
	if (digits > 0 && digits < length && name[length - 1 - digits] == '_')
		length -= digits + 1;
	return key_mix_bytes(0, name, length);
}

/* A site may be named by its class before, by its fields after: it is the same one. */
static int key_mix_label(uint64_t *key, const struct record *record)
{
	struct text text = {0};
	char *label;

	if (!record->kind->named) {
		*key = key_mix(*key, record->kind->label_hash);
		return 0;
	}
	record_label(record, &text);
	label = text_take(&text);
	if (!label)
		return -ENOMEM;
	*key = key_mix(*key, repeats_hash_label(label));
	free(label);
	return 0;
}

/* Control events carry no flag: all they say has to be equal. */
static uint64_t key_mix_control(uint64_t key, const struct record *record)
{
	for (unsigned int f = FIELD_VM; f < FIELD_NUMBERS; f++)
		key = key_mix(key, record_number(record, f));
	for (unsigned int f = FIELD_NUMBERS; f < FIELDS; f++) {
		const char *string = record_string(record, f);

		key = key_mix_bytes(key, string, strlen(string));
	}
	return key;
}

static int record_key(const struct record *record, uint64_t *key)
{
	enum event_role role = record->kind->role;

	*key = key_mix(UINT64_C(0x6a09e667f3bcc909), role);
	if (role > EVENT_EXIT) {
		*key = key_mix_control(*key, record);
		return 0;
	}
	*key = key_mix(*key, record_number(record, FIELD_SPAN));
	if (role == EVENT_EXIT) {
		*key = key_mix(*key, record_number(record, FIELD_TS));
		return 0;
	}
	*key = key_mix(*key, record_number(record, FIELD_VCPU));
	*key = key_mix(*key, record_number(record, FIELD_TSC));
	return key_mix_label(key, record);
}

struct repeats_ring {
	uint32_t vcpu;
	uint32_t generation; /* of consumers */
	uint32_t resumes;    /* told by resume events */
	bool repeated;       /* the ring's latest guest event was a repeated one */
};

/* The ring's account, new or not. NULL if memory ran out. */
static struct repeats_ring *repeats_ring(struct repeats *repeats, uint32_t vcpu)
{
	struct repeats_ring *ring = repeats->last;

	if (ring && ring->vcpu == vcpu)
		return ring;
	ring = map_find(&repeats->rings, vcpu);
	if (ring)
		return repeats->last = ring;
	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return NULL;
	ring->vcpu = vcpu;
	if (map_insert(&repeats->rings, vcpu, ring) < 0) {
		free(ring);
		return NULL;
	}
	return repeats->last = ring;
}

/* Without its resume event, a change of consumers shows in where repeated events begin. */
static void ring_follow(struct repeats_ring *ring, bool repeated)
{
	if (repeated && !ring->repeated && ring->resumes == 0)
		ring->generation++;
	ring->repeated = repeated;
}

static struct repeats_event *repeats_remember(struct repeats *repeats, uint64_t key)
{
	struct repeats_event *event;

	if (!repeats->events)
		repeats->events = calloc(REPEATS_MEMORY, sizeof(*repeats->events));
	if (!repeats->events)
		return NULL;
	event = &repeats->events[repeats->remembered % REPEATS_MEMORY];
	if (repeats->remembered >= REPEATS_MEMORY)
		map_remove(&repeats->by_key, event->key);
	*event = (struct repeats_event){.key = key};
	if (map_insert(&repeats->by_key, key, event) < 0) {
		/* Else the slot would one day take the key of another with it. */
		map_remove(&repeats->by_key, key);
		return NULL;
	}
	repeats->remembered++;
	return event;
}

static int repeats_count(
	struct repeats *repeats, uint64_t key, uint32_t generation, bool repeated, bool flagged)
{
	struct repeats_event *event = map_find(&repeats->by_key, key);

	if (!event)
		event = repeats_remember(repeats, key);
	if (!event)
		return -ENOMEM;
	if (event->generation != generation)
		event->taken = 0;
	event->generation = generation;
	event->taken++;
	if (repeated && event->taken <= event->kept) {
		repeats->dropped++;
		return 1;
	}
	event->kept++;
	assert(event->taken <= event->kept);
	repeats->unsure += flagged &&
		(repeats->remembered > REPEATS_MEMORY || repeats->noted > REPEATS_MEMORY);
	return 0;
}

static int repeats_note(struct repeats *repeats, uint64_t key)
{
	if (!repeats->keys)
		repeats->keys = calloc(REPEATS_MEMORY, sizeof(*repeats->keys));
	if (!repeats->keys)
		return -ENOMEM;
	repeats->keys[repeats->noted++ % REPEATS_MEMORY] = key;
	return 0;
}

/* From now on events may be repeated: what was noted of earlier ones is needed. */
static int repeats_activate(struct repeats *repeats)
{
	uint64_t first = repeats->noted > REPEATS_MEMORY ? repeats->noted - REPEATS_MEMORY : 0;

	repeats->active = true;
	for (uint64_t i = first; i < repeats->noted; i++) {
		if (repeats_count(repeats, repeats->keys[i % REPEATS_MEMORY], 0, false, false) < 0)
			return -ENOMEM;
	}
	free(repeats->keys);
	repeats->keys = NULL;
	return 0;
}

int repeats_check(struct repeats *repeats, const struct record *record)
{
	enum event_role role = record->kind->role;
	bool guest = role >= EVENT_SPAN && role <= EVENT_EXIT;
	bool flagged = record_number(record, FIELD_FLAGS) & VSPAN_TRACE_FLAG_REPEATED;
	struct repeats_ring *ring;
	uint64_t key;

	if (!guest && role != EVENT_LOST && role != EVENT_LINK && role != EVENT_MESSAGE &&
		role != EVENT_CONTEXT && role != EVENT_RESUME)
		return 0;
	ring = repeats_ring(repeats, (uint32_t)record_number(record, FIELD_VCPU));
	if (!ring)
		return -ENOMEM;
	if (!repeats->active && (role == EVENT_RESUME || flagged) && repeats_activate(repeats) < 0)
		return -ENOMEM;
	if (role == EVENT_RESUME) {
		ring->generation++;
		if (++ring->resumes > repeats->restarts)
			repeats->restarts = ring->resumes;
		return 0;
	}
	if (guest)
		ring_follow(ring, flagged);
	if (record_key(record, &key) < 0)
		return -ENOMEM;
	if (!repeats->active)
		return repeats_note(repeats, key);
	return repeats_count(
		repeats, key, ring->generation, guest ? flagged : ring->generation > 0, flagged);
}

static void ring_visit_free(void *ring, void *data)
{
	(void)data;
	free(ring);
}

void repeats_clear(struct repeats *repeats)
{
	map_clear(&repeats->by_key);
	free(repeats->events);
	free(repeats->keys);
	map_visit(&repeats->rings, ring_visit_free, NULL);
	map_clear(&repeats->rings);
	*repeats = (struct repeats){0};
}
