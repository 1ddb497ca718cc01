/* SPDX-License-Identifier: MIT */
/* batch.c - see batch.h. */
#include "batch.h"

#include "model/words.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number
#define VERSION                   \
	TEXT(VSPAN_VERSION_MAJOR) \
	"." TEXT(VSPAN_VERSION_MINOR) "." TEXT(VSPAN_VERSION_PATCH)

static struct json_object *resource_attributes(
	struct json *json, const struct vm *vm, const char *host)
{
	struct json_object *attributes = json_array_make(json);
	char name[32], identity[40];

	snprintf(name, sizeof(name), "vm-%" PRIu32, vm->number);
	json_attribute_string(json, attributes, "service.name",
		vm->attached && vm->name && *vm->name ? vm->name : name);
	if (vm->attached && (vm->identity[0] || vm->identity[1])) {
		snprintf(identity, sizeof(identity), "%016" PRIx64 "%016" PRIx64, vm->identity[0],
			vm->identity[1]);
		json_attribute_string(json, attributes, "service.instance.id", identity);
	}
	if (host)
		json_attribute_string(json, attributes, "host.name", host);
	json_attribute_string(json, attributes, "telemetry.sdk.name", "vspan");
	json_attribute_string(json, attributes, "telemetry.sdk.language", "c");
	json_attribute_string(json, attributes, "telemetry.sdk.version", VERSION);
	json_attribute_integer(json, attributes, "vspan.vm.id", vm->number);
	if (vm->attached && vm->name)
		json_attribute_string(json, attributes, "vspan.vm.name", vm->name);
	return attributes;
}

/* Begins a VM's part of the line. Returns its scopes. */
static struct json_object *batch_add_resource(
	struct batch *batch, struct json *json, const struct vm *vm, const char *host)
{
	struct json_object *entry = json_object_make(json);
	struct json_object *resource = json_object_make(json);
	struct json_object *scopes = json_array_make(json);

	json_put(json, resource, "attributes", resource_attributes(json, vm, host));
	json_put(json, entry, "resource", resource);
	json_put(json, entry, "scopeSpans", scopes);
	if (!batch->resources)
		batch->resources = json_array_make(json);
	json_append(json, batch->resources, entry);
	return json->failed ? NULL : scopes;
}

static struct json_object *batch_add_provider(
	struct json *json, struct json_object *scopes, const char *provider)
{
	struct json_object *entry = json_object_make(json);
	struct json_object *scope = json_object_make(json);
	struct json_object *spans = json_array_make(json);

	json_put_string(json, scope, "name", provider);
	json_put(json, entry, "scope", scope);
	json_put(json, entry, "spans", spans);
	json_append(json, scopes, entry);
	return json->failed ? NULL : spans;
}

static struct batch_scope *batch_room(struct batch *batch)
{
	if (batch->count == batch->capacity) {
		size_t capacity = batch->capacity ? batch->capacity * 2 : 16;
		struct batch_scope *scopes = realloc(batch->scopes, capacity * sizeof(*scopes));

		if (!scopes)
			return NULL;
		batch->scopes = scopes;
		batch->capacity = capacity;
	}
	return &batch->scopes[batch->count];
}

static struct json_object *batch_add_scope(struct batch *batch, struct json *json,
	const struct vm *vm, const char *host, const char *label)
{
	struct batch_scope *scope = batch_room(batch);
	struct json_object *scopes = NULL, *spans;
	char *provider = strndup(label, words_provider(label));

	for (size_t i = 0; i < batch->count && !scopes; i++) {
		if (batch->scopes[i].vm == vm)
			scopes = batch->scopes[i].scopes;
	}
	if (scope && provider && !scopes)
		scopes = batch_add_resource(batch, json, vm, host);
	spans = scope && provider && scopes ? batch_add_provider(json, scopes, provider) : NULL;
	if (!spans) {
		free(provider);
		json->failed = true;
		return NULL;
	}
	*scope = (struct batch_scope){
		.vm = vm, .scopes = scopes, .spans = spans, .provider = provider};
	batch->count++;
	return spans;
}

/* The spans of a VM and a provider. */
static struct json_object *batch_spans(
	struct batch *batch, struct json *json, const struct node *node, const char *host)
{
	const struct vm *vm = node->vcpu->vm;
	size_t length = words_provider(node->label);

	for (size_t i = batch->count; i > 0; i--) {
		const struct batch_scope *scope = &batch->scopes[i - 1];

		if (scope->vm == vm && strncmp(scope->provider, node->label, length) == 0 &&
			!scope->provider[length])
			return scope->spans;
	}
	return batch_add_scope(batch, json, vm, host, node->label);
}

void batch_add(struct batch *batch, struct json *json, const struct node *node, const char *host,
	struct json_object *span, size_t items)
{
	json_append(json, batch_spans(batch, json, node, host), span);
	batch->items += items;
}

int batch_write(struct batch *batch, FILE *stream)
{
	struct json_object *line;
	const char *string = NULL;
	size_t length = 0;

	if (!batch->resources)
		return 0;
	line = json_object_new_object();
	if (line && json_object_object_add(line, "resourceSpans", batch->resources) == 0) {
		batch->resources = NULL;
		string = json_object_to_json_string_length(
			line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
	}
	if (string) {
		fwrite(string, 1, length, stream);
		fputc('\n', stream);
	}
	json_object_put(line);
	batch_clear(batch);
	return string ? 0 : -ENOMEM;
}

void batch_clear(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		free(batch->scopes[i].provider);
	free(batch->scopes);
	json_object_put(batch->resources);
	*batch = (struct batch){0};
}
