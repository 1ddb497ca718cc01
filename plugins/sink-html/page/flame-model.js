/* SPDX-License-Identifier: MIT */
/*
 * flame-model.js - spans added up by path: the names of what they are in. A frame is as
 * wide as its own self time and its children's, so that children always fit.
 */

const FRAMES_MAX = 200000;

function frameCreate(name, parent) {
	return {name, parent, depth: parent ? parent.depth + 1 : 0, children: new Map(), self: 0,
		total: 0, calls: 0, errors: 0, time: 0, allCalls: 0, number: 0, sorted: null};
}

/* The frame of a name below another one; below what is too much, one frame for all. */
function frameEnter(flame, parent, name) {
	let frame = parent.children.get(name);

	if (frame)
		return frame;
	if (flame.frames.length >= FRAMES_MAX)
		return flame.other;
	frame = frameCreate(name, parent);
	frame.number = flame.frames.length;
	flame.frames.push(frame);
	parent.children.set(name, frame);
	return frame;
}

function flameCreate(trace) {
	const root = frameCreate(-1, null);
	const flame = {root, frames: [root], other: null, frameOf: new Uint32Array(trace.count)};

	flame.other = frameEnter(flame, root, 0);
	for (let i = 0; i < trace.count; i++) {
		const parent = trace.parent[i] >= 0 ? flame.frames[flame.frameOf[trace.parent[i]]] : root;
		const frame = parent === flame.other ? parent : frameEnter(flame, parent, trace.name[i]);

		frame.self += trace.self[i];
		frame.total += trace.duration[i];
		frame.calls++;
		frame.errors += (trace.marks[i] & MARK_STATUS) === STATUS_ERROR;
		flame.frameOf[i] = frame.number;
	}
	/* Children have higher numbers than their parents. */
	for (let n = flame.frames.length - 1; n >= 0; n--) {
		const frame = flame.frames[n];

		frame.time += frame.self;
		frame.allCalls += frame.calls;
		if (frame.parent) {
			frame.parent.time += frame.time;
			frame.parent.allCalls += frame.allCalls;
		}
	}
	root.total = root.time;
	return flame;
}

/* Children, the widest first; sorted when first looked at. */
function frameChildren(frame) {
	if (!frame.sorted)
		frame.sorted = Array.from(frame.children.values()).sort((a, b) => b.time - a.time);
	return frame.sorted;
}

function framePath(trace, frame) {
	const names = [];

	for (; frame && frame.parent; frame = frame.parent)
		names.unshift(trace.names[frame.name]);
	return names;
}

/*
 * Frames to draw, {frame, depth, x, width} in pixels: those above `zoomed` as wide as all,
 * then it and what is in it. What is narrower than a pixel is not drawn.
 */
function flameLayout(zoomed, width, value) {
	const boxes = [];
	const waiting = [];
	const scale = value(zoomed) > 0 ? width / value(zoomed) : 0;

	for (let frame = zoomed.parent; frame; frame = frame.parent)
		boxes.push({frame, depth: frame.depth, x: 0, width, around: true});
	waiting.push({frame: zoomed, depth: zoomed.depth, x: 0, width, around: false});
	while (waiting.length) {
		const box = waiting.pop();
		let x = box.x;

		boxes.push(box);
		for (const child of frameChildren(box.frame)) {
			const w = value(child) * scale;

			if (w >= 1)
				waiting.push({frame: child, depth: child.depth, x, width: w, around: false});
			x += w;
		}
	}
	return boxes;
}
