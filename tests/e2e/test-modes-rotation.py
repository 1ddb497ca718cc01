# SPDX-License-Identifier: MIT
"""Rotation while a guest writes: at once, by time and by size. Each span is in exactly
one of the chunks, and all of them are. Runs inside with-lttng.sh."""

import collections
import glob
import os

from attached import Daemon, Guest, destroy, region, session, until
from harness import check, equal, finish, must, nothing_lost, say
from reading import events


def chunks(output):
    return sorted(glob.glob(f"{output}/archives/*"))


def compare(output, counts):
    """All chunks against what the guest counted."""
    where = collections.Counter()
    numbers = []
    for chunk in chunks(output):
        spans = [event for event in events(chunk) if event.is_span]
        say(f"measured: {os.path.basename(chunk)}: {len(spans)} spans")
        where.update((event.number("vcpu"), event.number("span")) for event in spans)
        numbers += [event.number("number") for event in spans
                    if event.name == "vspan_work:request"]
    name = os.path.basename(output)
    equal(len(where), counts["recorded"], f"{name}: spans in the chunks, as the guest counted")
    equal(sum(times > 1 for times in where.values()), 0, f"{name}: spans in two chunks")
    equal(sorted(numbers) == list(range(counts["requests"])), True,
          f"{name}: requests 0 to {counts['requests'] - 1}, each once")


path = region("guest")
daemon = Daemon(path)
outputs = {name: session(name, "vspan_work:*") for name in ("by-hand", "by-time")}
# Small sub-buffers: LTTng looks at the size only when one is full.
outputs["by-size"] = session("by-size", "vspan_work:*",
                             channel=("--subbuf-size=64k", "--num-subbuf=64"))
must(["lttng", "enable-rotation", "--session=by-time", "--timer=1s"])
must(["lttng", "enable-rotation", "--session=by-size", "--size=256k"])
guest = Guest(path, "spans=0", "rate=1000")
for turn in range(2):
    before = guest.counts()["requests"]
    until(lambda seen=before: guest.counts()["requests"] > seen + 500, "the guest goes on")
    must(["lttng", "rotate", "by-hand"])
    equal(len(chunks(outputs["by-hand"])), turn + 1, "chunks rotated by hand, the guest running")
    check(guest.counts()["requests"] > before, "the guest wrote meanwhile")
for name in ("by-time", "by-size"):
    until(lambda output=outputs[name]: len(chunks(output)) >= 2, f"{name}: two chunks")
check(guest.process.poll() is None, "all that while the guest ran")
last = guest.quit()
nothing_lost(daemon.stop()["guest"], "account")
for name, output in outputs.items():
    # Destroying makes the last chunk.
    destroy(name)
    check(len(chunks(output)) >= 3, f"{name}: {len(chunks(output))} chunks")
    compare(output, last)
finish()
