# SPDX-License-Identifier: MIT
"""Guests of one image come and go, ten at a time, at one `vspan attach` that runs all
along, with a session that records everything. What they wrote is in the trace, and
the daemon is afterwards what it was: memory, descriptors, mappings, state files.
Runs inside with-lttng.sh.

Usage: test-fleet.py [GUESTS]
"""

import collections
import os
import re
import sys
import time

from fleet import Daemon, Guest, create, until
from harness import WORK, check, equal, finish, must, nothing_lost, say
from reading import BABELTRACE2, events, per_name

GUESTS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
AT_A_TIME = 10
WARM_UP = 20
SITES = 500
REQUESTS = 500
MEMORY_SLACK = 2 << 20


def resources(pid):
    """Resident bytes, descriptors and mappings of a process."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        resident = int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) << 10
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        return resident, len(os.listdir(f"/proc/{pid}/fd")), sum(1 for _ in maps)


def stored(directory):
    """How many files are there."""
    return sum(len(names) for _, _, names in os.walk(directory))


def settled(daemon):
    """The daemon's resources once it has noticed that all regions are gone, and without
    the connection it has for a moment, now and then, to ask the session daemon."""
    check(until(lambda: stored(daemon.state) == 0), "no state file is left behind") or \
        say(str(os.listdir(daemon.state)))
    samples = []
    for _ in range(10):
        time.sleep(0.05)
        samples.append(resources(daemon.process.pid))
    return tuple(min(column) for column in zip(*samples))


def serve_some(daemon, first, counts):
    """Ten guests: attached, run, detached. Adds up what they counted by themselves."""
    names = [f"guest-{first + i}" for i in range(AT_A_TIME)]
    paths = [create(name, "--sites=512", "--ring-size=256k") for name in names]
    daemon.attach(*paths)
    guests = [Guest(path, "spans=1", f"sites={SITES}") for path in paths]

    def all_enabled():
        sites = daemon.sites()
        return all(len(sites[name]) >= SITES and all(site["enabled"] for site in sites[name])
                   for name in names)
    check(until(all_enabled), f"guests {first} to {first + AT_A_TIME - 1}: "
                              "all call sites are enabled") or finish()
    if first == 0:
        check_listed()
    for guest in guests:
        guest.tell(f"spans {REQUESTS}")
    for guest in guests:
        counts.update(guest.quit())
    for answer in daemon.detach(*paths):
        ledger = answer["ledger"]
        if ledger["unexplained"] or ledger["emitted"] != ledger["attempted"]:
            nothing_lost(ledger, answer["region"]["name"])
        counts["accounted"] += ledger["spans"]
        counts["accounted_events"] += ledger["events"]
    for path in paths:
        os.unlink(path)


def check_listed():
    listing = must(["lttng", "list", "--userspace"])
    names = re.findall(r"^ +(vspan_\w+:\w+) \(", listing, re.MULTILINE)
    generated = [name for name in names if name.startswith("vspan_gen:")]
    equal((len(generated), len(set(generated))), (SITES, SITES),
          f"{AT_A_TIME} guests are attached, and lttng lists their {SITES} call sites once")


def check_trace(trace, counts):
    names = per_name(events(trace))
    spans = names["vspan_work:request"] + names["vspan_work:step"] + sum(
        count for name, count in names.items() if name.startswith("vspan_gen:"))
    equal(spans, counts["recorded"], f"spans of all {GUESTS} guests in the trace")
    equal(counts["accounted"], counts["recorded"], "and in the accounts")
    equal(names["vspan_work:note"], counts["accounted_events"], "and events")


def check_descriptors(trace):
    """However often a call site came and went, LTTng has one class of event for it."""
    classes = collections.Counter()
    for folder, _, files in os.walk(trace):
        if "metadata" in files:
            text = must([BABELTRACE2, "--output-format=ctf-metadata", folder])
            classes.update(re.findall(r'^\s*name = "(vspan\w*:\w+)";', text, re.MULTILINE))
    generated = [name for name in classes if name.startswith("vspan_gen:")]
    equal(len(generated), SITES, "call sites in the metadata")
    equal([name for name, count in classes.items() if count != 1], [],
          "event classes that are there more than once")


def main():
    must(["lttng", "create", "fleet", f"--output={WORK}/trace"])
    must(["lttng", "enable-channel", "--userspace", "--subbuf-size=1M", "--num-subbuf=8",
          "--blocking-timeout=inf", "channel"])
    must(["lttng", "enable-event", "--userspace", "--channel=channel", "vspan*"])
    must(["lttng", "start"])
    daemon = Daemon("fleet")
    pid = daemon.process.pid
    counts = collections.Counter()
    start = time.monotonic()
    for first in range(0, GUESTS, AT_A_TIME):
        if first == WARM_UP:
            before = settled(daemon)
        serve_some(daemon, first, counts)
        seconds = time.monotonic() - start
        resident, descriptors, mappings = resources(pid)
        say(f"{first + AT_A_TIME} guests after {seconds:.1f} s: {resident >> 10} KiB resident, "
            f"{descriptors} descriptors, {mappings} mappings, {stored(daemon.state)} state files")
    after = settled(daemon)
    check(after[0] <= before[0] + MEMORY_SLACK,
          f"resident memory: {after[0] >> 10} KiB, {before[0] >> 10} after {WARM_UP} guests")
    equal(after[1], before[1], "descriptors")
    equal(after[2], before[2], "mappings")
    code, account = daemon.stop()
    equal(code, 0, "the daemon's exit status")
    must(["lttng", "stop"])
    must(["lttng", "destroy", "fleet"])
    check_descriptors(f"{WORK}/trace")
    check_trace(f"{WORK}/trace", counts)


main()
finish()
