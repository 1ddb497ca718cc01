/* SPDX-License-Identifier: MIT */
/*
 * page-large-test.mjs - a page of a million spans: it is ready within READY_MS after
 * it is opened, and answers a search and a zoom within ANSWER_MS each.
 *
 * usage: page-large-test.mjs [SPANS]
 */
import assert from 'assert';
import fs from 'fs';
import os from 'os';
import path from 'path';
import {Browser} from './browser.mjs';
import {play} from './graph.mjs';

/* Several times what it takes, for machines that do something else besides. */
const READY_MS = 30000;
const ANSWER_MS = 3000;
const TREE = 5; /* spans */
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'vspan-page-'));

/* Requests of five spans on four vCPUs, emitted as a consumer would, children first. */
function traceWrite(file, trees) {
	const out = fs.openSync(file, 'w');
	let lines = ['attach vm=1 rings=4 name="large"'];

	for (let t = 0; t < trees; t++) {
		const id = t * TREE + 1;
		const at = 1000000 + t * 900;
		const rest = `vm=1 vcpu=${t % 4}`;

		for (let c = 1; c < TREE; c++)
			lines.push(`span name=store:step${(t + c) % 17} ${rest} span=${id + c} parent=${id} ` +
				`ts=${at + c * 400} duration=${100 + (t * 7 + c * 31) % 290} lba=${t % 5000} len=4096`);
		lines.push(`span name=store:request ${rest} span=${id} parent=0 ts=${at} duration=3500 ` +
			`id=${t} status=${t % 50 ? 1 : 2}`);
		if (t % 100 === 99) {
			for (let v = 0; v < 4; v++)
				lines.push(`watermark vm=1 vcpu=${v} ts=${at} position=${t}`);
		}
		if (lines.length > 5000) {
			fs.writeSync(out, lines.join('\n') + '\n');
			lines = [];
		}
	}
	fs.writeSync(out, [...lines, 'detach vm=1', ''].join('\n'));
	fs.closeSync(out);
}

/* How many ms an expression takes in the page until the next frame is drawn. */
function timed(page, expression) {
	return page.evaluate(`(async () => {
		const began = performance.now();
		${expression};
		await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		return Math.round(performance.now() - began);
	})()`);
}

async function look(page, trees) {
	const ready = await page.until('window.vspanReady || window.vspanError', READY_MS);
	const summary = await page.evaluate('window.vspanSummary');

	assert.strictEqual(summary.spans, trees * TREE);
	assert.strictEqual(summary.names['store:request'].calls, trees);
	assert.strictEqual(summary.names['store:request'].errors, Math.ceil(trees / 50));
	const zoom = await timed(page, 'document.getElementById("zoom-in").click()');
	const search = await timed(page, `document.getElementById('query').value = 'lba=4711';
		document.getElementById('search').requestSubmit()`);

	assert.strictEqual(await page.evaluate('window.vspanSummary.matches.spans'),
		Math.floor((trees - 4711 + 4999) / 5000) * (TREE - 1));
	assert(zoom < ANSWER_MS && search < ANSWER_MS, `zoom ${zoom} ms, search ${search} ms`);
	console.log(`${summary.spans} spans: ready after ${ready} ms, zoom ${zoom} ms, search ${search} ms`);
}

const trees = Math.floor(Number(process.argv[2] || 1000000) / TREE);
const browser = new Browser(process.env.CHROMIUM);
try {
	const trace = path.join(work, 'large.txt');
	const file = path.join(work, 'large.html');

	traceWrite(trace, trees);
	play(trace, 'html', `path="${file}"`);
	console.log(`page of ${Math.round(fs.statSync(file).size / 1e6)} MB`);
	await look(await browser.open(`file://${file}`), trees);
} finally {
	await browser.close();
	fs.rmSync(work, {recursive: true, force: true});
}
