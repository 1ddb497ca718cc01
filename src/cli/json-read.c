/* SPDX-License-Identifier: MIT */
/* json-read.c - see json-read.h. */
#include "json-read.h"

#include <stdio.h>
#include "cli.h"

int asking_read(struct asking *asking, int argc, char **argv, const struct option *long_options,
	void (*help)(void))
{
	int code;

	while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (code) {
		case 'h':
			help();
			return EXIT_OK;
		case 'C':
			asking->control = optarg;
			break;
		case 'F':
			if (parse_format(optarg, &asking->json))
				break;
			cli_value_error(optarg, "--format: text or json");
			return EXIT_USAGE;
		default:
			cli_option_error(code, argv);
			return EXIT_USAGE;
		}
	}
	return -1;
}

struct json_object *json_member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

uint64_t json_number(struct json_object *object, const char *name)
{
	return json_object_get_uint64(json_member(object, name));
}

const char *json_text(struct json_object *object, const char *name)
{
	struct json_object *value = json_member(object, name);

	return value != NULL ? json_object_get_string(value) : "";
}

bool json_flag(struct json_object *object, const char *name)
{
	return json_object_get_boolean(json_member(object, name));
}

size_t json_count(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

void json_print(struct json_object *object)
{
	printf("%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}
