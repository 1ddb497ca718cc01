# SPDX-License-Identifier: MIT
"""The guest is drained while it writes: no exit, no halt, no timer makes it stop
for that. Runs inside with-lttng.sh."""

from harness import FLOOD, check, equal, finish, nothing_lost, record, say, skip_without_kvm
from reading import events, of_guest

skip_without_kvm()
recording = record("concurrency", ["--cpus=1"], FLOOD, ["records=50000"])
equal(recording.status, 0, "exit status")
nothing_lost(recording.ledger, "account")
equal(recording.exits["full"] + recording.exits["flush"] + recording.exits["timer"], 0,
      "exits for a full ring, a flush, a timer")
early = recording.summary["records_at_first_exit"]
check(early > 0, f"records drained before the vCPU stopped for the first time: {early}")

emitted, written = [], []
for event in events(recording.trace):
    if of_guest(event):
        emitted.append(event.time)
        written.append(event.end if event.is_span else event.number("ts"))
last = max(written)
check(min(emitted) < last, f"first event emitted {(last - min(emitted)) / 1e6:.3f} ms before the "
                           "guest's last record")
before = sum(time < last for time in emitted)
check(before * 2 > len(emitted), f"{before} of {len(emitted)} events emitted before it")
impossible = sum(time < end for time, end in zip(emitted, written))
equal(impossible, 0, "events emitted before they happened")
say(f"measured: {recording.ledger['emitted']} records in {recording.seconds:.3f} s")
finish()
