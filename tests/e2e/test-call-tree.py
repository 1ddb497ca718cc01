# SPDX-License-Identifier: MIT
"""One command, one tree: `vspan call` under a caller's trace context runs a host that calls the
guest, which calls the host, which calls the guest. The tree's structure is the golden one beside
this file; the caller's trace and span are those of the OTLP export; the guest reads its context; and
random patterns, played by host and guest from a script, are in the tree as in the script.

Usage: test-call-tree.py PATTERNS. Runs inside with-lttng.sh; needs /dev/kvm."""

import json
import os
import pathlib
import random
import re
import sys

from harness import VSPAN, WORK, check, equal, finish, must, run, skip_without_kvm
from reading import BABELTRACE2

FUNCTIONS = os.environ["FUNCTIONS"]
GOLDEN = pathlib.Path(__file__).with_name("call-tree.expect")
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PATTERNS = int(sys.argv[1])


def record(name, *command):
    """What the command printed; its trace is in WORK/name."""
    must(["lttng", "create", name, f"--output={WORK}/{name}"])
    for pattern in ("vspan:*", "vspan_*"):
        must(["lttng", "enable-event", "--userspace", f"--session={name}", pattern])
    must(["lttng", "start", name])
    done = run([VSPAN, "call", "--quiet", "--cpus=1", *command])
    equal(done.returncode, 0, f"exit status of {command} {done.stderr}")
    must(["lttng", "destroy", name])
    return done.stdout.split()


def sink(name, component, *parameters):
    done = run([BABELTRACE2, f"{WORK}/{name}", f"--component=sink.vspan.{component}", *parameters])
    equal((done.returncode, done.stderr), (0, ""), f"{component} of {name}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def trees(name):
    return [node for node in sink(name, "tree", '--params=format="json"') if node["type"] == "span"]


def label(node):
    return " ".join([node["name"], *(str(value) for value in node.get("fields", {}).values())])


def outline(node, depth=0):
    lines = [f"{'  ' * depth}{label(node)}"]
    for child in node.get("children", ()):
        lines += outline(child, depth + 1)
    return lines


def golden():
    """Host, guest, host, guest, host, guest: and where the time of each went."""
    os.environ["TRACEPARENT"] = f"00-{TRACE}-{SPAN}-01"
    record("nested", FUNCTIONS, "descend", "2")
    roots = [node for node in trees("nested") if label(node) == "vmm:call descend"]
    equal(len(roots), 1, "calls of the caller's")
    text = "\n".join(outline(roots[0])) + "\n"
    print(text)
    equal(text, GOLDEN.read_text(encoding="utf-8"), "the structure of the tree")
    equal(int(roots[0]["parent"], 0), int(SPAN, 16), "the caller's span")
    spans = [span for batch in sink("nested", "otlp") for resource in batch["resourceSpans"]
             for scope in resource["scopeSpans"] for span in scope["spans"]]
    named = [span for span in spans if span["name"] != "functions:idle"]
    equal({span["traceId"] for span in named}, {TRACE}, "the trace of all")
    equal([span["name"] for span in named if span.get("parentSpanId") == SPAN], ["vmm:call"],
          "what the caller called")


def context():
    """What the guest reads is the id the call's span is exported with."""
    os.environ["TRACEPARENT"] = f"00-{TRACE}-{SPAN}-01"
    said = record("context", FUNCTIONS, "context")
    spans = [span for batch in sink("context", "otlp") for resource in batch["resourceSpans"]
             for scope in resource["scopeSpans"] for span in scope["spans"]]
    calls = [span for span in spans if span["name"] == "vmm:call"]
    equal(said, [f"{TRACE}-{span['spanId']}" for span in calls], "the context the guest reads")


def guest_script(rng, depth):
    """Balanced spans, events, and calls of the host, which plays what is in the brackets."""
    text, opened = "", 0
    for _ in range(rng.randrange(1, 9)):
        what = rng.choice("(()).[" if depth < 4 else "(()).")
        if what == "(":
            opened += 1
        elif what == ")":
            if not opened:
                continue
            opened -= 1
        elif what == "[":
            what = "[" + "".join(f"[{guest_script(rng, depth + 1)}]"
                                 for _ in range(rng.randrange(0, 3))) + "]"
        text += what
    return text + ")" * opened


def inner(script, start):
    """What is between the bracket at `start` and its other, and where that is."""
    depth = 0
    for at in range(start, len(script)):
        depth += {"[": 1, "]": -1}.get(script[at], 0)
        if depth == 0:
            return script[start + 1:at], at
    raise ValueError(script)


def guest_truth(script):
    """The children of the call that plays a script."""
    stack, at = [[]], 0
    while at < len(script):
        if script[at] == "(":
            span = [f"play:span {at}", []]
            stack[-1].append(span)
            stack.append(span[1])
        elif script[at] == ")":
            stack.pop()
        elif script[at] == ".":
            stack[-1].append([f"play:event {at}", []])
        else:
            part, at = inner(script, at)
            stack[-1].append(["vmm:serve play", host_truth(part)])
        at += 1
    return stack[0]


def host_truth(script):
    calls, at = [], 0
    while at < len(script):
        part, at = inner(script, at)
        calls.append(["vmm:call play", guest_truth(part)])
        at += 1
    return calls


def shape(node):
    return [label(node), [shape(child) for child in node.get("children", ())]]


def patterns():
    """All in one life of one VM: the outermost script asks the host for each of them."""
    os.environ.pop("TRACEPARENT", None)
    rng = random.Random(PATTERNS)
    scripts = [guest_script(rng, 0) for _ in range(PATTERNS)]
    record("patterns", FUNCTIONS, "play",
           "[" + "".join(f"[{script}]" for script in scripts) + "]")
    roots = [node for node in trees("patterns") if label(node).startswith("vmm:call play")]
    equal(len(roots), 1, "trees of the host")
    serve = roots[0]["children"]
    equal([label(node) for node in serve], ["vmm:serve play"], "what the outermost script does")
    shown = [shape(node) for node in serve[0]["children"]]
    wrong = [script for script, node in zip(scripts, shown)
             if node != ["vmm:call play", guest_truth(script)]]
    for script in wrong[:3]:
        print(f"misplaced in: {script}")
    equal((len(shown), len(wrong)), (PATTERNS, 0), "patterns, and those that differ")
    spans = sum(len(re.findall(r"[(.\[]", script)) for script in scripts)
    print(f"{PATTERNS} patterns, {spans} spans, events and calls")
    check(spans > PATTERNS, "the patterns have something in them")


def exits():
    """The time of a span that is open across exits: its own vCPU's, by where it was."""
    ask = next(node for node in walk(trees("nested")) if label(node) == "functions:ask call")
    serve = ask["children"][0]
    calls = ask.get("exits", {}).get("host call", 0)
    check(0 < calls <= ask["duration"], f"time of host calls: {calls} of {ask['duration']}")
    check(ask["running"] + ask.get("exited", 0) + ask.get("halted", 0) == ask["duration"],
          f"all of its time is told: {ask}")
    check(serve["duration"] <= ask["duration"], "the host's part is in the guest's")


def walk(nodes):
    for node in nodes:
        yield node
        yield from walk(node.get("children", ()))


skip_without_kvm()
golden()
exits()
context()
patterns()
finish()
