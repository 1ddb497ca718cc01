# SPDX-License-Identifier: MIT
"""The session daemon is absent when `vspan attach` starts, comes, is replaced, and hangs,
while guests run. Tracing follows, no guest ever waits, and the user is told once of each
change. Runs inside with-lttng.sh, whose daemon it stops first.
"""

import os
import signal
import time

from fleet import Daemon, Guest, create, until
from harness import VSPAN, WORK, check, equal, finish, must, run, say
from reading import events, per_name

ROOT = "/run/lttng" if os.getuid() == 0 else os.environ["LTTNG_HOME"] + "/.lttng"
PID_FILE = ROOT + "/lttng-sessiond.pid"
SITES = 500
# What some hundred requests may take: microseconds each, but the machine is shared.
# Any wait for a session daemon would be longer: lttng-ust's, of 1.5 s for `vspan attach`.
STEP_MAX = 1.0


def session_daemon():
    with open(PID_FILE, encoding="utf-8") as file:
        return int(file.read())


def start_session_daemon():
    must(["lttng-sessiond", "--no-kernel", "--daemonize"])


def stop_session_daemon():
    os.kill(session_daemon(), signal.SIGTERM)
    check(until(lambda: not os.path.exists(PID_FILE)), "the session daemon ends") or finish()


def record(name):
    must(["lttng", "create", name, f"--output={WORK}/{name}"])
    must(["lttng", "enable-channel", "--userspace", "--blocking-timeout=inf", "channel"])
    must(["lttng", "enable-event", "--userspace", "--channel=channel", "vspan*"])
    must(["lttng", "start"])


def recorded(daemon, name):
    """What a session has, of all that was written until now."""
    check(until(lambda: daemon.status()["totals"]["in_ring"] == 0), "rings are drained")
    must(["lttng", "stop", name])
    must(["lttng", "destroy", name])
    return per_name(events(f"{WORK}/{name}"))


def all_enabled(daemon, name, enabled=True):
    return all(site["enabled"] == enabled for site in daemon.sites()[name])


def serve(guest, requests):
    """Has the guest serve some more. What it counted meanwhile, and the seconds it took."""
    before = guest.ask("counts")
    start = time.monotonic()
    guest.tell(f"spans {requests}")
    after = guest.ask("counts")
    seconds = time.monotonic() - start
    return {key: after[key] - before[key] for key in ("begun", "recorded", "attempted")}, seconds


def test_absent():
    """Nobody answers at the start: the guest runs untraced. Then one comes."""
    # Room for the worker's own call sites: the generated ones are news of the next guest.
    daemon = Daemon("daemons", create("early", "--sites=8"))
    daemon.told("no session daemon answers: tracing starts when one does")
    equal(daemon.status()["session_daemon"], "absent", "status says so")
    guest = Guest(f"{WORK}/early", "spans=10")
    counts, seconds = serve(guest, 1000)
    check(seconds < STEP_MAX, f"the guest served 1000 requests meanwhile, in {seconds:.3f} s")
    equal((counts["recorded"], counts["attempted"]), (0, 0), "and recorded nothing")
    start_session_daemon()
    daemon.told("a session daemon answers")
    record("late")
    check(until(lambda: all_enabled(daemon, "early")), "a session reaches the guest that runs")
    counts, _ = serve(guest, 100)
    names = recorded(daemon, "late")
    equal(counts["recorded"], 200, "the guest records")
    equal(names["vspan_work:request"] + names["vspan_work:step"], 200, "and its spans arrive")
    return daemon, guest


def test_restarted(daemon, guest):
    """It ends and another starts, with a new session."""
    stop_session_daemon()
    daemon.told("the session daemon is gone: tracing starts again when one runs")
    check(until(lambda: all_enabled(daemon, "early", False)), "its sessions are gone for the guest")
    start_session_daemon()
    daemon.told("the session daemon answers again")
    record("again")
    check(until(lambda: all_enabled(daemon, "early")), "a new session reaches the guest")
    counts, _ = serve(guest, 100)
    names = recorded(daemon, "again")
    equal(counts["recorded"], 200, "the guest records")
    equal(names["vspan_work:request"] + names["vspan_work:step"], 200, "and its spans arrive")


