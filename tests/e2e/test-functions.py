# SPDX-License-Identifier: MIT
"""`vspan record --functions`: programs that know nothing of vspan, compiled with
-finstrument-functions. Two are zlib's, from the package zlib1g-dev, one of them held
against what gcov and valgrind's callgrind say of it; one is functions/subject.c, whose
calls are known, in threads, handlers, forks, jumps, and killed. Runs inside with-lttng.sh.

Usage: test-functions.py FOLDER_OF_SUBJECT"""

import collections
import gzip
import json
import os
import re
import shutil
import sys

from harness import (FLAG_ABORTED, VSPAN, WORK, check, equal, finish, ledger_closes, must,
                     nothing_lost, run, say, skip)
from reading import events, of_guest

HERE = sys.argv[1]
ZLIB = "/usr/share/doc/zlib1g-dev/examples"
INSTRUMENT = "-finstrument-functions"
PREFIX = "vspan_functions:"
os.environ["VSPAN_FULL_TIMEOUT_MS"] = "60000"
os.environ["VSPAN_HELLO_TIMEOUT_MS"] = "60000"


def compile_c(name, source, *options):
    path = os.path.join(WORK, name)
    must(["cc", "-g", "-w", INSTRUMENT, *options[:1], source, "-o", path, *options[1:]])
    return path


class Traced:
    """A recorded program: status, output, account, its calls by name and by caller."""

    def __init__(self, name, options, *command):
        self.output = os.path.join(WORK, name)
        self.done = run([VSPAN, "record", f"--output={self.output}", "--format=json",
                         "--functions", *options, "--", *command])
        found = re.search(r"^\{.*?^\}", self.done.stderr, re.MULTILINE | re.DOTALL)
        if not found:
            check(False, f"{name}: recorded: {self.done.stderr}")
            finish()
        self.summary = json.loads(found[0])
        self.ledger = self.summary["ledger"]
        self.events = [event for event in events(self.output)
                       if of_guest(event) or event.name == "vspan:span"]
        self.spans = {event.number("span"): event for event in self.events
                      if event.is_span and event.name.startswith(PREFIX)}
        self.calls = collections.Counter(self.name(span) for span in self.spans.values())
        self.edges = collections.Counter(
            (self.parent(span), self.name(span)) for span in self.spans.values())

    @staticmethod
    def name(span):
        return span.name[len(PREFIX):]

    def parent(self, span):
        """The caller's name, None: nobody's; `?`: one that is not in the trace."""
        if span.number("parent") == 0:
            return None
        parent = self.spans.get(span.number("parent"))
        return self.name(parent) if parent is not None else "?"

    def outside(self):
        """How many calls are not within the time of their caller's."""
        count = 0
        for span in self.spans.values():
            parent = self.spans.get(span.number("parent"))
            count += parent is not None and not (
                parent.number("ts") <= span.number("ts") and span.end <= parent.end)
        return count


def callgrind(name, *command):
    """Calls by (caller, name), as valgrind counts them: not in functions that call themselves."""
    path = os.path.join(WORK, f"{name}.callgrind")
    must(["valgrind", "--tool=callgrind", f"--callgrind-out-file={path}", *command], timeout=300)
    names, edges = {}, collections.Counter()

    def named(text):
        number, _, rest = text.partition(" ")
        if rest:
            names[number] = rest
        return names[number]

    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if line.startswith("fn="):
                caller = named(line[3:])
            elif line.startswith("cfn="):
                callee = named(line[4:])
            elif line.startswith("calls="):
                edges[caller, callee] += int(line[6:].split()[0])
    return edges


def gcov(source, *arguments):
    """How often each function of a program was called, as the compiler's own counters say."""
    folder = os.path.join(WORK, "gcov")
    os.mkdir(folder)
    must(["cc", "-w", "-O0", "--coverage", source, "-o", "covered"], cwd=folder)
    must(["./covered", *arguments], cwd=folder)
    notes = next(name for name in os.listdir(folder) if name.endswith(".gcda"))
    report = json.loads(must(["gcov", "--json-format", "--stdout", notes], cwd=folder))
    return {function["name"]: function["execution_count"]
            for file in report["files"] for function in file["functions"]
            if function["execution_count"] > 0}


def functions_of(path):
    """The functions a program defines, as nm has them."""
    return {line.split()[2] for line in must(["nm", "--defined-only", path]).splitlines()
            if line.split()[1] in "tT"}


def calls_by(callers, edges, functions):
    return {edge: count for edge, count in edges.items()
            if edge[0] in callers and edge[1] in functions}


