# SPDX-License-Identifier: MIT
"""vCPUs stopped dead at random moments by tests/kvm/test-kill.c, all in one recording
session: its accounts, the trace and the tree have to agree, and nothing but the record
being written may be missing. Runs inside with-lttng.sh.

Usage: test-kill.py [KILLS [SEED]]"""

import collections
import os
import re
import sys

from harness import (FLAG_ABORTED, FLAG_INTERRUPT, FLOOD, LOST_TORN, WORK, check, equal, finish,
                     must, run, say, skip)
from reading import events, of_guest, tree

NESTING = ["vspan_flood:batch", "vspan_flood:group", "vspan_flood:item"]
TICK = "vspan_flood:tick"
MARK = "vspan_flood:mark"
CPUS = 2


def kill_all(kills, seed):
    """Records all kills in one session; returns test-kill's account of each VM."""
    must(["lttng", "create", "kill", f"--output={WORK}/kill"])
    must(["lttng", "enable-channel", "--userspace", "--session=kill", "--subbuf-size=1M",
          "--num-subbuf=8", "--blocking-timeout=inf", "channel"])
    must(["lttng", "enable-event", "--userspace", "--session=kill", "--channel=channel",
          "vspan_*,vspan:*"])
    must(["lttng", "start", "kill"])
    done = run([os.environ["TEST_KILL"], FLOOD, str(kills), *seed], timeout=1200,
               env=dict(os.environ, LTTNG_UST_ALLOW_BLOCKING="1"))
    if done.returncode == 77:
        skip(done.stdout.strip())
    must(["lttng", "stop", "kill"])
    must(["lttng", "destroy", "kill"])
    equal(done.returncode, 0, "exit status of test-kill")
    for line in done.stdout.splitlines() + done.stderr.splitlines():
        if not line.startswith("kill number="):
            say(line)
    return [dict((name, int(value)) for name, value in re.findall(r"(\w+)=(\d+)", line))
            for line in done.stdout.splitlines() if line.startswith("kill number=")]


def per_vm(trace):
    """The events of each VM, in the order in which they came; each has its own number."""
    vms = {}
    for event in trace:
        vms.setdefault(event.number("vm"), []).append(event)
    return list(vms.values())


class Ring:
    """What the trace says about one vCPU of one VM."""

    def __init__(self, trace):
        self.spans = [event for event in trace if of_guest(event) and event.is_span]
        self.marks = [event for event in trace if event.name == MARK]
        self.aborted = [span for span in self.spans if span.number("flags") & FLAG_ABORTED]
        self.torn = sum(event.number("count") for event in trace if event.name == "vspan:lost" and
                        event.number("reason") == LOST_TORN)
        self.losses = sum(event.name == "vspan:lost" for event in trace)
        self.ledger = next(event for event in trace if event.name == "vspan:ledger")

    def numbers(self, *names):
        return sorted(event.number("number") for event in self.spans + self.marks
                      if event.name in names)

    def problems(self):
        """What is not as it has to be, in words."""
        for names in (["vspan_flood:item", MARK], ["vspan_flood:group"], ["vspan_flood:batch"],
                      [TICK]):
            numbers = self.numbers(*names)
            if numbers != list(range(len(numbers))):
                yield f"{names[0]}: numbers have gaps: {len(numbers)} of them, to {numbers[-1]}"
        records = 2 * len(self.spans) - len(self.aborted) + len(self.marks)
        if records != self.ledger.number("emitted"):
            yield f"{records} records in spans and marks, {self.ledger.number('emitted')} emitted"
        if self.torn != self.ledger.number("torn"):
            yield f"vspan:lost tells {self.torn} torn, the ledger {self.ledger.number('torn')}"
        if self.torn > 2:
            yield f"{self.torn} torn on two levels"
        if self.losses != (self.torn != 0):
            yield f"{self.losses} losses told"
        yield from self.open_problems()

    def open_problems(self):
        """Spans left open: at most one a level, each inside the one a level out."""
        levels = collections.Counter(span.name for span in self.aborted)
        if any(count > 1 for count in levels.values()):
            yield f"aborted more than once on a level: {dict(levels)}"
        parents = {span.name: span.number("parent") for span in self.aborted}
        ids = {span.name: span.number("span") for span in self.aborted}
        for outer, inner in zip(NESTING, NESTING[1:]):
            if inner in ids and parents[inner] != ids.get(outer):
                yield (f"{inner} was open, but its parent {parents[inner]:#x} is not an open "
                       f"{outer}; open: {[(name, hex(span)) for name, span in ids.items()]}")
        last = {name: max(self.numbers(name)) for name in levels}
        for span in self.aborted:
            if span.number("number") != last[span.name]:
                yield f"{span.name} {span.number('number')} is aborted, but not the last"
            if (span.name == TICK) != bool(span.number("flags") & FLAG_INTERRUPT):
                yield f"{span.name} has flags {span.number('flags'):#x}"


