# SPDX-License-Identifier: MIT
"""From nothing to a tree: `vspan record` of the block-store guest, with the user's
session daemon and without any. What the guest counted, the account, the trace and
the tree have to tell the same numbers. Runs inside with-lttng.sh."""

import os
import re

from harness import (BLOCK_STORE, FLAG_INTERRUPT, STATUS_ERROR, check, daemons, equal, finish,
                     must, nothing_lost, record, say, skip_without_kvm, world_without_daemon)
from reading import events, of_guest, per_name, tree

ARGUMENTS = ["requests=500", "ticks=16", "period=3000"]
SPANS = ["store:request", "store:write", "store:read", "store:checksum", "store:gc", "timer:tick"]


def compare_account(recording):
    report, ledger = recording.report, recording.ledger
    equal(recording.status, 0, "exit status")
    equal(report["attached"], 1, "the guest attached")
    equal(ledger["attempted"], report["records"], "records attempted, as the guest counted")
    nothing_lost(ledger, "account")
    equal(ledger["discarded_guest"] + ledger["discarded_host"] + ledger["torn"], 0,
          "discarded or torn")
    equal(ledger["spans"], report["spans_recorded"], "spans finished, as the guest counted")
    equal(ledger["aborted"], 0, "aborted")
    equal(ledger["events"], report["events"] + report["logs"], "events, as the guest counted")


def compare_trace(recording, trace):
    report, names = recording.report, per_name(trace)
    spans = [event for event in trace if of_guest(event) and event.is_span]
    equal(len(spans), report["spans_recorded"], "spans in the trace")
    equal(sum(map(of_guest, trace)) - len(spans), report["events"] + report["logs"],
          "events in the trace")
    for name, count in [("store:request", "requests"), ("store:write", "writes"),
                        ("store:read", "reads"), ("store:append", "appends"),
                        ("store:gc", "collections"), ("store:corrupt", "corruptions"),
                        ("timer:tick", "ticks"), ("timer:progress", "ticks"),
                        ("log:info", "logs")]:
        equal(names["vspan_" + name], report[count], name)
        check(report[count] > 0, f"the guest did some: {count}")
    equal(names["vspan:message"], report["statuses"], "status messages")
    equal(sum(span.number("status") == STATUS_ERROR for span in spans), report["errors"],
          "spans with status error")
    equal(report["sets"], report["writes"] + report["collections"], "fields set on open spans")
    equal(sum(span.name == "vspan_store:write" and " checksum = 0x0," not in span.text
              for span in spans), report["writes"], "writes whose checksum was set")
    moved = sum(span.number("moved") for span in spans if span.name == "vspan_store:gc")
    collections = {span.number("span") for span in spans if span.name == "vspan_store:gc"}
    equal(sum(event.name == "vspan_store:append" and event.number("span") in collections
              for event in trace), moved, "blocks moved, as set on the collections")
    check(moved > 0, "collections moved some")
    accounts = [event for event in trace if event.name == "vspan:ledger"]
    equal(sum(event.number("attempted") for event in accounts), report["records"],
          "attempted, in the trace's own ledgers")
    equal(len(accounts), 2, "a ledger for each vCPU")


def compare_nesting(trace):
    """Every span lies inside its parent, and has the parent that the code gives it."""
    spans = {event.number("span"): event
             for event in trace if of_guest(event) and event.is_span}
    inside = {"vspan_store:checksum": {"vspan_store:write", "vspan_store:read"},
              "vspan_store:write": {"vspan_store:request"},
              "vspan_store:read": {"vspan_store:request"},
              "vspan_store:gc": {"vspan_store:write"}}
    wrong = early = late = 0
    for span in spans.values():
        parent = spans.get(span.number("parent"))
        if span.name in inside and (parent is None or parent.name not in inside[span.name]):
            wrong += 1
        if parent is not None:
            early += span.number("ts") < parent.number("ts")
            late += span.end > parent.end
    equal((wrong, early, late), (0, 0, 0), "spans with a wrong parent, outside it before, after")
    ticks = [span for span in spans.values() if span.name == "vspan_timer:tick"]
    equal(sum(bool(tick.number("flags") & FLAG_INTERRUPT) for tick in ticks), len(ticks),
          "ticks are flagged as interrupts")
    interrupting = [tick for tick in ticks if tick.number("parent") != 0]
    check(interrupting, f"ticks that interrupted a span: {len(interrupting)}")


def compare_tree(recording):
    report = recording.report
    nodes, text = tree(recording.trace)
    names = [node.name for node in nodes]
    for name in SPANS:
        check(name in names, f"the tree shows {name}")
    equal(sum(not node.is_event for node in nodes), report["spans_recorded"], "spans in the tree")
    writes = [node for node in nodes if node.name == "store:write"]
    equal(sum(any(child.name == "store:checksum" for child in write.children)
              for write in writes), report["writes"], "writes with their checksum below")
    equal(sum(node.name == "store:read" and
              node.rest.endswith('status=error "checksum mismatch"') for node in nodes),
          report["mismatches"], 'reads with status=error "checksum mismatch"')
    equal(sum(node.name == "timer:tick" and "[irq]" in node.rest for node in nodes),
          report["ticks"], "ticks marked [irq]")
    below = sum(child.name == "timer:tick" for node in nodes for child in node.children)
    check(below > 0, f"ticks below the span they interrupted: {below}")
    check(re.search(rf"ledger: {report['records']} attempted = {report['records']} emitted \+ 0 ",
                    text), "the tree ends with the account")


def compare_all(recording, output):
    equal(os.path.realpath(recording.trace), os.path.realpath(output), "the trace is where it says")
    compare_account(recording)
    trace = list(events(recording.trace))
    compare_trace(recording, trace)
    compare_nesting(trace)
    compare_tree(recording)
    say(f"measured: {recording.report['records']} records in {recording.seconds:.3f} s")


def test_own_daemon():
    say("-- the user's own session daemon")
    before = daemons()
    check(before, "a session daemon runs")
    recording = record("own", [], BLOCK_STORE, ARGUMENTS)
    equal(daemons() >= before, True, "it still runs")
    equal({pid for pid in daemons() if pid not in before and is_session_daemon(pid)}, set(),
          "session daemons started besides it")
    check("currently no" in must(["lttng", "list"]).lower(), "no session is left behind")
    compare_all(recording, recording.trace)


def is_session_daemon(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
        return comm.read().strip() == "lttng-sessiond"


def test_no_daemon():
    say("-- no session daemon")
    before = daemons()
    world, environment = world_without_daemon()
    recording = record("private", [], BLOCK_STORE, ARGUMENTS, world, env=environment)
    equal(daemons() - before, set(), "daemons left behind")
    compare_all(recording, recording.trace)


skip_without_kvm()
test_own_daemon()
test_no_daemon()
finish()
