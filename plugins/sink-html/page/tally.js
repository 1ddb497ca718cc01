/* SPDX-License-Identifier: MIT */
/* tally.js - how often and how long, per name. */

/* `entries` has one per name that spans have; durations only of spans that have one. */
function tallyCreate(trace) {
	const byName = new Array(trace.names.length).fill(null);

	for (let i = 0; i < trace.count; i++) {
		const name = trace.name[i];
		const entry = byName[name] || (byName[name] = {
			name, text: trace.names[name], calls: 0, timed: 0, time: 0, self: 0, errors: 0,
			min: 0, max: 0, p50: 0, p95: 0, p99: 0, average: 0});

		entry.calls++;
		entry.self += trace.self[i];
		entry.errors += (trace.marks[i] & MARK_STATUS) === STATUS_ERROR;
		if (!(trace.marks[i] & MARKS_OPEN)) {
			entry.timed++;
			entry.time += trace.duration[i];
		}
	}
	const entries = byName.filter((entry) => entry);

	tallyPercentiles(trace, byName, entries);
	return {entries, events: tallyEvents(trace)};
}

/* The smallest duration that `percent` of all do not exceed. */
function percentile(sorted, percent) {
	return sorted.length ? sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] : 0;
}

function tallyPercentiles(trace, byName, entries) {
	let total = 0;

	for (const entry of entries) {
		entry.at = total;
		total += entry.timed;
	}
	const durations = new Float64Array(total);

	for (let i = 0; i < trace.count; i++) {
		if (!(trace.marks[i] & MARKS_OPEN))
			durations[byName[trace.name[i]].at++] = trace.duration[i];
	}
	for (const entry of entries) {
		const sorted = durations.subarray(entry.at - entry.timed, entry.at).sort();

		entry.min = percentile(sorted, 0);
		entry.p50 = percentile(sorted, 50);
		entry.p95 = percentile(sorted, 95);
		entry.p99 = percentile(sorted, 99);
		entry.max = percentile(sorted, 100);
		entry.average = entry.timed ? entry.time / entry.timed : 0;
	}
}

function tallyEvents(trace) {
	const counts = new Map();

	for (let i = 0; i < trace.events.count; i++)
		counts.set(trace.events.name[i], (counts.get(trace.events.name[i]) || 0) + 1);
	return Array.from(counts, ([name, count]) => ({name, text: trace.names[name], count}))
		.sort((a, b) => b.count - a.count);
}
