/* SPDX-License-Identifier: MIT */
/*
 * play.c - spans, events and calls of the host in any pattern, as a script says: what
 * shows whether each of them is where it belongs in the tree.
 */
#include "play.h"

#include <vspan/guest.h>

VSPAN_SPAN(play, span, VSPAN_LEVEL_INFO, (u32, step));
VSPAN_EVENT(play, event, VSPAN_LEVEL_INFO, (u32, step));

#define OPEN_MAX 32u
#define NONSENSE VSPAN_MICROVM_CALL_OWN

struct player {
	const char *script;
	uint32_t size;
	uint32_t at;
	vspan_t open[OPEN_MAX];
	uint32_t depth;
};

/* The position of the bracket that closes the one at `at`; the size if there is none. */
static uint32_t bracket_end(const struct player *player, uint32_t at)
{
	uint32_t depth = 0;

	for (; at < player->size; at++) {
		if (player->script[at] == '[')
			depth++;
		else if (player->script[at] == ']' && --depth == 0)
			break;
	}
	return at;
}

static uint32_t play_host(struct player *player)
{
	const uint32_t start = player->at + 1;
	const uint32_t end = bracket_end(player, player->at);

	if (end == player->size)
		return NONSENSE;
	player->at = end;
	return microvm_call_host("play", player->script + start, end - start, NULL, 0, NULL);
}

static uint32_t play_step(struct player *player)
{
	switch (player->script[player->at]) {
	case '(':
		if (player->depth == OPEN_MAX)
			return NONSENSE;
		player->open[player->depth++] = vspan_begin(play, span, player->at);
		return VSPAN_MICROVM_CALL_OK;
	case ')':
		if (player->depth == 0)
			return NONSENSE;
		vspan_end(player->open[--player->depth]);
		return VSPAN_MICROVM_CALL_OK;
	case '.':
		vspan_event(play, event, player->at);
		return VSPAN_MICROVM_CALL_OK;
	case '[':
		return play_host(player);
	case '\0': /* the end of a text, if it came with it */
		return VSPAN_MICROVM_CALL_OK;
	default:
		return NONSENSE;
	}
}

uint32_t play(struct microvm_call *call)
{
	struct player player = {.script = call->arguments, .size = call->arguments_size};
	uint32_t status = VSPAN_MICROVM_CALL_OK;

	for (; player.at < player.size && status == VSPAN_MICROVM_CALL_OK; player.at++)
		status = play_step(&player);
	return status;
}
