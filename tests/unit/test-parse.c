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

Test(parse, ring_sizes_are_powers_of_two)
{
	uint64_t bytes;

	cr_expect(parse_ring_size("64k", &bytes));
	cr_expect_eq(bytes, 65536);
	cr_expect(parse_ring_size("1G", &bytes));
	cr_expect_not(parse_ring_size("32k", &bytes));
	cr_expect_not(parse_ring_size("96k", &bytes));
	cr_expect_not(parse_ring_size("2G", &bytes));
}

Test(parse, modes_have_names)
{
	uint32_t mode;

	cr_expect(parse_mode("overwrite", &mode));
	cr_expect_str_eq(mode_name(mode), "overwrite");
	cr_expect_not(parse_mode("over", &mode));
	cr_expect_not(parse_mode("", &mode));
	cr_expect_str_eq(mode_name(0), "unknown");
	cr_expect_str_eq(mode_name(4), "unknown");
}

Test(parse, clocks_are_the_hosts_unknown_or_off_by_ticks)
{
	struct vspan_attach_options clock;

	cr_expect(parse_clock("host", &clock));
	cr_expect_eq(clock.counter_offset, 0);
	cr_expect_not(clock.counter_unknown);
	cr_expect(parse_clock("unknown", &clock));
	cr_expect(clock.counter_unknown);
	cr_expect(parse_clock("offset:-12", &clock));
	cr_expect_eq(clock.counter_offset, -12);
	cr_expect_not(clock.counter_unknown, "what was there before is gone");
	cr_expect(parse_clock("offset:9223372036854775807", &clock));
	cr_expect_not(parse_clock("offset:9223372036854775808", &clock));
	cr_expect_not(parse_clock("offset:", &clock));
	cr_expect_not(parse_clock("offset:-", &clock));
	cr_expect_not(parse_clock("offset: 1", &clock));
	cr_expect_not(parse_clock("offset:1x", &clock));
	cr_expect_not(parse_clock("mine", &clock));
}
