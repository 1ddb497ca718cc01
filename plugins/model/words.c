/* SPDX-License-Identifier: MIT */
/* words.c - see words.h. */
#include "words.h"

#include <assert.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

static const struct {
	uint32_t flag;
	const char *mark;
} flag_marks[] = {
	{VSPAN_TRACE_FLAG_ABORTED, "aborted"},
	{VSPAN_TRACE_FLAG_END_LOST, "end-lost"},
	{VSPAN_TRACE_FLAG_EVICTED, "evicted"},
	{VSPAN_TRACE_FLAG_INTERRUPT, "interrupt"},
	{VSPAN_TRACE_FLAG_DETACHED, "detached"},
	{VSPAN_TRACE_FLAG_CLAMPED, "clamped"},
	{VSPAN_TRACE_FLAG_CUT, "cut"},
	{VSPAN_TRACE_FLAG_REMOTE, "remote"},
};

size_t words_marks(const struct node *node, const char *marks[WORDS_MARKS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(flag_marks) / sizeof(flag_marks[0]); i++) {
		if (node->flags & flag_marks[i].flag)
			marks[count++] = flag_marks[i].mark;
	}
	if (node->type == NODE_SPAN && node->source == SOURCE_ENTRY)
		marks[count++] = "unfinished";
	if (node->type == NODE_SPAN && node->source == SOURCE_EXIT)
		marks[count++] = "begin-unknown";
	if (node->parent_unknown)
		marks[count++] = "parent-unknown";
	if (node->parent_loop)
		marks[count++] = "parent-loop";
	if (node->part)
		marks[count++] = "part";
	assert(count <= WORDS_MARKS_MAX);
	return count;
}

const char *words_status(const struct node *node)
{
	if (node->status == VSPAN_ABI_STATUS_OK)
		return "ok";
	return node->status == VSPAN_ABI_STATUS_ERROR ? "error" : NULL;
}

const char *words_kind(const struct node *node)
{
	static const char *const kinds[] = {NULL, "server", "client", "producer", "consumer"};

	return node->kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[node->kind] : NULL;
}

size_t words_provider(const char *label)
{
	const char *colon = strchr(label, ':');

	return colon ? (size_t)(colon - label) : 0;
}
