/* SPDX-License-Identifier: MIT */
/* batch.c - see batch.h. */
#include "batch.h"

#include "attributes.h"
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

static void resource_append(struct text *text, const struct vm *vm, const char *host)
{
	struct attributes attributes = {.text = text, .before = "\"attributes\":["};
	char name[32], identity[40];

	snprintf(name, sizeof(name), "vm-%" PRIu32, vm->number);
	attributes_string(&attributes, "service.name",
		vm->attached && vm->name && *vm->name ? vm->name : name);
	if (vm->attached && (vm->identity[0] || vm->identity[1])) {
		snprintf(identity, sizeof(identity), "%016" PRIx64 "%016" PRIx64, vm->identity[0],
			vm->identity[1]);
		attributes_string(&attributes, "service.instance.id", identity);
	}
	if (host)
		attributes_string(&attributes, "host.name", host);
	attributes_string(&attributes, "telemetry.sdk.name", "vspan");
	attributes_string(&attributes, "telemetry.sdk.language", "c");
	attributes_string(&attributes, "telemetry.sdk.version", VERSION);
	attributes_integer(&attributes, "vspan.vm.id", vm->number);
	if (vm->attached && vm->name)
		attributes_string(&attributes, "vspan.vm.name", vm->name);
	attributes_end(&attributes);
}

struct text *batch_spans(struct batch *batch, const struct node *node)
{
	size_t length = words_provider(node->label);
	struct batch_group *group;

	for (size_t i = 0; i < batch->count; i++) {
		group = &batch->groups[i];
		if (group->vm == node->vcpu->vm &&
			strncmp(group->provider, node->label, length) == 0 &&
			!group->provider[length]) {
			text_append(&group->spans, ",", 1);
			return &group->spans;
		}
	}
	assert(batch->count < BATCH_GROUPS_MAX);
	group = &batch->groups[batch->count];
	*group = (struct batch_group){
		.vm = node->vcpu->vm, .provider = strndup(node->label, length)};
	if (!group->provider)
		return NULL;
	batch->count++;
	return &group->spans;
}

static void scope_append(struct text *text, const struct batch_group *group)
{
	text_print(text, "{\"scope\":{\"name\":");
	text_append_json(text, group->provider, strlen(group->provider));
	text_print(text, "},\"spans\":[");
	text_append(text, group->spans.data, group->spans.length);
	text_print(text, "]}");
	text->failed = text->failed || group->spans.failed;
}

/* The groups of one VM, which are those from `first` on that are not written yet. */
static void batch_append_vm(struct batch *batch, size_t first, const char *host)
{
	const struct vm *vm = batch->groups[first].vm;
	struct text *text = &batch->line;

	text_print(text, "{\"resource\":{");
	resource_append(text, vm, host);
	text_print(text, "},\"scopeSpans\":[");
	for (size_t i = first; i < batch->count; i++) {
		struct batch_group *group = &batch->groups[i];

		if (group->vm != vm)
			continue;
		if (i > first)
			text_append(text, ",", 1);
		scope_append(text, group);
		group->vm = NULL;
	}
	text_print(text, "]}");
}

static void batch_empty(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		free(batch->groups[i].provider);
		text_clear(&batch->groups[i].spans);
	}
	batch->count = 0;
	batch->items = 0;
}

int batch_write(struct batch *batch, const struct hosts *hosts, FILE *stream)
{
	const char *before = "{\"resourceSpans\":[";

	if (batch->count == 0)
		return 0;
	batch->line.length = 0;
	for (size_t i = 0; i < batch->count; i++) {
		const struct vm *vm = batch->groups[i].vm;

		if (!vm)
			continue;
		text_print(&batch->line, "%s", before);
		batch_append_vm(batch, i, hosts_find(hosts, vm->number));
		before = ",";
	}
	text_print(&batch->line, "]}\n");
	batch_empty(batch);
	if (batch->line.failed)
		return -ENOMEM;
	fwrite(batch->line.data, 1, batch->line.length, stream);
	return 0;
}

void batch_clear(struct batch *batch)
{
	batch_empty(batch);
	text_clear(&batch->line);
}
