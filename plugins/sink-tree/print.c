/* SPDX-License-Identifier: MIT */
/*
 * print.c - see print.h. Walks each tree without recursion: how deep it goes is
 * the guest's choice.
 */
#include "print.h"

#include "line.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

struct printer {
	const struct options *options;
	FILE *stream;
	struct text line; /* reused */
	uint64_t shown;   /* spans of this vCPU */
	uint64_t hidden;  /* by the limit */
};

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_node(
	struct printer *printer, const struct node *node, uint64_t depth, int64_t origin)
{
	uint64_t limit = printer->options->limit;

	if (limit && printer->shown >= limit) {
		printer->hidden += node->type == NODE_SPAN;
		return;
	}
	printer->shown += node->type == NODE_SPAN;
	printer->line.length = 0;
	line_append(&printer->line, node, depth, origin, printer->options->color);
	if (!printer->line.failed)
		fwrite(printer->line.data, 1, printer->line.length, printer->stream);
}

/* What comes after `node` in the tree of `root`, below it only if `down`. NULL: nothing. */
static const struct node *walk_next(
	const struct node *root, const struct node *node, bool down, uint64_t *depth)
{
	if (down && node->first_child) {
		(*depth)++;
		return node->first_child;
	}
	while (node != root && !node->next) {
		assert(*depth > 0);
		(*depth)--;
		node = node->parent;
	}
	return node == root ? NULL : node->next;
}

static void print_tree(struct printer *printer, const struct node *root)
{
	uint64_t levels = printer->options->depth;
	uint64_t depth = 0;
	bool down;

	for (const struct node *node = root; node; node = walk_next(root, node, down, &depth)) {
		/* Events and losses are part of their span, not a level below it. */
		bool deep = levels && depth >= levels + (node->type != NODE_SPAN);

		down = node->visible && !deep;
		if (down)
			print_node(printer, node, depth, root->start);
	}
}

static bool vcpu_visible(const struct vcpu *vcpu)
{
	for (const struct node *node = vcpu->first_root; node; node = node->next) {
		if (node->visible)
			return true;
	}
	return false;
}

static void print_vcpu(struct printer *printer, const struct vcpu *vcpu)
{
	if (!vcpu_visible(vcpu))
		return;
	printer->shown = 0;
	printer->hidden = 0;
	fprintf(printer->stream, "  vCPU %" PRIu32 "\n", vcpu->number);
	for (const struct node *node = vcpu->first_root; node; node = node->next)
		print_tree(printer, node);
	if (printer->hidden)
		fprintf(printer->stream, "    ... %" PRIu64 " more span%s\n", printer->hidden,
			plural(printer->hidden));
}

static void print_totals(const struct printer *printer, const struct vm *vm)
{
	fprintf(printer->stream,
		"  %" PRIu64 " span%s, %" PRIu64 " root%s, %" PRIu64 " event%s, %" PRIu64
		" aborted, %" PRIu64 " record%s lost\n",
		vm->spans_seen, plural(vm->spans_seen), vm->roots, plural(vm->roots),
		vm->events_seen, plural(vm->events_seen), vm->aborted, vm->lost, plural(vm->lost));
	if (vm->violations)
		fprintf(printer->stream,
			"  the guest broke the rules of its rings: %" PRIu64
			" report%s, see events vspan:violation\n",
			vm->violations, plural(vm->violations));
}

/* What was recorded of spans in part, because edges were or were not enabled. */
static void print_partial(const struct printer *printer, const struct vm *vm)
{
	uint64_t ends = vm->ends + vm->ends_hidden;

	if (vm->unfinished)
		fprintf(printer->stream,
			"  %" PRIu64 " span%s unfinished: still open, or the end not recorded\n",
			vm->unfinished, plural(vm->unfinished));
	if (ends)
		fprintf(printer->stream,
			"  %" PRIu64 " span%s of which only the end was recorded, %" PRIu64
			" of them shown\n",
			ends, plural(ends), vm->ends);
}

static void print_notices(const struct printer *printer, const struct note *notice)
{
	for (; notice; notice = notice->next)
		fprintf(printer->stream, "  the consumer said: %s\n", notice->text);
}

