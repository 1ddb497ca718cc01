#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`vspan attach` and LTTng: what it re-emits, and a session daemon that comes, hangs and goes.

Runs inside with-lttng.sh. VSPAN, WRITER and BABELTRACE2 name the programs.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

VSPAN, WRITER, BABELTRACE2 = (os.environ[name] for name in ("VSPAN", "WRITER", "BABELTRACE2"))
ROOT = tempfile.TemporaryDirectory(prefix="vspan-cli-lttng.")
DIR = ROOT.name
CONTROL = os.path.join(DIR, "control")
REGION = os.path.join(DIR, "region")
LOG = os.path.join(DIR, "log")
PID_FILE = ("/run/lttng" if os.getuid() == 0 else os.environ["LTTNG_HOME"] + "/.lttng") + "/lttng-sessiond.pid"
failures = 0


def check(what, good, seen=""):
    global failures
    print(("ok: " if good else "FAILED: ") + what, "" if good else seen, flush=True)
    failures += not good


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        print(f"FAILED: {' '.join(command)}: {done.stdout}{done.stderr}")
        sys.exit(1)
    return done.stdout


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def said(text):
    with open(LOG) as log:
        return log.read().count(text)


def told(text, count=1):
    check(f"told {count} times: {text}", until(lambda: said(text) >= count) and said(text) == count, open(LOG).read())


def start():
    """The daemon, and how long it took to answer."""
    begun = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LTTNG_UST_")}
    with open(LOG, "w") as log:
        daemon = subprocess.Popen([VSPAN, "attach", "--control=" + CONTROL, "--no-state", "--format=json", REGION],
                                  stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    until(lambda: subprocess.run([VSPAN, "status", "--control=" + CONTROL], capture_output=True).returncode == 0)
    return daemon, time.monotonic() - begun


def stop(daemon):
    daemon.send_signal(signal.SIGTERM)
    out, _ = daemon.communicate(timeout=60)
    return daemon.returncode, json.loads(out)


def status():
    return json.loads(run(VSPAN, "status", "--control=" + CONTROL, "--format=json"))


def enabled():
    out = json.loads(run(VSPAN, "list", "--control=" + CONTROL, "--format=json"))
    return sorted(site["name"] for site in out[0]["sites"] if site["enabled"])


def session_daemon():
    with open(PID_FILE) as file:
        return int(file.read())


def test_recording():
    daemon, _ = start()
    told("a session daemon answers")
    run(WRITER, REGION, "1")
    until(lambda: status()["totals"]["emitted"] == 3)
    check("nothing is enabled yet", enabled() == [], enabled())
    trace = os.path.join(DIR, "trace")
    run("lttng", "create", "cli", "--output=" + trace)
    run("lttng", "enable-channel", "-u", "--buffers-pid", "spans")
    run("lttng", "enable-event", "-u", "-c", "spans", "vspan:*")
    run("lttng", "enable-event", "-u", "-c", "spans", "vspan_test:work")
    run("lttng", "start")
    check("a session reaches the guest's call sites", until(lambda: enabled() == ["work"]), enabled())
    run(WRITER, REGION, "20")
    until(lambda: status()["totals"]["emitted"] == 63)
    code, account = stop(daemon)
    check("exit status 0", code == 0)
    check("the account closes", account["totals"]["emitted"] == 63 and account["totals"]["unexplained"] == 0, account)
    run("lttng", "destroy", "cli")
    text = run(BABELTRACE2, trace)
    check("the spans are in the trace", text.count("vspan_test:work:") == 20, text)
    check("and the account of each ring", text.count("vspan:ledger:") == 2, text)
    processes = os.listdir(os.path.join(trace, "ust", "pid"))
    check("of the daemon alone: commands that ask it are none of LTTng's business",
          len(processes) == 1 and processes[0].startswith("vspan-host-"), processes)


def test_written_before():
    """What lies in a ring when the daemon starts is recorded, not only drained."""
    run(VSPAN, "create", "--force", "--rings=2", "--name=guest", REGION)
    run(WRITER, REGION, "30")
    trace = os.path.join(DIR, "before")
    run("lttng", "create", "before", "--output=" + trace)
    run("lttng", "enable-event", "-u", "vspan*")
    run("lttng", "start")
    daemon, _ = start()
    until(lambda: status()["totals"]["emitted"] == 90)
    stop(daemon)
    run("lttng", "destroy", "before")
    text = run(BABELTRACE2, trace)
    check("what was written before the start is in the trace", text.count("vspan_test:work:") == 30,
          text.count("vspan_test:work:"))


def drained():
    totals = status()["totals"]
    return totals["attempted"] == 21 and totals["in_ring"] == 0


def test_hung():
    os.kill(session_daemon(), signal.SIGSTOP)
    try:
        daemon, seconds = start()
        check("a session daemon that hangs does not delay the start", seconds < 4, seconds)
        told("the session daemon does not answer")
        run(WRITER, REGION, "7")
        # That guest did not wait to be told what to write: its call sites are not known yet.
        check("draining goes on", until(drained), status())
        check("status says so", status()["session_daemon"] == "hung", status())
    finally:
        os.kill(session_daemon(), signal.SIGCONT)
    until(lambda: status()["session_daemon"] == "answers")
    told("a session daemon answers")
    os.kill(session_daemon(), signal.SIGSTOP)
    told("the session daemon does not answer", 2)
    os.kill(session_daemon(), signal.SIGCONT)
    told("the session daemon answers again")
    return daemon


def test_gone(daemon):
    pid = session_daemon()
    os.kill(pid, signal.SIGTERM)
    told("the session daemon is gone")
    until(lambda: not os.path.exists(PID_FILE))
    run("lttng-sessiond", "--no-kernel", "--daemonize")
    told("the session daemon answers again", 2)
    code, account = stop(daemon)
    check("exit status 0 after all that", code == 0, open(LOG).read())
    os.kill(session_daemon(), signal.SIGTERM)


run(VSPAN, "create", "--rings=2", "--name=guest", REGION)
test_recording()
test_written_before()
run(VSPAN, "create", "--force", "--rings=2", "--name=guest", REGION)
served = test_hung()
try:
    test_gone(served)
finally:
    if served.poll() is None:
        served.kill()
sys.exit(1 if failures else 0)
