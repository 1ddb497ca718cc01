/* SPDX-License-Identifier: MIT */
/* table.js - the tally as a table that can be sorted. */

const ROWS_MAX = 1000;
const TALLY_COLUMNS = [
	['text', 'name'], ['calls', 'calls'], ['time', 'time'], ['self', 'self'],
	['average', 'average'], ['min', 'min'], ['p50', 'p50'], ['p95', 'p95'], ['p99', 'p99'],
	['max', 'max'], ['errors', 'errors'],
];

class Table {
	constructor(app) {
		this.app = app;
		this.column = 'self';
		this.descending = true;
		this.all = false;
		this.place = byId('table');
	}

	sorted() {
		const {column} = this;
		const sign = this.descending ? -1 : 1;

		return this.app.tally.entries.slice().sort((a, b) => sign *
			(column === 'text' ? (a.text < b.text ? -1 : a.text > b.text ? 1 : 0) :
				a[column] - b[column]) || a.name - b.name);
	}

	sortBy(column) {
		this.descending = column === this.column ? !this.descending : column !== 'text';
		this.column = column;
		this.draw();
		const button = this.place.querySelector('th[aria-sort] button');

		if (button)
			button.focus();
	}

	head() {
		const row = elementCreate('tr');

		for (const [column, title] of TALLY_COLUMNS) {
			const cell = elementCreate('th');
			const button = elementCreate('button', title);

			cell.scope = 'col';
			button.type = 'button';
			button.addEventListener('click', () => this.sortBy(column));
			if (column === this.column) {
				cell.setAttribute('aria-sort', this.descending ? 'descending' : 'ascending');
				button.append(elementCreate('span', this.descending ? ' ↓' : ' ↑'));
			}
			cell.append(button);
			row.append(cell);
		}
		const head = elementCreate('thead');

		head.append(row);
		return head;
	}

	nameCell(entry) {
		const cell = elementCreate('th');
		const button = elementCreate('button', entry.text);
		const swatch = elementCreate('span', undefined, 'swatch');

		cell.scope = 'row';
		button.type = 'button';
		button.title = 'Search for ' + entry.text;
		swatch.style.background = this.app.color(entry.name);
		button.addEventListener('click', () => this.app.setQuery(entry.text));
		cell.append(swatch, button);
		return cell;
	}

	row(entry) {
		const row = elementCreate('tr');
		const {search} = this.app;

		if (search)
			row.className = search.counts[entry.name] > 0 ? 'match' : 'dim';
		row.append(this.nameCell(entry));
		for (const [column] of TALLY_COLUMNS.slice(1)) {
			const count = column === 'calls' || column === 'errors';
			const cell = elementCreate('td', count ? formatCount(entry[column]) :
				entry.timed || column === 'self' ? formatDuration(entry[column]) : '');

			cell.dataset.value = entry[column];
			if (column === 'errors')
				cell.className = entry.errors > 0 ? 'bad' : 'quiet';
			row.append(cell);
		}
		return row;
	}

	draw() {
		const entries = this.sorted();
		const shown = this.all ? entries : entries.slice(0, ROWS_MAX);
		const table = elementCreate('table');
		const body = elementCreate('tbody');

		table.append(elementCreate('caption', formatPlural(this.app.trace.count, 'span') + ' of ' +
			formatPlural(entries.length, 'name') +
			'; spans without an end count as calls and errors only'));
		body.append(...shown.map((entry) => this.row(entry)));
		table.append(this.head(), body);
		this.place.replaceChildren(table, ...this.more(entries.length - shown.length),
			...this.events());
	}

	more(hidden) {
		if (hidden <= 0)
			return [];
		const button = elementCreate('button', 'Show ' + formatPlural(hidden, 'more name', 'more names'));

		button.type = 'button';
		button.addEventListener('click', () => {
			this.all = true;
			this.draw();
		});
		return [button];
	}

	events() {
		const {events} = this.app.tally;

		if (events.length === 0)
			return [];
		const table = elementCreate('table', undefined, 'events');
		const body = elementCreate('tbody');

		for (const event of events.slice(0, ROWS_MAX)) {
			const row = elementCreate('tr');
			const cell = elementCreate('th', event.text);
			const count = elementCreate('td', formatCount(event.count));

			cell.scope = 'row';
			count.dataset.value = event.count;
			row.append(cell, count);
			body.append(row);
		}
		table.append(body);
		return [elementCreate('h2', 'Point events'), table];
	}
}
