/* SPDX-License-Identifier: MIT */
/*
 * document.c - see document.h.
 */
#include "document.h"

#include "model/text.h"

#include <errno.h>
#include <inttypes.h>
#include <json.h>
#include <string.h>

#define STRINGIFY(x) #x
#define STRING(x) STRINGIFY(x)
#define VERSION                     \
	STRING(VSPAN_VERSION_MAJOR) \
	"." STRING(VSPAN_VERSION_MINOR) "." STRING(VSPAN_VERSION_PATCH)

/* A JSON string of text that is safe to print. */
static int string_write(const char *text, size_t length, FILE *stream)
{
	struct json_object *string = json_object_new_string_len(text, (int)length);
	const char *json = string
		? json_object_to_json_string_ext(string, JSON_C_TO_STRING_NOSLASHESCAPE)
		: NULL;

	if (json)
		fputs(json, stream);
	json_object_put(string);
	return json ? 0 : -ENOMEM;
}

/* "block-store vCPU 0", of further profiles "block-store vCPU 0 (2)". */
static int profile_name(const struct vcpu *vcpu, size_t lane, FILE *stream)
{
	const struct vm *vm = vcpu->vm;
	struct text name = {0};
	int status;

	if (vm->name && *vm->name)
		text_append_safe(&name, vm->name, strlen(vm->name));
	else
		text_print(&name, "VM %" PRIu32, vm->number);
	text_print(&name, " vCPU %" PRIu32, vcpu->number);
	if (lane > 0)
		text_print(&name, " (%zu)", lane + 1);
	status = name.failed ? -ENOMEM : string_write(name.data, name.length, stream);
	text_clear(&name);
	return status;
}

static int profile_write(const struct vcpu *vcpu, size_t lane, struct tracks *tracks, FILE *stream)
{
	const struct track *track = vcpu->user;
	int status;

	fputs("{\"type\":\"evented\",\"name\":", stream);
	status = profile_name(vcpu, lane, stream);
	if (status < 0)
		return status;
	fprintf(stream,
		",\"unit\":\"nanoseconds\",\"startValue\":%" PRId64 ",\"endValue\":%" PRId64
		",\"events\":[\n",
		tracks->first, tracks->last);
	status = spill_copy(&tracks->spill, &track->lanes[lane].events, stream);
	fputs("\n]}", stream);
	return status;
}

static int profiles_write(const struct forest *forest, struct tracks *tracks, FILE *stream)
{
	const char *separator = "\n";
	int status = 0;

	for (size_t v = 0; v < forest->vm_count; v++) {
		const struct vm *vm = forest->vms[v];

		for (size_t c = 0; c < vm->vcpu_count; c++) {
			const struct track *track = vm->vcpus[c]->user;

			for (size_t lane = 0; status == 0 && track && lane < track->lane_count;
				lane++) {
				fputs(separator, stream);
				separator = ",\n";
				status = profile_write(vm->vcpus[c], lane, tracks, stream);
			}
		}
	}
	return status;
}

int document_write(const struct forest *forest, struct tracks *tracks, const struct intern *names,
	FILE *stream)
{
	int status;

	fputs("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
	      "\"exporter\":\"vspan " VERSION "\",\n"
	      "\"name\":\"vspan\",\n"
	      "\"activeProfileIndex\":0,\n"
	      "\"profiles\":[",
		stream);
	status = profiles_write(forest, tracks, stream);
	fputs("],\n\"shared\":{\"frames\":[", stream);
	for (uint32_t i = 0; status == 0 && i < names->count; i++) {
		fputs(i > 0 ? ",\n{\"name\":" : "\n{\"name\":", stream);
		status = string_write(names->strings[i].text, names->strings[i].length, stream);
		fputs("}", stream);
	}
	fputs("]}}\n", stream);
	return status;
}
