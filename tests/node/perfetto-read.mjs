// SPDX-License-Identifier: MIT
// Reads a Perfetto trace of spans as Perfetto would: resolves what is interned, puts the events in
// the order of their times, and pairs begins with ends by that alone. Anything Perfetto would drop
// or misread is an error.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const CLEARED = 1, NEEDED = 2, NESTING = 255;

function fail(what) {
  throw new Error(what);
}

const schema = protobuf.parse(
  readFileSync(fileURLToPath(new URL("perfetto.proto", import.meta.url)), "utf8"), {
    keepCase: true,
  }).root;
const Trace = schema.lookupType("Trace");
const SHAPE = { longs: String, enums: String, arrays: false, oneofs: true };

// Plain objects with 64-bit numbers as strings. Fields the schema lacks would be lost on the way back.
function decode(bytes) {
  const trace = Trace.decode(bytes);
  if (Trace.encode(trace).finish().length !== bytes.length)
    fail("there are fields the schema does not have");
  return Trace.toObject(trace, SHAPE).packet ?? [];
}

class Sequence {
  constructor() {
    this.valid = false;
    this.iids = new Set();
  }

  take(packet) {
    if (packet.sequence_flags & CLEARED) {
      this.valid = true;
      this.tables = { event_categories: new Map(), event_names: new Map(),
        debug_annotation_names: new Map() };
      this.clock = undefined;
    }
    if (packet.trace_packet_defaults)
      this.clock = packet.trace_packet_defaults.timestamp_clock_id;
    if ((packet.sequence_flags & NEEDED) && !this.valid)
      fail("needs incremental state before there is any");
    for (const [table, entries] of Object.entries(packet.interned_data ?? {})) {
      for (const entry of entries) {
        const key = `${table} ${entry.iid}`;
        if (entry.iid === "0" || entry.iid === undefined || this.iids.has(key))
          fail(`${key} is no number, or was given before`);
        this.iids.add(key);
        this.tables[table].set(entry.iid, entry.name);
      }
    }
  }

  find(table, iid) {
    return this.tables[table].get(iid) ?? fail(`${table} ${iid} is not known`);
  }
}

function annotationValue(sequence, item) {
  if (item.array_values)
    return item.array_values.map((element) => annotationValue(sequence, element));
  switch (item.value) {
    case "uint_value": case "int_value": return BigInt(item[item.value]);
    case "pointer_value": return "0x" + BigInt(item.pointer_value).toString(16);
    case undefined: return [];
    default: return item[item.value];
  }
}

function readEvent(sequence, packet) {
  const event = packet.track_event;
  if (!(packet.sequence_flags & NEEDED))
    fail("an event does not say that it needs the interned strings");
  if (packet.timestamp_clock_id === undefined && sequence.clock !== 1)
    fail("an event's time is not that of the real-time clock");
  return {
    type: event.type,
    track: event.track_uuid ?? fail("an event is on no track"),
    time: BigInt(packet.timestamp ?? fail("an event has no time")),
    name: event.name_iid ? sequence.find("event_names", event.name_iid) : event.name,
    categories: (event.category_iids ?? []).map((iid) => sequence.find("event_categories", iid)),
    flows: event.flow_ids ?? [],
    ended: event.terminating_flow_ids ?? [],
    notes: (event.debug_annotations ?? []).map((item) => [
      sequence.find("debug_annotation_names", item.name_iid), annotationValue(sequence, item)]),
  };
}

// Slices and instants of each track, in the order of their begins; those in a slice are below it.
function pair(tracks, events) {
  const flows = new Map();
  for (const event of events) {
    const track = tracks.get(event.track) ?? fail(`track ${event.track} is not described`);
    const inner = track.open[track.open.length - 1];
    if (event.type === "TYPE_SLICE_END") {
      const slice = track.open.pop() ?? fail(`an end on track ${event.track} without a begin`);
      slice.end = event.time;
      continue;
    }
    const item = { ...event, children: [], in: inner };
    (inner?.children ?? track.items).push(item);
    for (const flow of event.flows)
      flows.set(flow, flows.has(flow) ? fail(`flow ${flow} begins twice`) : item);
    item.from = event.ended.map((flow) => {
      const from = flows.get(flow) ?? fail(`flow ${flow} ends before it begins`);
      return from;
    });
    if (event.type === "TYPE_SLICE_BEGIN")
      track.open.push(item);
    if (track.open.length > NESTING)
      fail("slices are nested too deeply");
  }
  for (const track of tracks.values()) {
    if (track.open.length)
      fail(`${track.open.length} slices have no end`);
  }
}

export function readTrace(path) {
  const sequences = new Map(), tracks = new Map(), events = [];
  const trace = { clocks: {}, tracks, order: undefined };
  for (const packet of decode(readFileSync(path))) {
    const id = packet.trusted_packet_sequence_id ?? fail("a packet is of no sequence");
    if (!sequences.has(id) && !packet.first_packet_on_sequence)
      fail("a sequence does not begin with its first packet");
    if (!sequences.has(id))
      sequences.set(id, new Sequence());
    sequences.get(id).take(packet);
    if (packet.clock_snapshot) {
      trace.primary = packet.clock_snapshot.primary_trace_clock;
      for (const clock of packet.clock_snapshot.clocks)
        trace.clocks[clock.clock_id] = BigInt(clock.timestamp);
    } else if (packet.track_descriptor) {
      const track = packet.track_descriptor;
      const uuid = track.uuid ?? fail("a track has no number");
      if (uuid === "0")
        trace.order = track.thread_ordering;
      else
        tracks.set(uuid, { items: [], open: [], ...tracks.get(uuid), ...track });
    } else if (packet.track_event) {
      events.push(readEvent(sequences.get(id), packet));
    }
  }
  for (const track of tracks.values()) {
    if (track.parent_uuid !== undefined && !tracks.has(track.parent_uuid))
      fail(`track ${track.uuid} is below one that is not described`);
  }
  // Array.prototype.sort keeps the order of what is at the same time, as Perfetto does.
  events.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  pair(tracks, events);
  return trace;
}

export function trackLabel(track) {
  return track.process?.process_name ?? track.thread?.thread_name ?? track.name;
}

// The process a track belongs to, and the thread.
export function trackOwners(trace, track) {
  let thread;
  for (let at = track; at; at = trace.tracks.get(at.parent_uuid)) {
    thread ??= at.thread;
    if (at.process)
      return { process: at.process, thread };
  }
  return fail(`track ${track.uuid} is of no process`);
}
