/* SPDX-License-Identifier: MIT */
/*
 * surface.js - what the two canvases have in common: pixels of the screen, colours of
 * the theme, labels that fit, the box at the pointer. Text of the trace gets into the
 * document as text only.
 */

const dark = window.matchMedia('(prefers-color-scheme: dark)');
/* Of providers, in order of appearance; red is for errors. */
const HUES = [213, 160, 268, 38, 186, 88, 315, 240, 55, 125];

function elementCreate(tag, text, className) {
	const element = document.createElement(tag);

	if (text !== undefined)
		element.textContent = text;
	if (className)
		element.className = className;
	return element;
}

function byId(id) {
	return document.getElementById(id);
}

/* Colours of names: a hue per provider, names of one provider lighter or darker. */
function paletteCreate(names) {
	const providers = new Map();

	return names.map((name, i) => {
		/* The first one is [other]. */
		if (i === 0)
			return {hue: 213, shade: 0};
		const provider = name.split(':')[0];
		const known = providers.get(provider) || {hue: HUES[providers.size % HUES.length], names: 0};

		providers.set(provider, known);
		known.names++;
		return {hue: known.hue, shade: (known.names - 1) % 5};
	});
}

function paletteColor(color) {
	const hue = color.hue + color.shade * 9;

	return dark.matches ? `hsl(${hue} 32% ${29 + color.shade * 4}%)` :
		`hsl(${hue} 52% ${86 - color.shade * 6}%)`;
}

class Surface {
	/* `draw(surface)` is called, once per frame of the screen, after request(). */
	constructor(canvas, draw) {
		this.canvas = canvas;
		this.context = canvas.getContext('2d');
		this.draw = draw;
		this.pending = false;
		this.width = 0;
		this.height = 0;
		this.resized = () => {};
		new ResizeObserver(() => this.resize()).observe(canvas);
		dark.addEventListener('change', () => this.request());
	}

	resize() {
		const box = this.canvas.getBoundingClientRect();

		if (box.width === 0)
			return;
		this.width = box.width;
		this.height = box.height;
		this.resized();
		this.request();
	}

	request() {
		if (this.pending)
			return;
		this.pending = true;
		requestAnimationFrame(() => this.paint());
	}

	paint() {
		const ratio = window.devicePixelRatio || 1;
		const style = getComputedStyle(document.documentElement);

		this.pending = false;
		if (this.width === 0)
			return;
		this.canvas.width = Math.round(this.width * ratio);
		this.canvas.height = Math.round(this.height * ratio);
		this.colors = {};
		for (const name of ['ground', 'raised', 'line', 'text', 'quiet', 'accent', 'error',
			'error-text', 'match', 'grid'])
			this.colors[name] = style.getPropertyValue('--' + name);
		this.font = style.fontFamily;
		this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
		this.context.textBaseline = 'middle';
		this.letters(12);
		this.context.fillStyle = this.colors.ground;
		this.context.fillRect(0, 0, this.width, this.height);
		this.draw(this);
	}

	letters(size, weight) {
		this.context.font = `${weight || ''} ${size}px ${this.font}`;
	}

	rectangle(color, x, y, width, height) {
		this.context.fillStyle = color;
		this.context.fillRect(x, y, width, height);
	}

	/* "provider:name", or only the name where both are too long. */
	nameLabel(text, color, x, y, width) {
		const colon = text.indexOf(':');

		if (colon > 0 && width >= 14 && (text.length * 3 > width ||
			this.context.measureText(text).width > width))
			this.label(text.slice(colon + 1), color, x, y, width);
		else
			this.label(text, color, x, y, width);
	}

	/* Text cut to a width, nothing if hardly a letter fits. */
	label(text, color, x, y, width) {
		if (width < 14)
			return;
		let fits = text.slice(0, Math.ceil(width / 3));
		let wide = this.context.measureText(fits).width;

		if (fits.length === text.length && wide <= width) {
			this.context.fillStyle = color;
			this.context.fillText(fits, x, y);
			return;
		}
		const room = width - this.context.measureText('…').width;

		while (fits && wide > room) {
			fits = fits.slice(0, Math.min(fits.length - 1,
				Math.ceil(fits.length * room / wide)));
			wide = this.context.measureText(fits).width;
		}
		if (fits.length < 2)
			return;
		this.context.fillStyle = color;
		this.context.fillText(fits + '…', x, y);
	}

	/* Diagonal lines, for what nobody knows the end of. */
	hatch(color, x, y, width, height) {
		const context = this.context;

		context.save();
		context.beginPath();
		context.rect(x, y, width, height);
		context.clip();
		context.strokeStyle = color;
		context.lineWidth = 1.2;
		context.beginPath();
		for (let at = x - x % 6 - height; at < x + width; at += 6) {
			context.moveTo(at, y + height);
			context.lineTo(at + height, y);
		}
		context.stroke();
		context.restore();
	}

	outline(color, x, y, width, height) {
		this.context.strokeStyle = color;
		this.context.lineWidth = 2;
		this.context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), height - 2);
	}
}

/* A list of [what, value]; values that are empty are left out. */
function factsCreate(facts) {
	const list = elementCreate('dl', undefined, 'facts');

	for (const [what, value] of facts) {
		if (value === '' || value === undefined)
			continue;
		const group = elementCreate('div', undefined, value.length > 40 ? 'wide' : '');

		group.append(elementCreate('dt', what), elementCreate('dd', value));
		list.append(group);
	}
	return list;
}

function tooltipShow(event, title, bad, facts) {
	const tooltip = byId('tooltip');

	tooltip.replaceChildren(elementCreate('p', title, bad ? 'name bad' : 'name'), factsCreate(facts));
	tooltip.hidden = false;
	const box = tooltip.getBoundingClientRect();
	const left = event.clientX + 16 + box.width > innerWidth ? event.clientX - box.width - 12 :
		event.clientX + 16;
	const top = event.clientY + 16 + box.height > innerHeight ? event.clientY - box.height - 12 :
		event.clientY + 16;

	tooltip.style.left = Math.max(4, left) + 'px';
	tooltip.style.top = Math.max(4, top) + 'px';
}

function tooltipHide() {
	byId('tooltip').hidden = true;
}
