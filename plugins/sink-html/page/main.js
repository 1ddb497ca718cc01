/* SPDX-License-Identifier: MIT */
/*
 * main.js - reads the data, makes the views, and takes what concerns them all: tabs,
 * search, selection. `vspanReady` and `vspanSummary` are for programs that test the page.
 */

const TABS = ['timeline', 'flame', 'table', 'summary'];

/* Lets the browser draw and answer in between. */
function pause() {
	return new Promise((resolve) => setTimeout(resolve, 0));
}

async function readTrace(summary) {
	const trace = traceCreate(summary);
	const elements = Array.from(document.querySelectorAll('script.data'));
	let shown = performance.now();

	for (let i = 0; i < elements.length; i++) {
		decodeChunk(trace, elements[i].textContent);
		elements[i].remove();
		if (performance.now() - shown > 60) {
			byId('headline').textContent = 'Reading the trace… ' +
				Math.round(i * 100 / elements.length) + ' %';
			await pause();
			shown = performance.now();
		}
	}
	return trace;
}

function firstStart(trace) {
	let first = Infinity;

	for (let i = 0; i < trace.count; i++)
		first = Math.min(first, trace.start[i]);
	for (let i = 0; i < trace.events.count; i++)
		first = Math.min(first, trace.events.start[i]);
	for (const loss of trace.losses)
		first = Math.min(first, loss.start);
	return isFinite(first) ? first : 0;
}

class App {
	constructor(summary, trace) {
		this.summary = summary;
		this.trace = trace;
		this.first = firstStart(trace);
		this.layout = layoutCreate(trace, summary);
		this.tally = tallyCreate(trace);
		this.flame = flameCreate(trace);
		this.palette = paletteCreate(trace.names);
		this.warnings = warningsCreate(this);
		this.search = null;
		this.searchFrames = [];
		this.timelineView = new Timeline(this);
		this.flameView = new Flame(this);
		this.tableView = new Table(this);
		this.listen();
		this.drawAll();
	}

	color(name) {
		return paletteColor(this.palette[name]);
	}

	drawAll() {
		this.timelineView.surface.request();
		this.flameView.surface.request();
		this.tableView.draw();
		summaryDraw(this);
		byId('headline').textContent = this.headline();
		byId('warning-count').textContent = this.warnings.length;
		byId('warning-count').hidden = this.warnings.length === 0;
		document.title = 'vspan: ' + this.summary.vms.map((vm) => vmName(this, vm.vm)).join(', ');
	}

	headline() {
		const vms = this.summary.vms.map((vm) => vmName(this, vm.vm));

		return (vms.length > 3 ? formatPlural(vms.length, 'VM') : vms.join(', ') || 'no VM') + ' · ' +
			formatPlural(this.trace.count, 'span') + ' · ' +
			formatPlural(this.trace.events.count, 'event') + ' · ' +
			formatDuration(Math.max(0, this.trace.end - this.first));
	}

	/* ---- tabs */

	showTab(name) {
		for (const tab of TABS) {
			const button = byId('tab-' + tab);
			const chosen = tab === name;

			button.setAttribute('aria-selected', chosen);
			button.tabIndex = chosen ? 0 : -1;
			byId(button.getAttribute('aria-controls')).hidden = !chosen;
		}
		byId('details').hidden = name !== 'timeline' || this.timelineView.selected < 0;
		this.timelineView.surface.resize();
		this.flameView.surface.resize();
		tooltipHide();
	}

	tabKey(event) {
		const at = TABS.findIndex((tab) => byId('tab-' + tab) === event.target);
		const step = {ArrowRight: 1, ArrowLeft: TABS.length - 1}[event.key];

		if (at < 0 || !step)
			return;
		const tab = TABS[(at + step) % TABS.length];

		event.preventDefault();
		this.showTab(tab);
		byId('tab-' + tab).focus();
	}

	/* ---- selection */

