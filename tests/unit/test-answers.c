/* SPDX-License-Identifier: MIT */
/* test-answers.c - the requests of the control socket, well-formed and not. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/answers.h"

static struct service service;
static struct json_object *answer;

static void set_up(void)
{
	cr_assert_eq(service_open(&service, NULL, NULL), 0);
}

static void tear_down(void)
{
	struct vspan_ledger ledger;

	json_object_put(answer);
	while (service.count > 0)
		service_detach(&service, service.served[0], &ledger);
	service_close(&service);
}

TestSuite(answers, .init = set_up, .fini = tear_down, .timeout = 60);

/* True if it was granted. */
static bool asked_with(const char *request, size_t length, int fd)
{
	char *line = answer_request(&service, request, length, fd);
	struct json_object *ok = NULL;

	cr_assert_not_null(line);
	cr_expect_eq(strchr(line, '\n'), line + strlen(line) - 1, "one line");
	json_object_put(answer);
	answer = json_tokener_parse(line);
	free(line);
	cr_assert(json_object_object_get_ex(answer, "ok", &ok));
	return json_object_get_boolean(ok);
}

static bool asked(const char *request)
{
	return asked_with(request, strlen(request), -1);
}

static const char *error_text(void)
{
	struct json_object *text = NULL;

	return json_object_object_get_ex(answer, "error", &text) ? json_object_get_string(text)
								 : "";
}

static size_t length_of(const char *name)
{
	struct json_object *list = NULL;

	cr_assert(json_object_object_get_ex(answer, name, &list));
	return json_object_array_length(list);
}

Test(answers, what_is_no_request_is_told_so)
{
	static const char *const wrong[] = {"", " ", "{", "nonsense", "[]", "1", "null",
		"\"status\"", "{}", "{\"command\": 1}", "{\"command\": null}",
		"{\"command\": \"dance\"}",
		"{\"command\": {\"command\": {\"command\": {\"command\": {}}}}}"};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cr_expect_not(asked(wrong[i]), "%s", wrong[i]);
		cr_expect_gt(strlen(error_text()), 10, "%s", wrong[i]);
	}
	cr_expect_not(asked_with("\0\0{}", 4, -1));
}

Test(answers, a_service_without_regions_has_a_status)
{
	cr_expect(asked("{\"command\": \"status\"}"));
	cr_expect_eq(length_of("regions"), 0);
	cr_expect(asked("{\"command\": \"sites\"}"));
	cr_expect_eq(length_of("regions"), 0);
}

Test(answers, a_region_comes_as_a_descriptor_and_goes_by_name)
{
	const struct vspan_region_options options = {
		.name = "given\033[31m", .ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	const char attach[] =
		"{\"command\": \"attach\", \"path\": \"label\", \"clock\": \"offset:5\"}";
	struct vspan_region *region;

	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	cr_expect(asked_with(attach, sizeof(attach) - 1, vspan_region_fd(region)));
	cr_expect_eq(service.count, 1);
	cr_expect_str_eq(service.served[0]->name, "given?[31m", "its name is made harmless");
	cr_expect_not(asked_with(attach, sizeof(attach) - 1, vspan_region_fd(region)));
	cr_expect_not_null(strstr(error_text(), "already"));
	cr_expect(asked("{\"command\": \"status\"}"));
	cr_expect_eq(length_of("regions"), 1);
	cr_expect_not(asked("{\"command\": \"detach\", \"region\": \"other\"}"));
	cr_expect_not(asked("{\"command\": \"detach\"}"));
	cr_expect(asked("{\"command\": \"detach\", \"region\": \"label\"}"));
	cr_expect_eq(service.count, 0);
	vspan_region_close(region);
}

Test(answers, what_cannot_be_attached_is_named)
{
	int fd = open("/dev/null", O_RDWR);

	cr_expect_not(asked("{\"command\": \"attach\"}"));
	cr_expect_not(asked("{\"command\": \"attach\", \"path\": \"relative\"}"));
	cr_expect_not(asked("{\"command\": \"attach\", \"path\": \"/nowhere/at/all\"}"));
	cr_expect_not_null(strstr(error_text(), "/nowhere/at/all"));
	cr_expect_not(asked("{\"command\": \"attach\", \"path\": \"/x\", \"clock\": \"mine\"}"));
	cr_expect_not(asked_with("{\"command\": \"attach\", \"path\": \"null\"}", 37, fd));
	cr_expect_not_null(strstr(error_text(), "null: "));
	cr_expect_eq(service.count, 0);
	close(fd);
}
