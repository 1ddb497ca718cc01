/* SPDX-License-Identifier: MIT */
/*
 * test-truth.c - random forests, whose truth is known, through the plugin: does
 * it show each span, event and loss as it is, where it belongs, and say what is
 * missing?
 *
 * usage: test-truth [FIRST] COUNT        seeds from FIRST on, each in all ways
 *        test-truth --seed N [NAME=N...] one, with all differences, and a smaller
 *                                        forest that has some, if there is one
 */
#include "graph.h"
#include "shown.h"
#include "truth.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Failing seeds that are told of in full. */
#define TOLD_MOST 3
#define SHRINK_ROUNDS 12

struct tally {
	uint64_t forests, spans, differences, lost, marked_lost, marks;
	uint64_t failed; /* forests */
};

struct work {
	char directory[64];
	char path[96];
	char other[96];
};

static void work_begin(struct work *work)
{
	const char *base = getenv("TMPDIR");

	snprintf(work->directory, sizeof(work->directory), "%.40s/vspan-truth.XXXXXX",
		base ? base : "/tmp");
	if (!mkdtemp(work->directory)) {
		perror(work->directory);
		exit(1);
	}
	snprintf(work->path, sizeof(work->path), "%s/shown", work->directory);
	snprintf(work->other, sizeof(work->other), "%s/other", work->directory);
}

static void work_end(const struct work *work)
{
	unlink(work->path);
	unlink(work->other);
	rmdir(work->directory);
	graph_forget_plugins();
}

/* The ways a forest is looked at. */
struct way {
	const char *name;
	bool filtered;
};

static const struct way ways[] = {{"", false}, {", filtered", true}};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static int forest_show(
	const struct shape *shape, bool filtered, const char *format, const char *path)
{
	struct graph graph = {.count = 0};
	struct graph_component *component = graph_add(&graph, "source.vspantest.forest");

	for (unsigned int i = 0; i < SHAPE_NUMBERS; i++)
		graph_number(component, shape_names[i], shape->numbers[i]);
	if (filtered)
		graph_add(&graph, "filter.vspan.spans");
	component = graph_add(&graph, "sink.vspan.tree");
	graph_text(component, "path", path);
	if (format)
		graph_text(component, "format", format);
	return graph_run(&graph, 0) == GRAPH_ENDED ? 0 : -1;
}

/* What is in the trace, and what is shown. Returns how many differences there are. */
static size_t truth_compare(
	const struct shape *shape, const struct shown *shown, struct tally *tally, FILE *stream)
{
	struct story story;
	struct schedule schedule;
	struct truth truth;
	struct lines lines = shown->lines;
	size_t differences;

	story_make(&story, shape);
	schedule_make(&schedule, &story);
	truth_make(&truth, &story, &schedule, shown);
	differences = lines_compare(&truth.lines, &lines, stream);
	/* While a source has nothing to give, all that is complete is shown. */
	if (shown->disorder && !shape->numbers[SHAPE_AGAIN]) {
		differences++;
		if (stream)
			fprintf(stream, "trees are not in the order of their starts\n");
	}
	tally->spans += truth.shown;
	tally->lost += truth.lost;
	tally->marked_lost += shown->lost;
	tally->marks += shown->marked;
	truth_clear(&truth);
	schedule_clear(&schedule);
	story_clear(&story);
	return differences;
}

static size_t forest_check(const struct work *work, const struct shape *shape, bool filtered,
	struct tally *tally, FILE *stream)
{
	struct shown shown;
	size_t differences = 1;

	unlink(work->path);
	if (forest_show(shape, filtered, "json", work->path) == 0 &&
		shown_read(&shown, work->path) == 0) {
		differences = truth_compare(shape, &shown, tally, stream);
		shown_clear(&shown);
	}
	return differences;
}

static bool files_equal(const char *one, const char *other)
{
	FILE *a = fopen(one, "r"), *b = fopen(other, "r");
	int x = 0, y = 0;

	while (a && b && x != EOF && x == y) {
		x = getc(a);
		y = getc(b);
	}
	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return a && b && x == y;
}

/*
 * The same forest, emitted in another order, by another consumer on other CPUs,
 * gives the same text. What is said of the consumer itself is left out of it.
 */
static size_t forest_check_schedules(const struct work *work, const struct shape *given)
{
	struct shape shape = *given;
	uint64_t *numbers = shape.numbers;

	numbers[SHAPE_DISCARDS] = 0;
	numbers[SHAPE_REPEATS] = 0;
	numbers[SHAPE_AGAIN] = 0;
	if (numbers[SHAPE_REMOTE])
		numbers[SHAPE_OPEN_AFTER] = 0;
	if (forest_show(&shape, false, NULL, work->path) < 0)
		return 1;
	numbers[SHAPE_SCHEDULE] = 1;
	numbers[SHAPE_STREAMS] = 1 + numbers[SHAPE_STREAMS] % 4;
	numbers[SHAPE_BATCH] = 1 + (numbers[SHAPE_BATCH] + 6) % 15;
	if (forest_show(&shape, false, NULL, work->other) < 0)
		return 1;
	return files_equal(work->path, work->other) ? 0 : 1;
}

