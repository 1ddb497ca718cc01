/* SPDX-License-Identifier: MIT */
/* test-machine-options.c - the options of `vspan run` and `vspan record`. */
#include <criterion/criterion.h>
#include <string.h>
#include "cli/machine.h"

static struct machine_options options;

static void set_up(void)
{
	machine_defaults(&options);
}

TestSuite(options, .init = set_up);

Test(options, values_reach_their_place)
{
	cr_expect_eq(machine_option(&options, 'c', "4"), 1);
	cr_expect_eq(options.cpus, 4);
	cr_expect_eq(machine_option(&options, 'r', "64k"), 1);
	cr_expect_eq(options.ring_size, 65536);
	cr_expect_eq(machine_option(&options, 'M', "overwrite"), 1);
	cr_expect_eq(options.mode, VSPAN_ABI_MODE_OVERWRITE);
	cr_expect_eq(machine_option(&options, 'k', "20ms"), 1);
	cr_expect(options.kill);
	cr_expect_eq(options.kill_after, 20000000);
	cr_expect_eq(machine_option(&options, 'F', "json"), 1);
	cr_expect(options.json);
}

Test(options, wrong_values_are_refused)
{
	static const struct {
		int code;
		const char *value;
	} wrong[] = {
		{'c', "0"},
		{'c', "65"},
		{'c', "two"},
		{'r', "100k"},
		{'r', "32k"},
		{'r', "2G"},
		{'M', "drop"},
		{'k', "soon"},
		{'K', "64"},
		{'m', "-1"},
		{'F', "xml"},
		{'t', "1h"},
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(machine_option(&options, wrong[i].code, wrong[i].value), -1, "-%c %s",
			wrong[i].code, wrong[i].value);
	cr_expect_eq(machine_option(&options, 'Z', "1"), 0, "not one of ours");
}

Test(options, a_guest_is_named_after_its_file_and_takes_its_arguments)
{
	char path[] = "/some/where/store.elf", one[] = "requests=5", two[] = "seed=7";
	char *arguments[] = {path, one, two};

	cr_assert(machine_guest(&options, "run", 3, arguments));
	cr_expect_str_eq(options.guest, path);
	cr_expect_str_eq(options.name, "store.elf");
	cr_expect_str_eq(options.arguments, "requests=5 seed=7");
	free(options.arguments);
}

Test(options, a_guest_is_needed_and_its_arguments_have_a_limit)
{
	char path[] = "a.elf", text[300];
	char *arguments[] = {path, text};

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	cr_expect_not(machine_guest(&options, "run", 0, arguments));
	cr_expect_not(machine_guest(&options, "run", 2, arguments));
}

Test(options, a_trace_context_is_read_and_checked)
{
	cr_expect_eq(machine_option(&options, 'T',
			     "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
		1);
	cr_expect(options.has_context);
	cr_expect_eq(options.context.span_id, UINT64_C(0xb7ad6b7169203331));
	cr_expect_eq(machine_option(&options, 'T', "00-0-0-1"), -1);
}
