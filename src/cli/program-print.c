/* SPDX-License-Identifier: MIT */
/* program-print.c - the summary of a recorded program: its end, its account, what was missed. */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/wait.h>
#include "ledger-print.h"
#include "program.h"

static void print_text(
	FILE *to, const struct program_options *options, const struct program_result *result)
{
	const struct vspan_attachment_info *info = &result->info;

	fprintf(to, "program:    %s ", options->argv[0]);
	if (WIFSIGNALED(result->wait_status))
		fprintf(to, "was ended by signal %d (%s)", WTERMSIG(result->wait_status),
			strsignal(WTERMSIG(result->wait_status)));
	else
		fprintf(to, "ended with status %d", WEXITSTATUS(result->wait_status));
	fprintf(to, " after %.3f s\n", (double)result->run_ns / 1e9);
	ledger_print(to, &result->ledger);
	if (!info->hello)
		fprintf(to, "nothing:    it did not attach: %s\n",
			options->heap ? "it is linked statically, or has privileges of its own"
				: options->functions
				? "compile it with -finstrument-functions"
				: "link it with vspan-process and call vspan_attach(), or compile "
				  "it with -finstrument-functions and give --functions");
	if (info->sites_refused != 0)
		fprintf(to,
			"not told:   %" PRIu32 " call sites found the table full: give --sites=N\n",
			info->sites_refused);
}

static void print_json(FILE *to, const struct program_result *result)
{
	struct json_object *object = json_object_new_object();
	const bool signalled = WIFSIGNALED(result->wait_status);

	json_object_object_add(object, "status",
		json_object_new_int(signalled ? -1 : WEXITSTATUS(result->wait_status)));
	json_object_object_add(object, "signal",
		json_object_new_int(signalled ? WTERMSIG(result->wait_status) : 0));
	json_add_count(object, "run_ns", result->run_ns);
	json_object_object_add(object, "attached", json_object_new_boolean(result->info.hello));
	json_add_count(object, "sites", result->info.sites);
	json_add_count(object, "sites_native", result->info.sites_native);
	json_add_count(object, "sites_refused", result->info.sites_refused);
	json_object_object_add(object, "ledger", ledger_json(&result->ledger));
	fprintf(to, "%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

void program_print(FILE *to, bool json, const struct program_options *options,
	const struct program_result *result)
{
	if (json)
		print_json(to, result);
	else
		print_text(to, options, result);
}