static void shape_print(const struct shape *shape)
{
	struct shape drawn = shape_draw(shape->numbers[SHAPE_SEED]);

	printf("  test-truth --seed %" PRIu64, shape->numbers[SHAPE_SEED]);
	for (unsigned int i = SHAPE_SEED + 1; i < SHAPE_NUMBERS; i++) {
		if (shape->numbers[i] != drawn.numbers[i])
			printf(" %s=%" PRIu64, shape_names[i], shape->numbers[i]);
	}
	printf("\n");
}

/* Tries `number` for one of the shape's numbers; keeps it if the forest still differs. */
static bool shape_try(const struct work *work, struct shape *shape, bool filtered,
	unsigned int which, uint64_t number)
{
	struct shape smaller = *shape;
	struct tally unused = {0};

	smaller.numbers[which] = number;
	if (shape_check(&smaller) < 0 || number >= shape->numbers[which] ||
		forest_check(work, &smaller, filtered, &unused, NULL) == 0)
		return false;
	*shape = smaller;
	return true;
}

static struct shape shape_shrink(const struct work *work, const struct shape *shape, bool filtered)
{
	struct shape small = *shape;
	unsigned int rounds = 0;
	bool shrunk = true;

	while (shrunk && rounds++ < SHRINK_ROUNDS) {
		shrunk = false;
		for (unsigned int i = SHAPE_VMS; i < SHAPE_NUMBERS; i++) {
			if (i == SHAPE_TABLE || i == SHAPE_BATCH || i == SHAPE_TIMES)
				continue;
			if (shape_try(work, &small, filtered, i, 0) ||
				shape_try(work, &small, filtered, i, 1) ||
				shape_try(work, &small, filtered, i, small.numbers[i] / 2) ||
				shape_try(work, &small, filtered, i, small.numbers[i] - 1))
				shrunk = true;
		}
	}
	return small;
}

static void failure_tell(const struct work *work, const struct shape *shape, bool filtered)
{
	struct tally unused = {0};
	struct shape small = shape_shrink(work, shape, filtered);

	printf("the smallest forest found that differs%s:\n", filtered ? ", filtered" : "");
	shape_print(&small);
	forest_check(work, &small, filtered, &unused, stdout);
	fflush(stdout);
}

static void seed_check(const struct work *work, uint64_t seed, struct tally *tally)
{
	struct shape shape = shape_draw(seed);
	struct tally unused = {0};
	bool failed = false;

	for (size_t way = 0; way < WAYS; way++) {
		size_t differences =
			forest_check(work, &shape, ways[way].filtered, way ? &unused : tally, NULL);

		tally->differences += differences;
		if (!differences)
			continue;
		printf("FAIL: seed %" PRIu64 "%s: %zu differences\n", seed, ways[way].name,
			differences);
		if (!failed && tally->failed < TOLD_MOST)
			failure_tell(work, &shape, ways[way].filtered);
		failed = true;
	}
	if (seed % 4 == 0 && forest_check_schedules(work, &shape)) {
		printf("FAIL: seed %" PRIu64 ": another schedule gives another text\n", seed);
		if (getenv("TRUTH_KEEP"))
			exit(1);
		tally->differences++;
		failed = true;
	}
	tally->failed += failed;
	tally->forests++;
}

static int seed_tell(const struct work *work, int argc, char **argv)
{
	struct shape shape = shape_draw(strtoull(argv[0], NULL, 0));
	struct tally tally = {0};
	size_t differences = 0;

	for (int a = 1; a < argc; a++) {
		for (unsigned int i = 0; i < SHAPE_NUMBERS; i++) {
			size_t length = strlen(shape_names[i]);

			if (strncmp(argv[a], shape_names[i], length) == 0 && argv[a][length] == '=')
				shape.numbers[i] = strtoull(argv[a] + length + 1, NULL, 0);
		}
	}
	for (size_t way = 0; way < WAYS; way++) {
		size_t found = forest_check(work, &shape, ways[way].filtered, &tally, stdout);

		printf("seed %" PRIu64 "%s: %zu differences\n", shape.numbers[SHAPE_SEED],
			ways[way].name, found);
		if (found && !differences)
			failure_tell(work, &shape, ways[way].filtered);
		differences += found;
	}
	return differences ? 1 : 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: test-truth [FIRST] COUNT\n"
		"       test-truth --seed N [NAME=N...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct work work;
	uint64_t first, count;
	int status = 0;

	if (argc < 2)
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	work_begin(&work);
	if (strcmp(argv[1], "--seed") == 0) {
		status = argc > 2 ? seed_tell(&work, argc - 2, argv + 2) : usage();
		work_end(&work);
		return status;
	}
	first = argc > 2 ? strtoull(argv[1], NULL, 0) : 1;
	count = strtoull(argv[argc - 1], NULL, 0);
	for (uint64_t seed = first; seed < first + count; seed++)
		seed_check(&work, seed, &tally);
	work_end(&work);
	printf("%" PRIu64 " forests, %" PRIu64 " spans, %" PRIu64 " differences; lost: %" PRIu64
	       ", marked: %" PRIu64 " (and %" PRIu64 " marks on what is left)\n",
		tally.forests, tally.spans, tally.differences, tally.lost, tally.marked_lost,
		tally.marks);
	return tally.forests == 0 || tally.differences || tally.lost != tally.marked_lost;
}
