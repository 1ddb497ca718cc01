/* SPDX-License-Identifier: MIT */
/*
 * pump.c - see pump.h. Blocks of entries go round in a ring: the graph's thread
 * fills the one at `filled`, the sink's thread works on the one at `worked`, and
 * the graph's thread empties a block when its turn to be filled comes again.
 * Waking a thread costs more than a block, so whoever waits does so until half
 * the ring is there for it.
 */
#include "pump.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

/* Enough under way that neither thread waits for a burst of the other's. */
#define BLOCKS 32
#define BLOCK_BYTES 32768
/* Of an entry; its own fields are elsewhere if they are longer, its event is not copied. */
#define ENTRY_BYTES 1024

struct entry {
	size_t size; /* to the next one; a multiple of 8 */
	const struct event_kind *kind;
	const bt_message *message; /* NULL: copied */
	const char *strings;
	struct values own;
	uint64_t numbers[]; /* as many as the kind has; then strings, own fields */
};

struct block {
	_Alignas(8) unsigned char bytes[BLOCK_BYTES];
	size_t used;
	bool owns;             /* messages, or memory: else there is nothing to be freed */
	enum pump_event event; /* after the entries */
	bool stop;             /* and no block follows */
};

struct pump {
	const struct pump_functions *functions;
	void *data;
	struct block blocks[BLOCKS];
	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t moved;
	size_t filled; /* blocks ever given to the sink's thread */
	size_t worked; /* blocks it is done with */
	bool hurry;    /* the graph's thread waits for all of them */
	int status;
};

static struct entry *entry_at(struct block *block, size_t offset)
{
	return (struct entry *)(void *)(block->bytes + offset);
}

static int entry_work(const struct pump *pump, const struct entry *entry)
{
	struct record record = {.kind = entry->kind,
		.numbers = entry->numbers,
		.strings = entry->strings,
		.own = &entry->own};

	if (entry->message && entry->kind)
		record_view(&record, entry->kind, entry->message);
	return pump->functions->message(pump->data, &record, entry->message);
}

static int block_work(const struct pump *pump, struct block *block)
{
	int status = 0;

	for (size_t at = 0; at < block->used && status == 0; at += entry_at(block, at)->size)
		status = entry_work(pump, entry_at(block, at));
	if (status == 0 && block->event != PUMP_NONE)
		status = pump->functions->event(pump->data, block->event);
	return status;
}

static bool pump_has_work(const struct pump *pump)
{
	size_t blocks = pump->filled - pump->worked;

	return blocks >= BLOCKS / 2 || (pump->hurry && blocks > 0);
}

static void *pump_run(void *data)
{
	struct pump *pump = data;
	bool stop = false;
	int status = 0;

	pthread_mutex_lock(&pump->lock);
	while (!stop) {
		struct block *block = &pump->blocks[pump->worked % BLOCKS];

		if (pump->filled == pump->worked) {
			while (!pump_has_work(pump))
				pthread_cond_wait(&pump->moved, &pump->lock);
		}
		pthread_mutex_unlock(&pump->lock);
		if (status == 0)
			status = block_work(pump, block);
		stop = block->stop;
		pthread_mutex_lock(&pump->lock);
		pump->worked++;
		pump->status = status;
		if (pump->filled - pump->worked <= (pump->hurry ? 0 : BLOCKS / 2))
			pthread_cond_signal(&pump->moved);
	}
	pthread_mutex_unlock(&pump->lock);
	return NULL;
}

/* Signals are for the program's own threads. */
static bool thread_start(struct pump *pump)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&pump->thread, NULL, pump_run, pump) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

struct pump *pump_create(const struct pump_functions *functions, void *data)
{
	struct pump *pump = calloc(1, sizeof(*pump));

	if (!pump)
		return NULL;
	pump->functions = functions;
	pump->data = data;
	pump->blocks[0].event = PUMP_NONE;
	pthread_mutex_init(&pump->lock, NULL);
	pthread_cond_init(&pump->moved, NULL);
	pump->threaded = thread_start(pump);
	return pump;
}

