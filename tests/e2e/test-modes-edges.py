# SPDX-License-Identifier: MIT
"""Edges in any mixture, also switched while spans are open: the tree shows no wrong
parent and invents no begin, no end and no duration. What the guest did is known from a
session that records all finished spans. Runs inside with-lttng.sh."""

import collections
import re

from attached import Daemon, Guest, destroy, disable, enable, field, region, session
from harness import check, equal, finish, nothing_lost, say
from reading import events, tree

RULES = {
    "entries": ["vspanedge_*:*_entry"],
    "exits": ["vspanedge_*:*_exit", "vspan_*:note", "vspan_*:sequences"],
    "no-steps": ["vspan_work:request", "vspan_types:*"],
    "no-requests": ["vspan_work:step", "vspanedge_types:*", "vspan_work:note"],
    "mixed": ["vspanedge_work:request_entry", "vspanedge_work:step_exit", "vspan_types:numbers",
              "vspan_work:note", "vspan_work:oops"],
    "all": ["vspan_*", "vspanedge_*"],
    "edges-switched": ["vspanedge_work:request_entry", "vspanedge_work:request_exit",
                       "vspanedge_work:step_entry", "vspanedge_work:step_exit",
                       "vspanedge_types:*", "vspan_work:note"],
    "all-switched": ["vspan_work:request", "vspan_work:step", "vspan_work:note",
                     "vspan_types:numbers", "vspanedge_*:*_entry", "vspanedge_*:*_exit"],
}
TURNS = 2
# The field that tells which span or event of its name a line shows; see work.c.
NUMBERED = {"work:request": "number", "work:note": "number", "types:numbers": "l"}
# The span that an event is in.
HOME = {"work:note": "work:step", "work:oops": "work:request", "types:sequences": "types:numbers"}
NS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}


class Span:
    """A span as it was: from the session that has them all."""

    def __init__(self, event):
        self.name = event.name.removeprefix("vspan_")
        self.vcpu, self.id = event.number("vcpu"), event.number("span")
        self.parent_id = event.number("parent")
        self.start, self.duration = event.number("ts"), event.number("duration")
        self.number = event.number(NUMBERED[self.name]) if self.name in NUMBERED else None
        self.parent, self.children = None, []

    def relative(self, name):
        """The span of that name that is this one, around it, or directly in it."""
        span = self
        while span is not None and span.name != name:
            span = span.parent
        return span or next((child for child in self.children if child.name == name), None)


class Truth:
    """All spans by id, by begin, and by the numbers in their fields and events."""

    def __init__(self, trace):
        trace = list(trace)
        spans = [Span(event) for event in trace if event.is_span]
        self.spans = {span.id: span for span in spans}
        self.by_start = {(span.vcpu, span.start): span for span in spans}
        self.by_number = {(span.name, span.vcpu, span.number): span
                          for span in spans if span.name in NUMBERED}
        for event in trace:
            if event.name == "vspan_work:note":
                self.by_number["work:note", event.number("vcpu"), event.number("number")] = \
                    self.spans[event.number("span")]
        for span in spans:
            span.parent = self.spans.get(span.parent_id)
            if span.parent:
                span.parent.children.append(span)


class Known:
    """What a session recorded, by id of the span."""

    def __init__(self, trace):
        self.finished, self.entries, self.exits, self.named = set(), set(), set(), set()
        for event in trace:
            if event.is_span:
                self.finished.add(event.number("span"))
            elif event.name.endswith("_entry"):
                self.entries.add(event.number("span"))
            elif event.name.endswith("_exit"):
                self.exits.add(event.number("span"))
            else:
                self.named.add(event.number("span"))
            if " parent = " in event.text:
                self.named.add(event.number("parent"))
        self.parent_told = self.finished | self.entries
        # An end that nothing belongs to has no place.
        self.shown = self.parent_told | (self.exits & self.named)
        self.whole = self.finished | (self.entries & self.exits)


def time_of_day(text):
    hours, minutes, seconds = text.split(":")
    whole, nanoseconds = seconds.split(".")
    return ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 10**9 + int(nanoseconds)


def duration(node):
    """In ns and how exact it is shown; None: none is."""
    found = re.match(r" +(\d+)(\.\d+)? (ns|us|ms|s)\b", node.rest)
    if not found:
        return None
    unit = NS[found[3]]
    digits = len(found[2] or ".") - 1
    return float(found[1] + (found[2] or "")) * unit, unit / 10**digits


