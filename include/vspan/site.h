/* SPDX-License-Identifier: MIT */
/*
 * site.h - call sites: VSPAN_SPAN() and VSPAN_EVENT() turn one line of a guest's
 * source into a description for the host and typed inline functions for the
 * guest. Included by guest.h, which has the verbs.
 *
 *   VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO, (u64, lba), (u32, len), (str, op));
 *   VSPAN_EVENT(disk, retry, VSPAN_LEVEL_WARNING, (u32, attempt), (x64, regs, 4));
 *
 * Field types: u8 u16 u32 u64, s8 s16 s32 s64, x8 x16 x32 x64 (unsigned, read in
 * hexadecimal), f64, bool, str (const char *), bytes (const void *, size). A
 * third element makes an array of that many integers (const TYPE *).
 * The level may be joined by what the span is to others, `VSPAN_LEVEL_INFO |
 * VSPAN_KIND_CLIENT`, and by VSPAN_NAMED: the first field, a str, is the name to
 * show, and the host gives the call site no LTTng event of its own.
 * Provider, name and fields are identifiers; at most VSPAN_ABI_FIELDS_MAX fields.
 * Strings and bytes beyond VSPAN_ABI_STRING_MAX, or beyond what fits the record,
 * are cut and marked.
 */
#ifndef VSPAN_SITE_H
#define VSPAN_SITE_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/abi.h>
#include <vspan/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VSPAN_LEVEL_EMERG VSPAN_ABI_LEVEL_EMERG
#define VSPAN_LEVEL_ALERT VSPAN_ABI_LEVEL_ALERT
#define VSPAN_LEVEL_CRIT VSPAN_ABI_LEVEL_CRIT
#define VSPAN_LEVEL_ERR VSPAN_ABI_LEVEL_ERR
#define VSPAN_LEVEL_WARNING VSPAN_ABI_LEVEL_WARNING
#define VSPAN_LEVEL_NOTICE VSPAN_ABI_LEVEL_NOTICE
#define VSPAN_LEVEL_INFO VSPAN_ABI_LEVEL_INFO
#define VSPAN_LEVEL_DEBUG_SYSTEM VSPAN_ABI_LEVEL_DEBUG_SYSTEM
#define VSPAN_LEVEL_DEBUG VSPAN_ABI_LEVEL_DEBUG

#define VSPAN_SITE_FLAGS_SHIFT 4
#define VSPAN_KIND_INTERNAL (VSPAN_ABI_SITE_KIND_INTERNAL << VSPAN_SITE_FLAGS_SHIFT)
#define VSPAN_KIND_SERVER (VSPAN_ABI_SITE_KIND_SERVER << VSPAN_SITE_FLAGS_SHIFT)
#define VSPAN_KIND_CLIENT (VSPAN_ABI_SITE_KIND_CLIENT << VSPAN_SITE_FLAGS_SHIFT)
#define VSPAN_KIND_PRODUCER (VSPAN_ABI_SITE_KIND_PRODUCER << VSPAN_SITE_FLAGS_SHIFT)
#define VSPAN_KIND_CONSUMER (VSPAN_ABI_SITE_KIND_CONSUMER << VSPAN_SITE_FLAGS_SHIFT)
#define VSPAN_NAMED (VSPAN_ABI_SITE_NAMED << VSPAN_SITE_FLAGS_SHIFT)

/* Taking such an argument apart again. */
#define VSPAN_SITE_LEVEL(level) ((level) & ((1u << VSPAN_SITE_FLAGS_SHIFT) - 1u))
#define VSPAN_SITE_FLAGS(level) ((level) >> VSPAN_SITE_FLAGS_SHIFT)
#define VSPAN_SITE_KIND(level) (VSPAN_SITE_FLAGS(level) & VSPAN_ABI_SITE_KIND_MASK)
#define VSPAN_SITE_LEVEL_VALID(level, site_kind)                                         \
	((level) <= 0xffu && VSPAN_SITE_LEVEL(level) <= VSPAN_ABI_LEVEL_DEBUG &&         \
		VSPAN_SITE_KIND(level) <= ((site_kind) == VSPAN_ABI_SITE_SPAN            \
							  ? VSPAN_ABI_SITE_KIND_CONSUMER \
							  : VSPAN_ABI_SITE_KIND_INTERNAL))

/* An open span, as code holds it: its id, 0 if it is not being recorded. */
typedef uint64_t vspan_t;

struct vspan_field_description {
	const char *name;
	uint8_t type;  /* VSPAN_ABI_TYPE_* */
	uint8_t flags; /* VSPAN_ABI_FIELD_* */
	uint16_t length;
};

