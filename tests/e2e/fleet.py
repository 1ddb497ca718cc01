# SPDX-License-Identifier: MIT
"""A running `vspan attach`, its guests (the worker of tests/process) and the session
daemon of the world a test runs in: started, asked, stopped by number."""

import json
import os
import signal
import socket
import subprocess
import time

from harness import VSPAN, WORK, check, finish, must, say

WORKER = os.environ["WORKER"]


def until(condition, seconds=60):
    """Whether it holds within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


class Daemon:
    """`vspan attach` with a control socket, log and state directory of its own below WORK."""

    def __init__(self, name, *options):
        self.control = f"{WORK}/{name}.control"
        self.log = f"{WORK}/{name}.log"
        self.state = f"{WORK}/{name}.state"
        os.makedirs(self.state, exist_ok=True)
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [VSPAN, "attach", f"--control={self.control}", f"--state-dir={self.state}",
                 "--format=json", *options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        if not until(lambda: os.path.exists(self.control) or self.process.poll() is not None):
            check(False, f"the daemon {name} starts: {self.said()}")
            finish()

    def said(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def told(self, text, count=1):
        """That its user was told `count` times, and not again within a moment."""
        until(lambda: self.said().count(text) >= count, 30)
        time.sleep(0.3)
        check(self.said().count(text) == count, f"told {count} times: {text}") or say(self.said())

    def status(self):
        return json.loads(must([VSPAN, "status", f"--control={self.control}", "--format=json"]))

    def answer_seconds(self):
        """How long the socket takes, without the half second a command of ours gives
        lttng-ust to register itself."""
        start = time.monotonic()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(self.control)
            client.sendall(b'{"command": "status"}\n')
            client.makefile().readline()
        return time.monotonic() - start

    def region(self, name):
        return next(one for one in self.status()["regions"] if one["name"] == name)

    def sites(self):
        """The call sites of all regions, by the region's name."""
        answer = json.loads(must([VSPAN, "list", f"--control={self.control}", "--format=json"]))
        return {region["name"]: region["sites"] for region in answer}

    def attach(self, *paths):
        must([VSPAN, "attach", f"--to={self.control}", *paths])

    def detach(self, *paths):
        """The answers, one a region."""
        return json.loads(must([VSPAN, "detach", f"--to={self.control}", "--format=json", *paths]))

    def stop(self):
        """Exit status, account, and how long it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            out, _ = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            check(False, f"the daemon ends when asked to: {self.said()}")
            finish()
        self.seconds = time.monotonic() - start
        return self.process.returncode, json.loads(out)


class Guest:
    """A worker that takes commands."""

    def __init__(self, region, *arguments, **environment):
        self.process = subprocess.Popen(
            [WORKER, "control=1", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=dict(os.environ, VSPAN_REGION=region, VSPAN_FULL_TIMEOUT_MS="20000",
                                **environment))

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def quit(self):
        """Its counts at the end."""
        out, _ = self.process.communicate("quit\n", timeout=60)
        if self.process.returncode != 0:
            check(False, f"the guest ends well: exit status {self.process.returncode}")
            finish()
        return json.loads(out)


def create(name, *options):
    path = f"{WORK}/{name}"
    must([VSPAN, "create", f"--name={name}", *options, path])
    return path
