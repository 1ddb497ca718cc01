// SPDX-License-Identifier: MIT
// Compares a Perfetto trace with the trees of the same trace: every span is a slice with the same
// name, times and fields, on a track of its vCPU, inside its parent's or inside none.
// usage: node perfetto-tree.mjs NAME... (of NAME.tree, JSON, and NAME.perfetto)
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readTrace, trackOwners } from "./perfetto-read.mjs";
import { checkAll } from "./check-all.mjs";
import { readNodes } from "./tree-read.mjs";

function check(path) {
  const trace = readTrace(`${path}.perfetto`);
  const nodes = readNodes(`${path}.tree`);
  const spans = new Map(), points = new Map();
  let linked = 0;

  function pointKey(pid, name, time) {
    return `${pid} ${name} ${time}`;
  }

  function collect(items, pid, tid) {
    for (const item of items) {
      item.notes = new Map(item.notes);
      const id = item.notes.get("vspan.span");
      if (id !== undefined) {
        const key = `${pid} ${id}`;
        spans.set(key, [...(spans.get(key) ?? []), { ...item, item, tid }]);
      } else if (item.categories[0] === "link") {
        linked++;
      } else {
        const key = pointKey(pid, item.name, item.time);
        points.set(key, [...(points.get(key) ?? []), item]);
      }
      collect(item.children, pid, tid);
    }
  }
  for (const track of trace.tracks.values()) {
    const { process, thread } = trackOwners(trace, track);
    collect(track.items, process.pid, thread?.tid);
  }

  function positive(number) {
    return number % 2 ** 31 || 2 ** 31 - 1;
  }

  // Fields as JSON has them: hexadecimal numbers are numbers there, bytes are digits only.
  function plain(value) {
    if (Array.isArray(value))
      return value.map(plain);
    if (typeof value === "bigint" || (typeof value === "string" && /^0x[0-9a-f]+$/.test(value)))
      return String(BigInt(value));
    return typeof value === "number" ? String(value) : value;
  }

  function compareFields(node, item) {
    for (const [name, value] of Object.entries(node.fields ?? {})) {
      const note = item.notes.get(name);
      ok(note !== undefined || Array.isArray(value), `${node.name} has no field ${name}`);
      if (typeof note === "string" && /^\[[0-9a-f ]*( \.\.\.)?\]$/.test(note))
        strictEqual(note.replace(/[^0-9a-f]/g, ""), value);
      else if (typeof value === "string" && !/^-?\d+$/.test(value))
        ok(typeof note === "string");
      else
        deepStrictEqual(plain(note), plain(value), `${node.name}.${name}`);
    }
  }

  function outermostSpan(item) {
    let at = item.in;
    while (at && !at.notes.has("vspan.span"))
      at = at.in;
    return at;
  }

  function compareSpan(node) {
    const found = spans.get(`${positive(node.vm)} ${node.id}`) ?? [];
    const at = found.findIndex((slice) => slice.time === node.start && slice.name === node.name);
    ok(at >= 0, `${node.name} ${node.id} is not there`);
    const [slice] = found.splice(at, 1);
    node.item = slice.item;
    strictEqual(slice.tid, positive(node.vcpu + 1), "the vCPU");
    deepStrictEqual(slice.categories, node.name.includes(":") ? [node.name.split(":")[0]] : []);
    if (node.duration !== undefined) {
      const duration = slice.type === "TYPE_INSTANT" ? slice.notes.get("vspan.duration_ns")
        : slice.end - slice.time;
      strictEqual(duration, BigInt(node.duration), `duration of ${node.name} ${node.id}`);
      strictEqual(slice.notes.get("vspan.self_ns"), BigInt(node.self));
    }
    strictEqual(slice.notes.get("vspan.status"), typeof node.status === "number" ? BigInt(node.status) : node.status);
    deepStrictEqual(slice.notes.get("vspan.flags"), node.flags);
    compareFields(node, slice);
  }

  // Around its slice is its parent's, or none; a parent elsewhere has an arrow to it.
  function compareNesting(node) {
    const around = outermostSpan(node.item);
    const apart = node.within && (node.within.vm !== node.vm || node.within.vcpu !== node.vcpu);
    if (around)
      strictEqual(around, node.within?.item, `${node.name} ${node.id} is in the wrong slice`);
    if (apart && node.start >= node.within.start)
      ok(node.item.from.includes(node.within.item), `${node.name} ${node.id} has no arrow`);
  }

  function comparePoint(node) {
    const name = node.type === "lost" ? "records lost" : node.name;
    const found = points.get(pointKey(positive(node.vm), name, node.start)) ??
      points.get(pointKey(positive(node.within?.vm ?? node.vm), name, node.start)) ?? [];
    ok(found.length > 0, `${name} at ${node.start} is not there`);
    const same = (item) => (item.notes.get("vspan.count") ?? 0n) === BigInt(node.count ?? 0);
    const [item] = found.splice(Math.max(0, found.findIndex(same)), 1);
    if (node.type === "lost") {
      deepStrictEqual(item.categories, ["lost"]);
      strictEqual(item.notes.get("vspan.count") ?? 0n, BigInt(node.count));
      strictEqual(item.notes.get("vspan.reason"), node.reason);
    }
    compareFields(node, item);
  }

  const isSpan = (node) => node.type === "span";
  nodes.filter(isSpan).forEach(compareSpan);
  nodes.filter(isSpan).forEach(compareNesting);
  nodes.filter((node) => !isSpan(node)).forEach(comparePoint);
  const left = [...spans.values(), ...points.values()].flat();
  strictEqual(left.length, 0, `${left.length} slices are in no tree`);
  return `${nodes.length} nodes on ${trace.tracks.size} tracks, ${linked} links: the same`;
}

checkAll(check);