/* That one consumer took over from another, and what that did to the trace. */
static void print_restarts(const struct printer *printer, const struct repeats *repeats)
{
	if (repeats->restarts)
		fprintf(printer->stream, "  %" PRIu32 " consumer restart%s\n", repeats->restarts,
			plural(repeats->restarts));
	if (repeats->dropped)
		fprintf(printer->stream, "  %" PRIu64 " repeated event%s dropped\n",
			repeats->dropped, plural(repeats->dropped));
	if (repeats->unsure)
		fprintf(printer->stream,
			"  %" PRIu64 " event%s may be repeated: more than %d came since\n",
			repeats->unsure, plural(repeats->unsure), REPEATS_MEMORY);
}

/* The sum over rings and epochs, as one equation, and whether it holds. */
static void print_ledger(const struct printer *printer, const struct vm *vm)
{
	struct ledger sum = {0};
	uint64_t explained;

	for (size_t i = 0; i < vm->ledger_count; i++) {
		sum.attempted += vm->ledgers[i].attempted;
		sum.emitted += vm->ledgers[i].emitted;
		sum.discarded_guest += vm->ledgers[i].discarded_guest;
		sum.discarded_host += vm->ledgers[i].discarded_host;
		sum.torn += vm->ledgers[i].torn;
		sum.invalid += vm->ledgers[i].invalid;
		sum.in_ring += vm->ledgers[i].in_ring;
	}
	if (vm->ledger_count == 0)
		return;
	fprintf(printer->stream,
		"  ledger: %" PRIu64 " attempted = %" PRIu64 " emitted + %" PRIu64
		" discarded by the guest + %" PRIu64 " by the host + %" PRIu64 " torn + %" PRIu64
		" invalid + %" PRIu64 " in the ring\n",
		sum.attempted, sum.emitted, sum.discarded_guest, sum.discarded_host, sum.torn,
		sum.invalid, sum.in_ring);
	explained = sum.emitted + sum.discarded_guest + sum.discarded_host + sum.torn +
		sum.invalid + sum.in_ring;
	if (explained != sum.attempted)
		fprintf(printer->stream,
			"  the ledger does not add up: attempted - the sum of the others is "
			"%" PRId64 "\n",
			(int64_t)(sum.attempted - explained));
}

static void print_vm(struct printer *printer, const struct vm *vm)
{
	if (vm->attached)
		fprintf(printer->stream, "VM %" PRIu32 " %s (%" PRIu64 " vCPU%s)\n", vm->number,
			vm->name, vm->rings, plural(vm->rings));
	else
		fprintf(printer->stream,
			"VM %" PRIu32 " (name unknown: vspan:attach is not in the trace)\n",
			vm->number);
	for (size_t i = 0; i < vm->vcpu_count; i++)
		print_vcpu(printer, &vm->vcpus[i]);
	print_totals(printer, vm);
	print_partial(printer, vm);
	print_restarts(printer, &vm->repeats);
	print_notices(printer, vm->notices);
	print_ledger(printer, vm);
}

static void print_warnings(const struct printer *printer, const struct forest *forest)
{
	const char *remedy = "the trees may have gaps; record with larger sub-buffers";

	if (forest->discarded_unknown)
		fprintf(printer->stream, "LTTng discarded an unknown number of events: %s\n",
			remedy);
	else if (forest->discarded)
		fprintf(printer->stream, "LTTng discarded %" PRIu64 " event%s: %s\n",
			forest->discarded, plural(forest->discarded), remedy);
	if (forest->discarded_packets)
		fprintf(printer->stream, "LTTng overwrote %" PRIu64 " packet%s: %s\n",
			forest->discarded_packets, plural(forest->discarded_packets), remedy);
}

int forest_print(const struct forest *forest, const struct options *options, FILE *stream)
{
	struct printer printer = {.options = options, .stream = stream};
	bool failed;

	for (size_t i = 0; i < forest->vm_count; i++)
		print_vm(&printer, forest->vms[i]);
	if (forest->vm_count == 0)
		fprintf(stream,
			"No vspan events in this trace (%" PRIu64
			" others). To record some: lttng enable-event -u 'vspan_*,vspan:*'\n",
			forest->foreign);
	print_notices(&printer, forest->notices);
	print_warnings(&printer, forest);
	failed = printer.line.failed;
	text_clear(&printer.line);
	return failed ? -ENOMEM : 0;
}
