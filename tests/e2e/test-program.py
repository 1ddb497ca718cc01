# SPDX-License-Identifier: MIT
"""`vspan record -- PROGRAM`: the worker recorded from start to end, and what it counted
compared with account and trace; exit statuses, signals, children, wrappers; a program
killed at any moment leaves its tail. Runs inside with-lttng.sh."""

import json
import os
import re
import signal
import subprocess
import time

from harness import (FLAG_ABORTED, VSPAN, WORK, check, equal, finish, ledger_closes, nothing_lost,
                     run)
from reading import events, of_guest, tree

WORKER = os.environ["WORKER"]
KILLS = 4
# On a machine that is busy with other things the consumer may come late.
os.environ["VSPAN_FULL_TIMEOUT_MS"] = "60000"


class Recorded:
    """What `vspan record -- PROGRAM` gave: status, the program's output, summary, trace."""

    def __init__(self, done, output):
        self.status = done.returncode
        self.out = done.stdout
        self.error = done.stderr
        self.trace = output
        found = re.search(r"^\{.*?^\}", done.stderr, re.MULTILINE | re.DOTALL)
        self.summary = json.loads(found[0]) if found else None
        self.ledger = self.summary["ledger"] if found else None


def record(name, *words):
    """Options, `--` and a program."""
    output = os.path.join(WORK, name)
    return Recorded(run([VSPAN, "record", f"--output={output}", "--format=json", *words]), output)


def compare(recorded, counts, label):
    nothing_lost(recorded.ledger, label)
    equal(recorded.ledger["attempted"], counts["records"], f"{label}: records, as it counted")
    equal(recorded.ledger["spans"], counts["recorded"], f"{label}: spans, as it counted")
    trace = [event for event in events(recorded.trace) if of_guest(event)]
    equal(sum(event.is_span for event in trace), counts["recorded"], f"{label}: in the trace")


def test_whole():
    recorded = record("whole", "--", WORKER, "threads=3", "spans=2000", "turns=2", "fail=10")
    equal(recorded.status, 0, "exit status")
    check(recorded.summary["attached"], "it attached")
    compare(recorded, json.loads(recorded.out), "a whole program")
    equal(recorded.summary["sites_refused"] > 0, False, "call sites refused")


def test_nothing_missed_at_the_start():
    """A program that is over at once: its first span is there, and so is its last."""
    for number in range(3):
        recorded = record(f"short{number}", "--", WORKER, "spans=1")
        compare(recorded, json.loads(recorded.out), "one request")


def test_statuses():
    for script, status in [("exit 7", 7), ("kill -SEGV $$", 128 + signal.SIGSEGV)]:
        recorded = record("status", "--", "sh", "-c", script)
        equal(recorded.status, status, f"exit status of `{script}`")
        equal(recorded.summary["attached"], False, "a shell does not attach")
    recorded = record("absent", "--", os.path.join(WORK, "no-such-program"))
    equal(recorded.status, 1, "exit status without a program")
    check("cannot start" in recorded.error and "No such file" in recorded.error,
          f"it says why: {recorded.error.strip()}")
    recorded = record("usage", "--memory=64M", "--", "true")
    equal(recorded.status, 2, "exit status of a wrong command line")


def test_wrapped():
    """A wrapper comes before it, and a second one finds the region taken."""
    script = f"{WORKER} spans=50 >first; {WORKER} spans=50 >second"
    recorded = record("wrapped", "--name=named", "--", "sh", "-c", f"cd {WORK}; {script}")
    with open(os.path.join(WORK, "first"), encoding="utf-8") as first:
        counts = json.load(first)
    compare(recorded, counts, "the first of two")
    with open(os.path.join(WORK, "second"), encoding="utf-8") as second:
        equal(json.load(second)["recorded"], 0, "the second wrote")
    check('"named"' in tree(recorded.trace)[1], "it has the name it was given")


def test_region():
    """A region in a file stays, and can be read without the trace."""
    path = os.path.join(WORK, "kept")
    recorded = record("region", f"--region={path}", "--", WORKER, "spans=20")
    compare(recorded, json.loads(recorded.out), "through a file")
    dump = run([VSPAN, "dump", path])
    check(dump.returncode == 0 and "attempted" in dump.stdout, "vspan dump reads it")


def writes(region):
    """True once a guest has written something there."""
    dump = run([VSPAN, "dump", "--format=json", region])
    return dump.returncode == 0 and json.loads(dump.stdout)["rings"][0]["reserved"] > 0


def test_signals():
    """SIGTERM to `vspan record` ends the program, whose last words are recorded."""
    output, region = os.path.join(WORK, "signal"), os.path.join(WORK, "signal.region")
    with subprocess.Popen([VSPAN, "record", f"--output={output}", f"--region={region}",
                           "--format=json", "--", WORKER, "spans=0", "rate=2000"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not writes(region):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
    recorded = Recorded(subprocess.CompletedProcess([], process.returncode, out, error), output)
    equal(recorded.status, 0, "exit status of a program that ended itself at SIGTERM")
    compare(recorded, json.loads(out), "ended by SIGTERM")


def test_timeout():
    recorded = record("timeout", "--timeout=300ms", "--", "sh", "-c", "exec sleep 60")
    equal(recorded.status, 128 + signal.SIGTERM, "exit status after --timeout")


def test_kill():
    """Killed in the middle of writing, at several moments; at full speed its trace is large."""
    written = 0
    for number in range(KILLS):
        label = f"killed, {number}"
        recorded = record(f"kill{number}", f"--kill-after={150 + 37 * number}ms", "--", WORKER,
                          "threads=2", "spans=0", f"rate={0 if number % 2 == 0 else 10000}")
        equal(recorded.status, 0, f"{label}: exit status after --kill-after")
        equal(recorded.summary["signal"], signal.SIGKILL, f"{label}: signal")
        ledger = recorded.ledger
        ledger_closes(ledger, label)
        check(ledger["torn"] <= 2, f"{label}: at most the record of each thread is torn: "
                                   f"{ledger['torn']}")
        equal(ledger["emitted"] + ledger["torn"], ledger["attempted"], f"{label}: all the rest "
              "was emitted")
        written += ledger["spans"]
        if number % 2 == 0:
            continue
        spans = [event for event in events(recorded.trace) if of_guest(event) and event.is_span]
        equal(len(spans), ledger["spans"], f"{label}: spans in the trace")
        aborted = sum(bool(span.number("flags") & FLAG_ABORTED) for span in spans)
        equal(aborted, ledger["aborted"], f"{label}: aborted ones in the trace")
        check(aborted <= 8, f"{label}: no more than were open: {aborted}")
    check(written > 0, f"spans of programs that were killed: {written}")


test_whole()
test_nothing_missed_at_the_start()
test_statuses()
test_wrapped()
test_region()
test_signals()
test_timeout()
test_kill()
finish()
