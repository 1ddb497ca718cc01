# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: the programs, how they are run, checks, skipping.

meson.build passes the paths of the programs in the environment. Each test is
one script; it prints what it measured and ends with finish().
"""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

VSPAN = os.environ["VSPAN"]
BLOCK_STORE = os.environ["BLOCK_STORE"]
FLOOD = os.environ["FLOOD"]
WORK = tempfile.mkdtemp(prefix="vspan-e2e.")
atexit.register(shutil.rmtree, WORK, ignore_errors=True)

# From include/vspan/trace.h and abi.h.
FLAG_INTERRUPT = 0x01
FLAG_ABORTED = 0x02
FLAG_END_LOST = 0x04
STATUS_ERROR = 2
LOST_FULL = 1
LOST_TORN = 2
LOST_OVERWRITTEN = 3
SLOT = 32
MARGIN_SLOTS = 128
HEADROOM_SLOTS = 64
BATCH_SLOTS = 256

_failures = 0


def say(text):
    print(text, flush=True)


def check(condition, what):
    """One line a check. Returns whether it held."""
    global _failures
    if not condition:
        _failures += 1
    say(f"{'ok' if condition else 'FAILED'}: {what}")
    return bool(condition)


def equal(got, wanted, what):
    if got == wanted:
        return check(True, f"{what}: {got}")
    return check(False, f"{what}: got {got}, wanted {wanted}")


def skip(reason):
    say(f"SKIP: {reason}")
    sys.exit(77)


def finish():
    say(f"{_failures} failed checks" if _failures else "all checks passed")
    sys.exit(1 if _failures else 0)


def run(command, timeout=120, **options):
    """Runs to the end; status None: it hung and was killed."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True, errors="replace",
                              timeout=timeout, **options)
    except subprocess.TimeoutExpired as hung:
        return subprocess.CompletedProcess(command, None, "", f"hung for {hung.timeout} s")


def must(command, **options):
    """Runs a tool that has to work, for its output."""
    done = run(command, **options)
    if done.returncode != 0:
        check(False, f"{' '.join(command)}: exit status {done.returncode}: "
                     f"{done.stdout}{done.stderr}")
        finish()
    return done.stdout


def skip_without_kvm():
    """vspan's own word decides, but only about /dev/kvm: any other failure is one."""
    done = run([VSPAN, "run", "--quiet", "--timeout=10s", FLOOD, "records=4"])
    if done.returncode != 0 and "/dev/kvm" in done.stderr:
        skip(done.stderr.strip())


class Recording:
    """What `vspan run` or `vspan record` said: status, summary (its JSON), trace."""

    def __init__(self, done):
        self.status = done.returncode
        self.error = done.stderr
        trace = re.search(r"^trace: +(.*)$", done.stderr, re.MULTILINE)
        self.trace = trace.group(1) if trace else None
        try:
            self.summary = json.loads(done.stdout)
        except ValueError:
            check(False, f"a summary in JSON (status {done.returncode}): "
                         f"{done.stdout[:200]}{done.stderr[:500]}")
            finish()
        self.report = self.summary["report"]
        self.ledger = self.summary["ledger"]
        self.exits = self.summary["exits"]
        self.seconds = self.summary["run_ns"] / 1e9


def record(name, options, guest, arguments=(), world=(), timeout=300, **more):
    """`vspan record` into WORK/name; `world` is a command to run it in."""
    return Recording(run([*world, VSPAN, "record", "--quiet", "--format=json",
                          f"--output={WORK}/{name}", *options, guest, *arguments],
                         timeout=timeout, **more))


def ledger_closes(ledger, label):
    """The equation of the account, and that nobody broke a rule."""
    equal(ledger["unexplained"], 0, f"{label}: unexplained records")
    equal(ledger["attempted"], ledger["emitted"] + ledger["discarded_guest"] +
          ledger["discarded_host"] + ledger["torn"] + ledger["invalid"] + ledger["in_ring"],
          f"{label}: attempted = emitted + discarded + torn + invalid + in the ring")
    equal(ledger["violations"], 0, f"{label}: violations")
    equal(ledger["invalid"], 0, f"{label}: invalid")


def nothing_lost(ledger, label):
    ledger_closes(ledger, label)
    equal(ledger["emitted"], ledger["attempted"], f"{label}: emitted = attempted")


def daemons():
    """The LTTng daemons that run here, by number."""
    found = set()
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/comm", encoding="utf-8") as comm:
                if comm.read().startswith("lttng-"):
                    found.add(int(entry))
        except (OSError, ValueError):
            continue
    return found


def world_without_daemon():
    """A command prefix and environment in which no session daemon answers."""
    home = tempfile.mkdtemp(dir=WORK, prefix="home.")
    environment = dict(os.environ, LTTNG_HOME=home)
    if os.getuid() != 0:
        return [], environment
    script = 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm && exec "$@"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script,
            "sh"], environment
