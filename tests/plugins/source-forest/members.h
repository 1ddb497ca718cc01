/* SPDX-License-Identifier: MIT */
/*
 * members.h - the fields of each type of event, in the order of trace.h, and
 * where an item has them.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_MEMBERS_H
#define VSPAN_TESTS_SOURCE_FOREST_MEMBERS_H

#include "story.h"

#define MEMBERS_MAX 14

enum member_type {
	MEMBER_NONE, /* no more */
	MEMBER_32,
	MEMBER_64,
	MEMBER_HEX_32,
	MEMBER_HEX_64,
	MEMBER_STATUS,
	MEMBER_KIND,
	MEMBER_REASON,
	MEMBER_TEXT,
	MEMBER_SITE_NAME,
	MEMBER_SITE_PROVIDER,
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset; /* in struct item */
};

struct members {
	const char *name; /* of a control event */
	const char *uri;  /* of a guest's event */
	const char *prefix;
	const char *suffix;
	struct member list[MEMBERS_MAX];
};

extern const struct members members[ITEM_TYPES];
/* Those of vspan:span and vspan:event: more of what ITEM_SPAN and ITEM_POINT have. */
extern const struct member members_generic[2];

#endif /* VSPAN_TESTS_SOURCE_FOREST_MEMBERS_H */
