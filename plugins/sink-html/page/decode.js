/* SPDX-License-Identifier: MIT */
/*
 * decode.js - the records that the sink wrote (sink-html/records.h) as columns, in
 * typed arrays: a million spans take some 50 MB.
 */

const RECORD_SPAN = 0;
const RECORD_EVENT = 1;

const MARK_STATUS = 3;
const MARK_KIND_SHIFT = 2;
const MARK_UNFINISHED = 1 << 5;
const MARK_BEGIN_UNKNOWN = 1 << 6;
const MARK_PARENT_UNKNOWN = 1 << 7;
const MARK_PARENT_LOOP = 1 << 8;
const MARK_PART = 1 << 9;
const MARK_OCCUPIED = 1 << 10;
const MARK_TEXT_CUT = 1 << 11;
/* Of the trace: VSPAN_TRACE_FLAG_*, from bit 16 on. */
const MARK_INTERRUPT = 1 << 16;
const MARK_ABORTED = 2 << 16;
const MARK_END_LOST = 4 << 16;
const MARK_CLAMPED = 8 << 16;
const MARK_CUT = 0x10 << 16;
const MARK_DETACHED = 0x20 << 16;
const MARK_EVICTED = 0x40 << 16;
const MARK_REMOTE = 0x80 << 16;
const STATUS_ERROR = 2;

