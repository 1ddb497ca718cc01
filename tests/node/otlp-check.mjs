// SPDX-License-Identifier: MIT
// Checks lines of OTLP: by the rules of OpenTelemetry's specification (its protocol buffers' comments
// and the JSON encoding of the protocol), by OpenTelemetry's own decoder for JavaScript, and, if
// given, against the trees of the same trace.
// usage: node otlp-check.mjs NAME... (of NAME.otlp and, if there is one, NAME.tree, JSON)
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { checkAll } from "./check-all.mjs";
import { readNodes } from "./tree-read.mjs";

const require = createRequire(import.meta.url);
const { opentelemetry } =
  require("@opentelemetry/otlp-transformer/build/src/generated/root.js");
const Request = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

const U64 = 2n ** 64n, I63 = 2n ** 63n;

function text(value) {
  ok(typeof value === "string" && value.isWellFormed(), `not a string: ${value}`);
}

function integer(value, least, beyond) {
  ok(typeof value === "string" && /^(0|-?[1-9]\d*)$/.test(value), `not an integer: ${value}`);
  ok(BigInt(value) >= least && BigInt(value) < beyond, `out of range: ${value}`);
}

const time = (value) => integer(value, 0n, U64);

function count(value) {
  ok(Number.isInteger(value) && value >= 0 && value < 2 ** 32, `not a count: ${value}`);
}

function id(digits) {
  return (value) => {
    ok(typeof value === "string" && new RegExp(`^[0-9a-f]{${digits}}$`).test(value), `no id: ${value}`);
    ok(/[^0]/.test(value), "an id of zeroes");
  };
}

// Each key of an object is checked by the rule of that name; `!` keys must be there.
function object(rules) {
  return (value) => {
    ok(value !== null && typeof value === "object" && !Array.isArray(value), "not an object");
    for (const [key, member] of Object.entries(value))
      (rules[key] ?? rules[`${key}!`] ?? (() => ok(false, `unknown key ${key}`)))(member);
    for (const key of Object.keys(rules).filter((name) => name.endsWith("!")))
      ok(key.slice(0, -1) in value, `${key.slice(0, -1)} is missing`);
  };
}

function list(rule, least = 0) {
  return (value) => {
    ok(Array.isArray(value) && value.length >= least, "not an array, or too short");
    value.forEach((element) => rule(element));
  };
}

function choice(...values) {
  return (value) => ok(values.includes(value), `${value} is none of ${values}`);
}

const anyRules = {
  stringValue: text,
  boolValue: choice(true, false),
  intValue: (value) => integer(value, -I63, I63),
  doubleValue: (value) => ok(Number.isFinite(value) || ["NaN", "Infinity", "-Infinity"].includes(value)),
  arrayValue: (value) => object({ "values!": list(any) })(value),
  bytesValue: (value) => ok(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value), "no base 64"),
};
function any(value) {
  object(anyRules)(value);
  strictEqual(Object.keys(value).length, 1, "a value of one type");
}

function attributes(value) {
  list(object({ "key!": (key) => (text(key), ok(key.length > 0)), "value!": any }))(value);
  strictEqual(new Set(value.map((item) => item.key)).size, value.length, "attribute keys are unique");
}

// Bits 0 to 7 are W3C's, 8 and 9 say whether the other span is remote, and whether that is known.
const flags = (value) => (count(value), strictEqual(value & ~0x3ff, 0), ok((value & 0x300) !== 0x200));
const name = (value) => (text(value), ok(value.length > 0, "an empty name"));

const spanRule = object({
  "traceId!": id(32), "spanId!": id(16), parentSpanId: id(16), traceState: text, flags,
  "name!": name, kind: choice(0, 1, 2, 3, 4, 5), "startTimeUnixNano!": time, "endTimeUnixNano!": time,
  attributes, droppedAttributesCount: count,
  events: list(object({ "timeUnixNano!": time, "name!": name, attributes, droppedAttributesCount: count }), 1),
  droppedEventsCount: count,
  links: list(object({ "traceId!": id(32), "spanId!": id(16), traceState: text, attributes,
    droppedAttributesCount: count, flags }), 1),
  droppedLinksCount: count,
  status: object({ message: text, code: choice(0, 1, 2) }),
});
const lineRule = object({
  "resourceSpans!": list(object({
    "resource!": object({ "attributes!": attributes, droppedAttributesCount: count }),
    "scopeSpans!": list(object({
      "scope!": object({ name: text, version: text, attributes, droppedAttributesCount: count }),
      "spans!": list(spanRule, 1), schemaUrl: text,
    }), 1),
    schemaUrl: text,
  }), 1),
});

// OpenTelemetry's decoder has ids as bytes, which JSON of protocol buffers has in base 64.
function binaryIds(value) {
  if (Array.isArray(value))
    return value.map(binaryIds);
  if (value === null || typeof value !== "object")
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key,
    /^(trace|span|parentSpan)Id$/.test(key) ? Buffer.from(member, "hex").toString("base64") : binaryIds(member)]));
}

