/* SPDX-License-Identifier: MIT */
/* flame.js - draws the flame graph (flame-model.js), outermost spans on top. */

const FRAME = 20; /* height of a frame */

class Flame {
	constructor(app) {
		this.app = app;
		this.zoomed = app.flame.root;
		this.focus = null;
		this.boxes = [];
		this.surface = new Surface(byId('flame-canvas'), () => this.draw());
		this.surface.resized = () => this.layout();
		this.listen();
	}

	value(frame) {
		return byId('flame-unit').value === 'calls' ? frame.allCalls : frame.time;
	}

	layout() {
		let deepest = 0;

		this.boxes = flameLayout(this.zoomed, this.surface.width, (frame) => this.value(frame));
		for (const box of this.boxes)
			deepest = Math.max(deepest, box.depth);
		/* The canvas is as high as the graph, for its section to scroll. */
		const height = Math.min(30000, (deepest + 1) * FRAME + 8) + 'px';

		if (this.surface.canvas.style.height !== height)
			this.surface.canvas.style.height = height;
		byId('flame-path').textContent = framePath(this.app.trace, this.zoomed).join(' › ');
	}

	zoom(frame) {
		this.zoomed = frame;
		this.focus = frame;
		this.layout();
		this.surface.request();
		this.announce();
	}

	title(frame) {
		return frame.parent ? this.app.trace.names[frame.name] : 'all';
	}

	percent(frame) {
		const whole = this.value(this.app.flame.root);

		return whole > 0 ? (this.value(frame) * 100 / whole).toFixed(1) + ' %' : '';
	}

	facts(frame) {
		return [
			['calls', frame.parent ? formatCount(frame.calls) : formatCount(frame.allCalls)],
			['total', formatDuration(frame.total)],
			['self', formatDuration(frame.self)],
			['share', this.percent(frame)],
			['errors', frame.errors ? formatCount(frame.errors) : ''],
		];
	}

	/* What a reader of the screen hears. */
	announce() {
		const frame = this.focus || this.zoomed;

		this.surface.canvas.setAttribute('aria-label', 'Flame graph, ' + this.title(frame) + ', ' +
			this.facts(frame).filter(([, value]) => value).map((fact) => fact.join(' ')).join(', '));
	}

	draw() {
		const {surface, app} = this;
		const found = app.search && app.search.counts;

		this.layout();
		for (const {frame, depth, x, width, around} of this.boxes) {
			const y = depth * FRAME + 2;
			const wide = width > 3 ? width - 1 : width;

			surface.context.globalAlpha = (around ? 0.6 : 1) *
				(found && frame.parent && !this.matches(frame) ? 0.3 : 1);
			surface.rectangle(frame.parent ? app.color(frame.name) : surface.colors.grid, x, y, wide,
				FRAME - 2);
			if (frame.errors > 0)
				surface.rectangle(surface.colors.error, x, y + FRAME - 4, wide, 2);
			surface.nameLabel(this.title(frame) + (width > 220 ? '   ' + this.percent(frame) : ''),
				surface.colors.text, x + 5, y + FRAME / 2 - 1, width - 10);
			if (found && frame.parent && this.matches(frame))
				surface.outline(surface.colors.match, x, y - 1, Math.max(2, width), FRAME);
			surface.context.globalAlpha = 1;
			if (frame === this.focus)
				surface.outline(surface.colors.text, x, y - 1, Math.max(2, width), FRAME);
		}
	}

	/* Whether a span of the frame was found. */
	matches(frame) {
		return this.app.searchFrames[frame.number] > 0;
	}

	at(x, y) {
		const depth = Math.floor(y / FRAME);

		return this.boxes.find((box) => box.depth === depth && x >= box.x && x < box.x + box.width);
	}

	listen() {
		const {canvas} = this.surface;

		canvas.addEventListener('click', (event) => {
			const box = this.at(event.offsetX, event.offsetY);

			if (box)
				this.zoom(box.frame);
		});
		canvas.addEventListener('pointermove', (event) => {
			const box = this.at(event.offsetX, event.offsetY);

			if (box)
				tooltipShow(event, this.title(box.frame), false, this.facts(box.frame));
			else
				tooltipHide();
		});
		canvas.addEventListener('pointerleave', tooltipHide);
		canvas.addEventListener('keydown', (event) => this.key(event));
		byId('flame-unit').addEventListener('change', () => this.surface.request());
		byId('flame-all').addEventListener('click', () => this.zoom(this.app.flame.root));
	}

	/* The frame beside one, among those that are drawn. */
	beside(frame, direction) {
		const row = this.boxes.filter((box) => box.frame.parent === frame.parent)
			.sort((a, b) => a.x - b.x);
		const i = row.findIndex((box) => box.frame === frame);

		return row[i + direction] ? row[i + direction].frame : frame;
	}

	inside(frame) {
		const first = frameChildren(frame)[0];

		return first && this.boxes.some((box) => box.frame === first) ? first : frame;
	}

	key(event) {
		const frame = this.focus || this.zoomed;
		const moves = {
			ArrowLeft: () => this.beside(frame, -1),
			ArrowRight: () => this.beside(frame, 1),
			ArrowDown: () => this.inside(frame),
			ArrowUp: () => frame.parent || frame,
		};

		if (Object.hasOwn(moves, event.key))
			this.focus = moves[event.key]();
		else if (event.key === 'Enter')
			this.zoom(frame);
		else if (event.key === 'Escape')
			this.zoom(this.zoomed.parent || this.zoomed);
		else
			return;
		event.preventDefault();
		this.announce();
		this.surface.request();
	}
}
