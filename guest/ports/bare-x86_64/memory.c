/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the four functions the compiler may call on its own, even in
 * freestanding code. String instructions, because a plain loop would be
 * recognised and turned into a call of the very same function.
 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *end = to;

	__asm__ volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *last_to = (char *)to + size - 1;
	const char *last_from = (const char *)from + size - 1;

	if ((uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);
	/* Overlapping from below: copy from the end down. */
	__asm__ volatile("std\n\trep movsb\n\tcld"
			 : "+D"(last_to), "+S"(last_from), "+c"(size)
			 :
			 : "memory", "cc");
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *end = to;

	__asm__ volatile("rep stosb" : "+D"(end), "+c"(size) : "a"(byte) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;
	size_t i;

	for (i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
