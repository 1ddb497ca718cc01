/* SPDX-License-Identifier: MIT */
/* criterion.c - runs what include/criterion/criterion.h gathers, each test in a process. */
#include <criterion/criterion.h>

#include <sys/wait.h>
#include <unistd.h>

static struct criterion_test *tests;
static bool failed; /* in the child */

void criterion_add(struct criterion_test *test)
{
	test->next = tests;
	tests = test;
}

void criterion_check(bool ok, const char *text, const char *file, int line, bool fatal)
{
	if (ok)
		return;
	printf("%s:%d: failed: %s\n", file, line, text);
	failed = true;
	if (fatal) {
		fflush(stdout);
		_exit(1);
	}
}

static const struct criterion_test *suite_of(const struct criterion_test *test)
{
	const struct criterion_test *suite = tests;

	while (suite != NULL && (suite->run != NULL || strcmp(suite->suite, test->suite) != 0))
		suite = suite->next;
	return suite;
}

static void call(void (*function)(void))
{
	if (function != NULL)
		function();
}

/* In the child. */
static void run(const struct criterion_test *test)
{
	const struct criterion_test *suite = suite_of(test);

	if (suite != NULL)
		call(suite->init);
	call(test->init);
	test->run();
	call(test->fini);
	if (suite != NULL)
		call(suite->fini);
	fflush(stdout);
	_exit(failed);
}

int main(void)
{
	const struct criterion_test *test;
	unsigned passed = 0, count = 0;
	int status = 0;
	pid_t child;

	for (test = tests; test != NULL; test = test->next) {
		if (test->run == NULL)
			continue;
		count++;
		fflush(stdout);
		child = fork();
		if (child == 0)
			run(test);
		if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
			passed++;
		else
			printf("FAILED: %s::%s, wait status 0x%x\n", test->suite, test->name,
				(unsigned)status);
	}
	printf("%u of %u tests passed\n", passed, count);
	return passed != count || count == 0;
}
