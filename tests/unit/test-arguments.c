/* SPDX-License-Identifier: MIT */
/* test-arguments.c - the command line of the example guests. */
#include <criterion/criterion.h>
#include <string.h>
#include "arguments.h"

enum { NUMBER, SMALL, KIND, COUNT };

static const char *const kinds[] = {"mix", "spans", NULL};

static struct argument arguments[COUNT];

static const char *parse_bytes(const char *text, uint32_t size)
{
	const struct argument fresh[COUNT] = {
		[NUMBER] = {"number", 7, UINT64_MAX, NULL},
		[SMALL] = {"small", 1, 25, NULL},
		[KIND] = {"kind", 0, 0, kinds},
	};

	memcpy(arguments, fresh, sizeof(arguments));
	return arguments_parse(text, size, arguments, COUNT);
}

static const char *parse(const char *text)
{
	return parse_bytes(text, (uint32_t)strlen(text) + 1);
}

Test(arguments, nothing_given_leaves_defaults)
{
	cr_assert_null(parse(""));
	cr_assert_null(parse("   "));
	cr_assert_null(parse_bytes("", 0));
	cr_assert_eq(arguments[NUMBER].value, 7);
	cr_assert_eq(arguments[SMALL].value, 1);
}

Test(arguments, numbers_and_words)
{
	cr_assert_null(parse(" number=18446744073709551615  kind=spans small=25 "));
	cr_assert_eq(arguments[NUMBER].value, UINT64_MAX);
	cr_assert_eq(arguments[KIND].value, 1);
	cr_assert_eq(arguments[SMALL].value, 25);
	cr_assert_null(parse("small=0 small=2"));
	cr_assert_eq(arguments[SMALL].value, 2, "the last one wins");
}

Test(arguments, refuses_what_it_does_not_understand)
{
	static const char *const bad[] = {"number", "number=", "number=x", "number=-1", "number=1x",
		"number=18446744073709551616", "small=26", "small=250", "=1", "numb=1", "numbers=1",
		"kind=", "kind=m", "kind=mixed", "kind=1"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(parse(bad[i]), bad[i], "'%s'", bad[i]);
}

Test(arguments, says_where)
{
	const char *text = "small=3 wrong=1 number=9";

	cr_assert_eq(parse(text), text + 8);
}

Test(arguments, stays_inside_text_without_a_terminator)
{
	cr_assert_null(parse_bytes("small=12345", 8));
	cr_assert_eq(arguments[SMALL].value, 12);
}
