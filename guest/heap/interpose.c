/* SPDX-License-Identifier: MIT */
/*
 * interpose.c - libvspan-heap.so, for LD_PRELOAD: stands in front of malloc() and
 * its relatives, whoever provides them, and tells the heap profile. What vspan
 * itself allocates meanwhile is not told.
 *
 * A realloc() is a free and an allocation: as one event it would come too late, when
 * another thread may have been given the old address already.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vspan/guest.h>
#include <vspan/heap.h>
#include "preload.h"

#define EXPORT __attribute__((visibility("default")))
#define EARLY_BYTES 65536u
#define EARLY_ALIGN 16u

struct allocator {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *memory, size_t size);
	void (*free)(void *memory);
	void *(*memalign)(size_t alignment, size_t size);
	void *(*aligned_alloc)(size_t alignment, size_t size);
	int (*posix_memalign)(void **memory, size_t alignment, size_t size);
};

struct thread {
	uintptr_t stack_low;
	uintptr_t stack_high; /* 0: not asked for yet */
	bool finding;         /* the functions behind us */
	bool telling;
};

static __thread struct thread self __attribute__((tls_model("initial-exec")));
static struct allocator next;
static bool next_known;
static bool attached;

/* What looking for the next malloc() allocates; never freed. */
static unsigned char early[EARLY_BYTES] __attribute__((aligned(EARLY_ALIGN)));
static size_t early_used;

static void *early_allocate(size_t size)
{
	const size_t rounded = (size + EARLY_ALIGN - 1) & ~(size_t)(EARLY_ALIGN - 1);
	size_t at;

	if (rounded < size || rounded > EARLY_BYTES)
		return NULL;
	at = __atomic_fetch_add(&early_used, rounded, __ATOMIC_RELAXED);
	return at <= EARLY_BYTES - rounded ? &early[at] : NULL;
}

static bool is_early(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)early < EARLY_BYTES;
}

/* Any thread, any number of times: all find the same. */
static void next_find(void)
{
	void *const found[] = {dlsym(RTLD_NEXT, "malloc"), dlsym(RTLD_NEXT, "calloc"),
		dlsym(RTLD_NEXT, "realloc"), dlsym(RTLD_NEXT, "free"), dlsym(RTLD_NEXT, "memalign"),
		dlsym(RTLD_NEXT, "aligned_alloc"), dlsym(RTLD_NEXT, "posix_memalign")};
	void **to = (void **)&next;
	size_t i;

	_Static_assert(sizeof(found) == sizeof(next), "one for each member");
	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		if (found[i] == NULL)
			abort();
		__atomic_store_n(&to[i], found[i], __ATOMIC_RELAXED);
	}
	__atomic_store_n(&next_known, true, __ATOMIC_RELEASE);
}

/* The functions behind us; NULL while this thread is looking for them. */
static const struct allocator *allocator(void)
{
	if (vspan_likely(__atomic_load_n(&next_known, __ATOMIC_ACQUIRE)))
		return &next;
	if (self.finding)
		return NULL;
	self.finding = true;
	next_find();
	self.finding = false;
	return &next;
}

static void stack_find(struct thread *thread)
{
	pthread_attr_t attributes;
	void *low;
	size_t size;

	thread->stack_high = 1;
	if (pthread_getattr_np(pthread_self(), &attributes) != 0)
		return;
	if (pthread_attr_getstack(&attributes, &low, &size) == 0) {
		thread->stack_low = (uintptr_t)low;
		thread->stack_high = (uintptr_t)low + size;
	}
	pthread_attr_destroy(&attributes);
}

/* False: nothing is told, because nobody listens or this is vspan's own. */
static bool tell_begin(void)
{
	if (!__atomic_load_n(&attached, __ATOMIC_RELAXED) || self.telling)
		return false;
	self.telling = true;
	return true;
}

