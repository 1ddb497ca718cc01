/* SPDX-License-Identifier: MIT */
/*
 * volume.c - makes up requests and serves them from a store. Called by main.c
 * in the guest, and by the unit tests on the host.
 */
#include "volume.h"

VSPAN_SPAN(store, request, VSPAN_LEVEL_INFO, (u64, id), (str, op));

#define LENGTHS (STORE_LEN_MAX / STORE_LEN_UNIT)

enum operation { OPERATION_WRITE, OPERATION_READ, OPERATION_SCRUB };

static const char *const operation_names[] = {"write", "read", "scrub"};

struct request {
	enum operation operation;
	uint32_t lba;
	uint32_t len;
	uint32_t pattern;
};

/* xorshift64 */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct request request_draw(struct volume *volume)
{
	uint64_t draw = random_next(&volume->random);
	struct request request = {
		.operation = draw >> 8 & 1 ? OPERATION_WRITE : OPERATION_READ,
		.lba = draw % VOLUME_LBAS,
		.len = (uint32_t)((draw >> 16) % LENGTHS + 1) * STORE_LEN_UNIT,
		.pattern = (uint32_t)(draw >> 32),
	};

	if (volume->requests % VOLUME_SCRUB_EVERY == 0)
		request.operation = OPERATION_SCRUB;
	return request;
}

static void contents_fill(uint32_t *contents, uint32_t len, uint32_t pattern)
{
	uint32_t i;

	for (i = 0; i < STORE_WORDS(len); i++)
		contents[i] = pattern + i;
}

static bool volume_write(struct volume *volume, uint32_t lba, uint32_t len, uint32_t pattern)
{
	contents_fill(volume->contents, len, pattern);
	if (store_write(&volume->store, lba, len, volume->contents) != 0)
		return false;
	volume->patterns[lba] = pattern;
	return true;
}

static bool volume_read(struct volume *volume, uint32_t lba)
{
	uint32_t len;
	int result = store_read(&volume->store, lba, &len, volume->contents);

	return result == STORE_MISS ||
		(result == 0 && volume->contents[0] == volume->patterns[lba]);
}

/* Damages the first written block from `lba` on, finds the damage, writes the block anew. */
static bool volume_scrub(struct volume *volume, uint32_t lba)
{
	uint32_t tries, len;

	for (tries = 0; !store_corrupt(&volume->store, lba); tries++) {
		if (tries == VOLUME_LBAS)
			return true;
		lba = (lba + 1) % VOLUME_LBAS;
	}
	if (store_read(&volume->store, lba, &len, volume->contents) != STORE_ERROR_MISMATCH)
		return false;
	return volume_write(volume, lba, len, volume->patterns[lba]) && volume_read(volume, lba);
}

static bool volume_serve(struct volume *volume, const struct request *request)
{
	switch (request->operation) {
	case OPERATION_WRITE:
		return volume_write(volume, request->lba, request->len, request->pattern);
	case OPERATION_READ:
		return volume_read(volume, request->lba);
	case OPERATION_SCRUB:
		return volume_scrub(volume, request->lba);
	}
	return false;
}

void volume_start(struct volume *volume, uint64_t seed, uint32_t number, struct counts *counts)
{
	uint32_t i;

	store_format(&volume->store, VOLUME_LBAS, VOLUME_SEGMENTS, counts);
	volume->counts = counts;
	volume->random = (seed * 2 + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ number;
	if (volume->random == 0)
		volume->random = 1;
	volume->requests = 0;
	volume->failures = 0;
	/* The first draws of neighbouring states look alike. */
	for (i = 0; i < 8; i++)
		random_next(&volume->random);
}

void volume_request(struct volume *volume)
{
	struct request request;
	vspan_t span;

	volume->requests++;
	request = request_draw(volume);
	span = counted_begin(volume->counts, store, request, volume->requests,
		operation_names[request.operation]);
	if (volume_serve(volume, &request)) {
		counted_end_status(volume->counts, span, VSPAN_STATUS_OK);
	} else {
		volume->failures++;
		counted_fail(volume->counts, span, "wrong contents, or no room");
	}
}
