/* SPDX-License-Identifier: MIT */
/* site.c - see site.h. */
#include "site.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <vspan/access.h>

#define SITE_WORDS (sizeof(struct vspan_abi_site) / sizeof(uint64_t))
#define LEVEL_MAX VSPAN_ABI_LEVEL_DEBUG

union site_copy {
	struct vspan_abi_site site;
	uint64_t words[SITE_WORDS];
};

uint32_t site_type_size(uint8_t type)
{
	switch (type) {
	case VSPAN_ABI_TYPE_U8:
	case VSPAN_ABI_TYPE_S8:
	case VSPAN_ABI_TYPE_BOOL:
		return 1;
	case VSPAN_ABI_TYPE_U16:
	case VSPAN_ABI_TYPE_S16:
		return 2;
	case VSPAN_ABI_TYPE_U32:
	case VSPAN_ABI_TYPE_S32:
		return 4;
	case VSPAN_ABI_TYPE_U64:
	case VSPAN_ABI_TYPE_S64:
	case VSPAN_ABI_TYPE_F64:
		return 8;
	default:
		return 0;
	}
}

static bool character_is_name(char character, bool first)
{
	return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
		character == '_' || (!first && character >= '0' && character <= '9');
}

/* True for a NUL-terminated C identifier inside `size` bytes; copies it then. */
static bool name_copy(char *to, const char *from, size_t size)
{
	const size_t length = strnlen(from, size);
	size_t i;

	if (length == 0 || length == size)
		return false;
	for (i = 0; i < length; i++)
		if (!character_is_name(from[i], i == 0))
			return false;
	memset(to, 0, size);
	memcpy(to, from, length);
	return true;
}

/* A path is for people only, so it is repaired, not refused. */
static void file_copy(char *to, const char *from, size_t size)
{
	const size_t length = strnlen(from, size - 1);
	size_t i;

	memset(to, 0, size);
	for (i = 0; i < length; i++)
		to[i] = (char)(from[i] >= 0x20 && from[i] <= 0x7e ? from[i] : '?');
}

static bool type_is_integer(uint8_t type)
{
	return type >= VSPAN_ABI_TYPE_U8 && type <= VSPAN_ABI_TYPE_S64;
}

/* Words its shortest value takes in a record. */
static uint32_t field_words(const struct site_field *field)
{
	const uint32_t size = site_type_size(field->type);

	return field->length > 0 ? (field->length * size + 7u) / 8u : 1u;
}

static bool field_copy(struct site_field *to, const struct vspan_abi_field *from)
{
	if (from->type < VSPAN_ABI_TYPE_U8 || from->type > VSPAN_ABI_TYPE_BYTES)
		return false;
	if (from->length > 0 && !type_is_integer(from->type))
		return false;
	to->type = from->type;
	to->flags = from->flags & VSPAN_ABI_FIELD_HEX;
	to->length = from->length;
	return name_copy(to->name, from->name, sizeof(to->name));
}

static bool field_is_duplicate(const struct site *site, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < index; i++)
		if (strcmp(site->fields[i].name, site->fields[index].name) == 0)
			return true;
	return false;
}

/* Copies and checks the fields; together they have to fit the longest record. */
static bool fields_copy(struct site *site, const struct vspan_abi_site *copy)
{
	uint32_t words = 0;
	uint32_t i;

	if (copy->field_count > VSPAN_ABI_FIELDS_MAX)
		return false;
	site->field_count = copy->field_count;
	for (i = 0; i < site->field_count; i++) {
		if (!field_copy(&site->fields[i], &copy->fields[i]) || field_is_duplicate(site, i))
			return false;
		words += field_words(&site->fields[i]);
	}
	return words <= VSPAN_ABI_RECORD_WORDS_MAX;
}

