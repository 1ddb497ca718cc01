# SPDX-License-Identifier: MIT
"""filter.vspan.spans on a real session: tracepoints of a program of the host and spans of a guest
in one order, self times, the CTF trace of sink.ctf.fs, and the call stack analysis for Trace
Compass on one with edges. Runs inside with-lttng.sh."""

import collections
import os
import re
import signal
import subprocess
import time

from attached import Daemon, Guest, region, session, start
from callstack import CallStack
from harness import WORK, check, equal, finish, must, nothing_lost, run
from reading import BABELTRACE2

REQUESTS = 1 + 3 * 100
LINE = re.compile(r"^\[0*(\d+)\] (?:\S+ )?(\S+): (.*)$")
FIELD = re.compile(r'(\w+) = (?:\( "[^"]*" : container = (\d+) \)|"((?:[^"\\]|\\.)*)"|([^,{}\[\] ]+))')


def lines(trace, *components):
    """Time, name, fields and fields of the context, as the output has them."""
    done = run([BABELTRACE2, "--clock-cycles", "--no-delta", trace, *components])
    equal((done.returncode, done.stderr), (0, ""), f"babeltrace2 {' '.join(components)}: complaints")
    for line in done.stdout.splitlines():
        match = LINE.match(line)
        contexts, _, payload = ("{ }, " + match[3]).rpartition("}, {")
        fields, context = ({name: string or enumeration or plain
                            for name, enumeration, string, plain in FIELD.findall(text)}
                           for text in (payload, contexts))
        yield int(match[1]), match[2], fields, context


def record():
    """A trace of a guest and of a program that has nothing to do with it."""
    trace = session("both", "vspan:*", "vspan_*", "lttng_ust_tracef:*")
    path = region("guest")
    daemon = Daemon(path)
    ticks = start([os.environ["HOST_TICKS"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    guest = Guest(path, "spans=1")
    for _ in range(3):
        counts = guest.serve((REQUESTS - 1) // 3)
        time.sleep(0.3)
    guest.quit()
    ticked = int(ticks.communicate("\n", timeout=30)[0])
    nothing_lost(daemon.stop()["guest"], "account")
    must(["lttng", "destroy", "both"])
    equal(counts["requests"], REQUESTS, "requests served")
    return trace, ticked


def test_order(trace, ticked):
    """One output in the order of time, the guest's events where the guest was."""
    told = list(lines(trace, "--component=filter.vspan.spans"))
    times = [time for time, *_ in told]
    check(times == sorted(times), f"{len(times)} events are in the order of time")
    names = collections.Counter(name for _, name, *_ in told)
    equal(names["lttng_ust_tracef:event"], ticked, "tracepoints of the host, all of them")
    equal((names["vspan_work:request"], names["vspan_work:step"]), (REQUESTS, REQUESTS), "spans")
    guest = [(time, int(fields["ts"])) for time, name, fields, _ in told
             if name.startswith("vspan_")]
    check(all(time == ts for time, ts in guest), "each event of the guest is at its `ts`")
    sides = ["guest" if name.startswith("vspan_") else "host" for _, name, *_ in told
             if not name.startswith("vspan:")]
    turns = sum(a != b for a, b in zip(sides, sides[1:]))
    check(turns >= 4, f"host and guest take turns: {turns}")
    return told


def test_measures(told):
    """Self time is what the children leave; all the time is accounted for."""
    spans = {fields["span"]: (fields, context) for _, name, fields, context in told
             if "duration" in fields and name.startswith("vspan_work")}
    inner = collections.Counter()
    for fields, _ in spans.values():
        inner[fields["parent"]] += int(fields["duration"])
    wrong = [fields for span, (fields, context) in spans.items()
             if int(context["self"]) != int(fields["duration"]) - inner[span]
             or sum(int(context[part]) for part in ("running", "exited", "halted"))
             != int(fields["duration"])]
    equal(wrong[:2], [], f"self times and splits of {len(spans)} spans that do not add up")


def convert(trace, name, params):
    path = os.path.join(WORK, name)
    must([BABELTRACE2, trace, "--component=filter.vspan.spans", *params,
          "--component=sink.ctf.fs", f'--params=path="{path}",quiet=yes'])
    return path


def test_ctf(trace):
    """The same tree from the CTF trace of the filter, as spans and as edges."""
    wanted = must([BABELTRACE2, trace, "--component=sink.vspan.tree"])
    for name, params in ("spans", []), ("edges", ["--params=edges=yes"]):
        path = convert(trace, name, params)
        got = must([BABELTRACE2, path, "--component=sink.vspan.tree"])
        check(got == wanted, f"{name}: the tree of the CTF trace is that of the session")


def test_callstack(xml):
    """What the analysis for Trace Compass names is there, and all it pushes is popped."""
    stack = CallStack(xml)
    for _, name, fields, context in lines(os.path.join(WORK, "edges")):
        stack.handle(name, fields | {f"context._{key}": value for key, value in context.items()})
    equal(stack.problems[:3], [], "call stacks: problems")
    equal([path for path, left in stack.stacks.items() if left], [], "call stacks: not empty")
    equal((stack.pushed, stack.deepest), (2 * REQUESTS, 2), "call stacks: spans, deepest")
    check(stack.covered(), f"call stacks: {sorted(stack.stacks)} are where the groups look")


def test_losses():
    """Each loss is told by a discarded-events message, also in CTF: their sum is the ledger's."""
    trace = session("lossy", "vspan:*", "vspan_*")
    path = region("full", "--mode=discard", size="64k")
    daemon = Daemon(path)
    guest = Guest(path, "spans=1")
    guest.counts()
    for _ in range(3):
        # Nobody reads the ring, which is full soon.
        daemon.process.send_signal(signal.SIGSTOP)
        guest.serve(3000)
        daemon.process.send_signal(signal.SIGCONT)
        time.sleep(0.1)
    guest.quit()
    ledger = daemon.stop()["full"]
    must(["lttng", "destroy", "lossy"])
    check(ledger["discarded_guest"] > 1000, f"records lost: {ledger['discarded_guest']}")
    for name in "losses", "losses-as-edges":
        path = convert(trace, name, ["--params=edges=yes"] if "edges" in name else [])
        told = [int(count) for count in
                re.findall(r"Tracer discarded (\d+) events? between", run([BABELTRACE2, path]).stderr)]
        equal(sum(told), ledger["discarded_guest"], f"{name}: told by {len(told)} messages")
        wanted = must([BABELTRACE2, trace, "--component=sink.vspan.tree"])
        check(must([BABELTRACE2, path, "--component=sink.vspan.tree"]) == wanted,
              f"{name}: the tree of the CTF trace is that of the session")


recorded, tick_count = record()
test_measures(test_order(recorded, tick_count))
test_ctf(recorded)
test_callstack(os.environ["CALLSTACK_XML"])
test_losses()
finish()
