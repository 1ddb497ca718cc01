# SPDX-License-Identifier: MIT
"""Host tracepoints and guest spans of one run in one order, the guest's counter unknown: one that
is made up, of another rate, and that of a processor QEMU emulates. What caused what is known. And
a flush: the guest's span has been emitted before the next instruction. Runs inside with-lttng.sh."""

import os
import re
import subprocess

from attached import session
from harness import check, equal, finish, must, run, say
from reading import BABELTRACE2

LINE = re.compile(r"^\[0*(\d+)\] (?:\S+ )?(\S+): .*?\{ ([^{}]*) \}$")
ROUNDS = 40


def events(trace, *components):
    """Time, name and text of the last struct of fields, in the order of the output."""
    done = run([BABELTRACE2, "--clock-cycles", "--no-delta", trace, *components])
    equal((done.returncode, done.stderr), (0, ""), "babeltrace2: complaints")
    for line in done.stdout.splitlines():
        match = LINE.match(line)
        if match:
            yield int(match[1]), match[2], match[3]


def number(text, name):
    return int(re.search(rf"\b{name} = (\d+)", text)[1])


def sorted_out(trace, *components):
    """Host events by what they say, the guest's spans by number, clocks; each with its place."""
    host, spans, clocks = {}, {}, []
    for place, (time, name, text) in enumerate(events(trace, *components)):
        if name == "lttng_ust_tracef:event":
            host[re.search(r'msg = "([^"]*)"', text)[1]] = (place, time)
        elif name == "vspan_clock:request":
            spans[number(text, "number")] = (place, number(text, "ts"), number(text, "duration"))
        elif name == "vspan:clock":
            clocks.append(number(text, "error_ns"))
    return host, spans, clocks


def one(kind, *arguments):
    trace = session(kind, "vspan:*", "vspan_*", "lttng_ust_tracef:*")
    done = subprocess.run([os.environ["CLOCK_ORDER"], kind, *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    must(["lttng", "destroy", kind])
    if done.returncode == 77:
        say(done.stdout.strip())
        return
    equal((done.returncode, done.stderr), (0, ""), f"{kind}: the program")
    rounds, flushed = map(int, done.stdout.split())

    host, spans, clocks = sorted_out(trace)
    equal((len(spans), rounds), (ROUNDS, ROUNDS), f"{kind}: spans recorded")
    check(flushed > ROUNDS // 2, f"{kind}: {flushed} of {rounds} flushes in time")
    late = [n for n in spans if f"flushed {n}" in host and host[f"flushed {n}"][0] < spans[n][0]]
    equal(late, [], f"{kind}: spans emitted after the flush had returned")
    # Not those in the beginning, when nothing is known.
    check(max(clocks[-5:]) < 1500000,
          f"{kind}: {len(clocks)} clocks, {max(clocks[-5:])} ns off at most in the end")

    host, spans, _ = sorted_out(trace, "--component=filter.vspan.spans")
    equal(len(spans), ROUNDS, f"{kind}: spans behind the filter")
    wrong = []
    for n, (place, begin, duration) in spans.items():
        before, inside, after = (host[f"{word} {n}"] for word in ("before", "inside", "after"))
        if not (before[0] < place < inside[0] < after[0]
                and before[1] < begin < inside[1] < begin + duration < after[1]):
            wrong.append((n, before, (place, begin, begin + duration), inside, after))
    equal(wrong[:2], [], f"{kind}: rounds whose events are not in the order in which they happened")


one("scaled")
one("qemu", os.environ["CLOCK_GUEST_QEMU"])
finish()
