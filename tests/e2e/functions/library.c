/* SPDX-License-Identifier: MIT */
/* library.c - a shared library for subject.c, instrumented as that is. */

static volatile int sink;

int library_outer(int times);

__attribute__((noinline)) static void library_leaf(int value)
{
	sink += value;
}

int library_outer(int times)
{
	for (int i = 0; i < times; i++)
		library_leaf(i);
	return sink;
}
