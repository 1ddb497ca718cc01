/* SPDX-License-Identifier: MIT */
/* site-json.h - a call site in the answers of a daemon, and in what `vspan list` says of a file. */
#ifndef VSPAN_CLI_SITE_JSON_H
#define VSPAN_CLI_SITE_JSON_H

#include <json-c/json.h>
#include <vspan/host.h>

/* The caller puts it. */
struct json_object *site_json(const struct vspan_site_info *site);

#endif /* VSPAN_CLI_SITE_JSON_H */
