/* SPDX-License-Identifier: MIT */
/* handover.c - see handover.h. */
#include "handover.h"

#include <stdio.h>
#include <unistd.h>
#include "cli.h"
#include "client.h"
#include "json-read.h"
#include "region-word.h"

static int hand_one(const char *control, const char *clock, const char *word)
{
	struct json_object *request, *answer, *region;
	struct vspan_error error = {0};
	char path[PATH_MAX];
	int fd = region_word_open(word, path, &error);

	if (fd < 0) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	request = client_request("attach");
	json_object_object_add(request, "path", json_object_new_string(path));
	if (clock != NULL)
		json_object_object_add(request, "clock", json_object_new_string(clock));
	answer = client_call(control, request, fd, &error);
	close(fd);
	if (answer == NULL) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	region = json_member(answer, "region");
	printf("attached %s as VM %u, %s\n", json_text(region, "path"),
		(unsigned)json_number(region, "vm"), json_text(region, "name"));
	json_object_put(answer);
	return EXIT_OK;
}

int handover(const char *control, const char *clock, int count, char **words)
{
	int i, ret = EXIT_OK;

	for (i = 0; i < count; i++)
		if (hand_one(control, clock, words[i]) != EXIT_OK)
			ret = EXIT_FAILED;
	return ret;
}