static void block_empty(struct block *block)
{
	for (size_t at = 0; block->owns && at < block->used; at += entry_at(block, at)->size) {
		struct entry *entry = entry_at(block, at);

		if (entry->message)
			bt_message_put_ref(entry->message);
		else
			values_clear(&entry->own);
	}
	block->used = 0;
	block->owns = false;
	block->event = PUMP_NONE;
	block->stop = false;
}

/* Hands the current block over and makes the next one ready. */
static int pump_turn(struct pump *pump, bool hurry)
{
	int status;

	if (!pump->threaded) {
		struct block *block = &pump->blocks[0];

		if (pump->status == 0)
			pump->status = block_work(pump, block);
		block_empty(block);
		return pump->status;
	}
	pthread_mutex_lock(&pump->lock);
	pump->filled++;
	pump->hurry = hurry;
	if (pump_has_work(pump))
		pthread_cond_signal(&pump->moved);
	if (pump->filled - pump->worked >= BLOCKS) {
		while (pump->filled - pump->worked > BLOCKS / 2)
			pthread_cond_wait(&pump->moved, &pump->lock);
	}
	while (hurry && pump->worked < pump->filled)
		pthread_cond_wait(&pump->moved, &pump->lock);
	pump->hurry = false;
	status = pump->status;
	pthread_mutex_unlock(&pump->lock);
	block_empty(&pump->blocks[pump->filled % BLOCKS]);
	return status;
}

static struct block *pump_block(struct pump *pump)
{
	return &pump->blocks[pump->threaded ? pump->filled % BLOCKS : 0];
}

/* Room for an entry: there always is. */
static struct entry *pump_entry(struct pump *pump)
{
	struct block *block = pump_block(pump);

	assert(block->used + ENTRY_BYTES <= BLOCK_BYTES);
	return entry_at(block, block->used);
}

static int pump_add(struct pump *pump, struct entry *entry, size_t size)
{
	struct block *block = pump_block(pump);

	assert(size <= ENTRY_BYTES);
	entry->size = (size + 7) & ~(size_t)7;
	block->used += entry->size;
	block->owns = block->owns || entry->message || entry->own.own;
	return block->used + ENTRY_BYTES > BLOCK_BYTES ? pump_turn(pump, false) : 0;
}

int pump_give(struct pump *pump, const struct event_kind *kind, const bt_message *message)
{
	struct entry *entry = pump_entry(pump);

	*entry = (struct entry){.kind = kind, .message = message};
	return pump_add(pump, entry, sizeof(*entry));
}

static int pump_copy_event(struct pump *pump, const struct event_kind *kind,
	const bt_field *payload, bool own_fields, bool *copied)
{
	struct entry *entry = pump_entry(pump);
	char *strings = (char *)(entry->numbers + kind->number_count);
	size_t head = (size_t)(strings - (char *)entry);
	size_t length = record_copy(kind, payload, entry->numbers, strings, ENTRY_BYTES - head);

	*copied = head + length <= ENTRY_BYTES;
	if (!*copied)
		return 0;
	entry->kind = kind;
	entry->message = NULL;
	entry->strings = strings;
	entry->own = (struct values){.kind = own_fields ? kind : NULL};
	head += length;
	if (own_fields && kind->own.count > 0 &&
		values_pack(&entry->own, kind, payload, (char *)entry + head, ENTRY_BYTES - head) <
			0) {
		values_clear(&entry->own);
		return -ENOMEM;
	}
	return pump_add(pump, entry, head + (entry->own.own ? 0 : entry->own.length));
}

int pump_copy(struct pump *pump, const struct event_kind *kind, const bt_message *message,
	bool own_fields)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	bool copied;
	int status = pump_copy_event(
		pump, kind, bt_event_borrow_payload_field_const(event), own_fields, &copied);

	if (!copied)
		return pump_give(pump, kind, message);
	bt_message_put_ref(message);
	return status;
}

int pump_tell(struct pump *pump, enum pump_event event)
{
	pump_block(pump)->event = event;
	return pump_turn(pump, true);
}

void pump_destroy(struct pump *pump)
{
	if (!pump)
		return;
	if (pump->threaded) {
		pump_block(pump)->stop = true;
		pump_turn(pump, true);
		pthread_join(pump->thread, NULL);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		block_empty(&pump->blocks[i]);
	pthread_cond_destroy(&pump->moved);
	pthread_mutex_destroy(&pump->lock);
	free(pump);
}
