/* SPDX-License-Identifier: MIT */
/* test-doctor.c - findings and remedies on given machines. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/doctor.h"

static struct finding finding;

static void set_up(void)
{
	memset(&finding, 0, sizeof(finding));
}

TestSuite(doctor, .init = set_up);

Test(doctor, an_invariant_counter_has_both_flags_as_words)
{
	doctor_cpu_flags("model : x\nflags : fpu constant_tsc nonstop_tsc sse\n", &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	doctor_cpu_flags("flags : fpu nonstop_tsc constant_tsc", &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD, "at the end of the text, too");
}

Test(doctor, a_counter_that_may_stop_is_named_with_its_remedy)
{
	doctor_cpu_flags(
		"flags : fpu constant_tsc my_nonstop_tsc nonstop_tsc_x\nbugs : nonstop_tsc \n",
		&finding);
	cr_expect_eq(finding.kind, FINDING_MISSING);
	cr_expect_not_null(strstr(finding.text, "nonstop_tsc missing"));
	cr_expect_gt(strlen(finding.remedy), 10);
	doctor_cpu_flags("", &finding);
	cr_expect_not_null(strstr(finding.text, "constant_tsc and nonstop_tsc"));
}

Test(doctor, shared_memory_is_there_and_large_enough_or_not)
{
	doctor_shared_memory("/nowhere/at/all", &finding);
	cr_expect_eq(finding.kind, FINDING_MISSING);
	cr_expect_not_null(strstr(finding.text, "/nowhere/at/all"));
	doctor_shared_memory("/proc", &finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED, "no room in there");
	cr_expect_gt(strlen(finding.remedy), 10);
}

Test(doctor, the_plugin_is_looked_for_in_every_place)
{
	char directory[] = "/tmp/vspan-doctor-XXXXXX", path[256], file[256];

	cr_assert_not_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "/nowhere::%s:/elsewhere", directory);
	doctor_plugin_path(path, "/none", &finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED);
	cr_expect_not_null(strstr(finding.text, "/none"));
	snprintf(file, sizeof(file), "%s/babeltrace-plugin-vspan.so", directory);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	doctor_plugin_path(path, "/none", &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	doctor_plugin_path(NULL, directory, &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	unlink(file);
	rmdir(directory);
}

Test(doctor, a_place_that_is_there_or_can_be_made_will_do)
{
	char directory[] = "/tmp/vspan-doctor-XXXXXX", path[256];

	cr_assert_not_null(mkdtemp(directory));
	doctor_place(directory, &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	snprintf(path, sizeof(path), "%s/vspan", directory);
	doctor_place(path, &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	cr_expect_not_null(strstr(finding.text, "can be made"));
	snprintf(path, sizeof(path), "%s/missing/vspan", directory);
	doctor_place(path, &finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED);
	cr_expect_not_null(strstr(finding.remedy, "--control"));
	rmdir(directory);
}

Test(doctor, a_program_is_looked_for_along_the_path)
{
	doctor_program("/nowhere::/bin:/usr/bin", "sh", &finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	doctor_program("/nowhere", "sh", &finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED);
	doctor_program(NULL, "sh", &finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED);
}

Test(doctor, variables_that_get_in_the_way_are_named)
{
	unsetenv("LTTNG_UST_REGISTER_TIMEOUT");
	unsetenv("LTTNG_UST_DEBUG");
	doctor_check_variables(&finding);
	cr_expect_eq(finding.kind, FINDING_GOOD);
	setenv("LTTNG_UST_DEBUG", "1", 1);
	doctor_check_variables(&finding);
	cr_expect_not_null(strstr(finding.text, "LTTNG_UST_DEBUG"));
	setenv("LTTNG_UST_CLOCK_PLUGIN", "/some/clock.so", 1);
	doctor_check_variables(&finding);
	cr_expect_not_null(strstr(finding.text, "LTTNG_UST_CLOCK_PLUGIN"));
	setenv("LTTNG_UST_REGISTER_TIMEOUT", "-1", 1);
	doctor_check_variables(&finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED);
	cr_expect_not_null(strstr(finding.text, "LTTNG_UST_REGISTER_TIMEOUT=-1"));
	setenv("LTTNG_UST_REGISTER_TIMEOUT", "0", 1);
	doctor_check_variables(&finding);
	cr_expect_eq(finding.kind, FINDING_LIMITED);
}