def test_third_party():
    source = f"{ZLIB}/enough.c"
    program = compile_c("enough", source, "-O0")
    arguments = ["20", "6", "11"]
    plain = must([program, *arguments])
    traced = Traced("enough.trace", [], program, *arguments)
    equal(traced.done.returncode, 0, "enough: exit status")
    equal(traced.done.stdout == plain, True, "enough: it says what it says untraced")
    nothing_lost(traced.ledger, "enough")
    equal(len(traced.spans), traced.ledger["spans"], "enough: all spans in the trace")
    equal(dict(traced.calls), gcov(source, *arguments), "enough: calls, as gcov counts them")
    outer = {"main", "enough", "string_init", "cleanup"}
    equal(calls_by(outer, traced.edges, functions_of(program)),
          calls_by(outer, callgrind("enough", program, *arguments), functions_of(program)),
          "enough: who called whom how often, as callgrind counts it outside of recursion")
    equal(traced.outside(), 0, "enough: calls outside of their caller's time")
    say(f"measured: enough made {len(traced.spans)} calls of {len(traced.calls)} functions")
    check(traced.calls["count"] > 500, "enough: it recurses")
    listing = next(event for event in traced.events if event.name == PREFIX + "main")
    equal(listing.number("parent"), 0, "enough: main is nobody's")


def test_third_party_with_callbacks():
    program = compile_c("gun", f"{ZLIB}/gun.c", "-O2", "-lz")
    with gzip.open(f"{WORK}/data.gz", "wb") as data:
        data.write(b"the quick brown fox " * 20000)
    before = must([program, "-t", f"{WORK}/data.gz"])
    traced = Traced("gun.trace", [], program, "-t", f"{WORK}/data.gz")
    equal((traced.done.returncode, traced.done.stdout), (0, before), "gun: its status and output")
    nothing_lost(traced.ledger, "gun")
    names = set(traced.calls)
    check({"main", "gunzip", "gunpipe", "in", "out"} <= names, f"gun: functions: {sorted(names)}")
    equal(traced.edges["gunpipe", "out"], traced.calls["out"],
          "gun: what zlib calls back is below who called zlib")


NEST = {(None, "main"): 1, ("main", "outer"): 1, ("outer", "middle"): 3, ("middle", "leaf"): 15}


def test_builds():
    """Position-independent or not, optimised, without symbols."""
    for label, *options in [("pie", "-O0", "-pie", "-fPIE"), ("no-pie", "-O2", "-no-pie")]:
        traced = Traced(f"{label}.trace", [], subject(label, *options), "nest")
        equal(dict(traced.edges), NEST, f"{label}: calls")
        nothing_lost(traced.ledger, label)
    stripped = subject("stripped", "-O0")
    addresses = {line.split()[2]: int(line.split()[0], 16)
                 for line in must(["nm", stripped]).splitlines() if len(line.split()) == 3}
    must(["strip", "--strip-all", stripped])
    traced = Traced("stripped.trace", [], stripped, "nest")
    unnamed = {name: f"stripped_0x{addresses[name]:x}" if name else None
               for name in ("main", "outer", "middle", "leaf", None)}
    equal(dict(traced.edges), {(unnamed[a], unnamed[b]): count for (a, b), count in NEST.items()},
          "stripped: names of file and address")


def subject(name, *options):
    library = os.path.join(WORK, "libsubject.so")
    if not os.path.exists(library):
        must(["cc", "-g", "-O1", INSTRUMENT, "-shared", "-fPIC", f"{HERE}/library.c", "-o",
              library])
    path = os.path.join(WORK, name)
    must(["cc", "-g", INSTRUMENT, *options, f"{HERE}/subject.c", "-o", path, library, "-pthread",
          f"-Wl,-rpath,{WORK}"])
    return path


def test_places(program):
    traced = Traced("library.trace", [], program, "library")
    equal(dict(traced.edges), {(None, "main"): 1, ("main", "library_outer"): 1,
                               ("library_outer", "library_leaf"): 4}, "a shared library's")
    traced = Traced("threads.trace", [], program, "threads")
    equal(dict(traced.calls), {"main": 1, "threads": 1, "thread_run": 4, "outer": 400,
                               "middle": 800, "leaf": 4000}, "four threads")
    equal(traced.edges[None, "thread_run"], 4, "four threads: each has a tree of its own")
    nothing_lost(traced.ledger, "four threads")
    traced = Traced("children.trace", [], program, "children")
    equal(dict(traced.calls), {"main": 1, "children": 1, "after": 1, "leaf": 1},
          "what children do is not recorded")
    ledger_closes(traced.ledger, "with children")


