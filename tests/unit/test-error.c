/* SPDX-License-Identifier: MIT */
/* test-error.c - what a person is told. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include "error.h"

Test(error, holds_code_and_text)
{
	struct vspan_error error = {0};

	cr_expect_eq(error_set(&error, EINVAL, "%d is odd", 3), -EINVAL);
	cr_expect_eq(error.code, EINVAL);
	cr_expect_str_eq(error.text, "3 is odd");
}

Test(error, an_outer_text_goes_in_front)
{
	struct vspan_error error = {0};

	error_set(&error, ENOENT, "no such file");
	cr_expect_eq(error_set(&error, EIO, "cannot load the guest"), -EIO);
	cr_expect_str_eq(error.text, "cannot load the guest: no such file");
}

Test(error, long_texts_are_cut_not_overrun)
{
	struct vspan_error error = {0};
	char text[2 * VSPAN_ERROR_TEXT];
	int i;

	memset(text, 'e', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 3; i++)
		error_set(&error, EIO, "%s", text);
	cr_expect_eq(strlen(error.text), VSPAN_ERROR_TEXT - 1);
}

Test(error, nobody_has_to_listen)
{
	cr_expect_eq(error_set(NULL, EIO, "unheard"), -EIO);
}