// Numbers that stand for a word in JSON, and what is the default and so not told.
function asWritten(value) {
  if (Array.isArray(value))
    return value.map(asWritten);
  if (value === null || typeof value !== "object")
    return value === "NaN" ? NaN : value === "Infinity" ? Infinity : value === "-Infinity" ? -Infinity : value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asWritten(member)]));
}

function checkDecoder(line) {
  const given = binaryIds(line);
  const message = Request.fromObject(asWritten(given));
  strictEqual(Request.verify(message), null);
  const back = Request.toObject(Request.decode(Request.encode(message).finish()),
    { longs: String, bytes: String, json: false });
  deepStrictEqual(dropEmpty(back), dropEmpty(asWritten(given)), "what OpenTelemetry's decoder makes of it");
}

function dropEmpty(value) {
  if (Array.isArray(value))
    return value.map(dropEmpty);
  if (value === null || typeof value !== "object")
    return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([key, member]) => !(Array.isArray(member) && member.length === 0) && !(key === "kind" && member === 0))
    .map(([key, member]) => [key, dropEmpty(member)]));
}

function plainAttributes(list) {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));
}

// Against the trees: one trace for each, the same spans and what is in them.
function compareNode(node, byNode) {
  const key = `${node.vm} ${node.id} ${node.start} ${node.name}`;
  const span = byNode.get(key)?.shift();
  ok(span, `${key} is not exported`);
  node.span = span;
  strictEqual(span.scope ?? "", node.name.includes(":") ? node.name.split(":")[0] : "");
  strictEqual(BigInt(span.endTimeUnixNano), node.start + BigInt(node.duration ?? 0));
  strictEqual(Number(span.own["vspan.vcpu"]), node.vcpu);
  const kinds = [undefined, "server", "client", "producer", "consumer"];
  strictEqual(span.kind, typeof node.kind === "number" ? 0 : kinds.indexOf(node.kind) + 1);
  strictEqual(span.status?.code ?? 0, Math.max(0, [undefined, "ok", "error"].indexOf(node.status)));
  const inside = (node.children ?? []).filter((child) => child.type !== "span");
  deepStrictEqual((span.events ?? []).map((event) => [event.name, BigInt(event.timeUnixNano)]),
    inside.map((child) => [child.type === "lost" ? "vspan.lost" : child.name, BigInt(child.start)]).slice(0, 4096));
  strictEqual((span.links ?? []).length >= Math.min((node.links ?? []).length, 256), true);
  for (const [name, value] of Object.entries(node.fields ?? {})) {
    ok(name in span.own, `${node.name} has no attribute ${name}`);
    if (typeof value === "number")
      strictEqual(Number(span.own[name]), value, `${node.name}.${name}`);
  }
}

function check(path) {
  const spans = [], byId = new Map();
  for (const text of readFileSync(`${path}.otlp`, "utf8").split("\n").filter(Boolean)) {
    const line = JSON.parse(text);
    lineRule(line);
    checkDecoder(line);
    for (const { resource, scopeSpans } of line.resourceSpans) {
      for (const { scope, spans: ofScope } of scopeSpans) {
        for (const span of ofScope)
          spans.push({ ...span, scope: scope.name, resource: plainAttributes(resource.attributes),
            own: plainAttributes(span.attributes) });
      }
    }
  }

  for (const span of spans) {
    ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), `${span.name} ends before it begins`);
    byId.set(`${span.traceId} ${span.spanId}`, span);
  }
  strictEqual(byId.size, spans.length, "span ids are unique within a trace");
  for (const span of spans.filter((one) => one.parentSpanId)) {
    const parent = byId.get(`${span.traceId} ${span.parentSpanId}`);
    ok(parent || (span.flags & 0x200), `the parent of ${span.name} ${span.spanId} is not in its trace, nor remote`);
  }

  if (existsSync(`${path}.tree`)) {
    const nodes = readNodes(`${path}.tree`).filter((node) => node.type === "span");
    const byNode = new Map();
    for (const span of spans) {
      const key = `${span.resource["vspan.vm.id"]} ${span.own["vspan.span"]} ${span.startTimeUnixNano} ${span.name}`;
      byNode.set(key, [...(byNode.get(key) ?? []), span]);
    }
    strictEqual(spans.length, nodes.length, "as many spans as in the trees");
    nodes.forEach((node) => compareNode(node, byNode));
    for (const node of nodes) {
      strictEqual(node.span.traceId, node.root.span.traceId, "one trace for a tree");
      if (node.within)
        strictEqual(node.span.parentSpanId, node.within.span.spanId, `parent of ${node.name}`);
      else if (!(node.flags ?? []).some((flag) => flag === "remote" || flag === "part"))
        strictEqual(node.span.parentSpanId, undefined, `${node.name} is a root`);
    }
  }
  return `${spans.length} spans: valid`;
}

checkAll(check);
