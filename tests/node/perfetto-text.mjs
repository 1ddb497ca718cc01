// SPDX-License-Identifier: MIT
// Prints a Perfetto trace as text, for golden tests: tracks, and what is drawn on them.
// usage: node perfetto-text.mjs FILE
import { readTrace, trackLabel } from "./perfetto-read.mjs";

function text(value) {
  if (Array.isArray(value))
    return `[${value.map(text).join(", ")}]`;
  return typeof value === "string" && !value.startsWith("0x") ? JSON.stringify(value) : String(value);
}

function print(item, depth, names) {
  const end = item.type === "TYPE_INSTANT" ? "" : ` +${item.end - item.time}`;
  const categories = item.categories.map((name) => ` (${name})`).join("");
  const from = item.from.map((other) => ` <- ${names.get(other)}`).join("");
  const notes = item.notes.map(([name, value]) => ` ${name}=${text(value)}`).join("");
  console.log(`${"  ".repeat(depth)}${item.time}${end} ${item.name}${categories}${from}${notes}`);
  for (const child of item.children)
    print(child, depth + 1, names);
}

function name(names, label, items) {
  for (const item of items) {
    names.set(item, `${item.name} on ${label}`);
    name(names, label, item.children);
  }
}

const trace = readTrace(process.argv[2]);
console.log(`clock ${trace.primary}: ${JSON.stringify(trace.clocks, (_, v) => typeof v === "bigint" ? `${v}` : v)}`);
console.log(`threads ${trace.order}`);
const below = new Map(), names = new Map();
for (const track of trace.tracks.values()) {
  below.set(track.parent_uuid, [...(below.get(track.parent_uuid) ?? []), track]);
  name(names, trackLabel(track), track.items);
}
function printTracks(parent, depth) {
  const tracks = below.get(parent) ?? [];
  tracks.sort((a, b) => (a.sibling_order_rank ?? 0) - (b.sibling_order_rank ?? 0));
  for (const track of tracks) {
    const ids = track.process ? ` pid=${track.process.pid}`
      : track.thread ? ` pid=${track.thread.pid} tid=${track.thread.tid}` : "";
    console.log(`${"  ".repeat(depth)}track ${track.uuid} ${JSON.stringify(trackLabel(track))}${ids}`);
    for (const item of track.items)
      print(item, depth + 1, names);
    printTracks(track.uuid, depth + 1);
  }
}
printTracks(undefined, 0);
