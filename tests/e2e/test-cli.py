#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`vspan create`, `attach`, `status`, `list`, `detach` as processes, without LTTng.

A writer process stands in for the guest. VSPAN and WRITER name the programs.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

VSPAN = os.environ["VSPAN"]
WRITER = os.environ["WRITER"]
ROOT = tempfile.TemporaryDirectory(prefix="vspan-cli.")
DIR = ROOT.name
ENVIRONMENT = dict(os.environ, LTTNG_HOME=DIR, XDG_RUNTIME_DIR=DIR)
failures = 0


def check(what, good, seen=""):
    global failures
    print(("ok: " if good else "FAILED: ") + what, "" if good else seen, flush=True)
    failures += not good


def path(name):
    return os.path.join(DIR, name)


def vspan(*words, **options):
    return subprocess.run([VSPAN, *words], capture_output=True, text=True, timeout=60,
                          env=ENVIRONMENT, **options)


def ask(control, request):
    """The raw protocol: bytes in, bytes out."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(control)
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    return condition()


class Daemon:
    def __init__(self, name, *words, **options):
        self.control = path(name)
        self.log = open(path(name + ".log"), "w+")
        self.process = subprocess.Popen(
            [VSPAN, "attach", "--control=" + self.control, "--format=json", *words],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=ENVIRONMENT, **options)
        until(lambda: os.path.exists(self.control) or self.process.poll() is not None)

    def status(self):
        out = vspan("status", "--control=" + self.control, "--format=json")
        return json.loads(out.stdout) if out.returncode == 0 else {"failed": out.stderr}

    def said(self):
        self.log.flush()
        with open(self.log.name) as log:
            return log.read()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, json.loads(out) if out else None


def write(region, spans, *more):
    subprocess.run([WRITER, path(region), str(spans), *more], check=True, timeout=60)


def test_create():
    out = vspan("create", "--rings=2", "--ring-size=64k", "--name=first", "--format=json", path("one"))
    made = json.loads(out.stdout)
    check("create says what it made", (made["rings"], made["ring_size"], made["name"], made["mode"]) ==
          (2, 65536, "first", "block"), made)
    check("of that size, for its owner alone", (os.stat(path("one")).st_size, os.stat(path("one")).st_mode & 0o777)
          == (made["size"], 0o600))
    out = vspan("create", path("one"))
    check("it replaces nothing unasked", out.returncode == 1 and "--force" in out.stderr, out.stderr)
    out = vspan("create", "--mode=discard", path("two"))
    check("one line for people", out.returncode == 0 and out.stdout.startswith(path("two") + ": "), out.stdout)
    with open(path("old"), "w") as old:
        old.write("old")
    out = vspan("create", "--force", path("old"))
    check("--force replaces", out.returncode == 0 and os.stat(path("old")).st_size > 4096, out.stderr)
    check("and leaves nothing beside it", [n for n in os.listdir(DIR) if n.startswith("old")] == ["old"])
    for words in (["create"], ["create", "--rings=0", path("x")], ["create", "--ring-size=65k", path("x")],
                  ["create", "--mode=never", path("x")], ["attach", "--no-control"], ["attach", "--clock=mine", "x"],
                  ["status", "x"], ["detach"], ["list", "--control=x", "y"], ["status", "--format=xml"]):
        out = vspan(*words)
        check(" ".join(words[:2]) + ": a wrong command line", out.returncode == 2 and out.stderr.count("\n") == 1,
              out.stderr)
    vspan("create", "--enable", "--ring-size=64k", path("enabled"))
    vspan("create", "--ring-size=64k", path("off"))
    on = [open(path(name), "rb").read(1024)[768:1024].count(1) for name in ("enabled", "off")]
    check("--enable has all call sites on", on == [256, 0], on)
    out = vspan("create", path("missing/x"))
    check("a folder that is not there", out.returncode == 1 and "missing/x" in out.stderr, out.stderr)


def test_refusals():
    with open(path("damaged"), "wb") as file:
        file.write(b"\0" * 8192)
    out = vspan("attach", "--no-control", "--no-state", path("damaged"))
    check("a file that is no region ends it, named", out.returncode == 1 and path("damaged") in out.stderr and
          "not a vspan region" in out.stderr, out.stderr)
    out = vspan("attach", "--no-control", "--no-state", path("nothing"))
    check("one that is not there, with the remedy", out.returncode == 1 and "vspan create" in out.stderr, out.stderr)
    out = vspan("status", "--control=" + path("nobody"))
    check("no daemon, with the remedy", out.returncode == 1 and "vspan attach" in out.stderr, out.stderr)
    out = vspan("list", path("damaged"))
    check("list refuses it as well", out.returncode == 1 and path("damaged") in out.stderr, out.stderr)


def test_daemon():
    write("one", 100)
    daemon = Daemon("control", "--no-state", "--keep-going", path("one"), path("damaged"))
    check("the socket is for its owner alone", os.stat(daemon.control).st_mode & 0o777 == 0o600)
    until(lambda: daemon.status().get("totals", {}).get("emitted") == 300)
    status = daemon.status()
    region = status["regions"][0]
    check("--keep-going serves the others", len(status["regions"]) == 1 and path("damaged") in daemon.said(), status)
    check("what was written before is drained", region["ledger"]["emitted"] == 300 and
          region["ledger"]["spans"] == 100 and region["ledger"]["unexplained"] == 0, region)
    check("who the guest is", region["hello"] and region["name"] == "first", region)
    until(lambda: daemon.status()["regions"][0]["sites"]["known"] == 2)
    sites = json.loads(vspan("list", "--control=" + daemon.control, "--format=json").stdout)[0]["sites"]
    check("list has LTTng's names", sorted(site["event"] for site in sites) ==
          ["vspan_test:tick", "vspan_test:work"], sites)
    check("and what the source says", sorted((s["kind"], s["fields"], s["level"]) for s in sites) ==
          [("event", 1, 14), ("span", 2, 6)] and all(s["line"] > 0 and s["file"].endswith(".c") for s in sites), sites)
    out = vspan("list", path("one"))
    check("a region file lists them, too", "vspan_test:work" in out.stdout and "info" in out.stdout, out.stdout)
    out = vspan("status", "--control=" + daemon.control)
    check("a table for people, without colours", "UNEXPLAINED" in out.stdout and "first" in out.stdout and
          "\033" not in out.stdout and out.returncode == 0, out.stdout)
    check("the user is told that no session daemon answers",
          until(lambda: "no session daemon answers: tracing starts when one does" in daemon.said()), daemon.said())
    out = vspan("attach", "--no-control", "--no-state", path("one"))
    check("no second consumer", out.returncode == 1 and "has a consumer already" in out.stderr, out.stderr)
    out = vspan("attach", "--control=" + daemon.control, "--no-state")
    check("no second daemon at that socket", out.returncode == 1 and "--to=" in out.stderr, out.stderr)
    return daemon


def test_handover(daemon):
    out = vspan("attach", "--to=" + daemon.control, "two", cwd=DIR)
    check("a second region is handed over", out.returncode == 0 and path("two") in out.stdout, out.stderr)
    write("two", 10, "open")
    check("and drained", until(lambda: daemon.status()["totals"]["emitted"] == 331), daemon.status())
    check("its open span is seen", daemon.status()["regions"][1]["rings"][0]["open_spans"] == 1)
    out = vspan("attach", "--to=" + daemon.control, path("two"))
    check("not twice", out.returncode == 1 and "has a consumer already" in out.stderr, out.stderr)
    with open(path("copy"), "wb") as copy, open(path("two"), "rb") as two:
        copy.write(two.read())
    out = vspan("attach", "--to=" + daemon.control, path("copy"))
    check("nor a copy", out.returncode == 1 and "copy" in out.stderr, out.stderr)
    with open(path("old"), "r+b") as file:
        out = vspan("attach", "--to=" + daemon.control, f"fd:{file.fileno()}", pass_fds=[file.fileno()])
    check("by descriptor", out.returncode == 0, out.stderr)
    out = vspan("detach", "--to=" + daemon.control, "old")
    check("detached by its name", out.returncode == 0 and "0 attempted" in out.stdout, out.stdout + out.stderr)
    out = vspan("detach", "--to=" + daemon.control, "--format=json", "two", cwd=DIR)
    ledger = json.loads(out.stdout)[0]["ledger"]
    check("detached by its path, with its account", (ledger["emitted"], ledger["aborted"]) == (31, 1), out.stdout)
    out = vspan("detach", "--to=" + daemon.control, "two")
    check("gone is gone", out.returncode == 1 and "vspan status" in out.stderr, out.stderr)


def test_garbage(daemon):
    for request in (b"{\n", b"\n", b"[]\n", b"null\n", b"\0\xff\xfe\n", b"[" * 1000 + b"\n", b"{}\n", b"17",
                    b'{"command": 1}\n', b'{"command": "dance"}\n', b'{"command": "attach"}\n',
                    b'{"command": "attach", "path": "relative"}\n', b'{"command": "detach", "region": []}\n',
                    b'{"command": "attach", "path": "/' + b"x" * 5000 + b'"}\n', b"x" * 100000):
        try:
            answer = json.loads(ask(daemon.control, request))
        except (BrokenPipeError, ConnectionResetError):
            answer = {"ok": False, "error": "connection closed"}
        check(f"refused: {request[:24]}", answer["ok"] is False and answer["error"], answer)
    check("nothing at all is no request", ask(daemon.control, b"") == b"")
    idle = []
    for _ in range(20):
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        try:
            client.connect(daemon.control)
        except BlockingIOError:
            pass
        idle.append(client)
    start = time.monotonic()
    write("one", 200)
    for client in idle[:8]:
        client.close()
    check("idle clients stop nobody", until(lambda: daemon.status().get("totals", {}).get("emitted") == 331 + 600),
          daemon.status())
    print(f"with 20 idle clients, 8 of whom left: {time.monotonic() - start:.2f} s")
    for client in idle:
        client.close()


def test_end(daemon):
    code, account = daemon.stop()
    check("SIGTERM: exit status 0", code == 0, daemon.said())
    check("the account has every region ever attached", account["totals"]["emitted"] == 931 and
          account["totals"]["unexplained"] == 0 and [r["name"] for r in account["regions"]] == ["first"], account)
    check("the socket is gone", not os.path.exists(daemon.control))
    check("log lines name us", all(line.startswith("vspan: ") for line in daemon.said().splitlines()), daemon.said())
    # A daemon that was killed leaves a socket; the next one takes its place.
    daemon = Daemon("control", "--no-state")
    daemon.process.kill()
    daemon.process.communicate()
    daemon = Daemon("control", "--no-state")
    check("a killed daemon's socket is replaced", until(lambda: daemon.status().get("regions") == []), daemon.said())
    check("SIGINT does as well", daemon.stop(signal.SIGINT)[0] == 0)


test_create()
test_refusals()
served = test_daemon()
try:
    test_handover(served)
    test_garbage(served)
    test_end(served)
finally:
    if served.process.poll() is None:
        print(served.said())
        served.process.kill()
sys.exit(1 if failures else 0)
