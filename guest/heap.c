/* SPDX-License-Identifier: MIT */
/* heap.c - see heap.h. The stack is only looked at when somebody wants the event. */
#include <vspan/guest.h>
#include <vspan/heap.h>

#define WORD ((uintptr_t)sizeof(uintptr_t))

VSPAN_EVENT(heap, allocate, VSPAN_LEVEL_DEBUG, (x64, address), (u64, size),
	(x64, stack, VSPAN_HEAP_FRAMES));
VSPAN_EVENT(heap, free, VSPAN_LEVEL_DEBUG, (x64, address));
VSPAN_EVENT(heap, module, VSPAN_LEVEL_INFO, (x64, bias), (x64, range, 2), (str, path),
	(bytes, build_id));

/* True if a frame's two words, the caller's frame and the return address, may be read there. */
static bool frame_readable(const struct vspan_heap_caller *caller, uintptr_t frame)
{
	return frame != 0 && frame % WORD == 0 && frame >= caller->low && frame < caller->high &&
		caller->high - frame >= 2 * WORD;
}

/*
 * Follows the saved frame pointers, each of which has to be further up the same stack
 * than the one before: whatever is in these words, it ends, and reads nothing else.
 */
static void stack_walk(struct vspan_heap_caller caller, uint64_t stack[VSPAN_HEAP_FRAMES])
{
	uintptr_t frame = caller.frame, next;
	uint32_t i;

	stack[0] = caller.site;
	for (i = 1; i < VSPAN_HEAP_FRAMES; i++) {
		stack[i] = 0;
		if (!frame_readable(&caller, frame))
			continue;
		next = *(const volatile uintptr_t *)frame;
		frame = next > frame ? next : 0;
		if (frame_readable(&caller, frame))
			stack[i] = *(const volatile uintptr_t *)(frame + WORD);
		if (stack[i] == 0)
			frame = 0;
	}
}

void vspan_heap_allocate(const void *address, uint64_t size, struct vspan_heap_caller caller)
{
	uint64_t stack[VSPAN_HEAP_FRAMES];

	if (!vspan_site_enabled(&vspan_site__heap__allocate))
		return;
	stack_walk(caller, stack);
	vspan_event(heap, allocate, (uintptr_t)address, size, stack);
}

void vspan_heap_free(const void *address)
{
	if (address != NULL)
		vspan_event(heap, free, (uintptr_t)address);
}

void vspan_heap_module(uint64_t bias, uint64_t start, uint64_t end, const char *path,
	const void *build_id, uint32_t size)
{
	const uint64_t range[2] = {start, end};

	vspan_event(heap, module, bias, range, path, build_id, size);
}
