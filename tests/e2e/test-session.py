# SPDX-License-Identifier: MIT
"""Recording sessions of the user's own, while a guest runs: its call sites are
listed, a filtered session holds exactly what matches of a full one, and a session
started late switches call sites on in the running guest. Runs inside with-lttng.sh."""

import re
import subprocess
import time

from harness import (BLOCK_STORE, VSPAN, WORK, Recording, check, equal, finish, must, nothing_lost,
                     say, skip_without_kvm)
from reading import events, of_guest, per_name

FILTER = "len > 4096 && duration > 1000"


def session(name, event, *options):
    """A started session that waits for its consumer daemon rather than discards."""
    must(["lttng", "create", name, f"--output={WORK}/{name}"])
    must(["lttng", "enable-channel", "--userspace", f"--session={name}", "--subbuf-size=1M",
          "--num-subbuf=8", "channel"])
    must(["lttng", "enable-event", "--userspace", f"--session={name}", "--channel=channel",
          event, *options])
    must(["lttng", "start", name])


def stop(name):
    must(["lttng", "stop", name])
    must(["lttng", "destroy", name])


def wait_listed(guest, name):
    """lttng's list of what applications offer, once it has `name`."""
    for _ in range(100):
        listing = must(["lttng", "list", "--userspace"])
        if name in listing:
            break
        check(guest.poll() is None, "the guest runs") or finish()
        time.sleep(0.05)
    return listing


def check_listing(listing):
    for name, level in [("store:write", "INFO"), ("store:checksum", "DEBUG"),
                        ("store:corrupt", "WARNING"), ("timer:progress", "DEBUG")]:
        found = re.search(rf"vspan_{name} \(loglevel: TRACE_(\w+) \(\d+\)\)", listing)
        equal(found and found[1], level, f"lttng list: log level of vspan_{name}")
    check("vspanedge_store:write_entry" in listing, "lttng list: vspanedge_store:write_entry")


def start_guest(requests):
    return subprocess.Popen([VSPAN, "run", "--quiet", "--format=json", BLOCK_STORE,
                             f"requests={requests}", "ticks=4"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish_guest(guest):
    out, err = guest.communicate(timeout=200)
    return Recording(subprocess.CompletedProcess(guest.args, guest.returncode, out, err))


def key(event):
    return event.number("vcpu"), event.number("span"), event.text


def compare_filtered(full, filtered, report):
    writes = [event for event in full if event.name == "vspan_store:write"]
    matching = {key(event) for event in writes
                if event.number("len") > 4096 and event.number("duration") > 1000}
    equal(len(writes), report["writes"], "writes in the full trace, as the guest counted")
    equal(sum(event.number("len") > 4096 for event in writes), report["writes_over_4096"],
          "writes over 4096 bytes in it, as the guest counted")
    equal(len(matching), report["writes_over_4096"], "all of them took more than 1000 ns")
    equal(per_name(filtered), {"vspan_store:write": report["writes_over_4096"]},
          f"the session with --filter '{FILTER}' holds")
    equal({key(event) for event in filtered} == matching, True,
          "exactly the matching ones, field by field")
    check(0 < len(matching) < len(writes), "the filter drops some and keeps some")


def test_filtered_session():
    """A full and a filtered session at once; the list of events while the guest runs."""
    session("full", "vspan_*")
    session("filtered", "vspan_store:write", "--filter", FILTER)
    running = start_guest(4000)
    check_listing(wait_listed(running, "vspan_store:write"))
    check(running.poll() is None, "the guest still runs")
    done = finish_guest(running)
    for started in ("full", "filtered"):
        stop(started)
    say(f"measured: {done.report['records']} records in {done.seconds:.3f} s")
    equal(done.status, 0, "exit status of the guest")
    nothing_lost(done.ledger, "account")
    everything = list(events(f"{WORK}/full"))
    equal(sum(map(of_guest, everything)), done.ledger["spans"] + done.ledger["events"],
          "spans and events in the full trace, as in the account")
    compare_filtered(everything, list(events(f"{WORK}/filtered")), done.report)


def test_nobody_listens():
    """Nothing enabled: the guest writes nothing."""
    quiet = finish_guest(start_guest(200))
    check(quiet.report["spans_begun"] > 0, "with no session: the guest does its work")
    equal(quiet.report["spans_recorded"], 0, "with no session: spans recorded")
    equal(quiet.ledger["attempted"], 0, "with no session: records attempted")


def test_late_session():
    """A session started while the guest runs switches on what it wants, and only that."""
    guest = start_guest(4000)
    wait_listed(guest, "vspan_store:read")
    session("late", "vspan_store:read")
    late = finish_guest(guest)
    stop("late")
    names = per_name(events(f"{WORK}/late"))
    reads = names["vspan_store:read"]
    check(0 < reads < late.report["reads"],
          f"a session started late holds some of the {late.report['reads']} reads: {reads}")
    equal(late.report["spans_recorded"], reads, "the guest recorded just these")
    equal((late.ledger["spans"], late.ledger["events"]), (reads, 0), "and the host saw just these")
    equal(set(names), {"vspan_store:read"}, "and nothing else is in the trace")


skip_without_kvm()
test_filtered_session()
test_nobody_listens()
test_late_session()
finish()