def test_hung(daemon, old):
    """It hangs while a session records, and a guest with new call sites comes."""
    record("hung")
    check(until(lambda: all_enabled(daemon, "early")), "a session records") or finish()
    os.kill(session_daemon(), signal.SIGSTOP)
    try:
        new = hung_meanwhile(daemon, old)
    finally:
        os.kill(session_daemon(), signal.SIGCONT)
    daemon.told("the session daemon answers again", 2)
    daemon.attach(f"{WORK}/brief")
    check(until(lambda: len(daemon.sites()["new"]) > SITES and all_enabled(daemon, "new")),
          "when it goes on, the new guest's call sites are enabled") or \
        say(str(daemon.region("new")["sites"]))
    counts, _ = serve(new, SITES)
    equal(counts["recorded"], 3 * SITES, "the new guest records")
    names = recorded(daemon, "hung")
    generated = sum(count for name, count in names.items() if name.startswith("vspan_gen:"))
    equal(generated, SITES, "its spans arrive")
    equal(len([name for name in names if name.startswith("vspan_gen:")]), SITES, "of all call sites")
    equal(names["vspan_work:request"], SITES + 100, "and those of the guest that was there before")
    new.quit()


def hung_meanwhile(daemon, old):
    path = create("new", "--sites=512")
    daemon.attach(path)
    start = time.monotonic()
    new = Guest(path, "spans=1", f"sites={SITES}")
    new.ask("counts")
    seconds = time.monotonic() - start
    check(seconds < STEP_MAX, f"a guest that attaches is through in {seconds:.3f} s, start included")
    for name, guest in [("the new guest", new), ("the old guest", old)]:
        counts, seconds = serve(guest, 100)
        check(seconds < STEP_MAX, f"{name} serves 100 requests in {seconds:.3f} s")
    daemon.told("the session daemon does not answer")
    for _ in range(3):
        equal(daemon.status()["session_daemon"], "hung", "status says so")
        seconds = daemon.answer_seconds()
        check(seconds < STEP_MAX, f"its socket answers within {seconds:.3f} s")
    check(until(lambda: daemon.status()["totals"]["in_ring"] == 0), "rings are drained")
    equal(daemon.region("new")["ledger"]["violations"], 0, "nobody broke a rule")
    start = time.monotonic()
    daemon.attach(create("brief"))
    Guest(f"{WORK}/brief", "spans=10").quit()
    ledger = daemon.detach(f"{WORK}/brief")[0]["ledger"]
    seconds = time.monotonic() - start
    check(seconds < 2 * STEP_MAX, f"another guest is attached, served, detached in {seconds:.3f} s")
    equal(ledger["unexplained"], 0, "its account closes")
    start = time.monotonic()
    again = run([VSPAN, "attach", f"--to={daemon.control}", f"{WORK}/brief"])
    seconds = time.monotonic() - start
    check(again.returncode == 1 and "attach it again when that does" in again.stderr,
          f"to go on with it has to wait: {again.stderr.strip()}")
    check(seconds < 2 * STEP_MAX, f"which is said in {seconds:.3f} s")
    counts, seconds = serve(new, SITES)
    check(seconds < STEP_MAX, f"the new guest serves {SITES} requests in {seconds:.3f} s")
    return new


def test_end(daemon, guest):
    """Asked to end while the session daemon hangs."""
    os.kill(session_daemon(), signal.SIGSTOP)
    try:
        daemon.told("the session daemon does not answer", 2)
        counts = guest.quit()
        code, account = daemon.stop()
    finally:
        os.kill(session_daemon(), signal.SIGCONT)
    check(daemon.seconds < 5, f"asked to end meanwhile, the daemon does so in {daemon.seconds:.3f} s")
    equal(code, 0, "its exit status")
    ledger = next(one["ledger"] for one in account["regions"] if one["name"] == "early")
    equal(ledger["spans"], counts["recorded"], "its account has all the guest recorded")
    equal(ledger["unexplained"], 0, "and closes")
    stop_session_daemon()


def main():
    stop_session_daemon()
    daemon, guest = test_absent()
    try:
        test_restarted(daemon, guest)
        test_hung(daemon, guest)
        test_end(daemon, guest)
    finally:
        if daemon.process.poll() is None:
            say(daemon.said())
            daemon.process.kill()


main()
finish()
