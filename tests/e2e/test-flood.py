# SPDX-License-Identifier: MIT
"""Many records through small rings. Block mode: all arrive, in order, and vCPUs stop
exactly as often as their ring filled up. Discard mode: what is missing is counted, and
told where it is missing. Runs inside with-lttng.sh.

Usage: test-flood.py [RECORDS]"""

import re
import sys

from harness import (FLOOD, HEADROOM_SLOTS, LOST_FULL, MARGIN_SLOTS, SLOT, check, equal,
                     finish, ledger_closes, nothing_lost, record, say, skip_without_kvm)
from reading import events, of_guest, tree

CPUS = 2
SMALL = 64 << 10
ROOM = SMALL // SLOT - MARGIN_SLOTS - HEADROOM_SLOTS
SHORT = 200000


def flood(name, options, records):
    recording = record(name, options, FLOOD, [f"records={records}"], timeout=600)
    equal(recording.status, 0, f"{name}: exit status")
    equal(recording.report["records"], records, f"{name}: records, as the guest counted")
    say(f"measured: {name}: {records} records in {recording.seconds:.3f} s, "
        f"{recording.exits['full']} exits for a full ring")
    return recording


def numbers_arrived(name, recording):
    """Numbers of the marks and items of each vCPU in order of arrival, and the losses."""
    arrived = {(kind, cpu): [] for kind in ("mark", "item") for cpu in range(CPUS)}
    for event in events(recording.trace):
        if of_guest(event):
            arrived[event.name[len("vspan_flood:"):], event.number("vcpu")].append(
                event.number("number"))
    total = sum(map(len, arrived.values()))
    equal(total, recording.ledger["spans"] + recording.ledger["events"],
          f"{name}: spans and events in the trace, as in the account")
    for (kind, cpu), numbers in arrived.items():
        disorder = sum(after <= before for before, after in zip(numbers, numbers[1:]))
        equal(disorder, 0, f"{name}: {kind}s of vCPU {cpu} out of order or twice")
    return {cpu: sorted(arrived["mark", cpu] + arrived["item", cpu]) for cpu in range(CPUS)}


