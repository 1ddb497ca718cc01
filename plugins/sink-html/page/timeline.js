/* SPDX-License-Identifier: MIT */
/*
 * timeline.js - draws spans over time, a row for each vCPU. What is on the screen
 * decides what a frame costs, not how many spans there are (model.js).
 */

const STRIP = 18; /* height of a level */
const POINTS = 14; /* of the events and losses above the levels */
const ROW_GAP = 8;
const AXIS = 24;
const BOXES_MAX = 6000; /* in one frame; beyond, spans are merged more coarsely */

class Timeline {
	constructor(app) {
		this.app = app;
		this.surface = new Surface(byId('timeline-canvas'), () => this.draw());
		this.surface.resized = () => this.place();
		this.y = 0;
		this.selected = -1;
		this.pointer = -1; /* x, if it is on the canvas */
		this.coarse = 1; /* pixels below which spans are merged */
		this.showAll();
		timelineListen(this);
	}

	/* ---- where things are */

	place() {
		let y = AXIS + 6;

		this.gutter = Math.min(190, Math.max(90, this.surface.width * 0.16));
		for (const row of this.app.layout.rows) {
			row.y = y;
			row.points = this.app.layout.events[row.number].length > 0 ||
				this.app.layout.losses[row.number].length > 0 ? POINTS : 0;
			row.height = row.points + Math.max(1, row.strips) * STRIP;
			y += row.height + ROW_GAP;
		}
		this.fullHeight = y;
		this.y = Math.max(0, Math.min(this.y, this.fullHeight - this.surface.height));
	}

	get scale() {
		return Math.max(1, this.surface.width - this.gutter) / (this.to - this.from);
	}

	xOf(time) {
		return this.gutter + (time - this.from) * this.scale;
	}

	timeOf(x) {
		return this.from + (x - this.gutter) / this.scale;
	}

	/* ---- moving */

	show(from, to) {
		const whole = Math.max(1, this.app.trace.end - this.first());
		const span = Math.min(Math.max(to - from, 10), whole * 1.2);
		const middle = (from + to) / 2;
		const low = this.first() - span * 0.5;
		const high = this.app.trace.end + span * 0.5;

		this.from = Math.min(Math.max(middle - span / 2, low), high - span);
		this.to = this.from + span;
		this.surface.request();
	}

	first() {
		return this.app.first;
	}

	showAll() {
		const whole = Math.max(1, this.app.trace.end - this.first());

		this.show(this.first() - whole * 0.01, this.app.trace.end + whole * 0.01);
	}

	zoom(factor, time) {
		this.show(time - (time - this.from) * factor, time + (this.to - time) * factor);
	}

	pan(pixels) {
		const time = pixels / this.scale;

		this.show(this.from + time, this.to + time);
	}

	scroll(pixels) {
		this.y = Math.max(0, Math.min(this.y + pixels, this.fullHeight - this.surface.height));
		this.surface.request();
	}

	/* Brings a span into sight, as wide as half of the view if `closely`. */
	reveal(i, closely) {
		const {trace} = this.app;
		const middle = trace.start[i] + trace.duration[i] / 2;
		const wide = closely ? Math.max(trace.duration[i] * 2, 100) : this.to - this.from;
		const y = this.stripY(i);

		if (closely || middle < this.from || middle > this.to || trace.duration[i] * this.scale < 3)
			this.show(middle - Math.min(wide, Math.max(trace.duration[i] * 40, 100)) / 2,
				middle + Math.min(wide, Math.max(trace.duration[i] * 40, 100)) / 2);
		if (y < this.y + AXIS || y + STRIP > this.y + this.surface.height)
			this.scroll(y - this.surface.height / 2 - this.y);
	}

	stripY(i) {
		const row = this.app.layout.rows.find((candidate) => candidate.number === this.app.trace.row[i]);

		return row.y + row.points + (this.app.layout.strip[i] - row.firstStrip) * STRIP;
	}

	/* ---- drawing */

	draw() {
		const {surface} = this;
		const rows = this.app.layout.rows.filter((row) =>
			row.y + row.height >= this.y + AXIS && row.y <= this.y + surface.height);

		this.drawGrid();
		surface.context.save();
		surface.context.translate(0, -this.y);
		/* Collected first: if that is too much, once more and more coarsely. */
		for (this.coarse = 1; ; this.coarse *= 2) {
			const strips = this.collect(rows);

			if (strips || this.coarse > 64) {
				this.drawStrips(strips || []);
				break;
			}
		}
		for (const row of rows)
			this.drawPoints(row);
		this.drawSelected();
		for (const row of rows)
			this.drawGutter(row);
		surface.context.restore();
		this.drawAxis();
		byId('range').textContent = formatTick(this.from, (this.to - this.from) / 100) + ' to ' +
			formatTick(this.to, (this.to - this.from) / 100) + ', ' +
			formatDuration(this.to - this.from);
	}