class Tree:
    """The tree of one session, held against the truth."""

    def __init__(self, name, truth, trace):
        self.name, self.truth = name, truth
        self.known = Known(events(trace))
        self.nodes = tree(trace)[0]
        self.wrong = collections.Counter()
        # Trace clock at the beginning of the day.
        self.midnight = next((self.numbered(node).start - time_of_day(node.time)
                              for node in self.nodes if self.begins(node) and self.numbered(node)),
                             None)

    @staticmethod
    def begins(node):
        """Its begin is shown to the nanosecond."""
        return not node.is_event and node.parent is None and "[begin unknown]" not in node.rest

    def numbered(self, node):
        """The span that a line's own fields tell of: of an event, the one it is in."""
        if node.name == "types:sequences":
            number = int(re.search(r"two=\[(\d+)", node.rest)[1])
            return self.truth.by_number["types:numbers", node.vcpu, number]
        number = field(node, NUMBERED[node.name]) if node.name in NUMBERED else None
        return self.truth.by_number.get((node.name, node.vcpu, number))

    def begun(self, node):
        """The span that begins when a line says. An end alone is where the first in it begins."""
        root = node.parent if node.parent and "[begin unknown]" in node.parent.rest and \
            node.time == "+0 ns" else node
        if self.midnight is None or node.is_event or root.parent or root is node and \
                not self.begins(node):
            return None
        return self.truth.by_start.get((node.vcpu, self.midnight + time_of_day(root.time)))

    def evidence(self, node):
        """All that says which span a line shows: fields, begin, what it is in, what is in it."""
        found = [self.numbered(node), self.begun(node)]
        for near in [node.parent] * (node.parent is not None) + node.children:
            for other in self.numbered(near), self.begun(near):
                found.append(other and other.relative(node.name))
        return {span.id for span in found if span is not None}

    def check_span(self, node, span):
        known = self.known
        only_exit = span.id not in known.parent_told
        finished = span.id in known.whole
        only_entry = not only_exit and not finished
        self.wrong["unfinished"] += ("[unfinished]" in node.rest) != only_entry
        self.wrong["begin unknown"] += ("[begin unknown]" in node.rest) != only_exit
        shown = duration(node)
        self.wrong["duration where none is known, or none"] += (shown is not None) != finished
        if finished and shown:
            self.wrong["other duration"] += abs(shown[0] - span.duration) > shown[1]
        if only_exit and self.midnight is not None and node.parent is None:
            late = self.midnight + time_of_day(node.time)
            self.wrong["begin outside"] += not span.start <= late <= span.start + span.duration

    def check_parent(self, node, span, outer):
        """`outer` is the span it is shown in."""
        told = span.id in self.known.parent_told and span.parent_id in self.known.shown
        if told:
            self.wrong["not in the parent it told"] += outer is not span.parent
        elif outer is not None:
            around = span.parent
            while around is not None and around is not outer:
                around = around.parent
            self.wrong["in a span not around it"] += around is None

    def check(self):
        spans = [node for node in self.nodes if not node.is_event and not node.is_loss]
        identity = {}
        for node in spans:
            found = self.evidence(node)
            self.wrong["contradictory, or not to be told from others"] += len(found) != 1
            identity[node] = self.truth.spans[min(found)] if found else None
        for node in filter(identity.get, spans):
            self.check_span(node, identity[node])
            self.check_parent(node, identity[node], identity.get(node.parent))
        for node in self.nodes:
            if node.is_event and node.parent in identity and node.name in HOME:
                self.wrong["event in a wrong span"] += node.parent.name != HOME[node.name] or \
                    self.numbered(node) not in (None, identity[node.parent])
        say(f"measured: {self.name}: {len(spans)} spans shown, {len(self.known.finished)} "
            f"finished, {len(self.known.entries)} entries, {len(self.known.exits)} exits recorded")
        equal(sorted(span.id for span in identity.values() if span) == sorted(self.known.shown),
              True, f"{self.name}: each span that is known of is shown once")
        equal(+self.wrong, collections.Counter(), f"{self.name}: what is wrong")


def switch():
    """Off and on again, one rule after the other; the guest always is in some span."""
    for turn in range(TURNS):
        for name in ("edges-switched", "all-switched"):
            for rule in RULES[name][turn % 2::2]:
                disable(name, rule)
                check(guest.process.poll() is None, f"{name}: {rule} off, the guest running") or \
                    finish()
            for rule in RULES[name][turn % 2::2]:
                enable(name, rule)


path = region("guest", rings=2)
daemon = Daemon(path)
truth_trace = session("truth", "vspan_*")
traces = {name: session(name, *rules) for name, rules in RULES.items()}
guest = Guest(path, "threads=2", "spans=0", "rate=100", "fail=9", "types=4", "slow=2",
              "slow_us=15000")
switch()
counts = guest.quit()
nothing_lost(daemon.stop()["guest"], "account")
destroy("truth", *RULES)
TRUTH = Truth(events(truth_trace))
equal(len(TRUTH.spans), counts["recorded"], "spans of the guest, all recorded by one session")
for name, trace in traces.items():
    Tree(name, TRUTH, trace).check()
finish()
