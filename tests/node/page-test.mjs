/* SPDX-License-Identifier: MIT */
/*
 * page-test.mjs - pages of sink.vspan.html in a real browser: they show what the
 * JSON of sink.vspan.tree says, find what is searched for, ask nobody for anything,
 * and are not harmed by what a trace holds.
 *
 * usage: page-test.mjs FOLDER...
 *   the first one has store.txt and hostile.txt
 * or:    page-test.mjs --counts TRACE   what a recorded trace's page shows, and no more
 */
import assert from 'assert';
import fs from 'fs';
import os from 'os';
import path from 'path';
import {Browser} from './browser.mjs';
import {nodes, play, tally, tracesOf} from './graph.mjs';

const READY_MS = 60000;
const countsOnly = process.argv[2] === '--counts';
const folders = process.argv.slice(countsOnly ? 3 : 2);
const folder = folders[0];
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'vspan-page-'));
const browser = new Browser(process.env.CHROMIUM);

/* The page of a trace, opened. */
async function open(trace, params, scheme) {
	const file = path.join(work, `${path.basename(trace)}.html`);

	play(trace, 'html', [`path="${file}"`, ...(params ? [params] : [])].join(','));
	const page = await browser.open(`file://${file}`, 1200, 800, scheme);

	await page.until('window.vspanReady || window.vspanError', READY_MS);
	assert.strictEqual(await page.evaluate('window.vspanError'), undefined, trace);
	return page;
}

/* The table as a reader of the screen gets it: [[name, calls, self, errors]...], by name. */
const TABLE = `Array.from(document.querySelectorAll('#table table:first-of-type tbody tr'), (row) => {
	const columns = Array.from(document.querySelectorAll('#table thead th button'),
		(button) => button.textContent.replace(/ [↑↓]$/, ''));
	const value = (name) => Number(row.cells[columns.indexOf(name)].dataset.value);
	return [row.cells[0].textContent, value('calls'), value('self'), value('errors')];
})`;
const NAMES_EVENTS = `Array.from(document.querySelectorAll('#table table.events tbody tr'), (row) =>
	[row.cells[0].textContent, Number(row.cells[1].dataset.value)])`;

function sorted(rows) {
	return rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
}

function tableOf(spans) {
	return sorted(Array.from(tally(spans), ([name, {calls, self, errors}]) => [name, calls, self, errors]));
}

function eventsOf(events) {
	const counts = new Map();

	events.forEach(({name}) => counts.set(name, (counts.get(name) || 0) + 1));
	return sorted(Array.from(counts));
}

/* Nothing was asked for but the page, nothing went wrong, no element of the trace's making. */
async function checkHarmless(page) {
	assert.strictEqual(page.requests.filter((url) => !url.startsWith('data:')).length, 1,
		String(page.requests));
	assert.deepStrictEqual(page.problems, []);
	assert.strictEqual(await page.evaluate('window.harmed'), undefined);
	assert.strictEqual(await page.evaluate(
		'document.querySelectorAll("img, iframe, svg, a, object, embed, b").length'), 0);
}

async function checkCounts(trace) {
	const all = nodes(trace);
	const page = await open(trace, '', 'light');
	const summary = await page.evaluate('window.vspanSummary');

	assert.deepStrictEqual(sorted(await page.evaluate(TABLE)), tableOf(all.spans), trace);
	assert.deepStrictEqual(sorted(await page.evaluate(NAMES_EVENTS)), eventsOf(all.events), trace);
	assert.strictEqual(summary.spans, all.spans.length, trace);
	assert.strictEqual(summary.events, all.events.length, trace);
	assert.strictEqual(summary.losses, all.losses.length, trace);
	await checkHarmless(page);
	await page.close();
	return all.spans.length;
}

/* Types a query; gives what the page says it found. */
async function search(page, text) {
	await page.evaluate(`document.getElementById('query').focus(),
		document.getElementById('query').select()`);
	await page.call('Input.insertText', {text});
	await page.until(`document.getElementById('query').value === ${JSON.stringify(text)}`, 2000);
	await new Promise((resolve) => setTimeout(resolve, 400));
	return page.evaluate('window.vspanSummary.matches');
}

