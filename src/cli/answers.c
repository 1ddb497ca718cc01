/* SPDX-License-Identifier: MIT */
/* answers.c - see answers.h. */
#include "answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vspan/version.h>
#include "account.h"
#include "cli.h"
#include "error.h"
#include "ledger-print.h"
#include "log.h"
#include "site-json.h"

/* Deep enough for any request; an attacker's stack of brackets is refused. */
#define DEPTH_MAX 4

/* The string member of that name, or NULL. */
static const char *text_of(struct json_object *request, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(request, name, &value) ||
		json_object_get_type(value) != json_type_string)
		return NULL;
	return json_object_get_string(value);
}

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_flag(struct json_object *object, const char *name, bool flag)
{
	json_object_object_add(object, name, json_object_new_boolean(flag));
}

static struct json_object *ring_json(uint32_t ring, const struct vspan_ring_info *info)
{
	static const char *const states[] = {"unused", "ready", "closed"};
	struct json_object *object = json_object_new_object();

	json_add_count(object, "ring", ring);
	add_text(object, "state",
		info->state < sizeof(states) / sizeof(states[0]) ? states[info->state] : "unknown");
	add_text(object, "mode", mode_name(info->mode));
	json_add_count(object, "epoch", info->epoch);
	json_add_count(object, "slots", info->slot_count);
	json_add_count(object, "pending_slots", info->pending_slots);
	json_add_count(object, "fill_percent",
		info->slot_count != 0 ? info->pending_slots * 100 / info->slot_count : 0);
	json_add_count(object, "cursor", info->cursor);
	json_add_count(object, "open_spans", info->open_spans);
	json_object_object_add(object, "ledger", ledger_json(&info->ledger));
	return object;
}

static struct json_object *rings_json(
	struct vspan_attachment *attachment, uint32_t count, struct vspan_ledger *sum)
{
	struct json_object *list = json_object_new_array();
	struct vspan_ring_info info;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (vspan_attachment_read_ring(attachment, i, &info) < 0)
			break;
		vspan_ledger_add(sum, &info.ledger);
		json_object_array_add(list, ring_json(i, &info));
	}
	return list;
}

static struct json_object *region_json(const struct served *served, struct vspan_ledger *total)
{
	struct json_object *object = served_json(served);
	struct json_object *sites = json_object_new_object();
	struct vspan_ledger sum = {0};
	struct vspan_attachment_info info;

	vspan_attachment_read_info(served->attachment, &info);
	add_flag(object, "hello", info.hello);
	add_text(object, "guest", info.guest_name);
	json_add_count(object, "guest_major", info.guest_major);
	json_add_count(object, "guest_minor", info.guest_minor);
	add_flag(object, "resumed", info.resumed);
	json_add_count(object, "clock_error_ns", info.clock_error_ns);
	json_add_count(sites, "known", info.sites);
	json_add_count(sites, "native", info.sites_native);
	json_add_count(sites, "generic", info.sites_generic);
	json_add_count(sites, "invalid", info.sites_invalid);
	json_add_count(sites, "refused", info.sites_refused);
	json_object_object_add(object, "sites", sites);
	json_object_object_add(
		object, "rings", rings_json(served->attachment, info.ring_count, &sum));
	json_object_object_add(object, "ledger", ledger_json(&sum));
	vspan_ledger_add(total, &sum);
	return object;
}

static int answer_status(struct service *service, struct json_object *answer)
{
	struct json_object *list = json_object_new_array();
	struct vspan_ledger total = service->gone;
	struct vspan_consumer_stats stats;
	uint32_t i;

	vspan_consumer_read_stats(service->consumer, &stats);
	add_text(answer, "version", VSPAN_VERSION);
	json_add_count(answer, "pid", (uint64_t)getpid());
	add_text(answer, "session_daemon", service->session_daemon);
	json_add_count(answer, "rounds", stats.rounds);
	for (i = 0; i < service->count; i++)
		json_object_array_add(list, region_json(service->served[i], &total));
	json_object_object_add(answer, "regions", list);
	json_object_object_add(answer, "detached", ledger_json(&service->gone));
	json_object_object_add(answer, "totals", ledger_json(&total));
	return 0;
}

