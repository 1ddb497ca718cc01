/* SPDX-License-Identifier: MIT */
/* test-parse.c - sizes, durations and numbers of the command line. */
#include <criterion/criterion.h>
#include "cli/cli.h"

Test(parse, sizes)
{
	uint64_t value;

	cr_expect(parse_size("64k", &value) && value == 65536);
	cr_expect(parse_size("1M", &value) && value == 1 << 20);
	cr_expect(parse_size("4096", &value) && value == 4096);
	cr_expect_not(parse_size("", &value));
	cr_expect_not(parse_size("-1", &value));
	cr_expect_not(parse_size("1MB", &value));
	cr_expect_not(parse_size("99999999999999999999", &value));
	cr_expect_not(parse_size("18446744073709551615G", &value));
}

Test(parse, durations)
{
	uint64_t value;

	cr_expect(parse_duration("20ms", &value) && value == 20000000);
	cr_expect(parse_duration("3s", &value) && value == 3000000000);
	cr_expect(parse_duration("5", &value) && value == 5);
	cr_expect_not(parse_duration("3m", &value));
	cr_expect_not(parse_duration("ms", &value));
}

Test(parse, numbers_in_range)
{
	uint64_t value;

	cr_expect(parse_number("64", 1, 64, &value) && value == 64);
	cr_expect_not(parse_number("65", 1, 64, &value));
	cr_expect_not(parse_number("0", 1, 64, &value));
	cr_expect_not(parse_number("1x", 1, 64, &value));
}