	select(i) {
		const details = byId('details');

		this.timelineView.selected = i;
		this.timelineView.surface.request();
		details.hidden = i < 0;
		if (i < 0) {
			this.timelineView.surface.resize();
			return;
		}
		const words = elementCreate('div');
		const zoom = elementCreate('button', 'Zoom to it');

		zoom.type = 'button';
		zoom.addEventListener('click', () => this.timelineView.reveal(i, true));
		words.append(elementCreate('p', spanTitle(this, i), spanIsError(this, i) ? 'name bad' : 'name'),
			factsCreate(spanFactsLong(this, i)));
		details.replaceChildren(words, zoom);
		/* The canvas is lower now, and what is to be seen must be in it. */
		this.timelineView.surface.resize();
	}

	/* ---- search */

	setQuery(text) {
		byId('query').value = text;
		this.runSearch();
	}

	runSearch() {
		this.search = searchRun(this.trace, this.layout, byId('query').value);
		this.searchFrames = new Uint32Array(this.flame.frames.length);
		for (let i = 0; this.search && i < this.trace.count; i++)
			this.searchFrames[this.flame.frameOf[i]] += this.search.spans[i];
		const count = this.search ? this.search.spanCount : 0;

		byId('matches').textContent = !this.search ? '' : formatPlural(count, 'span') +
			(this.search.eventCount ? ', ' + formatPlural(this.search.eventCount, 'event') : '');
		byId('previous').disabled = byId('following').disabled = count === 0;
		window.vspanSummary.matches = {spans: count,
			events: this.search ? this.search.eventCount : 0};
		this.timelineView.surface.request();
		this.flameView.surface.request();
		this.tableView.draw();
	}

	goToMatch(direction) {
		const {selected} = this.timelineView;
		const i = this.search ? searchStep(this.search, selected < 0 ? -direction : selected, direction) : -1;

		if (i < 0)
			return;
		this.showTab('timeline');
		this.select(i);
		this.timelineView.reveal(i, false);
	}

	listen() {
		let timer = 0;

		for (const tab of TABS)
			byId('tab-' + tab).addEventListener('click', () => this.showTab(tab));
		document.querySelector('[role="tablist"]').addEventListener('keydown',
			(event) => this.tabKey(event));
		byId('query').addEventListener('input', () => {
			clearTimeout(timer);
			timer = setTimeout(() => this.runSearch(), 150);
		});
		byId('search').addEventListener('submit', (event) => {
			event.preventDefault();
			clearTimeout(timer);
			this.runSearch();
			this.goToMatch(1);
		});
		byId('previous').addEventListener('click', () => this.goToMatch(-1));
		document.addEventListener('keydown', (event) => {
			if (event.key === '/' && event.target !== byId('query')) {
				event.preventDefault();
				byId('query').focus();
			}
		});
		dark.addEventListener('change', () => this.tableView.draw());
	}
}

/* Counts for whoever tests the page; a name of the trace is a key of no prototype. */
function summaryForTests(app) {
	const names = Object.create(null);
	const events = Object.create(null);

	for (const {text, calls, time, self, errors} of app.tally.entries)
		names[text] = {calls, time, self, errors};
	for (const {text, count} of app.tally.events)
		events[text] = count;
	return {spans: app.trace.count, events: app.trace.events.count, losses: app.trace.losses.length,
		rows: app.layout.rows.length, names, eventNames: events, frames: app.flame.frames.length,
		warnings: app.warnings, matches: {spans: 0, events: 0}};
}

async function main() {
	window.vspanReady = false;
	try {
		const summary = JSON.parse(byId('summary').textContent);
		const app = new App(summary, await readTrace(summary));

		window.vspanSummary = summaryForTests(app);
		requestAnimationFrame(() => requestAnimationFrame(() => {
			window.vspanReady = true;
		}));
	} catch (error) {
		byId('headline').textContent = 'The page cannot be shown: ' + error.message +
			'. It may be cut off; write it again.';
		window.vspanError = String(error.stack);
	}
}

main();
