/* SPDX-License-Identifier: MIT */
/*
 * graph.mjs - plays a trace written as text, or a recorded one (a folder), through a
 * sink of the plugin, for tests; and what the tree's JSON says, which exports are held against.
 */
import {spawnSync} from 'child_process';
import fs from 'fs';
import path from 'path';

function command(trace, sink, params) {
	const options = [`sink:sink.vspan.${sink}`, ...(params ? [`--params=${params}`] : [])];

	if (fs.statSync(trace).isDirectory())
		return [trace, `--component=${options[0]}`, ...options.slice(1)];
	return ['run', '--component=source:source.vspantest.script', `--params=path="${trace}"`,
		`--component=${options[0]}`, ...options.slice(1), '--connect=source:sink'];
}

/* Gives what the sink writes, {stdout, stderr}. */
export function run(trace, sink, params) {
	const result = spawnSync(process.env.BABELTRACE2 || 'babeltrace2', command(trace, sink, params),
		{encoding: 'utf8', maxBuffer: 1 << 30});

	if (result.status !== 0)
		throw new Error(`${trace}: sink.vspan.${sink} ended with ${result.status}: ${result.stderr}`);
	return result;
}

/* Gives what the sink writes to standard output. */
export function play(trace, sink, params) {
	return run(trace, sink, params).stdout;
}

/* All nodes of the tree's JSON, {spans, events, losses, vms, trace}. */
export function nodes(trace, params) {
	const found = {span: [], event: [], lost: [], vm: [], trace: []};
	const lines = play(trace, 'tree', ['format="json"', ...(params ? [params] : [])].join(','));
	const waiting = lines.split('\n').filter((line) => line).map((line) => JSON.parse(line));

	while (waiting.length) {
		const node = waiting.pop();

		found[node.type].push(node);
		waiting.push(...(node.children || []));
	}
	return {spans: found.span, events: found.event, losses: found.lost, vms: found.vm,
		trace: found.trace};
}

/* Per name: calls, self time and errors. */
export function tally(spans) {
	const names = new Map();

	for (const span of spans) {
		const entry = names.get(span.name) || {calls: 0, self: 0, errors: 0};

		entry.calls++;
		entry.self += span.self || 0;
		entry.errors += span.status === 'error';
		names.set(span.name, entry);
	}
	return names;
}

/*
 * The traces of some folders, but those with parameters, which show something of the trees only.
 * LTTng's folder of a recording is a trace itself.
 */
export function tracesOf(folders) {
	return folders.flatMap((folder) => fs.existsSync(path.join(folder, 'ust')) ? [folder] :
		fs.readdirSync(folder).sort()
		.filter((name) => name.endsWith('.txt'))
		.map((name) => path.join(folder, name))
		.filter((trace) => !/^# params: /m.test(fs.readFileSync(trace, 'utf8'))));
}