static int answer_sites(struct service *service, struct json_object *answer)
{
	struct json_object *list = json_object_new_array();
	struct json_object *region, *sites;
	struct vspan_site_info info;
	uint32_t i, site;

	for (i = 0; i < service->count; i++) {
		region = served_json(service->served[i]);
		sites = json_object_new_array();
		for (site = 0; vspan_attachment_read_site(
				       service->served[i]->attachment, site, &info) == 0;
			site++)
			json_object_array_add(sites, site_json(&info));
		json_object_object_add(region, "sites", sites);
		json_object_array_add(list, region);
	}
	json_object_object_add(answer, "regions", list);
	return 0;
}

static int answer_attach(struct service *service, struct json_object *request, int fd,
	struct json_object *answer, struct vspan_error *error)
{
	const char *path = text_of(request, "path");
	const char *clock_name = text_of(request, "clock");
	struct vspan_attach_options clock = {0};
	struct served *served;
	int ret;

	if (path == NULL || strlen(path) >= sizeof(served->path) || (path[0] != '/' && fd < 0))
		return error_set(error, EINVAL,
			"attach needs `path`, an absolute one unless a descriptor comes along");
	if (clock_name != NULL && !parse_clock(clock_name, &clock))
		return error_set(error, EINVAL, "`clock` is host, unknown or offset:N");
	if (fd >= 0)
		ret = service_attach(service, path, fd, &clock, &served, error);
	else
		ret = service_attach_word(service, path, &clock, &served, error);
	if (ret < 0)
		return ret;
	log_line(LOG_INFO, served->name, "attached %s, as VM %u", served->path, served->vm);
	json_object_object_add(answer, "region", served_json(served));
	return 0;
}

static int answer_detach(struct service *service, struct json_object *request,
	struct json_object *answer, struct vspan_error *error)
{
	const char *key = text_of(request, "region"), *path = text_of(request, "path");
	struct vspan_ledger ledger;
	struct served *served;
	int ret;

	if (key == NULL)
		return error_set(error, EINVAL,
			"detach needs `region`: a name, the number of a VM, or a path");
	ret = path != NULL ? service_find(service, path, &served, NULL) : -ENOENT;
	if (ret < 0)
		ret = service_find(service, key, &served, error);
	if (ret < 0)
		return ret;
	log_line(LOG_INFO, served->name, "detaching %s", served->path);
	json_object_object_add(answer, "region", served_json(served));
	service_detach(service, served, &ledger);
	json_object_object_add(answer, "ledger", ledger_json(&ledger));
	return 0;
}

static int answer_command(struct service *service, struct json_object *request, int fd,
	struct json_object *answer, struct vspan_error *error)
{
	const char *command = text_of(request, "command");

	if (command == NULL)
		return error_set(error, EINVAL, "a request is an object with a `command`");
	if (strcmp(command, "status") == 0)
		return answer_status(service, answer);
	if (strcmp(command, "sites") == 0)
		return answer_sites(service, answer);
	if (strcmp(command, "attach") == 0)
		return answer_attach(service, request, fd, answer, error);
	if (strcmp(command, "detach") == 0)
		return answer_detach(service, request, answer, error);
	return error_set(
		error, EINVAL, "no such command: there are status, sites, attach and detach");
}

static struct json_object *request_parse(const char *request, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object = NULL;

	if (tokener == NULL || length > INT32_MAX)
		return NULL;
	object = json_tokener_parse_ex(tokener, request, (int)length);
	/* What follows the object has to be blank; a lone number needs more to end. */
	if (json_tokener_get_error(tokener) != json_tokener_success ||
		json_object_get_type(object) != json_type_object) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

char *answer_request(void *data, const char *request, size_t length, int fd)
{
	struct json_object *object = request_parse(request, length);
	struct json_object *answer = json_object_new_object();
	struct vspan_error error = {0};
	const char *text;
	char *line = NULL;
	int ret;

	if (object == NULL)
		ret = error_set(&error, EINVAL,
			"not a JSON object on one line, or longer than 32768 bytes");
	else
		ret = answer_command(data, object, fd, answer, &error);
	add_flag(answer, "ok", ret == 0);
	if (ret < 0)
		add_text(answer, "error", error.text);
	text = json_object_to_json_string_ext(
		answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	json_object_put(answer);
	json_object_put(object);
	return line;
}