struct vspan_site_description {
	const char *provider;
	const char *name;
	const char *file;
	const struct vspan_field_description *fields;
	uint32_t line;
	uint8_t kind;
	uint8_t level;
	uint8_t field_count;
	uint8_t flags; /* as vspan_abi_site.flags */
};

/*
 * One per call site, gathered by the linker in section vspan_sites. The size is
 * a power of two and equal to the alignment, so the section is an array.
 */
struct vspan_site {
	const uint8_t *enabled; /* the host's enable byte (F); a constant 0 until attached */
	const struct vspan_site_description *description;
	uint32_t id;
	uint32_t reserved[3];
} __attribute__((aligned(32)));
VSPAN_ABI_SIZE(vspan_site, 32);

extern const uint8_t vspan_site_disabled;

static inline bool vspan_site_enabled(const struct vspan_site *site)
{
	return vspan_unlikely(vspan_enable_load_F(site->enabled) != 0);
}

/* Bounded lengths of variable fields, taking from the words the record has left. In guest/. */
uint32_t vspan_fit_string(const char *string, uint32_t *words_left, bool *cut);
uint32_t vspan_fit_bytes(uint32_t size, uint32_t *words_left, bool *cut);

static inline uint64_t vspan_f64_bits(const void *value)
{
	uint64_t bits;

	__builtin_memcpy(&bits, value, sizeof(bits));
	return bits;
}

/* ------------------------------------------------------- preprocessor machinery */

#define VSPAN_PP_CAT_(a, b) a##b
#define VSPAN_PP_CAT(a, b) VSPAN_PP_CAT_(a, b)
#define VSPAN_PP_COUNT_(                                                                    \
	a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, n, ...) \
	n