const KINDS = ['', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['', 'ok', 'error', ''];
const MARK_WORDS = [
	[MARK_UNFINISHED, 'unfinished'], [MARK_BEGIN_UNKNOWN, 'begin unknown'],
	[MARK_ABORTED, 'aborted'], [MARK_END_LOST, 'end lost'], [MARK_EVICTED, 'evicted'],
	[MARK_INTERRUPT, 'irq'], [MARK_DETACHED, 'detached'], [MARK_CLAMPED, 'clamped'],
	[MARK_CUT, 'cut'], [MARK_TEXT_CUT, 'fields cut'], [MARK_PARENT_UNKNOWN, 'parent unknown'],
	[MARK_REMOTE, 'remote parent'], [MARK_PARENT_LOOP, 'parent is a descendant'],
	[MARK_PART, 'part of a span shown later'],
];
/* Spans whose end nobody told: hatched, and left out of what is said about durations. */
const MARKS_OPEN = MARK_UNFINISHED | MARK_BEGIN_UNKNOWN;
const MARKS_HATCHED = MARKS_OPEN | MARK_ABORTED | MARK_END_LOST | MARK_EVICTED;

function columnsCreate(count) {
	return {
		count: 0,
		start: new Float64Array(count),
		name: new Uint32Array(count),
		row: new Uint32Array(count),
		parent: new Int32Array(count), /* -1: none */
		marks: new Uint32Array(count),
		text: new Uint32Array(count), /* number + 1; 0: none */
	};
}

function traceCreate(summary) {
	const trace = columnsCreate(summary.spans);

	trace.origin = BigInt(summary.origin);
	trace.duration = new Float64Array(summary.spans);
	trace.self = new Float64Array(summary.spans);
	trace.events = columnsCreate(summary.others);
	trace.losses = [];
	trace.rows = []; /* {vm, vcpu} */
	trace.names = ['[other]'];
	trace.occupied = new Map(); /* span: [exited, halted] */
	trace.pool = new Uint8Array(1 << 16); /* of texts, UTF-8 */
	trace.textAt = new Uint32Array(1 << 12); /* begins in the pool, and where the last one ends */
	trace.textCount = 0;
	trace.numbered = [0, 0]; /* texts by their number in the records */
	trace.last = 0;
	trace.end = 0; /* latest end of anything */
	return trace;
}

function bytesOfBase64(text) {
	if (Uint8Array.fromBase64)
		return Uint8Array.fromBase64(text);
	const binary = atob(text);
	const bytes = new Uint8Array(binary.length);

	for (let i = 0; i < binary.length; i++)
		bytes[i] = binary.charCodeAt(i);
	return bytes;
}

function grown(array, length) {
	if (length <= array.length)
		return array;
	const larger = new array.constructor(Math.max(length, array.length * 2));

	larger.set(array);
	return larger;
}

/* Keeps a text as bytes; most are never looked at. Returns its number. */
function textKeep(trace, bytes) {
	const at = trace.textAt[trace.textCount];

	trace.pool = grown(trace.pool, at + bytes.length);
	trace.pool.set(bytes, at);
	trace.textCount++;
	trace.textAt = grown(trace.textAt, trace.textCount + 1);
	trace.textAt[trace.textCount] = at + bytes.length;
	return trace.textCount - 1;
}

const utf8 = new TextDecoder();

/* Text of a column's entry: of a span, or of one of trace.events. */
function textOf(trace, columns, i) {
	const number = columns.text[i] - 1;

	return number < 0 ? '' :
		utf8.decode(trace.pool.subarray(trace.textAt[number], trace.textAt[number + 1]));
}

/* Reads the numbers and strings of one chunk. */
class ChunkReader {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	number() {
		let byte = this.bytes[this.at++];
		let value = byte & 127;
		let scale = 128;

		while (byte >= 128) {
			byte = this.bytes[this.at++];
			value += (byte & 127) * scale;
			scale *= 128;
		}
		return value;
	}

	signed() {
		const number = this.number();
		const half = Math.floor(number / 2);

		return number % 2 ? -half - 1 : half;
	}

	string() {
		const length = this.number();

		this.at += length;
		return this.bytes.subarray(this.at - length, this.at);
	}
}

function readRow(trace, reader) {
	const row = reader.number();

	if (row === trace.rows.length)
		trace.rows.push({vm: reader.number(), vcpu: reader.number()});
	return row;
}

function readName(trace, reader) {
	const name = reader.number();

	if (name === trace.names.length)
		trace.names.push(utf8.decode(reader.string()));
	return name;
}

function readParent(trace, reader) {
	const distance = reader.number();

	return distance > 0 ? trace.count - distance : -1;
}

function readText(trace, reader) {
	const number = reader.number();

	if (number === 0)
		return 0;
	if (number === 1)
		return textKeep(trace, reader.string()) + 1;
	if (number === trace.numbered.length)
		trace.numbered.push(textKeep(trace, reader.string()) + 1);
	return trace.numbered[number];
}

function readSpan(trace, reader, row) {
	const i = trace.count;

	trace.start[i] = trace.last;
	trace.row[i] = row;
	trace.duration[i] = reader.number();
	trace.self[i] = trace.duration[i] - reader.number();
	trace.name[i] = readName(trace, reader);
	trace.parent[i] = readParent(trace, reader);
	trace.marks[i] = reader.number();
	trace.text[i] = readText(trace, reader);
	if (trace.marks[i] & MARK_OCCUPIED)
		trace.occupied.set(i, [reader.number(), reader.number()]);
	trace.end = Math.max(trace.end, trace.last + trace.duration[i]);
	trace.count++;
}

function readEvent(trace, reader, row) {
	const events = trace.events;
	const i = events.count;

	events.start[i] = trace.last;
	events.row[i] = row;
	events.name[i] = readName(trace, reader);
	events.parent[i] = readParent(trace, reader);
	events.marks[i] = reader.number();
	events.text[i] = readText(trace, reader);
	trace.end = Math.max(trace.end, trace.last);
	events.count++;
}

function readLoss(trace, reader, row) {
	const loss = {start: trace.last, row, duration: reader.number(), count: reader.number(),
		reason: reader.number(), parent: readParent(trace, reader)};

	trace.end = Math.max(trace.end, loss.start + loss.duration);
	trace.losses.push(loss);
}

/* Adds the records of a chunk to the trace. */
function decodeChunk(trace, base64) {
	const reader = new ChunkReader(bytesOfBase64(base64));

	while (reader.at < reader.bytes.length) {
		const type = reader.bytes[reader.at++];
		const row = readRow(trace, reader);

		trace.last += reader.signed();
		if (type === RECORD_SPAN)
			readSpan(trace, reader, row);
		else if (type === RECORD_EVENT)
			readEvent(trace, reader, row);
		else
			readLoss(trace, reader, row);
	}
}
