# SPDX-License-Identifier: MIT
"""Quotas of call sites: those beyond get no events of their own but are recorded all the same, as
vspan:span and vspan:event with their names as text; the user is told once, in the log and in the
trace. Real session daemon, `vspan attach`, a process as guest. Runs inside with-lttng.sh."""

import json
import os
import signal
import subprocess

from harness import VSPAN, WORK, check, equal, finish, must, run, say
from reading import events, tree

WORKER = os.environ["WORKER"]
NATIVE = 3


def attach(name, *options):
    region = f"{WORK}/{name}.region"
    must([VSPAN, "create", "--rings=1", "--ring-size=4M", "--sites=1024", f"--name={name}", region])
    daemon = subprocess.Popen([VSPAN, "attach", f"--control={WORK}/{name}.control",
                               f"--state-dir={WORK}", "--format=json", *options, region],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = []
    for line in daemon.stderr:
        said.append(line)
        if "attached" in line:
            return daemon, region, said
    check(False, f"vspan attach attaches: {said}")
    finish()


def record(name, *options):
    """A worker recorded by a daemon with these options: what it counted, was said, was recorded."""
    must(["lttng", "create", name, f"--output={WORK}/{name}"])
    for pattern in ("vspan:*", "vspan_*"):
        must(["lttng", "enable-event", "--userspace", f"--session={name}", pattern])
    must(["lttng", "start", name])
    daemon, region, said = attach(name, *options)
    guest = run([WORKER, "threads=1", "spans=60", "sites=20", "rate=100", "fail=9"],
                env={**os.environ, "VSPAN_REGION": region, "VSPAN_HELLO_TIMEOUT_MS": "30000"})
    counts = json.loads(guest.stdout)
    info = json.loads(must([VSPAN, "status", f"--control={WORK}/{name}.control", "--format=json"]))
    daemon.send_signal(signal.SIGINT)
    out, err = daemon.communicate(timeout=60)
    said += err.splitlines()
    must(["lttng", "stop", name])
    must(["lttng", "destroy", name])
    equal(json.loads(out)["totals"]["unexplained"], 0, f"{name}: unexplained records")
    return counts, said, list(events(f"{WORK}/{name}")), info


def judge(name, counts, said, recorded, info):
    own = {event.name for event in recorded if event.name.startswith("vspan_")}
    generic = [event for event in recorded if event.name in ("vspan:span", "vspan:event")]
    names = {event.string("provider") + ":" + event.string("name") for event in generic}
    say(f"measured: {sorted(own)} native, {len(names)} names as text, status {info['regions'][0]}")
    spans = sum(" duration = " in event.text for event in recorded
                if event.name.startswith("vspan_") or event.name == "vspan:span")
    equal(spans, counts["recorded"], f"{name}: spans recorded, as the guest counted")
    check(len(own) <= NATIVE, f"{name}: at most {NATIVE} call sites have events of their own")
    check("gen:site_000" in names or "vspan_gen:site_000" in own, f"{name}: the first site is there")
    check("gen:site_019" in names, f"{name}: the last one used, too")
    told = [line for line in said if "quota" in line]
    equal(len(told), 1, f"{name}: the log says so once: {told}")
    notices = [event.string("text") for event in recorded if event.name == "vspan:notice"]
    equal(sum("quota" in text for text in notices), 1, f"{name}: and the trace: {notices}")
    nodes, _ = tree(f"{WORK}/{name}")
    shown = {node.name for node in nodes}
    check("gen:site_019" in shown and "work:request" in shown, f"{name}: the tree shows all names")


for case, option in (("region", f"--site-quota={NATIVE}"), ("total", f"--site-quota-total={NATIVE}")):
    judge(case, *record(case, option))
finish()
