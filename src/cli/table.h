/* SPDX-License-Identifier: MIT */
/* table.h - a table for people, on standard output: columns as wide as they need to be. */
#ifndef VSPAN_CLI_TABLE_H
#define VSPAN_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column {
	const char *name;
	bool number; /* to the right */
};

struct table;

/* Ends the program if there is no memory: nothing is lost by that. */
struct table *table_new(const struct column *columns, size_t count);

/* A new row; cells are then added from left to right. */
void table_row(struct table *table);
void table_text(struct table *table, const char *text);
void table_number(struct table *table, uint64_t number);

/* What to look at: the row is coloured, where colours are wanted. */
void table_alarm(struct table *table);

/* Prints and frees. */
void table_print(struct table *table);

#endif /* VSPAN_CLI_TABLE_H */
