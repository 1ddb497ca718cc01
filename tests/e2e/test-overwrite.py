# SPDX-License-Identifier: MIT
"""Flight recorder: the newest records are kept, the account closes, nothing waits.
Runs inside with-lttng.sh."""

from harness import (BATCH_SLOTS, FLOOD, LOST_OVERWRITTEN, SLOT, check, equal, finish,
                     ledger_closes, record, say, skip_without_kvm)
from reading import events, of_guest

CPUS = 2
RECORDS = 60000
RING = 64 << 10
NUMBERS = RECORDS // CPUS * 3 // 4


def flood(name, *options):
    recording = record(name, [f"--ring-size={RING}", "--mode=overwrite", *options], FLOOD,
                       [f"records={RECORDS}"])
    ledger = recording.ledger
    equal(recording.status, 0, f"{name}: exit status")
    equal(recording.report["records"], RECORDS, f"{name}: records, as the guest counted")
    equal(ledger["attempted"], RECORDS, f"{name}: attempted")
    ledger_closes(ledger, name)
    equal(ledger["torn"], 0, f"{name}: torn")
    equal(recording.exits["full"], 0, f"{name}: exits for a full ring")
    trace = list(events(recording.trace))
    equal(sum(map(of_guest, trace)), ledger["spans"] + ledger["events"],
          f"{name}: spans and events in the trace, as in the account")
    losses = [event for event in trace if event.name == "vspan:lost"]
    equal({loss.number("reason") for loss in losses}, {LOST_OVERWRITTEN}, f"{name}: reasons")
    equal(sum(loss.number("count") for loss in losses), ledger["discarded_guest"],
          f"{name}: sum of vspan:lost = overwritten")
    say(f"measured: {name}: {ledger['emitted']} of {RECORDS} kept, {recording.seconds:.3f} s")
    return ledger, trace


def numbers(trace, cpu):
    return sorted(event.number("number") for event in trace
                  if of_guest(event) and event.number("vcpu") == cpu)


def test_newest():
    """Read only once the vCPU has stopped: the end of what it wrote, without gaps."""
    ledger, trace = flood("newest", "--drain-on-exit")
    for cpu in range(CPUS):
        own = numbers(trace, cpu)
        equal(own == list(range(own[0], NUMBERS)), True,
              f"newest: vCPU {cpu}: numbers {own[0]} to {NUMBERS - 1} without a gap")
    least = CPUS * (RING // SLOT - BATCH_SLOTS - 8)
    check(least <= ledger["emitted"] + ledger["discarded_host"] <= CPUS * RING // SLOT,
          f"newest: {ledger['emitted']} records kept, of {CPUS} rings of {RING // SLOT} slots")


def test_lapped():
    """Read now and then while the writer laps the reader: no record twice or out of order."""
    ledger, trace = flood("lapped", "--poll=200ms")
    check(ledger["discarded_guest"] > 0, f"lapped: overwritten: {ledger['discarded_guest']}")
    check(ledger["emitted"] > CPUS * RING // SLOT, "lapped: more kept than the rings can hold")
    for cpu in range(CPUS):
        own = numbers(trace, cpu)
        equal(len(own), len(set(own)), f"lapped: vCPU {cpu}: records, each once")
        equal(own[-1], NUMBERS - 1, f"lapped: vCPU {cpu}: the last number is there")
        marks = [event.number("number") for event in trace
                 if event.name == "vspan_flood:mark" and event.number("vcpu") == cpu]
        equal(marks == sorted(marks), True, f"lapped: vCPU {cpu}: in order")


skip_without_kvm()
test_newest()
test_lapped()
finish()
