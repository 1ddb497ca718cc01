/* SPDX-License-Identifier: MIT */
/*
 * criterion.h - as much of Criterion as the unit tests here use, for where the real
 * one cannot work: it starts its own program anew for each test, which the kernel
 * cannot do with one of another processor. Here a test is a fork. The runner is
 * criterion.c.
 */
#ifndef VSPAN_TESTS_CRITERION_H
#define VSPAN_TESTS_CRITERION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a test or a suite; a suite is one without `run`. */
struct criterion_test {
	const char *suite;
	const char *name;
	void (*run)(void);
	void (*init)(void);
	void (*fini)(void);
	double timeout; /* the suite's own watch is meson's */
	struct criterion_test *next;
};

void criterion_add(struct criterion_test *test);
void criterion_check(bool ok, const char *text, const char *file, int line, bool fatal);

#define CRITERION_ADD(id, ...)                                  \
	static struct criterion_test id##_test = {__VA_ARGS__}; \
	__attribute__((constructor)) static void id##_add(void) \
	{                                                       \
		criterion_add(&id##_test);                      \
	}

#define Test(in, called, ...)                                                                    \
	static void in##_##called(void);                                                         \
	CRITERION_ADD(                                                                           \
		in##_##called, .suite = #in, .name = #called, .run = in##_##called, __VA_ARGS__) \
	static void in##_##called(void)
#define TestSuite(in, ...) \
	CRITERION_ADD(in##_suite, .suite = #in, __VA_ARGS__) struct criterion_test

#define CRITERION_IS(ok, fatal) criterion_check(ok, #ok, __FILE__, __LINE__, fatal)

#define cr_expect(condition, ...) CRITERION_IS((condition), false)
#define cr_expect_not(condition, ...) CRITERION_IS(!(condition), false)
#define cr_expect_null(pointer, ...) CRITERION_IS((pointer) == NULL, false)
#define cr_expect_not_null(pointer, ...) CRITERION_IS((pointer) != NULL, false)
#define cr_expect_eq(a, b, ...) CRITERION_IS((a) == (b), false)
#define cr_expect_neq(a, b, ...) CRITERION_IS((a) != (b), false)
#define cr_expect_lt(a, b, ...) CRITERION_IS((a) < (b), false)
#define cr_expect_leq(a, b, ...) CRITERION_IS((a) <= (b), false)
#define cr_expect_gt(a, b, ...) CRITERION_IS((a) > (b), false)
#define cr_expect_geq(a, b, ...) CRITERION_IS((a) >= (b), false)
#define cr_expect_str_eq(a, b, ...) CRITERION_IS(strcmp(a, b) == 0, false)
#define cr_expect_arr_eq(a, b, size, ...) CRITERION_IS(memcmp(a, b, size) == 0, false)

#define cr_assert(condition, ...) CRITERION_IS((condition), true)
#define cr_assert_not(condition, ...) CRITERION_IS(!(condition), true)
#define cr_assert_null(pointer, ...) CRITERION_IS((pointer) == NULL, true)
#define cr_assert_not_null(pointer, ...) CRITERION_IS((pointer) != NULL, true)
#define cr_assert_eq(a, b, ...) CRITERION_IS((a) == (b), true)
#define cr_assert_neq(a, b, ...) CRITERION_IS((a) != (b), true)
#define cr_assert_lt(a, b, ...) CRITERION_IS((a) < (b), true)
#define cr_assert_leq(a, b, ...) CRITERION_IS((a) <= (b), true)
#define cr_assert_gt(a, b, ...) CRITERION_IS((a) > (b), true)
#define cr_assert_geq(a, b, ...) CRITERION_IS((a) >= (b), true)
#define cr_assert_str_eq(a, b, ...) CRITERION_IS(strcmp(a, b) == 0, true)
#define cr_assert_fail(...) criterion_check(false, "fail", __FILE__, __LINE__, true)

#endif /* VSPAN_TESTS_CRITERION_H */
