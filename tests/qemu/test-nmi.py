# SPDX-License-Identifier: MIT
"""Writers nested three deep on a vCPU: a program, interrupted by its timer, interrupted by NMIs
of the other vCPU, each at any instruction, for QEMU is told to look for interrupts after every
one. The guest's region, read after its end, holds what the guest counted; each handler's span is
below the innermost span it came upon, and flagged. Usage: test-nmi.py VSPAN GUEST.elf"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

BABELTRACE2 = os.environ["BABELTRACE2"]
SKIPPED = 77
RINGS = 2
MARKS = 8  # events of a tick
FAILURES = []
# A tick is a nanosecond, as good a unit as any: only order matters.
CLOCK = "tsc = 0, ts = 0, error_ns = 0, ratio = 281474976710656"
# Whose span may be directly above: a level is never interrupted by one below it.
ABOVE = {
    "level:work": {None},
    "level:step": {"level:work"},
    "level:timer": {None, "level:work", "level:step"},
    "level:nmi": {None, "level:work", "level:step", "level:timer"},
}
HANDLERS = {"level:timer": 1, "level:nmi": 2}


def check(condition, text):
    if not condition:
        FAILURES.append(text)
        print(f"FAILED: {text}")


def equal(got, expected, text):
    check(got == expected, f"{text}: {got} instead of {expected}")


def run_guest(elf, region):
    """The guest's report."""
    size = os.path.getsize(region)
    done = subprocess.run(
        ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-singlestep", "-smp", str(RINGS),
         "-m", "64", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
         "-device", "isa-debug-exit,iobase=0xf4,iosize=0x4",
         "-object", f"memory-backend-file,id=vspan,share=on,mem-path={region},size={size}",
         "-device", "ivshmem-plain,memdev=vspan", "-kernel", elf],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, timeout=150)
    text = done.stdout.decode(errors="replace")
    check(done.returncode == 1, f"the guest ended by itself: {done.returncode}, {text}")
    lines = [line.split() for line in text.splitlines() if line.startswith("report ")]
    return {line[1]: int(line[2]) for line in lines}


def forest(region):
    """Roots of the region's trees."""
    done = subprocess.run(
        [BABELTRACE2, "--component=source.vspan.ring",
         f'--params=path="{region}",clock="{CLOCK}"',
         "--component=sink.vspan.tree", '--params=format="json"'],
        stdout=subprocess.PIPE, check=True, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if line["type"] in ("span", "event", "lost")]


def nodes(node, above=None):
    """A node and all below it, each with the span above it."""
    yield node, above
    for child in node.get("children", []):
        yield from nodes(child, node)


def check_span(span, above):
    name, flags = span["name"], span.get("flags", [])
    check((above and above["name"]) in ABOVE[name], f"{name} below {above and above['name']}")
    equal(flags, ["interrupt"] if name in HANDLERS else [], f"marks of {name}")
    if above:
        check(above["start"] <= span["start"] and
              span["start"] + span["duration"] <= above["start"] + above["duration"],
              f"{name} lies in the time of {above['name']}")


def check_event(event, above):
    level = event["fields"]["level"]
    equal("interrupt" in event.get("flags", []), level > 0, f"mark of an event of level {level}")
    check(above is not None, "an event is below a span")
    equal(HANDLERS.get(above["name"], 0), level, f"level of an event below {above['name']}")


def check_innermost(spans):
    """Independently of parents: what is open in time around a handler's begin, innermost."""
    for vcpu in range(RINGS):
        stack = []
        for span, above in sorted((pair for pair in spans if pair[0]["vcpu"] == vcpu),
                                  key=lambda pair: pair[0]["start"]):
            while stack and stack[-1]["start"] + stack[-1]["duration"] <= span["start"]:
                stack.pop()
            equal(above and above["id"], stack[-1]["id"] if stack else None,
                  f"what is above {span['name']} of {span['start']}")
            stack.append(span)


def check_forest(roots, report):
    every = [pair for root in roots for pair in nodes(root)]
    kinds = {kind: [pair for pair in every if pair[0]["type"] == kind]
             for kind in ("span", "event", "lost")}
    names = [span["name"] for span, _ in kinds["span"]]
    equal(len(every), len(kinds["span"]) + len(kinds["event"]), "spans and events, nothing lost")
    equal(names.count("level:work"), report["rounds"], "spans of work")
    equal(names.count("level:step"), report["rounds"], "spans of steps")
    equal(names.count("level:timer"), report["ticks"], "spans of timers")
    equal(names.count("level:nmi"), report["nmis"], "spans of NMIs")
    equal(len(kinds["event"]), report["rounds"] + MARKS * report["ticks"] + report["nmis"],
          "events")
    for span, above in kinds["span"]:
        check_span(span, above)
    for event, above in kinds["event"]:
        check_event(event, above)
    check_innermost(kinds["span"])
    came = {}
    for span, above in kinds["span"]:
        if span["name"] in HANDLERS:
            came.setdefault((span["name"], above and above["name"]), []).append(span)
    for (name, above), found in sorted(came.items(), key=str):
        print(f"{len(found):6} {name} in {above or 'no span'}")
    check(("level:nmi", "level:timer") in came, "an NMI came in the timer's handler")
    check(("level:nmi", "level:step") in came and ("level:timer", "level:step") in came,
          "interrupts came in spans")


def main():
    vspan, elf = sys.argv[1:]
    if shutil.which("qemu-system-x86_64") is None:
        print("SKIP: no qemu-system-x86_64 (Debian: apt install qemu-system-x86)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        region = os.path.join(folder, "region.vspan")
        subprocess.run([vspan, "create", f"--rings={RINGS}", "--ring-size=4M", "--enable", region],
                       stdout=subprocess.DEVNULL, check=True)
        report = run_guest(elf, region)
        print(report)
        equal(report.get("attached"), 1, "the guest attached")
        if not FAILURES:
            check_forest(forest(region), report)
    return 1 if FAILURES else 0


sys.exit(main())
