# SPDX-License-Identifier: MIT
"""Heap profiles of a program that knows what it leaks, its region read as it is and recorded
through LTTng, and of a guest that counts by itself, under QEMU: totals, what is left at the end
and whose it is, to the byte. Runs inside with-lttng.sh."""

import json
import os
import re
import shutil
import subprocess

from harness import VSPAN, WORK, check, equal, finish, must, run, say
from reading import BABELTRACE2

LEAKS = os.environ["LEAKS"]
PRELOAD = os.environ["HEAP_PRELOAD"]
GUEST = os.environ["HEAP_QEMU"]
QEMU = "qemu-system-x86_64"

# Bytes and allocations left by each function of tests/process/leaks.c.
LEFT = {"leak_small": (700, 7), "leak_zeroed": (3000, 1), "leak_aligned": (640, 2),
        "leak_moved": (20, 1)}
# And all it allocated: before realloc() and after, and again when it failed; threads' keys,
# rounds of three sizes.
ALLOCATED = dict(LEFT, leak_moved=(5030, 3), keep_nothing=(64 + 100000 + 24 + 24, 4),
                 churn=(4 * (77 + 500 * 3216), 4 * (1 + 500 * 3)))


def profile(source, *params):
    """The only profile of a trace, with all stacks."""
    words = ",".join(("format=\"json\"", "top=0", *params))
    heaps = json.loads(must([BABELTRACE2, *source, "--component=sink.vspan.heap",
                             f"--params={words}"]))["heaps"]
    equal(len(heaps), 1, "VMs with a heap")
    return heaps[0]


def by_function(stacks):
    """Bytes and count of what each function of the program asked for itself."""
    found = {}
    for stack in stacks:
        name = stack["stack"][0]["name"].split("+")[0] if stack["stack"] else ""
        size, count = found.get(name, (0, 0))
        found[name] = (size + stack["bytes"], count + stack["count"])
    return found


def consistent(heap, label):
    equal(heap["live_count"], heap["allocations"] - (heap["frees"] - heap["unmatched"]),
          f"{label}: what is left is what was not freed")
    equal(sum(stack["bytes"] for stack in heap["live"]), heap["live_bytes"],
          f"{label}: bytes left, over all stacks")
    equal(sum(stack["count"] for stack in heap["by_count"]), heap["allocations"],
          f"{label}: allocations, over all stacks")
    for doubt in ("replaced", "untracked", "late", "malformed"):
        equal(heap[doubt], 0, f"{label}: {doubt}")


def compare(heap, label):
    consistent(heap, label)
    left, allocated = by_function(heap["live"]), by_function(heap["by_bytes"])
    for function, wanted in LEFT.items():
        equal(left.get(function), wanted, f"{label}: left by {function}")
    for function, wanted in ALLOCATED.items():
        equal(allocated.get(function), wanted, f"{label}: allocated by {function}")
    for function in ("churn", "keep_nothing", "leak_in_child"):
        equal(function in left, False, f"{label}: something left by {function}")
    equal("leak_in_child" in allocated, False, f"{label}: something of the child")
    check(heap["peak_bytes"] >= 100000, f"{label}: the peak holds the largest block")
    names = [frame["name"] for stack in heap["live"] for frame in stack["stack"]]
    check(any(re.fullmatch(r"leak_small\+0x[0-9a-f]+ \(leaks\.c:\d+\)", name) for name in names),
          f"{label}: a frame has function, file and line")
    stack = next(stack["stack"] for stack in heap["live"]
                 if stack["stack"] and stack["stack"][0]["name"].startswith("leak_zeroed"))
    check(stack[1]["name"].startswith("main+"), f"{label}: its caller is next: {stack[1]['name']}")


def region_of_program():
    path = os.path.join(WORK, "leaks.vspan")
    must([VSPAN, "create", "--enable", "--rings=8", "--ring-size=4M", "--mode=discard", path])
    must([LEAKS], env=dict(os.environ, LD_PRELOAD=PRELOAD, VSPAN_REGION=path))
    return path


def test_region(path):
    source = ("--component=source.vspan.ring", f"--params=inputs=[\"{path}\"]")
    heap = profile(source, "root=\"/\"")
    compare(heap, "region")
    # The user decides which files are read.
    names = [frame["name"] for stack in profile(source)["live"] for frame in stack["stack"]]
    check(any(re.fullmatch(r"leaks\+0x[0-9a-f]+", name) for name in names),
          "without a root, file and place in it")
    equal(any(name.startswith("leak_small") for name in names), False, "names without a root")


def test_record():
    output = os.path.join(WORK, "recorded")
    done = run([VSPAN, "record", "--heap", f"--output={output}", "--", LEAKS])
    if not equal(done.returncode, 0, "exit status of vspan record --heap"):
        say(done.stderr)
    compare(profile((output,), "root=\"/\""), "recorded")
    done = run([VSPAN, "record", "--heap", "--functions", "--", LEAKS])
    equal(done.returncode, 2, "exit status with --functions")


def test_guest():
    path = os.path.join(WORK, "guest.vspan")
    size = json.loads(must([VSPAN, "create", "--enable", "--rings=2", "--ring-size=1M",
                            "--mode=discard", "--format=json", path]))["size"]
    try:
        done = subprocess.run(
            [QEMU, "-accel", "tcg,thread=multi", "-smp", "2", "-m", "64", "-nodefaults",
             "-display", "none", "-serial", "stdio", "-no-reboot",
             "-device", "isa-debug-exit,iobase=0xf4,iosize=0x4",
             "-object", f"memory-backend-file,id=vspan,share=on,size={size},mem-path={path}",
             "-device", "ivshmem-plain,memdev=vspan", "-kernel", GUEST,
             "-append", "sessions=500 leak=9"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        check(False, "the guest ended")
        return
    report = {name: int(value) for name, value in re.findall(r"report (\w+) (\d+)", done.stdout)}
    heap = profile(("--component=source.vspan.ring", f"--params=inputs=[\"{path}\"]"),
                   f"elf=\"{GUEST}\"")
    consistent(heap, "guest")
    equal(report.get("refused"), 0, "guest: allocations refused")
    for ours, its in [("allocations", "allocations"), ("frees", "frees"), ("bytes", "bytes"),
                      ("live_count", "live"), ("live_bytes", "live_bytes")]:
        equal(heap[ours], report.get(its), f"guest: {ours}, as it counted")
    equal(heap["unmatched"], 0, "guest: frees of what is not known")
    equal(by_function(heap["live"]), {"session_remember": (2 * 55 * 40, 2 * 55)},
          "guest: left, and by whom")
    names = [frame["name"].split("+")[0] for frame in heap["live"][0]["stack"]]
    equal(names[:3], ["session_remember", "server_run", "guest_main"], "guest: its stack")


region = region_of_program()
test_region(region)
test_record()
if shutil.which(QEMU):
    test_guest()
else:
    say(f"SKIP: the guest: {QEMU} is not installed")
finish()
