/* SPDX-License-Identifier: MIT */
/*
 * slowest.c - the parameter `top`: the slowest spans of the whole trace, each
 * with what is below it, kept as text.
 */
#include "tree-sink.h"

#include <errno.h>
#include <stdlib.h>

static bool slow_less(const struct slow *a, const struct slow *b)
{
	/* Of two that took as long, the earlier one stands first. */
	return a->duration != b->duration ? a->duration < b->duration : a->start > b->start;
}

static void slowest_sift_down(struct slow *heap, size_t count, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		struct slow other;

		if (child >= count)
			return;
		if (child + 1 < count && slow_less(&heap[child + 1], &heap[child]))
			child++;
		if (!slow_less(&heap[child], &heap[i]))
			return;
		other = heap[i];
		heap[i] = heap[child];
		heap[child] = other;
		i = child;
	}
}

static void slowest_sift_up(struct slow *heap, size_t i)
{
	while (i > 0 && slow_less(&heap[i], &heap[(i - 1) / 2])) {
		struct slow other = heap[i];

		heap[i] = heap[(i - 1) / 2];
		heap[(i - 1) / 2] = other;
		i = (i - 1) / 2;
	}
}

static char *slow_render(struct tree_sink *tree, const struct node *node)
{
	struct text text = {0};

	if (tree->format == FORMAT_JSON) {
		tree_json(tree, &text, node);
	} else {
		if (tree->sink.forest.vm_count > 1)
			heading_text(&text, node->vcpu->vm);
		tree_text(tree, &text, node);
	}
	return text_take(&text);
}

static int slowest_offer(struct tree_sink *tree, const struct node *node)
{
	struct slow slow = {.duration = node->duration, .start = node->start};
	uint64_t most = tree->top;

	if (!tree->slowest)
		tree->slowest = calloc(most, sizeof(*tree->slowest));
	if (!tree->slowest)
		return -ENOMEM;
	if (tree->slow_count == most && !slow_less(&tree->slowest[0], &slow))
		return 0;
	slow.text = slow_render(tree, node);
	if (!slow.text)
		return -ENOMEM;
	if (tree->slow_count == most) {
		free(tree->slowest[0].text);
		tree->slowest[0] = slow;
		slowest_sift_down(tree->slowest, tree->slow_count, 0);
	} else {
		tree->slowest[tree->slow_count] = slow;
		slowest_sift_up(tree->slowest, tree->slow_count++);
	}
	return 0;
}

int slowest_take(struct tree_sink *tree, struct node *root)
{
	uint64_t depth = 0;
	struct node *next;
	int status = 0;

	for (struct node *node = root; node && status == 0; node = next) {
		bool wanted = node->type == NODE_SPAN && node->visible &&
			(!tree->name || name_matches(tree, node));

		/* What is below one of them is part of it. */
		next = node_next(root, node, !wanted && node->visible, &depth);
		if (wanted)
			status = slowest_offer(tree, node);
	}
	return status;
}

void slowest_flush(struct tree_sink *tree, struct text *text)
{
	size_t count = tree->slow_count;

	/* The least slow goes to the end, and so on. */
	while (tree->slow_count > 0) {
		struct slow least = tree->slowest[0];

		tree->slowest[0] = tree->slowest[--tree->slow_count];
		slowest_sift_down(tree->slowest, tree->slow_count, 0);
		tree->slowest[tree->slow_count] = least;
	}
	if (count && tree->format == FORMAT_TEXT && tree->sink.forest.vm_count == 1) {
		tree->heading = tree->sink.forest.vms[0];
		heading_text(text, tree->heading);
	}
	for (size_t i = 0; i < count; i++)
		text_print(text, "%s", tree->slowest[i].text);
	tree->slow_count = count;
	slowest_clear(tree);
}

void slowest_clear(struct tree_sink *tree)
{
	for (size_t i = 0; i < tree->slow_count; i++)
		free(tree->slowest[i].text);
	free(tree->slowest);
	tree->slowest = NULL;
	tree->slow_count = 0;
}
