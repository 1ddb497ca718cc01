# SPDX-License-Identifier: MIT
"""Host spans and guest spans in one trace: a VMM's span is the parent of what its guest did for
it, by the trace context it entered the vCPU with. The VMM is host-spans, its guest the worker,
both real processes; context, entry and exit are in the trace as well. Runs inside with-lttng.sh."""

import json
import os

from harness import WORK, check, equal, finish, must, run
from reading import events, per_name, tree

HOST_SPANS = os.environ["HOST_SPANS"]
WORKER = os.environ["WORKER"]
REMOTE = 0x80

must(["lttng", "create", "call", f"--output={WORK}/call"])
for pattern in ("vspan:*", "vspan_*"):
    must(["lttng", "enable-event", "--userspace", "--session=call", pattern])
must(["lttng", "start", "call"])
done = run([HOST_SPANS, WORKER, "spans=5", "threads=1"])
equal(done.returncode, 0, f"exit status of the VMM {done.stderr}")
counts, said = (json.loads(line) for line in done.stdout.splitlines())
must(["lttng", "stop", "call"])
must(["lttng", "destroy", "call"])

equal(said["host"], {"attempted": 5, "spans": 2}, "the VMM's own account")
equal(said["guest"]["attempted"], counts["attempted"], "records of the guest, as it counted")
equal(said["guest"]["unexplained"], 0, "unexplained")
recorded = list(events(f"{WORK}/call"))
names = per_name(recorded)
equal((names["vspan_vmm:call"], names["vspan_work:request"]), (1, 5), "calls and requests")
requests = [event for event in recorded if event.name == "vspan_work:request"]
steps = [event for event in recorded if event.name == "vspan_work:step"]
equal({(event.number("parent"), event.number("flags") & REMOTE) for event in requests},
      {(said["call"], REMOTE)}, "the parent of each request is the VMM's span")
equal({event.number("flags") & REMOTE for event in steps}, {0}, "steps have parents of their own")
contexts = [event for event in recorded if event.name == "vspan:context"]
equal([(event.number("trace_high"), event.number("trace_low"), event.number("span"),
        event.number("position")) for event in contexts],
      [(0x1111, 0x2222, said["call"], 0)], "vspan:context says which, and from where on")
equal((names["vspan:vcpu_enter"], names["vspan:vcpu_exit"]), (1, 1), "an entry and an exit")
exits = [event for event in recorded if event.name == "vspan:vcpu_exit"]
equal(exits[0].string("reason"), "ended", "why it was left")

named = [event for event in recorded if event.name in ("vspan:span", "vspan:event")]
equal({(event.name, event.string("name")) for event in named},
      {("vspan:span", "run #1"), ("vspan:event", "about to run")}, "names known only at run time")

nodes, text = tree(f"{WORK}/call")
print(text)
calls = [node for node in nodes if node.name == "vmm:call"]
equal(len(calls), 1, "the tree has the call once")
equal(sum(child.name == "work:request" for child in calls[0].children), 5,
      "and the guest's requests are below it")
check("[client]" in calls[0].rest, "it is shown as a client's span")
finish()
