/* SPDX-License-Identifier: MIT */
/*
 * search.js - which spans have a piece of text in their name or fields. Fields are looked
 * through as the bytes they came in, names once each.
 */

function lowered(byte) {
	return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

/* Per text, whether the bytes of `needle` (in lower case) are in it. */
function textsMatching(trace, needle) {
	const found = new Uint8Array(trace.textCount);
	const {pool, textAt} = trace;

	for (let t = 0; t < trace.textCount; t++) {
		const last = textAt[t + 1] - needle.length;

		for (let at = textAt[t]; at <= last && !found[t]; at++) {
			let n = 0;

			while (n < needle.length && lowered(pool[at + n]) === needle[n])
				n++;
			found[t] = n === needle.length;
		}
	}
	return found;
}

function columnsMatching(columns, names, texts) {
	const found = new Uint8Array(columns.count);
	let count = 0;

	for (let i = 0; i < columns.count; i++) {
		if (names[columns.name[i]] || (columns.text[i] && texts[columns.text[i] - 1])) {
			found[i] = 1;
			count++;
		}
	}
	return {found, count};
}

/* NULL for an empty query. */
function searchRun(trace, layout, query) {
	const wanted = query.trim().toLowerCase();

	if (!wanted)
		return null;
	const names = trace.names.map((name) => name.toLowerCase().includes(wanted));
	const texts = textsMatching(trace, new TextEncoder().encode(wanted));
	const spans = columnsMatching(trace, names, texts);
	const events = columnsMatching(trace.events, names, texts);
	const counts = new Float64Array(trace.names.length);

	for (let i = 0; i < trace.count; i++)
		counts[trace.name[i]] += spans.found[i];
	return {
		query: wanted, names, counts, spans: spans.found, spanCount: spans.count,
		events: events.found, eventCount: events.count,
		lists: listsByStrip(layout, layout.order, (i) => spans.found[i]),
	};
}

/* The match after (direction 1) or before (-1) a span in the order of the trace; -1: none. */
function searchStep(search, from, direction) {
	const count = search.spans.length;

	for (let step = 1; step <= count; step++) {
		const i = (from + direction * step + 2 * count) % count;

		if (search.spans[i])
			return i;
	}
	return -1;
}
