/* SPDX-License-Identifier: MIT */
/*
 * heap.h - what an allocator calls for a heap profile: events heap:allocate, with
 * the call stack that asked, and heap:free, which sink.vspan.heap adds up. In
 * libvspan-guest; freestanding like the rest of it, callable on any vCPU and in
 * interrupt handlers.
 *
 *   void *store_allocate(size_t size)
 *   {
 *           void *block = first_fit(size);
 *
 *           if (block != NULL)
 *                   vspan_heap_allocate(block, size, vspan_heap_caller(stack_low, stack_high));
 *           return block;
 *   }
 *
 * While nobody has enabled the events, each costs a call, a load, a test and a branch.
 * Stacks are those of frame pointers (-fno-omit-frame-pointer): a function without
 * hides its caller, or ends the stack.
 */
#ifndef VSPAN_HEAP_H
#define VSPAN_HEAP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Return addresses of a stack, the innermost first; 0 where there are no more. */
#define VSPAN_HEAP_FRAMES 16u

/* Where a stack begins, and the memory it may be looked for in. */
struct vspan_heap_caller {
	uintptr_t site;  /* return address of the allocator's own call */
	uintptr_t frame; /* the allocator's frame pointer */
	uintptr_t low;   /* of the stack in use, as far as the caller knows... */
	uintptr_t high;  /* ...and its end. Nothing outside is read */
};

/*
 * Of the function it stands in: whoever called that is the innermost frame. `low` and
 * `high` bound the stack the code runs on; on another one, as in a handler with a
 * stack of its own, only the innermost frame is known. 0 and 0: the same.
 */
static inline __attribute__((always_inline)) struct vspan_heap_caller vspan_heap_caller(
	uintptr_t low, uintptr_t high)
{
	const struct vspan_heap_caller caller = {(uintptr_t)__builtin_return_address(0),
		(uintptr_t)__builtin_frame_address(0), low, high};

	return caller;
}

/* `size` bytes at `address` are somebody's now. Call it before anybody can free them. */
void vspan_heap_allocate(const void *address, uint64_t size, struct vspan_heap_caller caller);

/* They are not any more; NULL is fine. Call it before anybody can be given them again. */
void vspan_heap_free(const void *address);

/*
 * A file with code in it, at `bias` from the addresses it was linked for, which takes
 * from `start` up to `end`: for processes, whose addresses differ from run to run.
 * Images at a fixed address need not tell. `build_id`: `size` bytes, or NULL and 0.
 */
void vspan_heap_module(uint64_t bias, uint64_t start, uint64_t end, const char *path,
	const void *build_id, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_HEAP_H */
