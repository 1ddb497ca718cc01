/* SPDX-License-Identifier: MIT */
/*
 * model.js - where spans are drawn: strips, in each of which no two spans overlap,
 * so that what is visible of it is found by bisection. A span is in the strip below its
 * parent's, or, if it cannot be (detached, of another vCPU), in a lane of its own.
 */

const LANES_MAX = 32;
const LEVELS_MAX = 96;

/* Spans row by row, in order of start; of equal start, parents first. */
function orderByRow(trace) {
	const begins = new Uint32Array(trace.rows.length + 1);
	const order = new Uint32Array(trace.count);

	for (let i = 0; i < trace.count; i++)
		begins[trace.row[i] + 1]++;
	for (let r = 0; r < trace.rows.length; r++)
		begins[r + 1] += begins[r];
	const at = begins.slice();

	for (let i = 0; i < trace.count; i++)
		order[at[trace.row[i]]++] = i;
	for (let r = 0; r < trace.rows.length; r++)
		sortByStart(order.subarray(begins[r], begins[r + 1]), trace.start);
	return {order, begins};
}

function sortByStart(list, start) {
	for (let i = 1; i < list.length; i++) {
		if (start[list[i]] < start[list[i - 1]]) {
			list.sort((a, b) => start[a] - start[b] || a - b);
			return;
		}
	}
}

/* Puts the spans of one vCPU into lanes and levels; returns how many levels each lane has. */
function placeRow(trace, list, lane, level) {
	const lanes = []; /* of each: the end of the latest span of each level */

	for (const i of list) {
		const start = trace.start[i];
		const end = start + trace.duration[i];
		const parent = trace.parent[i];
		let l = -1;
		let v = 0;

		/* By what a guest says a span may begin before what it is in. */
		if (parent >= 0 && trace.row[parent] === trace.row[i] && trace.start[parent] <= start &&
			end <= trace.start[parent] + trace.duration[parent]) {
			v = level[parent] + 1;
			if (!(lanes[lane[parent]][v] > start))
				l = lane[parent];
		}
		if (l < 0) {
			v = 0;
			l = lanes.findIndex((ends) => ends[0] <= start);
			if (l < 0)
				l = Math.min(lanes.length, LANES_MAX - 1);
		}
		lanes[l] = lanes[l] || [];
		v = Math.min(v, LEVELS_MAX - 1);
		lanes[l][v] = Math.max(lanes[l][v] || 0, end);
		lane[i] = l;
		level[i] = v;
	}
	return lanes.map((ends) => ends.length);
}

/* The strips of a row: y of each lane's first one, in strips from the row's top. */
function rowOf(trace, r, depths, firstStrip) {
	const offsets = [];
	let strips = 0;

	for (const depth of depths) {
		offsets.push(strips);
		strips += depth;
	}
	return {...trace.rows[r], number: r, offsets, strips, firstStrip};
}

/* Splits `order` by strip: lists[s] are the spans of strip s that `keep` wants, by start. */
function listsByStrip(layout, order, keep) {
	const begins = new Uint32Array(layout.stripCount + 1);

	for (let k = 0; k < order.length; k++) {
		if (keep(order[k]))
			begins[layout.strip[order[k]] + 1]++;
	}
	for (let s = 0; s < layout.stripCount; s++)
		begins[s + 1] += begins[s];
	const all = new Uint32Array(begins[layout.stripCount]);
	const at = begins.slice();

	for (let k = 0; k < order.length; k++) {
		if (keep(order[k]))
			all[at[layout.strip[order[k]]]++] = order[k];
	}
	const lists = [];

	for (let s = 0; s < layout.stripCount; s++)
		lists.push(all.subarray(begins[s], begins[s + 1]));
	return lists;
}

/* Rows sorted by VM as the summary has them, then by vCPU. */
function rowsInOrder(rows, summary) {
	const place = new Map(summary.vms.map((vm, i) => [vm.vm, i]));

	return rows.slice().sort((a, b) =>
		(place.get(a.vm) ?? 1e9) - (place.get(b.vm) ?? 1e9) || a.vcpu - b.vcpu);
}

function othersByRow(trace, count, rowAt, startAt) {
	const lists = trace.rows.map(() => []);

	for (let i = 0; i < count; i++)
		lists[rowAt(i)].push(i);
	for (const list of lists)
		list.sort((a, b) => startAt(a) - startAt(b));
	return lists;
}

function layoutCreate(trace, summary) {
	const {order, begins} = orderByRow(trace);
	const lane = new Uint8Array(trace.count);
	const level = new Uint8Array(trace.count);
	const layout = {order, rows: [], strip: new Uint32Array(trace.count), stripCount: 0};

	for (let r = 0; r < trace.rows.length; r++) {
		const list = order.subarray(begins[r], begins[r + 1]);
		const row = rowOf(trace, r, placeRow(trace, list, lane, level), layout.stripCount);

		for (const i of list)
			layout.strip[i] = row.firstStrip + row.offsets[lane[i]] + level[i];
		layout.stripCount += row.strips;
		layout.rows.push(row);
	}
	layout.rows = rowsInOrder(layout.rows, summary);
	layout.lists = listsByStrip(layout, order, () => true);
	layout.errors = listsByStrip(layout, order,
		(i) => (trace.marks[i] & MARK_STATUS) === STATUS_ERROR);
	layout.hatched = listsByStrip(layout, order, (i) => trace.marks[i] & MARKS_HATCHED);
	layout.events = othersByRow(trace, trace.events.count,
		(i) => trace.events.row[i], (i) => trace.events.start[i]);
	layout.losses = othersByRow(trace, trace.losses.length,
		(i) => trace.losses[i].row, (i) => trace.losses[i].start);
	return layout;
}

/* The first place from `from` on in a list where `reached(i)` is true; it stays true after. */
function bisect(list, from, reached) {
	let low = from;
	let high = list.length;

	while (low < high) {
		const middle = (low + high) >> 1;

		if (reached(list[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * What of a strip's list is seen between two times: emit(i, from, to, merged) for each span
 * of at least `least` ns, and one call for a run of shorter ones closer than that. How many
 * calls there are depends on (to - from) / least, not on the number of spans.
 */
function visitVisible(trace, list, from, to, least, emit) {
	const {start, duration} = trace;
	let k = bisect(list, 0, (i) => start[i] + duration[i] >= from);

	while (k < list.length && start[list[k]] <= to) {
		const first = list[k];

		if (duration[first] >= least) {
			emit(first, start[first], start[first] + duration[first], false);
			k++;
			continue;
		}
		let end = start[first];
		let next = k;

		while (next < list.length && start[list[next]] <= Math.min(to, end + least) &&
			duration[list[next]] < least) {
			const limit = start[list[next]] + least;
			/* Among those within the next step a long one ends the run. */
			let after = bisect(list, next + 1, (i) => start[i] >= limit);

			if (duration[list[after - 1]] >= least && after - 1 > next)
				after--;
			end = Math.max(end, start[list[after - 1]] + duration[list[after - 1]]);
			next = after;
		}
		emit(first, start[first], Math.max(end, start[first] + least), next - k > 1);
		k = next;
	}
}
