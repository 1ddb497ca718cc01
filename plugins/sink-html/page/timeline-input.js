/* SPDX-License-Identifier: MIT */
/* timeline-input.js - pointer, wheel and keys of the timeline. */

function timelineListen(timeline) {
	const {canvas} = timeline.surface;

	canvas.addEventListener('wheel', (event) => timelineWheel(timeline, event), {passive: false});
	canvas.addEventListener('keydown', (event) => timelineKey(timeline, event));
	canvas.addEventListener('dblclick', () => {
		if (timeline.selected >= 0)
			timeline.reveal(timeline.selected, true);
	});
	timelineDrag(timeline, canvas);
	byId('zoom-in').addEventListener('click', () => timelineZoomMiddle(timeline, 0.5));
	byId('zoom-out').addEventListener('click', () => timelineZoomMiddle(timeline, 2));
	byId('zoom-all').addEventListener('click', () => timeline.showAll());
}

/* Around the pointer, or the selected span, or the middle: the first that is in sight. */
function timelineZoomHere(timeline, factor) {
	const {trace} = timeline.app;
	const i = timeline.selected;
	const middle = (timeline.from + timeline.to) / 2;
	const selected = i < 0 ? middle : trace.start[i] + trace.duration[i] / 2;
	const pointed = timeline.pointer >= timeline.gutter ? timeline.timeOf(timeline.pointer) : selected;

	timeline.zoom(factor, pointed >= timeline.from && pointed <= timeline.to ? pointed : middle);
}

/* The buttons are where the pointer is then. */
function timelineZoomMiddle(timeline, factor) {
	timeline.pointer = -1;
	timelineZoomHere(timeline, factor);
}

function timelineWheel(timeline, event) {
	const unit = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? timeline.surface.height : 1;

	event.preventDefault();
	tooltipHide();
	if (event.ctrlKey || event.metaKey) {
		timeline.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * unit / 240))),
			timeline.timeOf(event.offsetX));
		return;
	}
	timeline.pan((event.deltaX + (event.shiftKey ? event.deltaY : 0)) * unit);
	if (!event.shiftKey)
		timeline.scroll(event.deltaY * unit);
}

/* Moves with the pointer; a click that does not move selects. */
function timelineDrag(timeline, canvas) {
	let down = null;

	canvas.addEventListener('pointerdown', (event) => {
		down = {x: event.offsetX, y: event.offsetY, moved: false};
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener('pointermove', (event) => {
		timeline.pointer = event.offsetX;
		if (!down) {
			timelineHover(timeline, event);
			return;
		}
		const dx = event.offsetX - down.x;
		const dy = event.offsetY - down.y;

		if (!down.moved && Math.abs(dx) + Math.abs(dy) < 4)
			return;
		tooltipHide();
		canvas.classList.add('moving');
		down = {x: event.offsetX, y: event.offsetY, moved: true};
		timeline.pan(-dx);
		timeline.scroll(-dy);
	});
	canvas.addEventListener('pointerup', (event) => {
		const hit = down && !down.moved ? timeline.at(event.offsetX, event.offsetY) : null;

		if (down && !down.moved)
			timeline.app.select(hit && hit.span !== undefined ? hit.span : -1);
		down = null;
		canvas.classList.remove('moving');
	});
	canvas.addEventListener('pointerleave', () => {
		timeline.pointer = -1;
		tooltipHide();
	});
}

function timelineHover(timeline, event) {
	const {app} = timeline;
	const hit = timeline.at(event.offsetX, event.offsetY);

	if (!hit)
		tooltipHide();
	else if (hit.span !== undefined)
		tooltipShow(event, spanTitle(app, hit.span), spanIsError(app, hit.span),
			spanFacts(app, hit.span));
	else if (hit.event !== undefined)
		tooltipShow(event, app.trace.names[app.trace.events.name[hit.event]], false,
			eventFacts(app, hit.event));
	else
		tooltipShow(event, lossTitle(hit.loss), true, lossFacts(app, hit.loss));
}

/* The span before or after the selected one on its strip, or the first one in sight. */
function timelineBeside(timeline, direction) {
	const {trace, layout} = timeline.app;
	const i = timeline.selected;

	if (i < 0)
		return layout.order.find((k) => trace.start[k] >= timeline.from) ?? -1;
	const list = layout.lists[layout.strip[i]];
	const k = bisect(list, 0, (n) => trace.start[n] > trace.start[i] ||
		(trace.start[n] === trace.start[i] && n >= i));

	return list[k + direction] ?? i;
}

/* The first span inside the selected one. */
function timelineInside(timeline) {
	const {trace} = timeline.app;
	const i = timeline.selected;

	for (let k = i + 1; i >= 0 && k < trace.count && trace.parent[k] >= i; k++) {
		if (trace.parent[k] === i)
			return k;
	}
	return i;
}

function timelineSelect(timeline, i) {
	if (i === undefined || i < 0)
		return;
	timeline.app.select(i);
	timeline.reveal(i, false);
}

const TIMELINE_KEYS = {
	w: (timeline) => timelineZoomHere(timeline, 0.7),
	s: (timeline) => timelineZoomHere(timeline, 1 / 0.7),
	'+': (timeline) => timelineZoomHere(timeline, 0.7),
	'-': (timeline) => timelineZoomHere(timeline, 1 / 0.7),
	a: (timeline) => timeline.pan(-timeline.surface.width / 8),
	d: (timeline) => timeline.pan(timeline.surface.width / 8),
	0: (timeline) => timeline.showAll(),
	PageUp: (timeline) => timeline.scroll(-timeline.surface.height / 2),
	PageDown: (timeline) => timeline.scroll(timeline.surface.height / 2),
	ArrowLeft: (timeline) => timelineSelect(timeline, timelineBeside(timeline, -1)),
	ArrowRight: (timeline) => timelineSelect(timeline, timelineBeside(timeline, 1)),
	ArrowUp: (timeline) => timelineSelect(timeline,
		timeline.selected < 0 ? timelineBeside(timeline, 0) : timeline.app.trace.parent[timeline.selected]),
	ArrowDown: (timeline) => timelineSelect(timeline,
		timeline.selected < 0 ? timelineBeside(timeline, 0) : timelineInside(timeline)),
	Enter: (timeline) => timeline.selected >= 0 && timeline.reveal(timeline.selected, true),
	Escape: (timeline) => timeline.app.select(-1),
};

function timelineKey(timeline, event) {
	const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
	const action = Object.hasOwn(TIMELINE_KEYS, key) ? TIMELINE_KEYS[key] : null;

	if (!action || event.ctrlKey || event.metaKey || event.altKey)
		return;
	event.preventDefault();
	tooltipHide();
	action(timeline);
}
