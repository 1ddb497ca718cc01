/* SPDX-License-Identifier: MIT */
/* cmd-doctor.c - `vspan doctor`: says what is missing on this machine and how to mend it. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "doctor.h"

static const char *const kinds[] = {
	[FINDING_GOOD] = "ok",
	[FINDING_LIMITED] = "limited",
	[FINDING_MISSING] = "missing",
};

static void help(void)
{
	printf("Usage: vspan doctor [--format=text|json]\n\n"
	       "Looks at what vspan needs of this machine: KVM, the time stamp counter, the LTTng\n"
	       "session daemon, shared memory, the babeltrace2 plugin. Changes nothing.\n\n"
	       "Exit status: 0 if nothing is missing (limited is not missing); 1 if something is;\n"
	       "2 for a wrong command line.\n");
}

static void print_text(const struct finding *finding)
{
	printf("%-8s %s: %s\n", kinds[finding->kind], finding->subject, finding->text);
	if (finding->remedy[0] != '\0')
		printf("%-8s %s\n", "", finding->remedy);
}

static void add_json(struct json_object *list, const struct finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "subject", json_object_new_string(finding->subject));
	json_object_object_add(object, "state", json_object_new_string(kinds[finding->kind]));
	json_object_object_add(object, "found", json_object_new_string(finding->text));
	json_object_object_add(object, "remedy", json_object_new_string(finding->remedy));
	json_object_array_add(list, object);
}

/* Runs all checks; true if nothing is missing. */
static bool examine(bool json)
{
	struct json_object *list = json_object_new_array();
	struct finding finding;
	bool healthy = true;
	int i;

	for (i = 0; doctor_checks[i] != NULL; i++) {
		memset(&finding, 0, sizeof(finding));
		doctor_checks[i](&finding);
		healthy = healthy && finding.kind != FINDING_MISSING;
		if (json)
			add_json(list, &finding);
		else
			print_text(&finding);
	}
	if (json)
		printf("%s\n",
			json_object_to_json_string_ext(
				list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(list);
	return healthy;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"format", required_argument, NULL, 'F'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool json = false;
	int code;

	while ((code = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		if (code == 'h') {
			help();
			return EXIT_OK;
		}
		if (code != 'F') {
			cli_option_error(code, argv);
			return EXIT_USAGE;
		}
		if (!parse_format(optarg, &json)) {
			cli_value_error(optarg, "--format: text or json");
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		cli_error("`%s`: vspan doctor takes no arguments: see `vspan doctor --help`",
			argv[optind]);
		return EXIT_USAGE;
	}
	return examine(json) ? EXIT_OK : EXIT_FAILED;
}
