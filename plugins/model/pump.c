/* SPDX-License-Identifier: MIT */
/*
 * pump.c - see pump.h. Blocks of messages go round in a ring: the graph's thread
 * fills the one at `filled`, the sink's thread works on the one at `worked`, and
 * the graph's thread empties a block when its turn to be filled comes again.
 */
#include "pump.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* Few enough messages under way that they stay in the processor's cache. */
#define BLOCKS 8
#define BLOCK_MESSAGES 256
#define BLOCK_BYTES 16384

struct block {
	struct record records[BLOCK_MESSAGES];
	const bt_message *messages[BLOCK_MESSAGES]; /* NULL: read already */
	uint64_t numbers[BLOCK_MESSAGES][RECORD_NUMBERS];
	struct values own[BLOCK_MESSAGES];
	unsigned char bytes[BLOCK_BYTES]; /* of `own`, as far as they fit */
	size_t bytes_used;
	size_t count;
	enum pump_event event; /* after the messages */
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
	int status;
};

static int block_work(const struct pump *pump, const struct block *block)
{
	int status = 0;

	for (size_t i = 0; i < block->count && status == 0; i++)
		status = pump->functions->message(
			pump->data, &block->records[i], block->messages[i]);
	if (status == 0 && block->event != PUMP_NONE)
		status = pump->functions->event(pump->data, block->event);
	return status;
}

static void *pump_run(void *data)
{
	struct pump *pump = data;
	bool stop = false;
	int status = 0;

	pthread_mutex_lock(&pump->lock);
	while (!stop) {
		const struct block *block = &pump->blocks[pump->worked % BLOCKS];

		while (pump->filled == pump->worked)
			pthread_cond_wait(&pump->moved, &pump->lock);
		pthread_mutex_unlock(&pump->lock);
		if (status == 0)
			status = block_work(pump, block);
		stop = block->stop;
		pthread_mutex_lock(&pump->lock);
		pump->worked++;
		pump->status = status;
		/* Whoever waits for room waits for half of it: waking costs more than a block. */
		if (pump->filled - pump->worked <= BLOCKS / 2)
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
	for (size_t i = 0; i < block->count; i++) {
		if (block->messages[i])
			bt_message_put_ref(block->messages[i]);
		else
			values_clear(&block->own[i]);
	}
	block->count = 0;
	block->bytes_used = 0;
	block->event = PUMP_NONE;
	block->stop = false;
}

/* Hands the current block over and makes the next one ready. */
static int pump_turn(struct pump *pump)
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
	pthread_cond_signal(&pump->moved);
	if (pump->filled - pump->worked >= BLOCKS) {
		while (pump->filled - pump->worked > BLOCKS / 2)
			pthread_cond_wait(&pump->moved, &pump->lock);
	}
	status = pump->status;
	pthread_mutex_unlock(&pump->lock);
	block_empty(&pump->blocks[pump->filled % BLOCKS]);
	return status;
}

static struct block *pump_block(struct pump *pump)
{
	return &pump->blocks[pump->threaded ? pump->filled % BLOCKS : 0];
}

int pump_give(struct pump *pump, const struct record *record, const bt_message *message)
{
	struct block *block = pump_block(pump);

	assert(block->count < BLOCK_MESSAGES);
	block->records[block->count] = *record;
	block->messages[block->count++] = message;
	return block->count == BLOCK_MESSAGES ? pump_turn(pump) : 0;
}

int pump_copy(struct pump *pump, const struct record *record)
{
	struct block *block = pump_block(pump);
	size_t i = block->count;
	struct values *own = &block->own[i];

	assert(i < BLOCK_MESSAGES && record_is_plain(record));
	if (values_pack(own, record->kind, record->payload, block->bytes + block->bytes_used,
		    BLOCK_BYTES - block->bytes_used) < 0) {
		values_clear(own);
		return -ENOMEM;
	}
	if (!own->own)
		block->bytes_used += own->length;
	record_read(record, block->numbers[i]);
	block->records[i] =
		(struct record){.kind = record->kind, .numbers = block->numbers[i], .own = own};
	block->messages[i] = NULL;
	block->count++;
	return block->count == BLOCK_MESSAGES ? pump_turn(pump) : 0;
}

static int pump_wait(struct pump *pump)
{
	int status;

	pthread_mutex_lock(&pump->lock);
	while (pump->threaded && pump->worked < pump->filled)
		pthread_cond_wait(&pump->moved, &pump->lock);
	status = pump->status;
	pthread_mutex_unlock(&pump->lock);
	return status;
}

int pump_tell(struct pump *pump, enum pump_event event)
{
	pump_block(pump)->event = event;
	pump_turn(pump);
	return pump_wait(pump);
}

void pump_destroy(struct pump *pump)
{
	if (!pump)
		return;
	if (pump->threaded) {
		pump_block(pump)->stop = true;
		pump_turn(pump);
		pthread_join(pump->thread, NULL);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		block_empty(&pump->blocks[i]);
	pthread_cond_destroy(&pump->moved);
	pthread_mutex_destroy(&pump->lock);
	free(pump);
}
