# SPDX-License-Identifier: MIT
"""A guest as users run it: a region, the daemon `vspan attach` and a process that writes.

For the tests of LTTng's modes, test-modes-*.py, inside with-lttng.sh. Everything
started here is ended by its number, also when a test fails. WORKER names the guest.
"""

import atexit
import json
import os
import re
import signal
import socket
import subprocess
import time

from harness import VSPAN, WORK, check, equal, finish, must, run

WORKER = os.environ["WORKER"]
# The call sites of work.c; the worker's 500 generated ones find the table full.
OWN_SITES = 6
_started = []


def _end_all():
    for process in _started:
        if process.poll() is None:
            process.kill()
            process.wait()


atexit.register(_end_all)


def start(command, **options):
    """A program in the background, killed at the latest when the test ends."""
    process = subprocess.Popen(command, text=True, **options)  # pylint: disable=R1732
    _started.append(process)
    return process


def until(condition, what, seconds=30):
    """What `condition` returned once it was true. Gives up the whole test, saying what for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    check(False, f"within {seconds} s: {what}")
    return finish()


def region(name, *options, rings=1, size="1M"):
    path = os.path.join(WORK, name)
    must([VSPAN, "create", f"--rings={rings}", f"--ring-size={size}", f"--sites={OWN_SITES}",
          f"--name={name}", *options, path])
    return path


class Daemon:
    """`vspan attach`, once the session daemon knows it."""

    def __init__(self, *regions):
        self.control = os.path.join(WORK, "control")
        with open(os.path.join(WORK, "attach.log"), "w", encoding="utf-8") as log:
            self.process = start([VSPAN, "attach", f"--control={self.control}", "--no-state",
                                  "--format=json", *regions], stdout=subprocess.PIPE, stderr=log)
        until(lambda: f"PID: {self.process.pid} " in must(["lttng", "list", "--userspace"]),
              "the session daemon knows `vspan attach`")
        # It answers once it has attached; a guest that comes earlier waits for nobody.
        until(lambda: run([VSPAN, "status", f"--control={self.control}"]).returncode == 0,
              "`vspan attach` serves")

    def enabled(self):
        """Names of the call sites that are on in the guest of the first region."""
        listing = json.loads(must([VSPAN, "list", f"--control={self.control}", "--format=json"]))
        return {site["name"] for site in listing[0]["sites"] if site["enabled"]}

    def wait_enabled(self, names):
        until(lambda: self.enabled() == names, f"on in the guest: {sorted(names)}")

    def _status(self):
        return json.loads(must([VSPAN, "status", f"--control={self.control}", "--format=json"]))

    def totals(self):
        return self._status()["totals"]

    def wait_emitted(self, counts):
        """All that the guest attempted so far has been given to LTTng."""
        until(lambda: self.totals()["emitted"] == counts["attempted"], "all has been emitted")

    def regions(self):
        return self._status()["regions"]

    def stop(self):
        """The account by name of region, when all is drained and let go."""
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=60)
        equal(self.process.returncode, 0, "exit status of `vspan attach`")
        return {one["name"]: one["ledger"] for one in json.loads(out)["regions"]}


class Guest:
    """The worker, at the other end of its standard input; its own counts."""

    def __init__(self, path, *arguments, **environment):
        # Its call sites are as the sessions want them before it begins, however slow this is.
        settings = {"VSPAN_REGION": path, "VSPAN_HELLO_TIMEOUT_MS": "30000"} | environment
        self.process = start([WORKER, "control=1", *arguments], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, env=os.environ | settings)

    def _say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def counts(self):
        self._say("counts")
        return json.loads(self.process.stdout.readline())

    def serve(self, requests):
        """That many more requests, served when this returns."""
        self._say(f"spans {requests}")
        return self.counts()

    def quit(self):
        """Its last counts; it has ended."""
        out, _ = self.process.communicate("quit\n", timeout=60)
        equal(self.process.returncode, 0, "exit status of the guest")
        return json.loads(out)


def session(name, *rules, create=(), channel=("--subbuf-size=1M", "--num-subbuf=8"), output=None):
    """A started session; a rule is an event's name, or a list: name and options."""
    where = [] if "--live" in " ".join(create) or "url=" in " ".join(create) else \
        [f"--output={output or os.path.join(WORK, name)}"]
    must(["lttng", "create", name, *create, *where])
    must(["lttng", "enable-channel", "--userspace", f"--session={name}", *channel, "channel"])
    for rule in rules:
        enable(name, *([rule] if isinstance(rule, str) else rule))
    must(["lttng", "start", name])
    return os.path.join(WORK, name)


def enable(name, event, *options):
    must(["lttng", "enable-event", "--userspace", f"--session={name}", "--channel=channel",
          event, *options])


def disable(name, event):
    must(["lttng", "disable-event", "--userspace", f"--session={name}", "--channel=channel",
          event])


def destroy(*names):
    for name in names:
        must(["lttng", "destroy", name])


class Relay:
    """A relay daemon on ports nobody uses, which writes below `output`."""

    def __init__(self, output, address="127.0.0.1", prefix=()):
        self.address = address
        self.control, self.data, self.live = ports(3)
        self.process = start([*prefix, "lttng-relayd", f"--output={output}",
                              f"--control-port=tcp://{address}:{self.control}",
                              f"--data-port=tcp://{address}:{self.data}",
                              f"--live-port=tcp://{address}:{self.live}"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"--set-url=net://{address}:{self.control}:{self.data}"

    def wait(self):
        until(lambda: all(_listens(self.address, port)
                          for port in (self.control, self.data, self.live)),
              f"a relay daemon listens at {self.address}")


def ports(count):
    """Free ports, all bound at once so that they differ."""
    bound = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    numbers = [one.getsockname()[1] for one in bound]
    for one in bound:
        one.close()
    return numbers


def _listens(address, port):
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def requests_in(trace_events, name="vspan_work:request"):
    """The guest's numbers of its requests, in order of arrival."""
    return [event.number("number") for event in trace_events if event.name == name]


def nodes_named(nodes, name):
    return [node for node in nodes if node.name == name]


def field(node, name):
    """The number a field of a line of the tree shows, None: it has no such field."""
    found = re.search(rf"\b{name}=(0x[0-9a-f]+|\d+)", node.rest)
    return int(found[1], 0) if found else None