#define VSPAN_PP_COUNT(...) \
	VSPAN_PP_COUNT_(__VA_ARGS__, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define VSPAN_PP_STRIP(...) __VA_ARGS__
#define VSPAN_PP_INVOKE(m, ...) m(__VA_ARGS__)

/* m(provider, name, type, field[, length]) for each field; the first variable argument is the
 * level. */
#define VSPAN_EACH(m, p, n, ...) \
	VSPAN_PP_CAT(VSPAN_EACH_, VSPAN_PP_COUNT(__VA_ARGS__))(m, p, n, __VA_ARGS__)
#define VSPAN_ONE(m, p, n, field) VSPAN_PP_INVOKE(m, p, n, VSPAN_PP_STRIP field)
#define VSPAN_EACH_1(m, p, n, l)
#define VSPAN_EACH_2(m, p, n, l, a) VSPAN_ONE(m, p, n, a)
#define VSPAN_EACH_3(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_2(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_4(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_3(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_5(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_4(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_6(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_5(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_7(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_6(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_8(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_7(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_9(m, p, n, l, a, ...) VSPAN_ONE(m, p, n, a) VSPAN_EACH_8(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_10(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_9(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_11(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_10(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_12(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_11(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_13(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_12(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_14(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_13(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_15(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_14(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_16(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_15(m, p, n, l, __VA_ARGS__)
#define VSPAN_EACH_17(m, p, n, l, a, ...) \
	VSPAN_ONE(m, p, n, a) VSPAN_EACH_16(m, p, n, l, __VA_ARGS__)

#define VSPAN_PP_FIRST_(first, ...) first
#define VSPAN_PP_FIRST(...) VSPAN_PP_FIRST_(__VA_ARGS__, 0)
#define VSPAN_PP_SECOND_(first, second, ...) second
#define VSPAN_PP_SECOND(...) VSPAN_PP_SECOND_(__VA_ARGS__, 0)

/* ------------------------------------------------------------------ field types */

/* C type, ABI type, flags of each scalar; `_Bool` because <stdbool.h> may have expanded `bool`. */
#define VSPAN_C_u8 uint8_t
#define VSPAN_C_u16 uint16_t
#define VSPAN_C_u32 uint32_t
#define VSPAN_C_u64 uint64_t
#define VSPAN_C_s8 int8_t
#define VSPAN_C_s16 int16_t
#define VSPAN_C_s32 int32_t
#define VSPAN_C_s64 int64_t
#define VSPAN_C_x8 uint8_t
#define VSPAN_C_x16 uint16_t
#define VSPAN_C_x32 uint32_t
#define VSPAN_C_x64 uint64_t
#define VSPAN_C_f64 double
#define VSPAN_C_bool bool
#define VSPAN_C__Bool bool

#define VSPAN_TYPE_u8 VSPAN_ABI_TYPE_U8, 0
#define VSPAN_TYPE_u16 VSPAN_ABI_TYPE_U16, 0
#define VSPAN_TYPE_u32 VSPAN_ABI_TYPE_U32, 0
#define VSPAN_TYPE_u64 VSPAN_ABI_TYPE_U64, 0
#define VSPAN_TYPE_s8 VSPAN_ABI_TYPE_S8, 0
#define VSPAN_TYPE_s16 VSPAN_ABI_TYPE_S16, 0
#define VSPAN_TYPE_s32 VSPAN_ABI_TYPE_S32, 0
#define VSPAN_TYPE_s64 VSPAN_ABI_TYPE_S64, 0
#define VSPAN_TYPE_x8 VSPAN_ABI_TYPE_U8, VSPAN_ABI_FIELD_HEX
#define VSPAN_TYPE_x16 VSPAN_ABI_TYPE_U16, VSPAN_ABI_FIELD_HEX
#define VSPAN_TYPE_x32 VSPAN_ABI_TYPE_U32, VSPAN_ABI_FIELD_HEX
#define VSPAN_TYPE_x64 VSPAN_ABI_TYPE_U64, VSPAN_ABI_FIELD_HEX
#define VSPAN_TYPE_f64 VSPAN_ABI_TYPE_F64, 0
#define VSPAN_TYPE_bool VSPAN_ABI_TYPE_BOOL, 0
#define VSPAN_TYPE__Bool VSPAN_ABI_TYPE_BOOL, 0
#define VSPAN_TYPE_str VSPAN_ABI_TYPE_STRING, 0
#define VSPAN_TYPE_bytes VSPAN_ABI_TYPE_BYTES, 0

/* How a type behaves: as one word, a sign-extended word, bits of a double, string, bytes. */
#define VSPAN_CLASS_u8 word
#define VSPAN_CLASS_u16 word
#define VSPAN_CLASS_u32 word
#define VSPAN_CLASS_u64 word
#define VSPAN_CLASS_s8 word
#define VSPAN_CLASS_s16 word
#define VSPAN_CLASS_s32 word
#define VSPAN_CLASS_s64 word
#define VSPAN_CLASS_x8 word
#define VSPAN_CLASS_x16 word
#define VSPAN_CLASS_x32 word
#define VSPAN_CLASS_x64 word
#define VSPAN_CLASS_f64 float
#define VSPAN_CLASS_bool word
#define VSPAN_CLASS__Bool word
#define VSPAN_CLASS_str string
#define VSPAN_CLASS_bytes bytes

/* Dispatch by class, or to the array form when a length is given. */
#define VSPAN_BY_4(verb, p, n, t, f) \
	VSPAN_PP_CAT(VSPAN_PP_CAT(verb, _), VSPAN_PP_CAT(VSPAN_CLASS_, t))(t, f)
#define VSPAN_BY_5(verb, p, n, t, f, length) VSPAN_PP_CAT(verb, _array)(t, f, length)
#define VSPAN_BY(verb, ...) VSPAN_PP_CAT(VSPAN_BY_, VSPAN_PP_COUNT(__VA_ARGS__))(verb, __VA_ARGS__)

#define VSPAN_PARAM(...) VSPAN_BY(VSPAN_PARAM, __VA_ARGS__)
#define VSPAN_PARAM_word(t, f) VSPAN_C_##t f,
#define VSPAN_PARAM_float(t, f) double f,
#define VSPAN_PARAM_string(t, f) const char *f,
#define VSPAN_PARAM_bytes(t, f) const void *f, uint32_t f##_size,
#define VSPAN_PARAM_array(t, f, length) const VSPAN_C_##t *f,

/* Words of the record whatever the values: all but the contents of strings and bytes. */
#define VSPAN_FIXED(...) VSPAN_BY(VSPAN_FIXED, __VA_ARGS__)
#define VSPAN_FIXED_word(t, f) +1u
#define VSPAN_FIXED_float(t, f) +1u
#define VSPAN_FIXED_string(t, f) +1u
#define VSPAN_FIXED_bytes(t, f) +1u
#define VSPAN_FIXED_array(t, f, length) +((uint32_t)(length) * sizeof(VSPAN_C_##t) + 7u) / 8u

#define VSPAN_FIT(...) VSPAN_BY(VSPAN_FIT, __VA_ARGS__)
#define VSPAN_FIT_word(t, f)
#define VSPAN_FIT_float(t, f)
#define VSPAN_FIT_string(t, f) \
	bool f##_cut;          \
	const uint32_t f##_length = vspan_fit_string(f, &vspan_words_left, &f##_cut);
#define VSPAN_FIT_bytes(t, f) \
	bool f##_cut;         \
	const uint32_t f##_length = vspan_fit_bytes(f##_size, &vspan_words_left, &f##_cut);
#define VSPAN_FIT_array(t, f, length)

#define VSPAN_PUT(...) VSPAN_BY(VSPAN_PUT, __VA_ARGS__)
#define VSPAN_PUT_word(t, f) vspan_record_put(&vspan_record, vspan_word++, (uint64_t)(int64_t)(f));
#define VSPAN_PUT_float(t, f) vspan_record_put(&vspan_record, vspan_word++, vspan_f64_bits(&f));
#define VSPAN_PUT_string(t, f) \
	vspan_word = vspan_record_put_bytes(&vspan_record, vspan_word, f, f##_length, f##_cut);
#define VSPAN_PUT_bytes(t, f) VSPAN_PUT_string(t, f)
#define VSPAN_PUT_array(t, f, length)         \
	vspan_word = vspan_record_put_packed( \
		&vspan_record, vspan_word, f, (uint32_t)(length) * (uint32_t)sizeof(VSPAN_C_##t));

#define VSPAN_DESCRIBE(p, n, ...) \
	VSPAN_PP_CAT(VSPAN_DESCRIBE_, VSPAN_PP_COUNT(__VA_ARGS__))(__VA_ARGS__)
#define VSPAN_DESCRIBE_2(t, f) {#f, VSPAN_TYPE_##t, 0},
#define VSPAN_DESCRIBE_3(t, f, length) {#f, VSPAN_TYPE_##t, length},

/* 1 if the first field is a string, else 0: a chain of which the first link decides. */
#define VSPAN_LEADS(...) VSPAN_BY(VSPAN_LEADS, __VA_ARGS__)
#define VSPAN_LEADS_word(t, f) 1 ? 0:
#define VSPAN_LEADS_float(t, f) 1 ? 0:
#define VSPAN_LEADS_string(t, f) 1 ? 1:
#define VSPAN_LEADS_bytes(t, f) 1 ? 0:
#define VSPAN_LEADS_array(t, f, length) 1 ? 0:

#define VSPAN_INDEX(...) VSPAN_PP_CAT(VSPAN_INDEX_, VSPAN_PP_COUNT(__VA_ARGS__))(__VA_ARGS__)
#define VSPAN_INDEX_4(p, n, t, f) vspan_index__##p##__##n##__##f,
#define VSPAN_INDEX_5(p, n, t, f, length) vspan_index__##p##__##n##__##f,

/* ------------------------------------------------------------------ call sites */

#define VSPAN_SITE_DEFINE(p, n, site_kind, ...)                                                 \
	static const struct vspan_field_description vspan_fields__##p##__##n[] = {              \
		VSPAN_EACH(VSPAN_DESCRIBE, p, n, __VA_ARGS__){0, 0, 0, 0}};                     \
	static const struct vspan_site_description vspan_description__##p##__##n = {#p, #n,     \
		__FILE__, vspan_fields__##p##__##n, __LINE__, site_kind,                        \
		VSPAN_SITE_LEVEL(VSPAN_PP_FIRST(__VA_ARGS__)), VSPAN_PP_COUNT(__VA_ARGS__) - 1, \
		VSPAN_SITE_FLAGS(VSPAN_PP_FIRST(__VA_ARGS__))};                                 \
	static struct vspan_site vspan_site__##p##__##n __attribute__((section("vspan_sites"),  \
		used)) = {&vspan_site_disabled, &vspan_description__##p##__##n, 0, {0, 0, 0}};  \
	VSPAN_ABI_ASSERT(VSPAN_SITE_LEVEL_VALID(VSPAN_PP_FIRST(__VA_ARGS__), site_kind),        \
		level_or_kind_of_##p##_##n##_wrong);                                            \
	VSPAN_ABI_ASSERT(                                                                       \
		(VSPAN_SITE_FLAGS(VSPAN_PP_FIRST(__VA_ARGS__)) & VSPAN_ABI_SITE_NAMED) == 0 ||  \
			(VSPAN_EACH(VSPAN_LEADS, p, n, __VA_ARGS__) 0),                         \
		first_field_of_##p##_##n##_is_no_name);                                         \
	VSPAN_ABI_ASSERT(                                                                       \
		1u VSPAN_EACH(VSPAN_FIXED, p, n, __VA_ARGS__) <= VSPAN_ABI_RECORD_WORDS_MAX,    \
		fields_of_##p##_##n##_too_large)

/*
 * Opens the record of a call site with `words` payload words; an explicit span
 * is word 0. Stamped right after the reservation: the reader relies on records
 * nested in between carrying an earlier counter and a later position.
 */
static inline __attribute__((always_inline)) bool vspan_site_open(struct vspan_record *record,
	const struct vspan_site *site, uint32_t kind, uint32_t words, bool explicit_span,
	uint64_t span)
{
	struct vspan_writer *writer = vspan_writer_self();
	const uint32_t slots = vspan_record_slots(words);
	const uint32_t flags = explicit_span ? VSPAN_ABI_FLAG_EXPLICIT : 0;

	if (!vspan_record_open(record, writer, slots, writer->limit, false))
		return false;
	vspan_record_stamp(
		record, vspan_port_counter_inline(), vspan_header(kind, slots, flags, site->id));
	if (explicit_span)
		vspan_record_put(record, 0, span);
	return true;
}

/*
 * The typed function behind the verbs. `vspan_span` counts if vspan_explicit: the
 * parent, or the span an event belongs to; else it is the innermost open one.
 * Returns the record's span id, 0 if nothing was written.
 */
#define VSPAN_WRITE_DEFINE(p, n, record_kind, ...)                                         \
	static inline __attribute__((always_inline, unused))                               \
	vspan_t vspan_write__##p##__##n(bool vspan_explicit, vspan_t vspan_span,           \
		VSPAN_EACH(VSPAN_PARAM, p, n, __VA_ARGS__) int vspan_none)                 \
	{                                                                                  \
		struct vspan_record vspan_record;                                          \
		uint32_t vspan_word = vspan_explicit ? 1u : 0u;                            \
		uint32_t vspan_words_left = VSPAN_ABI_RECORD_WORDS_MAX -                   \
			(vspan_word VSPAN_EACH(VSPAN_FIXED, p, n, __VA_ARGS__));           \
                                                                                           \
		(void)vspan_none;                                                          \
		if (!vspan_site_enabled(&vspan_site__##p##__##n))                          \
			return 0;                                                          \
		VSPAN_EACH(VSPAN_FIT, p, n, __VA_ARGS__)                                   \
		if (!vspan_site_open(&vspan_record, &vspan_site__##p##__##n, record_kind,  \
			    VSPAN_ABI_RECORD_WORDS_MAX - vspan_words_left, vspan_explicit, \
			    vspan_span))                                                   \
			return 0;                                                          \
		VSPAN_EACH(VSPAN_PUT, p, n, __VA_ARGS__)                                   \
		(void)vspan_word;                                                          \
		vspan_record_commit(&vspan_record);                                        \
		return vspan_record_span(&vspan_record) |                                  \
			(vspan_explicit ? VSPAN_ABI_SPAN_DETACHED : 0);                    \
	}

/* In guest/writer.c: opens a SET record for `words` words of value; false: discarded. */
bool vspan_set_open(struct vspan_record *record, const struct vspan_site *site, vspan_t span,
	uint32_t field, uint32_t words);

/* One setter per field: the words are the span, the field's index, the value. */
#define VSPAN_SET_WORDS 2u
#define VSPAN_SETTER(p, n, ...) VSPAN_SETTER_(p, n, VSPAN_PP_SECOND(__VA_ARGS__), __VA_ARGS__)
#define VSPAN_SETTER_(...) VSPAN_SETTER_NAMED(__VA_ARGS__)
#define VSPAN_SETTER_NAMED(p, n, field, ...)                                                    \
	static inline __attribute__((unused)) void vspan_set__##p##__##n##__##field(            \
		vspan_t vspan_span, VSPAN_PARAM(p, n, __VA_ARGS__) int vspan_none)              \
	{                                                                                       \
		struct vspan_record vspan_record;                                               \
		uint32_t vspan_word = VSPAN_SET_WORDS;                                          \
		const uint32_t vspan_room = VSPAN_ABI_RECORD_WORDS_MAX - VSPAN_SET_WORDS;       \
		uint32_t vspan_words_left = vspan_room - (0u VSPAN_FIXED(p, n, __VA_ARGS__));   \
                                                                                                \
		(void)vspan_none;                                                               \
		if (vspan_span == 0)                                                            \
			return;                                                                 \
		VSPAN_FIT(p, n, __VA_ARGS__)                                                    \
		if (!vspan_set_open(&vspan_record, &vspan_site__##p##__##n, vspan_span,         \
			    vspan_index__##p##__##n##__##field, vspan_room - vspan_words_left)) \
			return;                                                                 \
		VSPAN_PUT(p, n, __VA_ARGS__)                                                    \
		(void)vspan_word;                                                               \
		vspan_record_commit(&vspan_record);                                             \
	}

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_SITE_H */