def test_ways_out(program):
    traced = Traced("jump.trace", [], program, "jump")
    equal(dict(traced.calls), {"main": 1, "jumps": 1, "jump_in": 25, "jump_out": 50, "leaf": 51,
                               "after": 1}, "longjmp: calls")
    equal((traced.edges["jumps", "after"], traced.edges["jumps", "jump_in"],
           traced.edges["jump_in", "jump_out"], traced.edges["jumps", "jump_out"]),
          (1, 25, 25, 25), "longjmp: nothing is below what was left")
    nothing_lost(traced.ledger, "longjmp")
    traced = Traced("leave.trace", [], program, "leave")
    equal((traced.edges[None, "thread_leave"], traced.calls["leaf"], traced.ledger["aborted"]),
          (5, 5, 0), "pthread_exit: each thread begins at the top, and has ended")
    traced = Traced("exit.trace", [], program, "exit")
    equal((traced.done.returncode, traced.edges["main", "leave"], traced.ledger["aborted"]),
          (3, 1, 0), "exit() ends what is open")


def test_deep(program):
    traced = Traced("deep.trace", [], program, "deep")
    equal(traced.done.stdout.split()[0], "3010", "deep: it counts as it should")
    told = [event.number("calls") for event in traced.events
            if event.name == PREFIX + "too_deep"]
    equal(len(told), 1, "deep: what was left out is told once")
    equal(traced.calls["recurse"] + sum(told), 3001 + 11, "deep: recorded and told calls are all")
    nothing_lost(traced.ledger, "deep")


def test_signals(program):
    traced = Traced("signals.trace", [], program, "signals")
    handled = int(traced.done.stdout.strip().split("=")[1])
    equal(traced.calls["handler"], handled, "handlers, as the program counted")
    equal(traced.edges["handler", "leaf"], handled, "a handler's calls are below it")
    equal(traced.calls["leaf"] - handled, 3 * traced.calls["middle"], "all others are there")
    nothing_lost(traced.ledger, "handlers")


def test_filters(program):
    traced = Traced("pattern.trace", ["--functions=l*,outer,!m*"], program, "nest")
    equal(dict(traced.edges), {(None, "outer"): 1, ("outer", "leaf"): 15},
          "a pattern: what is left out is nobody's parent")
    nothing_lost(traced.ledger, "a pattern")
    traced = Traced("slow.trace", ["--min-duration=15ms"], program, "slow")
    equal(dict(traced.edges), {(None, "main"): 1, ("main", "slow"): 1, ("slow", "slow_one"): 3},
          "a duration: only what took long")
    nothing_lost(traced.ledger, "a duration")


def test_kill(program):
    traced = Traced("kill.trace", ["--kill-after=500ms"], program, "spin")
    ledger_closes(traced.ledger, "killed")
    equal(traced.ledger["emitted"] + traced.ledger["torn"], traced.ledger["attempted"],
          "killed: its tail is there")
    check(traced.ledger["torn"] <= 1, f"killed: torn {traced.ledger['torn']}")
    aborted = {traced.name(span) for span in traced.spans.values()
               if span.number("flags") & FLAG_ABORTED}
    check("main" in aborted and aborted <= {"main", "outer", "middle", "leaf"},
          f"killed: what was open is aborted: {sorted(aborted)}")


def test_linked():
    """Linked with the library instead of preloading it, statically."""
    build = os.path.dirname(os.path.dirname(os.path.dirname(VSPAN)))
    program = os.path.join(WORK, "linked")
    must(["cc", "-g", "-O0", INSTRUMENT, "-static", f"{HERE}/subject.c", f"{HERE}/library.c", "-o",
          program, f"{build}/guest/functions/libvspan-functions.a", "-Wl,--start-group",
          f"{build}/guest/ports/process/libvspan-port-process.a", f"{build}/guest/libvspan-guest.a",
          "-Wl,--end-group", "-pthread"])
    output = f"{WORK}/linked.trace"
    done = run([VSPAN, "record", f"--output={output}", "--", program, "nest"])
    equal(done.returncode, 0, "linked: exit status")
    names = collections.Counter(event.name for event in events(output))
    equal({name: names[PREFIX + name] for name in ("main", "outer", "middle", "leaf")},
          {"main": 1, "outer": 1, "middle": 3, "leaf": 15}, "linked: calls")


def test_not_instrumented():
    done = run([VSPAN, "record", f"--output={WORK}/none", "--functions", "--", "true"])
    equal(done.returncode, 0, "a program without instrumentation runs")
    check("-finstrument-functions" in done.stderr, "and what it lacks is said")


for tool in ("cc", "gcov", "nm", "valgrind"):
    if shutil.which(tool) is None:
        skip(f"{tool} is not installed")
if not os.path.exists(f"{ZLIB}/enough.c"):
    skip(f"{ZLIB} is missing (Debian: apt install zlib1g-dev)")
test_third_party()
test_third_party_with_callbacks()
test_builds()
PROGRAM = subject("subject", "-O0")
test_places(PROGRAM)
test_ways_out(PROGRAM)
test_deep(PROGRAM)
test_signals(PROGRAM)
test_filters(PROGRAM)
test_kill(PROGRAM)
test_linked()
test_not_instrumented()
finish()