def compare(account, trace):
    """One VM: printed account against trace, ring by ring. Problems in words."""
    rings = []
    for cpu in range(CPUS):
        rings.append(Ring([event for event in trace if " vcpu = " in event.text and
                           event.number("vcpu") == cpu]))
        yield from (f"vCPU {cpu}: {problem}" for problem in rings[-1].problems())
    for name, value in [("attempted", sum(ring.ledger.number("attempted") for ring in rings)),
                        ("emitted", sum(ring.ledger.number("emitted") for ring in rings)),
                        ("torn", sum(ring.torn for ring in rings)),
                        ("spans", sum(len(ring.spans) for ring in rings)),
                        ("aborted", sum(len(ring.aborted) for ring in rings)),
                        ("events", sum(len(ring.marks) for ring in rings))]:
        if value != account[name]:
            yield f"{name}: {value} in the trace, {account[name]} in the account"


def compare_all(accounts):
    vms = per_vm(events(f"{WORK}/kill"))
    equal(len(vms), len(accounts), "VMs in the trace")
    bad = 0
    for account, trace in zip(accounts, vms):
        problems = list(compare(account, trace))
        bad += bool(problems)
        for problem in problems if bad <= 10 else []:
            say(f"kill {account['number']}: {problem}")
    equal(bad, 0, "kills whose trace, account and the rules of writing disagree")
    equal(sum((trace[0].name, trace[-1].name) != ("vspan:attach", "vspan:detach")
              for trace in vms), 0, "VMs that do not start with attach and end with detach")


def compare_tree(accounts):
    nodes, text = tree(f"{WORK}/kill")
    equal(len(set(re.findall(r"^VM (\d+) .*victim", text, re.MULTILINE))), len(accounts),
          "VMs in the tree")
    aborted = sum(account["aborted"] for account in accounts)
    equal(sum("[aborted]" in node.rest for node in nodes), aborted, "spans marked [aborted]")
    equal(sum(int(re.match(r"-- (\d+)", node.name)[1]) for node in nodes
              if node.is_loss and "writer died" in node.name),
          sum(account["torn"] for account in accounts), "records lost here (writer died)")
    equal(sum(not node.is_event and not node.is_loss for node in nodes),
          sum(account["spans"] for account in accounts), "spans in the tree")


def total(accounts, name):
    return sum(account[name] for account in accounts)


wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
told = kill_all(wanted, sys.argv[2:3])
equal(len(told), wanted, "kills")
say("measured: " + ", ".join(f"{name} {total(told, name)}" for name in
                             ("attempted", "emitted", "torn", "spans", "aborted", "events")))
check(sum(account["attempted"] > 0 for account in told) * 2 > wanted,
      "most were killed after their first record")
check(total(told, "aborted") > 0, "some had open spans")
check(total(told, "torn") > 0, "some were killed inside a record")
compare_all(told)
compare_tree(told)
finish()
