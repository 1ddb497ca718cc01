# SPDX-License-Identifier: MIT
"""Flight recorder: a session that keeps the latest events in memory, written out by
hand and by triggers on what a guest does. Runs inside with-lttng.sh."""

import glob
import subprocess

from attached import (Daemon, Guest, destroy, field, nodes_named, region, requests_in, session,
                      until)
from harness import check, equal, finish, must, nothing_lost, say
from reading import BABELTRACE2, events, tree

SMALL = ("--overwrite", "--subbuf-size=16k", "--num-subbuf=4")
# More than what the last sub-buffers of one CPU can hold of 3 events of 120 bytes each.
KEPT = 60
SLOW_NS = 400_000_000


def snapshots(output):
    found = [path.rstrip("/") for path in glob.glob(f"{output}/snapshot-*/")]
    return sorted(found, key=lambda path: int(path.split("-")[-1]))


def latest(numbers, last, label):
    """Without a gap back from `last`, and not from the beginning on."""
    numbers = set(numbers)
    equal([number for number in range(last - KEPT + 1, last + 1) if number not in numbers], [],
          f"{label}: missing of the last {KEPT} requests before {last}")
    equal(max(numbers), last, f"{label}: the last request in it")


def test_by_hand(guest):
    """What is old gave way, what is recent is there, and in the tree."""
    counts = guest.serve(3000)
    served = counts["requests"]
    DAEMON.wait_emitted(counts)
    must(["lttng", "snapshot", "record", "--session=flight"])
    trace = snapshots(FLIGHT)[-1]
    numbers = requests_in(events(trace))
    say(f"measured: {len(numbers)} of {served} requests in the snapshot")
    latest(numbers, served - 1, "by hand")
    check(len(numbers) < served, "by hand: older ones gave way")
    shown = nodes_named(tree(trace)[0], "work:request")
    equal(sorted(field(node, "number") for node in shown) == sorted(numbers), True,
          "by hand: the tree shows just the requests in the snapshot")
    check(any(nodes_named(node.children, "work:step") for node in shown),
          "by hand: with their steps below them")


def triggered(name, number, wanted):
    """The snapshot a trigger made while request `number` was served, once it is complete."""
    def complete():
        found = snapshots(FLIGHT)[before:]
        return found and wanted in subprocess.run(
            [BABELTRACE2, found[0]], capture_output=True, text=True, check=False).stdout
    before = len(snapshots(FLIGHT))
    DAEMON.wait_emitted(GUEST.serve(number - GUEST.counts()["requests"]))
    equal(len(snapshots(FLIGHT)), before, f"{name}: snapshots before")
    served = GUEST.serve(1)["requests"]
    equal(served, number + 1, f"{name}: the request that matters is served")
    until(complete, f"{name}: a snapshot with {wanted}")
    equal(len(snapshots(FLIGHT)), before + 1, f"{name}: snapshots after")
    return list(events(snapshots(FLIGHT)[before]))


def test_failure():
    must(["lttng", "add-trigger", "--name=failure", "--condition=event-rule-matches",
          "--type=user", "--name=vspan_work:request", "--filter=status == 2",
          "--action=snapshot-session", "flight"])
    found = triggered("a failed request", 3999, "number = 3999")
    failed = [event.number("number") for event in found
              if event.name == "vspan_work:request" and '"error"' in event.text]
    equal(failed, [3999], "a failed request: failed ones in its snapshot")
    latest(requests_in(found), 3999, "a failed request")


def test_slowness():
    must(["lttng", "add-trigger", "--name=slowness", "--condition=event-rule-matches",
          "--type=user", "--name=vspan_work:step", f"--filter=duration > {SLOW_NS * 3 // 4}",
          "--action=snapshot-session", "flight"])
    found = triggered("a slow step", 4499, "vspan_work:step")
    steps = [event for event in found if event.name == "vspan_work:step"]
    equal([event.number("index") for event in steps if event.number("duration") > SLOW_NS],
          [4499 % 4], "a slow step: slow ones in its snapshot")


PATH = region("guest")
DAEMON = Daemon(PATH)
FLIGHT = session("flight", "vspan_work:*", create=["--snapshot"], channel=SMALL)
GUEST = Guest(PATH, "spans=1", "fail=4000", "slow=4500", f"slow_us={SLOW_NS // 1000}")
test_by_hand(GUEST)
test_failure()
test_slowness()
GUEST.quit()
nothing_lost(DAEMON.stop()["guest"], "account")
for trigger in ("failure", "slowness"):
    must(["lttng", "remove-trigger", trigger])
destroy("flight")
finish()