/* Memory, if it is some, is somebody's now. Returns it. */
static void *allocated(void *memory, size_t size, struct vspan_heap_caller caller)
{
	const int error = errno;

	if (memory == NULL || !tell_begin())
		return memory;
	if (self.stack_high == 0)
		stack_find(&self);
	caller.low = self.stack_low;
	caller.high = self.stack_high;
	vspan_heap_allocate(memory, size, caller);
	self.telling = false;
	errno = error;
	return memory;
}

static void freed(const void *memory)
{
	const int error = errno;

	if (memory == NULL || !tell_begin())
		return;
	vspan_heap_free(memory);
	self.telling = false;
	errno = error;
}

EXPORT void *malloc(size_t size)
{
	const struct allocator *to = allocator();

	if (to == NULL)
		return early_allocate(size);
	return allocated(to->malloc(size), size, vspan_heap_caller(0, 0));
}

EXPORT void *calloc(size_t nmemb, size_t size)
{
	const struct allocator *to = allocator();
	size_t bytes;

	if (__builtin_mul_overflow(nmemb, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	if (to == NULL)
		return early_allocate(bytes);
	return allocated(to->calloc(nmemb, size), bytes, vspan_heap_caller(0, 0));
}

EXPORT void free(void *ptr)
{
	const struct allocator *to = allocator();

	if (to == NULL || is_early(ptr))
		return;
	freed(ptr);
	to->free(ptr);
}

/* Out of the early memory, whose blocks have no size of their own. */
static void *early_move(const void *memory, size_t size)
{
	const size_t most = EARLY_BYTES - (size_t)((const unsigned char *)memory - early);
	void *moved = malloc(size);

	return moved != NULL ? memcpy(moved, memory, size < most ? size : most) : NULL;
}

EXPORT void *realloc(void *ptr, size_t size)
{
	const struct allocator *to = allocator();
	void *moved;

	if (to == NULL || is_early(ptr))
		return ptr != NULL ? early_move(ptr, size) : early_allocate(size);
	freed(ptr);
	moved = to->realloc(ptr, size);
	/* It failed, and the old memory is what it was, but for the size told. */
	if (moved == NULL && ptr != NULL && size != 0)
		allocated(ptr, malloc_usable_size(ptr), vspan_heap_caller(0, 0));
	return allocated(moved, size, vspan_heap_caller(0, 0));
}

/* While this thread looks for the functions behind us it has no need for these. */
EXPORT void *memalign(size_t alignment, size_t size)
{
	const struct allocator *to = allocator();

	if (to == NULL)
		return NULL;
	return allocated(to->memalign(alignment, size), size, vspan_heap_caller(0, 0));
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	const struct allocator *to = allocator();

	if (to == NULL)
		return NULL;
	return allocated(to->aligned_alloc(alignment, size), size, vspan_heap_caller(0, 0));
}

EXPORT int posix_memalign(void **memptr, size_t alignment, size_t size)
{
	const struct allocator *to = allocator();
	const int error = to != NULL ? to->posix_memalign(memptr, alignment, size) : ENOMEM;

	if (error == 0)
		allocated(*memptr, size, vspan_heap_caller(0, 0));
	return error;
}

EXPORT void *valloc(size_t size)
{
	const struct allocator *to = allocator();
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (to == NULL)
		return NULL;
	return allocated(to->memalign(page, size), size, vspan_heap_caller(0, 0));
}

/* Before main(); what was allocated earlier is not in the profile. */
static __attribute__((constructor)) void heap_start(void)
{
	allocator();
	self.telling = true;
	if (vspan_attach(program_invocation_short_name) == VSPAN_ATTACH_OK) {
		heap_modules_tell();
		__atomic_store_n(&attached, true, __ATOMIC_RELEASE);
	}
	self.telling = false;
}

/* Libraries the program has loaded since. */
static __attribute__((destructor)) void heap_end(void)
{
	if (!tell_begin())
		return;
	heap_modules_tell();
	self.telling = false;
}
