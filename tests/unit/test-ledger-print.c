/* SPDX-License-Identifier: MIT */
/* test-ledger-print.c - the account as lines and as JSON, there and back. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "cli/ledger-print.h"

Test(ledger_print, every_word_survives_json)
{
	struct vspan_ledger ledger, back;
	uint64_t *words = (uint64_t *)&ledger;
	struct json_object *object;
	size_t i;

	for (i = 0; i < sizeof(ledger) / sizeof(uint64_t); i++)
		words[i] = UINT64_MAX - i;
	object = ledger_json(&ledger);
	cr_expect_eq(json_object_object_length(object), sizeof(ledger) / sizeof(uint64_t) + 1);
	ledger_from_json(object, &back);
	cr_expect_arr_eq(&back, &ledger, sizeof(ledger));
	json_object_put(object);
	ledger_from_json(NULL, &back);
	cr_expect_eq(back.attempted, 0, "no object, no account");
}

Test(ledger_print, an_account_that_does_not_close_says_so)
{
	struct vspan_ledger ledger = {.attempted = 5, .emitted = 3, .discarded_host = 2};
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ledger_print(to, &ledger);
	fflush(to);
	cr_expect_not_null(strstr(text, "5 attempted = 3 emitted + 2 discarded"));
	cr_expect_null(strstr(text, "CLOSE"));
	ledger.emitted = 4;
	ledger_print(to, &ledger);
	fclose(to);
	cr_expect_not_null(strstr(text, "DOES NOT CLOSE: -1"));
	free(text);
}
