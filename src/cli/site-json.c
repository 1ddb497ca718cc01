/* SPDX-License-Identifier: MIT */
/* site-json.c - see site-json.h. */
#include "site-json.h"

#include "ledger-print.h"

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_flag(struct json_object *object, const char *name, bool flag)
{
	json_object_object_add(object, name, json_object_new_boolean(flag));
}

struct json_object *site_json(const struct vspan_site_info *site)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "id", site->id);
	add_text(object, "event", site->event);
	add_text(object, "provider", site->provider);
	add_text(object, "name", site->name);
	add_text(object, "kind", site->kind == VSPAN_ABI_SITE_SPAN ? "span" : "event");
	json_add_count(object, "level", site->level);
	json_add_count(object, "fields", site->field_count);
	add_flag(object, "valid", site->valid);
	add_flag(object, "native", site->native);
	add_flag(object, "enabled", site->enabled);
	add_text(object, "file", site->file);
	json_add_count(object, "line", site->line);
	return object;
}