static bool site_check(const struct vspan_abi_site *copy)
{
	return copy->struct_size >= sizeof(*copy) && copy->level <= LEVEL_MAX &&
		(copy->kind == VSPAN_ABI_SITE_SPAN || copy->kind == VSPAN_ABI_SITE_EVENT);
}

/* A kind belongs to spans, a name comes as a string, a function is a span without fields. */
static bool flags_copy(struct site *site, uint32_t flags)
{
	site->span_kind = flags & VSPAN_ABI_SITE_KIND_MASK;
	site->named = (flags & VSPAN_ABI_SITE_NAMED) != 0;
	site->function = (flags & VSPAN_ABI_SITE_FUNCTION) != 0;
	if (site->function && (site->kind != VSPAN_ABI_SITE_SPAN || site->field_count != 0))
		return false;
	if (site->span_kind >
		(site->kind == VSPAN_ABI_SITE_SPAN ? VSPAN_ABI_SITE_KIND_CONSUMER : 0))
		return false;
	return !site->named ||
		(site->field_count > 0 && site->fields[0].type == VSPAN_ABI_TYPE_STRING);
}

int site_read(const struct vspan_abi_site *shared, uint32_t id, struct site *site)
{
	const uint64_t *words = (const uint64_t *)(const void *)shared;
	union site_copy copy;
	uint32_t i;

	assert(id < VSPAN_ABI_SITES_MAX);
	if (vspan_describe_load_E(&shared->commit) != (uint64_t)id + 1)
		return -EAGAIN;
	for (i = 0; i < SITE_WORDS; i++)
		copy.words[i] = vspan_read_once(&words[i]);

	memset(site, 0, sizeof(*site));
	site->id = id;
	site->line = copy.site.line;
	site->kind = copy.site.kind;
	site->level = copy.site.level;
	file_copy(site->file, copy.site.file, sizeof(site->file));
	if (!site_check(&copy.site) ||
		!name_copy(site->provider, copy.site.provider, sizeof(site->provider)) ||
		!name_copy(site->name, copy.site.name, sizeof(site->name)) ||
		!fields_copy(site, &copy.site) || !flags_copy(site, copy.site.flags))
		return -EINVAL;
	return 0;
}

union function_copy {
	struct vspan_abi_function function;
	uint64_t words[sizeof(struct vspan_abi_function) / sizeof(uint64_t)];
};

int site_read_function(const struct vspan_abi_site *shared, struct site_function *function)
{
	const uint64_t *words = (const uint64_t *)(const void *)shared->fields;
	union function_copy copy;
	uint32_t i;

	for (i = 0; i < sizeof(copy) / sizeof(uint64_t); i++)
		copy.words[i] = vspan_read_once(&words[i]);
	if (copy.function.module[0] != '/' || copy.function.build_id_size > VSPAN_ABI_BUILD_ID ||
		memchr(copy.function.module, '\0', VSPAN_ABI_MODULE) == NULL)
		return -EINVAL;
	function->address = copy.function.address;
	function->build_id_size = copy.function.build_id_size;
	memcpy(function->build_id, copy.function.build_id, sizeof(function->build_id));
	memcpy(function->module, copy.function.module, sizeof(function->module));
	return 0;
}

void site_name_make(char to[VSPAN_ABI_SITE_NAME], const char *from)
{
	uint32_t length = 0;

	memset(to, 0, VSPAN_ABI_SITE_NAME);
	if (!character_is_name(*from, true))
		to[length++] = '_';
	for (; *from != '\0' && length + 1 < VSPAN_ABI_SITE_NAME; from++)
		to[length++] = (char)(character_is_name(*from, false) ? *from : '_');
}

void site_file_make(char to[VSPAN_ABI_SITE_FILE], const char *from)
{
	const size_t length = strlen(from);

	if (length >= VSPAN_ABI_SITE_FILE)
		from += length - (VSPAN_ABI_SITE_FILE - 1);
	file_copy(to, from, VSPAN_ABI_SITE_FILE);
}