async function checkSearch() {
	const page = await open(path.join(folder, 'store.txt'), '', 'light');

	assert.deepStrictEqual(await search(page, 'store:re'), {spans: 4, events: 1});
	assert.deepStrictEqual(await search(page, 'read AHEAD'), {spans: 1, events: 0});
	assert.deepStrictEqual(await search(page, 'checksum mismatch'), {spans: 1, events: 0});
	assert.deepStrictEqual(await search(page, 'attempt=2'), {spans: 0, events: 1});
	assert.deepStrictEqual(await search(page, 'no such thing'), {spans: 0, events: 0});
	assert.deepStrictEqual(await search(page, 'id=17'), {spans: 1, events: 0});
	assert.strictEqual(await page.evaluate('document.getElementById("matches").textContent'), '1 span');
	assert.strictEqual(await page.evaluate('document.querySelectorAll("tr.match").length'), 1);
	/* Enter goes there. */
	await page.key('Enter');
	await page.until('!document.getElementById("details").hidden', 2000);
	assert.match(await page.evaluate('document.getElementById("details").textContent'),
		/store:request.*700 ns.*aborted.*id=17/);
	await search(page, ' ');
	assert.strictEqual(await page.evaluate('document.querySelectorAll("tr.dim").length'), 0);
	await checkHarmless(page);
}

async function text(page, id) {
	return page.evaluate(`document.getElementById('${id}').textContent`);
}

/* Pointer and keys: a span is told of, tabs change, columns sort. */
async function checkUse() {
	const page = await open(path.join(folder, 'store.txt'), '', 'dark');
	const box = await page.evaluate(`(({x, y, width, height}) => ({x, y, width, height}))(
		document.getElementById('timeline-canvas').getBoundingClientRect())`);

	assert(box.height > 300, 'the timeline has room');
	await page.point(box.x + box.width * 0.3, box.y + 52, false);
	await page.until('!document.getElementById("tooltip").hidden', 2000);
	assert.match(await text(page, 'tooltip'), /store:request.*duration1\.000 us.*id=1/);
	await page.point(box.x + box.width * 0.3, box.y + 52, true);
	await page.until('!document.getElementById("details").hidden', 2000);
	await page.key('ArrowDown', 'ArrowDown');
	assert.match(await text(page, 'details'), /^store:read/);
	await page.key('w', 'KeyW');
	await page.key('Escape', 'Escape');
	assert(await page.evaluate('document.getElementById("details").hidden'));
	for (const tab of ['flame', 'table', 'summary']) {
		await page.evaluate(`document.getElementById('tab-${tab}').click()`);
		assert(await page.evaluate(`document.querySelectorAll('[role=tabpanel]:not([hidden])').length === 1
			&& document.getElementById('tab-${tab}').getAttribute('aria-selected') === 'true'`));
	}
	await page.evaluate(`document.querySelector('#table thead button').click()`);
	assert.deepStrictEqual((await page.evaluate(TABLE)).map(([name]) => name),
		sorted(await page.evaluate(TABLE)).map(([name]) => name));
	assert.match(await text(page, 'summary-view'),
		/LTTng discarded 5 events.*3 records were lost.*the quota of call sites is used up/);
	await checkHarmless(page);
}

/* What a page must say of itself, and what is not on it. */
async function checkLimits() {
	const page = await open(path.join(folder, 'store.txt'), 'max-spans=2,fields=no', 'light');

	assert.strictEqual((await page.evaluate('window.vspanSummary')).spans, 2);
	assert.match(await text(page, 'summary-view'), /5 spans are not on this page/);
	assert.deepStrictEqual(await search(page, 'id=1'), {spans: 0, events: 0});
	const policy = await page.evaluate(
		'document.querySelector("meta[http-equiv=Content-Security-Policy]").content');

	assert.match(policy, /default-src 'none'/);
	assert.doesNotMatch(policy, /unsafe|\*|https?:/);
	assert.strictEqual(await page.evaluate(
		'fetch("data:text/plain,x").then(() => "sent", () => "refused")'), 'refused');
}

async function main() {
	let spans = 0;

	for (const trace of tracesOf(folders))
		spans += await checkCounts(trace);
	assert(spans > 0);
	if (countsOnly) {
		console.log(`${spans} spans on a page, as in the trees`);
		return;
	}
	await checkSearch();
	await checkUse();
	await checkLimits();
	const hostile = await open(path.join(folder, 'hostile.txt'), '', 'light');

	await search(hostile, '</script>');
	for (const tab of ['flame', 'table', 'summary', 'timeline'])
		await hostile.evaluate(`document.getElementById('tab-${tab}').click()`);
	await checkHarmless(hostile);
	console.log(`${spans} spans on pages, as in the trees; search, keys, limits; no harm`);
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
}).finally(async () => {
	await browser.close();
	fs.rmSync(work, {recursive: true, force: true});
});
