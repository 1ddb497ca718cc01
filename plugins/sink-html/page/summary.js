/* SPDX-License-Identifier: MIT */
/* summary.js - VMs, totals, ledgers, what the consumer told, and what to mind. */

const TOTALS = [
	['spans', 'spans'], ['roots', 'roots'], ['events', 'events'], ['errors', 'errors'],
	['aborted', 'aborted'], ['unfinished', 'unfinished'], ['end_lost', 'end lost'],
	['evicted', 'evicted'], ['clamped', 'clamped'], ['parents_unknown', 'parent unknown'],
	['lost', 'records lost'],
];
const LEDGER = [
	['attempted', 'attempted'], ['emitted', 'emitted'], ['discarded_guest', 'discarded by the guest'],
	['discarded_host', 'by the host'], ['torn', 'torn'], ['invalid', 'invalid'],
	['in_ring', 'in the ring'],
];
/* Totals of a VM that deserve a sentence. */
const VM_WARNINGS = [
	['lost', (n) => formatPlural(n, 'record was', 'records were') + ' lost'],
	['losses_unknown', (n) => formatPlural(n, 'loss', 'losses') + ' of nobody knows how many records'],
	['violations', (n) => 'the guest broke rules of its rings: ' + formatPlural(n, 'report')],
	['parents_loop', (n) => formatPlural(n, 'span is its', 'spans are their') + ' own ancestor, by what the guest says'],
	['parts', (n) => formatPlural(n, 'tree', 'trees') + ' shown in parts: too much was open at once'],
	['early', (n) => formatPlural(n, 'span', 'spans') + ' placed before all that could be around them was there'],
	['notes_unplaced', (n) => formatPlural(n, 'message or link belongs', 'messages or links belong') +
		' to spans that are not in the trace'],
];

function warningsOfVm(app, vm) {
	const warnings = VM_WARNINGS.filter(([total]) => vm.totals[total] > 0)
		.map(([total, words]) => vmName(app, vm.vm) + ': ' + words(vm.totals[total]));

	if (vm.ledger && ledgerGap(vm.ledger) !== 0)
		warnings.push(vmName(app, vm.vm) + ': the ledger does not add up');
	return warnings;
}

function ledgerGap(ledger) {
	return LEDGER.slice(1).reduce((rest, [name]) => rest - ledger[name], ledger.attempted);
}

function warningsOfTrace(summary) {
	const warnings = [];

	if (summary.discarded > 0 || summary.discardedUnknown)
		warnings.push('LTTng discarded ' + (summary.discarded > 0 ?
			formatPlural(summary.discarded, 'event') : 'events') +
			(summary.discardedUnknown ? ', and nobody knows how many more' : '') +
			': spans may be missing; record with larger sub-buffers');
	if (summary.discardedPackets > 0)
		warnings.push('LTTng discarded ' + formatPlural(summary.discardedPackets, 'packet') +
			': spans may be missing');
	if (summary.interrupted)
		warnings.push('the input did not end, babeltrace2 was interrupted');
	if (summary.spansLeftOut > 0)
		warnings.push(formatPlural(summary.spansLeftOut, 'span is', 'spans are') +
			' not on this page, which has the first ' + formatCount(summary.limit) +
			': parameter max-spans allows more');
	if (summary.othersLeftOut > 0)
		warnings.push(formatPlural(summary.othersLeftOut, 'event or loss is', 'events and losses are') +
			' not on this page');
	if (summary.textsLeftOut > 0)
		warnings.push('the fields of ' + formatPlural(summary.textsLeftOut, 'span are', 'spans are') +
			' not on this page: there is too much text');
	if (summary.namesLeftOut > 0)
		warnings.push(formatPlural(summary.namesLeftOut, 'span is', 'spans are') +
			' called [other]: there are too many names');
	return warnings;
}

function warningsCreate(app) {
	return [...warningsOfTrace(app.summary), ...app.summary.vms.flatMap((vm) => warningsOfVm(app, vm))];
}

/* Of the rarer totals those that are not zero everywhere. */
function totalsShown(vms) {
	const always = ['vcpus', 'spans', 'roots', 'events', 'errors', 'lost'];

	return [['vcpus', 'vCPUs'], ...TOTALS].filter(([name]) => always.includes(name) ||
		vms.some((vm) => vm.totals[name] > 0));
}

/* A table of numbers, a row per VM. */
function numbersTable(app, caption, columns, rows) {
	const table = elementCreate('table');
	const head = elementCreate('tr');
	const body = elementCreate('tbody');

	table.append(elementCreate('caption', caption));
	for (const title of ['VM', ...columns.map(([, words]) => words)]) {
		const cell = elementCreate('th', title);

		cell.scope = 'col';
		head.append(cell);
	}
	for (const [name, numbers] of rows) {
		const row = elementCreate('tr');
		const cell = elementCreate('th', name);

		cell.scope = 'row';
		row.append(cell);
		for (const [column] of columns) {
			const number = elementCreate('td', formatCount(numbers[column] || 0),
				numbers[column] ? '' : 'quiet');

			number.dataset.value = numbers[column] || 0;
			row.append(number);
		}
		body.append(row);
	}
	const header = elementCreate('thead');

	header.append(head);
	table.append(header, body);
	return table;
}

function noticesList(app) {
	const notices = [...app.summary.notices, ...app.summary.vms.flatMap((vm) =>
		vm.notices.map((text) => vmName(app, vm.vm) + ': ' + text))];
	const list = elementCreate('ul');

	list.append(...notices.map((text) => elementCreate('li', text)));
	return notices.length ? [elementCreate('h2', 'What the consumer told'), list] : [];
}

function summaryDraw(app) {
	const {summary, trace} = app;
	const place = byId('summary-view');
	const title = (vm) => `${vmName(app, vm.vm)} (${vm.vm})`;
	const ledgers = summary.vms.filter((vm) => vm.ledger);

	place.replaceChildren();
	for (const warning of app.warnings)
		place.append(elementCreate('p', warning, 'note'));
	place.append(elementCreate('h2', 'Trace'), factsCreate([
		['begins (UTC)', formatMoment(trace.origin, app.first)],
		['lasts', formatDuration(trace.end - app.first)],
		['spans on this page', formatCount(trace.count)],
		['events on this page', formatCount(trace.events.count)],
		['losses on this page', formatCount(trace.losses.length)],
		['fields', summary.fields ? '' : 'left out, as parameter fields asked'],
		['events of other programs', summary.foreign ? formatCount(summary.foreign) : ''],
	]));
	place.append(elementCreate('h2', 'VMs'), numbersTable(app, 'Totals of the trace',
		totalsShown(summary.vms),
		summary.vms.map((vm) => [title(vm), {vcpus: vm.vcpus, ...vm.totals}])));
	if (ledgers.length)
		place.append(elementCreate('h2', 'Ledgers'), numbersTable(app,
			'Records of all rings: attempted is the sum of what is right of it', LEDGER,
			ledgers.map((vm) => [title(vm), vm.ledger])));
	place.append(...noticesList(app));
}
