/* SPDX-License-Identifier: MIT */
/*
 * test-stop.c - whatever happens to a graph at whichever message, each component
 * class of the plugin gives back what it took: memory (leak checkers look), file
 * descriptors, threads. The classes are those that the plugin has.
 *
 * usage: test-stop [EVERY]   every so many messages [1]
 */
#include "truth/graph.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASSES_MAX 32
#define MESSAGES_MAX 2000

/* What stops the graph; the interrupter of the graph is one more way. */
static const struct way {
	const char *how; /* of filter.vspantest.stop; NULL: the graph's interrupter */
	enum graph_outcome outcome;
} ways[] = {
	{"error", GRAPH_FAILED},
	{"memory", GRAPH_FAILED},
	{"end", GRAPH_ENDED},
	{"again", GRAPH_INTERRUPTED},
	{"pause", GRAPH_ENDED},
	{NULL, GRAPH_INTERRUPTED},
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

struct subject {
	char name[64];
	bt_component_class_type type;
};

struct test {
	struct subject subjects[CLASSES_MAX];
	size_t count;
	char path[64];
	uint64_t graphs;
	uint64_t failures;
};

static void subject_add(void *data, bt_component_class_type type, const char *name)
{
	static const char *const kinds[] = {
		[BT_COMPONENT_CLASS_TYPE_SOURCE] = "source",
		[BT_COMPONENT_CLASS_TYPE_FILTER] = "filter",
		[BT_COMPONENT_CLASS_TYPE_SINK] = "sink",
	};
	struct test *test = data;
	struct subject *subject = &test->subjects[test->count];

	/* What sources read is not messages: they have tests of their own. */
	if (test->count == CLASSES_MAX || type == BT_COMPONENT_CLASS_TYPE_SOURCE)
		return;
	*subject = (struct subject){.type = type};
	snprintf(subject->name, sizeof(subject->name), "%s.vspan.%s", kinds[type], name);
	test->count++;
}

static struct graph graph_of(const struct test *test, const struct subject *subject,
	const struct way *way, uint64_t after)
{
	struct graph graph = {.idle_most = 20};
	struct graph_component *source = graph_add(&graph, "source.vspantest.forest");
	struct graph_component *component;

	/* A forest in which most things happen. */
	graph_number(source, "seed", 12);
	graph_number(source, "spans", 15);
	graph_number(source, "edges", 2);
	graph_number(source, "loss", 5);
	graph_number(source, "notes", 10);
	graph_number(source, "again", 0);
	graph_number(source, "repeats", 1);
	graph_number(source, "open-after", 100);
	if (way->how) {
		component = graph_add(&graph, "filter.vspantest.stop");
		graph_number(component, "after", after);
		graph_text(component, "how", way->how);
	} else {
		graph_number(source, "batch", 1);
		graph.interrupt_after = after + 1;
	}
	component = graph_add(&graph, subject->name);
	if (subject->type == BT_COMPONENT_CLASS_TYPE_FILTER)
		graph_add(&graph, "sink.utils.dummy");
	else
		graph_text(component, "path", test->path);
	return graph;
}

static size_t directory_count(const char *path)
{
	DIR *directory = opendir(path);
	size_t count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count;
}

/* Returns false when the graph came to its end before. */
static bool stop_check(
	struct test *test, const struct subject *subject, const struct way *way, uint64_t after)
{
	const struct graph graph = graph_of(test, subject, way, after);
	size_t files = directory_count("/proc/self/fd");
	size_t threads = directory_count("/proc/self/task");
	enum graph_outcome outcome = graph_run(&graph, 1);
	bool ended = outcome == GRAPH_ENDED && way->outcome != GRAPH_ENDED;

	test->graphs++;
	if (!ended && outcome != way->outcome) {
		printf("FAIL: %s, %s after %" PRIu64 " messages: outcome %d, not %d\n",
			subject->name, way->how ? way->how : "interrupted", after, outcome,
			way->outcome);
		test->failures++;
	}
	if (directory_count("/proc/self/fd") != files ||
		directory_count("/proc/self/task") != threads) {
		printf("FAIL: %s, %s after %" PRIu64 " messages: files or threads are left\n",
			subject->name, way->how ? way->how : "interrupted", after);
		test->failures++;
	}
	return !ended && outcome != GRAPH_IMPOSSIBLE;
}

static void subject_check(struct test *test, const struct subject *subject, uint64_t every)
{
	uint64_t messages = 0;

	/* "error" comes first and tells how many messages there are. */
	for (size_t w = 0; w < WAYS; w++) {
		uint64_t most = w == 0 ? MESSAGES_MAX : messages;
		uint64_t after = 0;

		while (after <= most && stop_check(test, subject, &ways[w], after))
			after += every;
		if (w == 0)
			messages = after;
	}
	printf("%s: stopped at each %s of %" PRIu64 " messages in %zu ways\n", subject->name,
		every == 1 ? "one" : "few", messages, WAYS);
	if (messages < 50 || messages >= MESSAGES_MAX) {
		printf("FAIL: %s: that is not the forest meant\n", subject->name);
		test->failures++;
	}
}

int main(int argc, char **argv)
{
	struct test test = {.path = "/tmp/vspan-stop.XXXXXX"};
	uint64_t every = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	int file = mkstemp(test.path);

	if (file < 0 || every == 0) {
		fprintf(stderr, "usage: test-stop [EVERY]\n");
		return 2;
	}
	close(file);
	if (graph_visit_classes("vspan", subject_add, &test) < 0)
		return 1;
	for (size_t i = 0; i < test.count; i++)
		subject_check(&test, &test.subjects[i], every);
	unlink(test.path);
	graph_forget_plugins();
	printf("%zu component classes, %" PRIu64 " graphs, %" PRIu64 " failures\n", test.count,
		test.graphs, test.failures);
	return test.failures || test.count < 2;
}
