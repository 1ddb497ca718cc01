/* SPDX-License-Identifier: MIT */
/*
 * leftovers.h - state files of regions that were given up. Somebody may attach such a
 * region again, and what it says is needed then; so they are removed only when the
 * region's file is. Owned by the program's main thread.
 */
#ifndef VSPAN_CLI_LEFTOVERS_H
#define VSPAN_CLI_LEFTOVERS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* Regions watched at most; of more, the state files of the first ones stay. */
#define LEFTOVERS_MAX 256u

struct leftovers {
	uint32_t count;
	uint64_t looked; /* ns */
	struct leftover {
		int region; /* a descriptor that only says whether the file has a name */
		char *state;
	} list[LEFTOVERS_MAX];
};

/* True if the file behind `fd` has a name: one that never had any is not seen to go. */
bool leftovers_has_name(int fd);

/* The region behind `fd`, whose file had a name, was given up; `state` is its state file. */
void leftovers_add(struct leftovers *leftovers, int fd, const char *state);

/* It has been attached again. */
void leftovers_forget(struct leftovers *leftovers, const char *state);

/* Removes what nobody can want any more. Looks once a second; to be called more often. */
void leftovers_remove(struct leftovers *leftovers);

/* A last look, and the end. */
void leftovers_close(struct leftovers *leftovers);

#endif /* VSPAN_CLI_LEFTOVERS_H */
