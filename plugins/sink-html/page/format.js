/* SPDX-License-Identifier: MIT */
/* format.js - numbers and times for people, as the plugin's units.c writes them. */

/* Four significant digits: 12 ns, 2.100 us, 800.1 us, 1.204 ms. */
function formatDuration(ns) {
	const units = ['us', 'ms', 's'];
	let value = ns;

	if (ns < 1000)
		return Math.round(ns) + ' ns';
	for (let i = 0; i < units.length; i++) {
		value /= 1000;
		if (value < 999.95 || i === units.length - 1)
			return value.toFixed(value < 9.9995 ? 3 : value < 99.995 ? 2 : value < 999.95 ? 1 : 0) +
				' ' + units[i];
	}
	return '';
}

/* As many digits as steps of `step` ns need; signed. */
function formatTick(ns, step) {
	const units = [['ns', 1], ['us', 1e3], ['ms', 1e6], ['s', 1e9]];
	const size = Math.max(Math.abs(ns), step);
	const [name, scale] = units[size < 1e3 ? 0 : size < 1e6 ? 1 : size < 1e9 ? 2 : 3];
	const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / scale) - 1e-9)));

	return (ns / scale).toFixed(digits) + ' ' + name;
}

/* Date and time of day (UTC) of a time since the trace's first start. */
function formatMoment(origin, ns) {
	const moment = origin + BigInt(Math.round(Math.max(-8e15, Math.min(8e15, ns))));
	const fraction = ((moment % 1000000000n) + 1000000000n) % 1000000000n;
	const date = new Date(Number((moment - fraction) / 1000000n));

	if (isNaN(date))
		return '';
	return date.toISOString().slice(0, 19).replace('T', ' ') + '.' +
		fraction.toString().padStart(9, '0');
}

function formatCount(number) {
	return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

function formatPlural(number, one, many) {
	return formatCount(number) + ' ' + (number === 1 ? one : many || one + 's');
}
