/* SPDX-License-Identifier: MIT */
/*
 * flame-test.mjs - sink.vspan.folded and sink.vspan.speedscope against the JSON of
 * sink.vspan.tree, for every trace of some folders: self times add up, every span is there;
 * and what speedscope gets is valid by its own schema, and nests. Then more than
 * there are bounds for.
 *
 * usage: flame-test.mjs FOLDER...
 * or:    flame-test.mjs --counts TRACE   what a recorded trace gives, and no bounds
 */
import assert from 'assert';
import fs from 'fs';
import {createRequire} from 'module';
import os from 'os';
import path from 'path';
import {nodes, play, run, tally, tracesOf} from './graph.mjs';

const require = createRequire(import.meta.url);
const Ajv = require('ajv').default;
const schema = require.resolve('speedscope/package.json')
	.replace('package.json', 'dist/release/file-format-schema.json');
/* The schema is of a draft whose unions ajv's strict mode does not like. */
const valid = new Ajv({strict: false}).compile(JSON.parse(fs.readFileSync(schema, 'utf8')));

function checkFolded(trace, spans) {
	for (const unit of ['ns', 'calls']) {
		const lines = play(trace, 'folded', `unit="${unit}",prefix="vcpu"`).split('\n').filter((l) => l);
		let sum = 0;

		for (const line of lines) {
			const match = /^[^; ]+(;[^; ]+)+ (\d+)$/.exec(line);

			assert(match, `${trace}: not a folded line: ${line}`);
			sum += Number(match[2]);
		}
		assert.strictEqual(sum, unit === 'calls' ? spans.length :
			spans.reduce((self, span) => self + (span.self || 0), 0), `${trace}: ${unit}`);
	}
}

/* Events go forward in time and close what was opened last. Returns how many frames opened. */
function checkProfile(trace, profile, frames) {
	const open = [];
	let last = profile.startValue;
	let opened = 0;

	for (const event of profile.events) {
		assert(event.at >= last, `${trace}: ${profile.name} goes back at ${event.at}`);
		assert(event.frame < frames.length);
		last = event.at;
		if (event.type === 'O') {
			open.push(event.frame);
			opened++;
		} else {
			assert.strictEqual(open.pop(), event.frame, `${trace}: ${profile.name} at ${event.at}`);
		}
	}
	assert.strictEqual(open.length, 0, `${trace}: ${profile.name} leaves frames open`);
	assert(profile.endValue >= last);
	return opened;
}

function checkSpeedscope(trace, {spans, losses}) {
	const file = JSON.parse(play(trace, 'speedscope'));
	const counts = new Map();

	assert(valid(file), `${trace}: ${JSON.stringify(valid.errors)}`);
	const opened = file.profiles.reduce(
		(sum, profile) => sum + checkProfile(trace, profile, file.shared.frames), 0);

	assert.strictEqual(opened, spans.length + losses.length, `${trace}: frames`);
	for (const {frame, type} of file.profiles.flatMap((profile) => profile.events)) {
		const {name} = file.shared.frames[frame];

		counts.set(name, (counts.get(name) || 0) + (type === 'O'));
	}
	for (const [name, {calls}] of tally(spans))
		assert.strictEqual(counts.get(name), calls, `${trace}: frames of ${name}`);
}

/* A trace of the lines that `line` gives for 0 to count - 1. */
function written(folder, name, count, line) {
	const file = path.join(folder, name);

	fs.writeFileSync(file, ['attach vm=1 rings=1 name="bounds"',
		...Array.from({length: count}, (_, i) => line(i)), 'detach vm=1', ''].join('\n'));
	return file;
}

/* Spans 600 deep: 511 frames and one for the rest, and nothing is missing from the sum. */
function checkDeep(folder) {
	const trace = written(folder, 'deep.txt', 600, (i) => `span name=app:s vm=1 vcpu=0 ` +
		`span=${600 - i} parent=${599 - i} ts=${1000000 + 600 - i} duration=${100 + 2 * i}`);
	const lines = play(trace, 'folded').trim().split('\n');
	const last = lines[lines.length - 1];

	assert.strictEqual(lines.length, 512);
	assert.match(last, /^(app:s;){511}\[deeper\] \d+$/);
	checkFolded(trace, nodes(trace).spans);
	checkSpeedscope(trace, nodes(trace));
}

/* 70 spans at once that are no part of each other: as many profiles as there may be. */
function checkWide(folder) {
	const trace = written(folder, 'wide.txt', 70, (i) => `span name=app:s vm=1 vcpu=0 ` +
		`span=${i + 1} parent=0 ts=${1000000 + i} duration=1000 flags=32`);
	const {stdout, stderr} = run(trace, 'speedscope');
	const file = JSON.parse(stdout);

	assert.strictEqual(file.profiles.length, 64);
	file.profiles.forEach((profile) => checkProfile(trace, profile, file.shared.frames));
	assert.match(stderr, /6 spans are left out/);
}

function checkBounds() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vspan-flame-'));

	try {
		checkDeep(folder);
		checkWide(folder);
	} finally {
		fs.rmSync(folder, {recursive: true});
	}
}

const countsOnly = process.argv[2] === '--counts';
let count = 0;
for (const trace of tracesOf(process.argv.slice(countsOnly ? 3 : 2))) {
	const all = nodes(trace);

	checkFolded(trace, all.spans);
	checkSpeedscope(trace, all);
	count += all.spans.length;
}
console.log(`${count} spans, in stacks and profiles as in the trees`);
assert(count > 0);
if (!countsOnly)
	checkBounds();
