# SPDX-License-Identifier: MIT
"""`vspan attach` is killed (SIGKILL) again and again while guests write at full speed, and
started again: what the guests counted themselves is what is in the trace, each span and event
once, and the account has nothing unexplained. Then a restart by SIGTERM, which repeats nothing.

Argument: how many times it is killed. Runs inside with-lttng.sh."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time

from harness import VSPAN, WORK, check, equal, finish, must, say
from reading import events

WORKER = os.environ["WORKER"]
KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 8
# Requests a second and thread: enough for the daemon to be emitting most of the time.
RATE = 60000
CONTROL = f"{WORK}/control"
REGION = f"{WORK}/region"


def session(name):
    """Buffers of each process: what one died in does not hold up the next one."""
    must(["lttng", "create", name, f"--output={WORK}/{name}"])
    must(["lttng", "enable-channel", "--userspace", f"--session={name}", "--buffers-pid",
          "--subbuf-size=512k", "--num-subbuf=16", "--blocking-timeout=1000000", "channel"])
    for pattern in ("vspan:*", "vspan_*"):
        must(["lttng", "enable-event", "--userspace", f"--session={name}", "--channel=channel",
              pattern])
    must(["lttng", "start", name])


def attach():
    """A daemon that has attached the region."""
    daemon = subprocess.Popen([VSPAN, "attach", f"--control={CONTROL}", f"--state-dir={WORK}",
                               "--format=json", REGION],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in daemon.stderr:
        if "attached" in line:
            return daemon
    check(False, "vspan attach attaches")
    finish()


def end(daemon, number):
    daemon.send_signal(number)
    out, _ = daemon.communicate(timeout=120)
    equal(daemon.returncode, 0, "exit status of vspan attach")
    return json.loads(out)["totals"]


def once(trace):
    """Spans and events of the trace without repetitions, by what identifies them; and how many
    repetitions there were. A span has its id; an event its ring and time."""
    seen, repeated = {}, 0
    for event in events(trace):
        if not event.name.startswith("vspan_"):
            continue
        span = event.number("span") if "duration" in event.text else None
        key = (event.name, event.number("vcpu"), event.number("tsc"), span)
        if key in seen:
            repeated += 1
            check(event.number("flags") & 0x100 != 0, f"a repetition is flagged: {event.text}") \
                if event.number("flags") & 0x100 == 0 else None
            continue
        seen[key] = event
    return seen, repeated


def judge(trace, guest, ledger):
    seen, repeated = once(trace)
    spans = [key for key in seen if key[3] is not None]
    say(f"measured: {len(spans)} spans, {len(seen) - len(spans)} events, {repeated} repeated")
    equal(len(spans), guest["recorded"], "spans in the trace, as the guest counted")
    equal(len(seen) - len(spans), guest["events"], "events in the trace, as the guest counted")
    equal(guest["discarded"], 0, "the guest lost nothing for lack of room")
    equal(ledger["attempted"], guest["attempted"], "attempted in the account, as the guest says")
    equal(ledger["emitted"], ledger["attempted"], "all of it was emitted")
    for word in ("unexplained", "violations", "invalid", "torn", "in_ring", "aborted"):
        equal(ledger[word], 0, word)
    return repeated


def tree(trace):
    """The last lines of the tree: the analysis removes the repetitions."""
    out = must([os.environ["BABELTRACE2"], trace, "--component=sink.vspan.tree",
                "--params=limit=1"], timeout=300)
    say(out[-600:])
    return out


def test_kills():
    session("killed")
    must([VSPAN, "create", "--rings=2", "--ring-size=128M", "--sites=64", REGION])
    daemon = attach()
    guest = subprocess.Popen([WORKER, "threads=2", "spans=0", f"rate={RATE}", "fail=7"],
                             env={**os.environ, "VSPAN_REGION": REGION, "VSPAN_HELLO_TIMEOUT_MS": "30000",
                                  "VSPAN_FULL_TIMEOUT_MS": "20000"},
                             stdout=subprocess.PIPE, text=True)
    for _ in range(KILLS):
        time.sleep(random.uniform(0.05, 0.3))
        daemon.kill()
        daemon.wait()
        daemon = attach()
    time.sleep(0.5)
    guest.send_signal(signal.SIGTERM)
    counts = json.loads(guest.communicate(timeout=60)[0])
    ledger = end(daemon, signal.SIGINT)
    must(["lttng", "stop", "killed"])
    must(["lttng", "destroy", "killed"])
    say(f"guest: {counts}")
    judge(f"{WORK}/killed", counts, ledger)
    summary = tree(f"{WORK}/killed")
    shown = re.search(r"^  (\d+) spans, \d+ roots, (\d+) events, (\d+) aborted", summary, re.M)
    equal(shown and (int(shown[1]), int(shown[2]), int(shown[3])),
          (counts["recorded"], counts["events"], 0), "the tree has each span and event once")
    equal(len(re.findall(r"consumer restart", summary)) > 0, True, "and says there were restarts")


def test_term():
    """A restart by SIGTERM: nothing repeated, spans stay open meanwhile."""
    os.unlink(REGION)
    session("restarted")
    must([VSPAN, "create", "--rings=2", "--ring-size=4M", "--sites=64", REGION])
    daemon = attach()
    guest = subprocess.Popen([WORKER, "threads=2", "spans=0", "rate=500", "slow=50", "slow_us=300000"],
                             env={**os.environ, "VSPAN_REGION": REGION, "VSPAN_HELLO_TIMEOUT_MS": "30000",
                                  "VSPAN_FULL_TIMEOUT_MS": "20000"},
                             stdout=subprocess.PIPE, text=True)
    for _ in range(3):
        time.sleep(0.6)
        end(daemon, signal.SIGTERM)
        daemon = attach()
    time.sleep(0.3)
    guest.send_signal(signal.SIGTERM)
    counts = json.loads(guest.communicate(timeout=60)[0])
    ledger = end(daemon, signal.SIGINT)
    must(["lttng", "stop", "restarted"])
    must(["lttng", "destroy", "restarted"])
    equal(judge(f"{WORK}/restarted", counts, ledger), 0, "repetitions after clean restarts")


random.seed(os.environ.get("SEED", "3"))
test_kills()
test_term()
finish()