def all_arrived(name, recording, records):
    nothing_lost(recording.ledger, name)
    equal(recording.ledger["attempted"], records, f"{name}: attempted")
    # Of four records three are numbered: begin, mark, end, mark.
    for cpu, numbers in numbers_arrived(name, recording).items():
        equal(numbers == list(range(records // CPUS * 3 // 4)), True,
              f"{name}: vCPU {cpu}: numbers 0 to {len(numbers) - 1} without a gap")


def test_block(records):
    say(f"-- block mode, {SMALL >> 10} KiB rings, drained all the time")
    recording = flood("block", [f"--ring-size={SMALL}"], records)
    all_arrived("block", recording, records)
    equal(recording.exits["full"], recording.ledger["fulls"], "block: exits = times a ring filled")


def test_block_full_exits():
    say("-- block mode, drained only when a vCPU stops for it")
    recording = flood("full", [f"--ring-size={SMALL}", "--drain-on-exit"], SHORT)
    all_arrived("full", recording, SHORT)
    equal(recording.exits["full"], recording.ledger["fulls"], "full: exits = times a ring filled")
    wanted = CPUS * (SHORT // CPUS // ROOM)
    check(abs(recording.exits["full"] - wanted) <= 0.02 * wanted + CPUS,
          f"full: {recording.exits['full']} exits, records / room of the rings: {wanted}")
    equal(recording.summary["records_at_first_exit"], 0, "full: drained before the first exit")


def test_block_large():
    say("-- block mode, 64 MiB rings, drained only at the end")
    recording = flood("large", ["--ring-size=64M", "--drain-on-exit"], SHORT)
    all_arrived("large", recording, SHORT)
    equal(recording.exits["full"], 0, "large: exits for a full ring")


class Place:
    """A numbered record that arrived: its number, and when its verbs wrote."""

    def __init__(self, event):
        self.number = event.number("number")
        self.first = event.number("ts")
        self.last = event.end if event.is_span else self.first


def gaps(places):
    """Pairs of neighbours between which numbers are missing."""
    places = sorted(places, key=lambda place: place.number)
    return [(before, after) for before, after in zip(places, places[1:])
            if after.number != before.number + 1]


def losses_located(trace):
    """Each gap in the numbers has a loss that lies between its neighbours."""
    for cpu in range(CPUS):
        own = [event for event in trace if event.name.startswith("vspan") and
               " vcpu = " in event.text and event.number("vcpu") == cpu]
        losses = [event for event in own if event.name == "vspan:lost"]
        missing = gaps([Place(event) for event in own if of_guest(event)])
        told = near = exact = 0
        for before, after in missing:
            here = [loss for loss in losses if loss.number("ts_first") >= before.first and
                    loss.number("ts_last") <= after.first]
            told += bool(here)
            # Besides the numbered records, the end of an item that has begun may be lost.
            count = sum(loss.number("count") for loss in here)
            exact += 0 <= count - (after.number - before.number - 1) <= len(here)
            near += any(loss.number("ts_first") - before.last <
                        (after.first - before.last) / 2 for loss in here)
        check(missing, f"discard: vCPU {cpu}: gaps in the numbers: {len(missing)}")
        equal(told, len(missing), f"discard: vCPU {cpu}: gaps with a loss told inside them")
        equal(exact, len(missing), f"discard: vCPU {cpu}: losses that count what is missing there")
        equal(near, len(missing), f"discard: vCPU {cpu}: losses that begin where the gap begins")
        equal({loss.number("reason") for loss in losses}, {LOST_FULL},
              f"discard: vCPU {cpu}: reasons")


def losses_in_tree(recording, trace):
    nodes, text = tree(recording.trace)
    marks = [re.match(r"-- (\d+) records? lost here \(ring full\)", node.name)
             for node in nodes if node.is_loss]
    losses = sum(event.name == "vspan:lost" for event in trace)
    equal(sum(mark is not None for mark in marks), losses, "discard: marks of loss in the tree")
    equal(sum(int(mark[1]) for mark in marks if mark), recording.ledger["discarded_guest"],
          "discard: their sum = discarded")
    check(f"{recording.ledger['discarded_guest']} records lost" in text,
          "discard: the total of the tree")
    first = next(i for i, node in enumerate(nodes) if node.is_loss)
    check(0 < first < len(nodes) - 1 and not nodes[first - 1].is_loss,
          "discard: the first mark stands among what arrived")


def test_discard():
    say("-- discard mode, a consumer that comes too rarely")
    recording = record("discard", [f"--ring-size={SMALL}", "--mode=discard", "--poll=200ms"], FLOOD,
                       ["records=100000"])
    ledger = recording.ledger
    equal(recording.status, 0, "discard: exit status")
    ledger_closes(ledger, "discard")
    check(ledger["discarded_guest"] > 0, f"discard: discarded {ledger['discarded_guest']}")
    equal(ledger["emitted"] + ledger["discarded_guest"], ledger["attempted"],
          "discard: arrived + discarded = attempted")
    equal(ledger["attempted"] - ledger["lost_reports"], recording.report["records"],
          "discard: attempted without loss reports, as the guest counted")
    equal(recording.exits["full"], 0, "discard: exits for a full ring")
    equal(ledger["spans"], recording.report["spans_recorded"],
          "discard: spans, as the guest counted")
    numbers_arrived("discard", recording)
    trace = list(events(recording.trace))
    equal(sum(event.number("count") for event in trace if event.name == "vspan:lost"),
          ledger["discarded_guest"], "discard: sum of vspan:lost = discarded")
    losses_located(trace)
    losses_in_tree(recording, trace)


skip_without_kvm()
test_block(int(sys.argv[1]) if len(sys.argv) > 1 else SHORT)
if len(sys.argv) == 1:
    test_block_full_exits()
    test_block_large()
    test_discard()
finish()