	/* Boxes of the visible strips, null if there are too many. */
	collect(rows) {
		const boxes = [];
		const least = this.coarse / this.scale;

		for (const row of rows) {
			for (let s = 0; s < row.strips; s++) {
				const y = row.y + row.points + s * STRIP;

				if (y + STRIP < this.y + AXIS || y > this.y + this.surface.height)
					continue;
				visitVisible(this.app.trace, this.app.layout.lists[row.firstStrip + s],
					this.from, this.to, least, (i, from, to, merged) => {
						boxes.push({i, from, to, merged, y});
					});
				if (boxes.length > BOXES_MAX)
					return null;
			}
		}
		this.rowsDrawn = rows;
		return boxes;
	}

	box(from, to) {
		const x = Math.max(this.xOf(from), this.gutter - 2);

		return [x, Math.max(1, Math.min(this.xOf(to), this.surface.width + 2) - x)];
	}

	drawStrips(boxes) {
		const {surface, app} = this;
		const found = app.search && app.search.spans;

		surface.letters(11);
		for (const {i, from, to, merged, y} of boxes) {
			const [x, width] = this.box(from, to);
			const wide = width > 3;

			surface.context.globalAlpha = found && !found[i] ? 0.25 : merged ? 0.75 : 1;
			surface.rectangle(app.color(app.trace.name[i]), x, y, wide ? width - 0.75 : width, STRIP - 2);
			if (!merged)
				surface.nameLabel(spanTitle(app, i), surface.colors.text, x + 4, y + STRIP / 2 - 0.5,
					width - 8);
		}
		surface.context.globalAlpha = 1;
		if (boxes.length === 0)
			return;
		this.drawMarked(app.layout.hatched, (i, x, y, width) => this.drawHatched(i, x, y, width));
		this.drawMarked(app.layout.errors, (i, x, y, width) => this.drawError(i, x, y, width));
		if (found)
			this.drawMarked(app.search.lists, (i, x, y, width) =>
				this.drawMatch(i, x, y, width));
	}

	drawHatched(i, x, y, width) {
		const {surface} = this;

		surface.context.globalAlpha = this.app.search && !this.app.search.spans[i] ? 0.2 : 0.55;
		surface.hatch(surface.colors.quiet, x, y, width, STRIP - 2);
		surface.context.globalAlpha = 1;
	}

	drawError(i, x, y, width) {
		const {surface} = this;

		surface.context.globalAlpha = this.app.search && !this.app.search.spans[i] ? 0.3 : 1;
		surface.rectangle(surface.colors.error, x, y, width > 3 ? width - 0.75 : width, STRIP - 2);
		surface.nameLabel(spanTitle(this.app, i), surface.colors['error-text'], x + 4,
			y + STRIP / 2 - 0.5, width - 8);
		surface.context.globalAlpha = 1;
	}

	drawMatch(i, x, y, width) {
		const {surface} = this;

		if (width < 4)
			surface.rectangle(surface.colors.match, x, y, Math.max(2, width), STRIP - 2);
		else
			surface.outline(surface.colors.match, x, y - 1, width, STRIP);
	}

	/* Calls for what is visible of lists by strip, such as those of errors. */
	drawMarked(lists, draw) {
		const least = this.coarse / this.scale;

		for (const row of this.rowsDrawn) {
			for (let s = 0; s < row.strips; s++) {
				const y = row.y + row.points + s * STRIP;

				visitVisible(this.app.trace, lists[row.firstStrip + s], this.from, this.to, least,
					(i, from, to) => {
						const [x, width] = this.box(from, to);

						draw(i, x, y, width);
					});
			}
		}
	}

	/* Events and losses of a row, at most one each per two pixels. */
	drawPoints(row) {
		const {surface, app} = this;
		const middle = row.y + POINTS / 2 - 1;
		let last = -9;

		this.visitPoints(row, (i, x) => {
			if (x - last < 2)
				return;
			last = x;
			const found = app.search && app.search.events[i];

			surface.context.fillStyle = found ? surface.colors.match : surface.colors.quiet;
			surface.context.globalAlpha = app.search && !found ? 0.35 : 1;
			surface.context.beginPath();
			surface.context.moveTo(x, middle - 4);
			surface.context.lineTo(x + 3.5, middle);
			surface.context.lineTo(x, middle + 4);
			surface.context.lineTo(x - 3.5, middle);
			surface.context.fill();
		});
		surface.context.globalAlpha = 1;
		last = -9;
		this.visitLosses(row, (loss, x, width) => {
			if (x + width - last < 2)
				return;
			last = x + width;
			surface.rectangle(surface.colors.error, x, row.y, width, 2);
			surface.hatch(surface.colors.error, x, row.y, width, POINTS - 3);
		});
	}

