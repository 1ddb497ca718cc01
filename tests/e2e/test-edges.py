# SPDX-License-Identifier: MIT
"""`vspan record --edges`: each finished span has one entry and one exit, and the tree
shows it once. Runs inside with-lttng.sh."""

from harness import BLOCK_STORE, equal, finish, nothing_lost, record, skip_without_kvm
from reading import events, of_guest, tree


def identity(event):
    return event.number("vcpu"), event.number("span")


skip_without_kvm()
recording = record("edges", ["--edges"], BLOCK_STORE, ["requests=200"])
equal(recording.status, 0, "exit status")
nothing_lost(recording.ledger, "account")
trace = list(events(recording.trace))
spans = {identity(event): event for event in trace if of_guest(event) and event.is_span}
edges = [event for event in trace if event.name.startswith("vspanedge_")]
entries = {identity(event): event for event in edges if event.name.endswith("_entry")}
exits = {identity(event): event for event in edges if event.name.endswith("_exit")}
equal(len(spans), recording.report["spans_recorded"], "finished spans, as the guest counted")
equal(len(edges), 2 * len(spans), "edges: two a span")
equal(entries.keys() == spans.keys(), True, "each span has its entry")
equal(exits.keys() == spans.keys(), True, "each span has its exit")
equal(sum(entries[one].number("ts") != span.number("ts") for one, span in spans.items()), 0,
      "entries at another time than their span's start")
equal(sum(exits[one].number("ts") != span.end for one, span in spans.items()), 0,
      "exits at another time than their span's end")
equal(sum(entries[one].number("parent") != span.number("parent")
          for one, span in spans.items()), 0, "entries with another parent than their span")
equal(sum(entries[one].name[len("vspanedge_"):-len("_entry")] != span.name[len("vspan_"):]
          for one, span in spans.items()), 0, "entries with another name than their span")
equal(sum(entries[one].time > exits[one].time for one in spans), 0, "exits before their entries")
nodes, _ = tree(recording.trace)
equal(sum(not node.is_event for node in nodes), len(spans), "spans in the tree, each once")
finish()
