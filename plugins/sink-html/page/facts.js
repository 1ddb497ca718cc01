/* SPDX-License-Identifier: MIT */
/* facts.js - what there is to say about one span, event or loss. */

const LOSS_REASONS = ['unknown reason', 'ring full', 'writer died', 'overwritten',
	'failed validation', 'consumer replaced'];

function vmName(app, number) {
	const vm = app.summary.vms.find((candidate) => candidate.vm === number);

	return vm && vm.name ? vm.name : 'VM ' + number;
}

function rowName(app, row) {
	return vmName(app, app.trace.rows[row].vm) + ' vCPU ' + app.trace.rows[row].vcpu;
}

function marksText(marks) {
	return MARK_WORDS.filter(([mark]) => marks & mark).map(([, word]) => word).join(', ');
}

function spanTitle(app, i) {
	return app.trace.names[app.trace.name[i]];
}

function spanIsError(app, i) {
	return (app.trace.marks[i] & MARK_STATUS) === STATUS_ERROR;
}

function spanFacts(app, i) {
	const {trace} = app;
	const marks = trace.marks[i];
	const [exited, halted] = trace.occupied.get(i) || [0, 0];

	return [
		['duration', marks & MARKS_OPEN ? 'not known' : formatDuration(trace.duration[i])],
		['self', formatDuration(trace.self[i])],
		['start', formatTick(trace.start[i], 1)],
		['status', STATUSES[marks & MARK_STATUS]],
		['kind', KINDS[marks >>> MARK_KIND_SHIFT & 7] || ''],
		['marks', marksText(marks)],
		['out of the guest', exited ? formatDuration(exited) : ''],
		['halted', halted ? formatDuration(halted) : ''],
		['on', rowName(app, trace.row[i])],
		['fields', textOf(trace, trace, i)],
	];
}

/* With what takes more room than a tooltip has. */
function spanFactsLong(app, i) {
	const {trace} = app;
	const around = [];

	for (let p = trace.parent[i]; p >= 0 && around.length < 20; p = trace.parent[p])
		around.unshift(trace.names[trace.name[p]]);
	return [...spanFacts(app, i), ['time of day (UTC)', formatMoment(trace.origin, trace.start[i])],
		['in', around.join(' › ')]];
}

function eventFacts(app, i) {
	const {events} = app.trace;

	return [
		['at', formatTick(events.start[i], 1)],
		['marks', marksText(events.marks[i])],
		['on', rowName(app, events.row[i])],
		['fields', textOf(app.trace, events, i)],
	];
}

function lossTitle(loss) {
	return loss.count ? formatPlural(loss.count, 'record') + ' lost' : 'records lost, nobody knows how many';
}

function lossFacts(app, loss) {
	return [
		['reason', LOSS_REASONS[loss.reason] || LOSS_REASONS[0]],
		['at', formatTick(loss.start, 1)],
		['over', formatDuration(loss.duration)],
		['on', rowName(app, loss.row)],
	];
}