	visitPoints(row, call) {
		const {events} = this.app.trace;
		const list = this.app.layout.events[row.number];
		let k = bisect(list, 0, (i) => events.start[i] >= this.from);

		while (k < list.length && events.start[list[k]] <= this.to) {
			const next = events.start[list[k]] + 0.5 / this.scale;

			call(list[k], this.xOf(events.start[list[k]]));
			k = Math.max(k + 1, bisect(list, k + 1, (i) => events.start[i] >= next));
		}
	}

	visitLosses(row, call) {
		const {losses} = this.app.trace;

		for (const i of this.app.layout.losses[row.number]) {
			const loss = losses[i];

			if (loss.start + loss.duration < this.from || loss.start > this.to)
				continue;
			const [x, width] = this.box(loss.start, loss.start + loss.duration);

			call(loss, x, Math.max(5, width));
		}
	}

	drawSelected() {
		if (this.selected < 0)
			return;
		const {trace} = this.app;
		const [x, width] = this.box(trace.start[this.selected],
			trace.start[this.selected] + trace.duration[this.selected]);

		if (x <= this.surface.width && this.xOf(trace.start[this.selected] +
			trace.duration[this.selected]) >= this.gutter)
			this.surface.outline(this.surface.colors.text, x - 1, this.stripY(this.selected) - 1,
				Math.max(4, width + 1), STRIP);
	}

	drawGutter(row) {
		const {surface, app} = this;

		surface.rectangle(surface.colors.ground, 0, row.y - ROW_GAP / 2, this.gutter - 2,
			row.height + ROW_GAP);
		surface.rectangle(surface.colors.grid, 0, row.y + row.height + ROW_GAP / 2 - 1,
			surface.width, 1);
		surface.letters(12, 600);
		surface.label(vmName(app, row.vm), surface.colors.text, 12, row.y + 9, this.gutter - 22);
		surface.letters(12);
		const beside = row.height < 34;

		if (!beside)
			surface.label('vCPU ' + row.vcpu, surface.colors.quiet, 12, row.y + 25, this.gutter - 22);
		else
			this.drawBeside(row);
	}

	/* A row of one level: both names in one line. */
	drawBeside(row) {
		const {surface} = this;

		surface.letters(12, 600);
		const x = 18 + Math.min(surface.context.measureText(vmName(this.app, row.vm)).width,
			this.gutter - 76);

		surface.letters(12);
		surface.rectangle(surface.colors.ground, x - 4, row.y, this.gutter - x, 18);
		surface.label('vCPU ' + row.vcpu, surface.colors.quiet, x, row.y + 9, this.gutter - 6 - x);
	}

	/* Times at which the axis has lines: 1, 2 or 5 times a power of ten. */
	get step() {
		const least = 110 / this.scale;
		const power = 10 ** Math.floor(Math.log10(least));

		return power * [1, 2, 5, 10].find((n) => n * power >= least);
	}

	drawGrid() {
		const {surface, step} = this;

		for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step)
			surface.rectangle(surface.colors.grid, Math.round(this.xOf(t)), AXIS, 1, surface.height);
	}

	drawAxis() {
		const {surface, step} = this;

		surface.rectangle(surface.colors.ground, 0, 0, surface.width, AXIS - 1);
		surface.rectangle(surface.colors.line, 0, AXIS - 1, surface.width, 1);
		surface.letters(11);
		for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step) {
			const x = Math.round(this.xOf(t));

			if (x < this.gutter - 1)
				continue;
			surface.rectangle(surface.colors.line, x, AXIS - 6, 1, 5);
			if (x < surface.width - 60)
				surface.label(formatTick(t, step), surface.colors.quiet, x + 4, AXIS / 2, 100);
		}
	}

	/* ---- what is where */

	/* {span}, {event} or {loss} at a point of the canvas; null: nothing. */
	at(x, y) {
		const top = y + this.y;
		const row = this.app.layout.rows.find((r) => top >= r.y && top < r.y + r.height);

		if (!row || y < AXIS || x < this.gutter)
			return null;
		if (top < row.y + row.points)
			return this.pointAt(row, x);
		const s = Math.floor((top - row.y - row.points) / STRIP);
		const list = s < row.strips ? this.app.layout.lists[row.firstStrip + s] : [];
		const {start, duration} = this.app.trace;
		const early = this.timeOf(x - 2);
		const k = bisect(list, 0, (i) => start[i] + duration[i] >= early);
		let best = -1;

		/* The pointer is as wide as a few pixels; a span under its tip goes first. */
		for (let n = k; n < Math.min(k + 8, list.length) && start[list[n]] <= this.timeOf(x + 2); n++) {
			if (best < 0 || start[list[n]] <= this.timeOf(x))
				best = list[n];
		}
		return best < 0 ? null : {span: best};
	}

	pointAt(row, x) {
		let found = null;

		this.visitPoints(row, (i, at) => {
			if (Math.abs(at - x) <= 5)
				found = {event: i};
		});
		this.visitLosses(row, (loss, at, width) => {
			if (x >= at - 2 && x <= at + width + 2)
				found = {loss};
		});
		return found;
	}
}
