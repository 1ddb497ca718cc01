# SPDX-License-Identifier: MIT
"""A consumer daemon of LTTng that hangs: `vspan attach` waits for it as long as the
channel's blocking timeout says, the guest no longer than its own bound says, and when
all goes on each record is accounted for. Runs inside with-lttng.sh."""

import collections
import os
import re
import signal
import subprocess
import time

from attached import Daemon, Guest, destroy, region, session, until
from harness import check, daemons, equal, finish, ledger_closes, must, say
from reading import BABELTRACE2, LINE

BOUND_MS = 1000
HUNG_S = 3
# Soon full. A tracer that waits looks again only every 100 ms: what fits into all of them
# bounds what passes then, and has to be more than what the guests write.
SMALL = ("--subbuf-size=16k", "--num-subbuf=8")
RATE = 1000


def parent(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def consumer_daemon():
    """The one of our session daemon: a child of the process that the pid file names."""
    folder = "/run/lttng" if os.getuid() == 0 else os.environ["LTTNG_HOME"] + "/.lttng"
    with open(f"{folder}/lttng-sessiond.pid", encoding="utf-8") as file:
        ours = int(file.read())
    found = [pid for pid in daemons() if parent(pid) == ours and comm(pid) == "lttng-consumerd"]
    equal(len(found), 1, "consumer daemons of our session daemon")
    return found[0]


def comm(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read().strip()


def hang(guests):
    """Stops LTTng's consumer daemon for a while. What each guest served meanwhile."""
    pid = consumer_daemon()
    before = [guest.counts()["requests"] for guest in guests]
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(HUNG_S)
        after = [guest.counts()["requests"] for guest in guests]
    finally:
        os.kill(pid, signal.SIGCONT)
    return [now - then for now, then in zip(after, before)]


def lttng_discarded(name):
    listing = must(["lttng", "list", name])
    return int(re.search(r"Discarded events: +(\d+)", listing)[1])


def recorded(trace):
    """Events of a trace by number of the VM."""
    done = subprocess.run([BABELTRACE2, "--clock-cycles", "--no-delta", trace], check=True,
                          capture_output=True, text=True)
    lines = filter(None, map(LINE.match, done.stdout.splitlines()))
    return collections.Counter(int(re.search(r"\bvm = (\d+)", line[3])[1]) for line in lines)


def check_guest(mode, counts, served):
    longest = counts["longest_ns"] / 1e6
    say(f"measured: {mode}: the longest verb took {longest:.1f} ms, {served} requests meanwhile")
    if mode == "block":
        check(BOUND_MS <= longest < 2 * BOUND_MS,
              f"block: the guest waited once for the bound of {BOUND_MS} ms")
    else:
        check(longest < BOUND_MS, f"discard: the guest never waited for {BOUND_MS} ms")
    check(served > 0, f"{mode}: the guest went on while LTTng hung")


def test(timeout, may_discard):
    say(f"--- blocking timeout {timeout}")
    modes = ["block", "discard"]
    paths = [region(f"{mode}-{timeout}", f"--mode={mode}", size="64k") for mode in modes]
    daemon = Daemon(*paths)
    trace = session(f"timeout-{timeout}", "vspan_work:*",
                    channel=(*SMALL, f"--blocking-timeout={timeout}"))
    guests = [Guest(path, "spans=0", f"rate={RATE}", VSPAN_FULL_TIMEOUT_MS=str(BOUND_MS))
              for path in paths]
    until(lambda: all(guest.counts()["requests"] > 100 for guest in guests), "the guests run")
    served = hang(guests)
    emitted = daemon.totals()["emitted"]
    until(lambda: daemon.totals()["emitted"] > emitted + 1000, "records are emitted again")
    counts = [guest.quit() for guest in guests]
    names = {one["name"]: one["vm"] for one in daemon.regions()}
    ledgers = daemon.stop()
    must(["lttng", "stop", f"timeout-{timeout}"])
    lost = lttng_discarded(f"timeout-{timeout}")
    destroy(f"timeout-{timeout}")
    found = recorded(trace)
    emitted = sum(ledger["spans"] + ledger["events"] for ledger in ledgers.values())
    for i, mode in enumerate(modes):
        check_guest(mode, counts[i], served[i])
        ledger = ledgers[f"{mode}-{timeout}"]
        ledger_closes(ledger, mode)
        equal(ledger["attempted"], counts[i]["attempted"], f"{mode}: records the guest attempted")
        equal(ledger["discarded_guest"], counts[i]["discarded"], f"{mode}: records it discarded")
        check(ledger["discarded_guest"] > 0, f"{mode}: the ring was full")
        if not may_discard:
            equal(found[names[f"{mode}-{timeout}"]], ledger["spans"] + ledger["events"],
                  f"{mode}: all its spans and events are in the trace")
    equal(sum(found.values()) + lost, emitted, "in the trace + discarded by LTTng = emitted")
    equal(lost > 0, may_discard, f"LTTng discarded ({lost}) when its timeout was over, only then")


test("inf", False)
test("20000", True)
finish()
