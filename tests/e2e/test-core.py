# SPDX-License-Identifier: MIT
"""The region of a process out of its core file, as `gcore` and as the kernel write them: the
tree is the same as from the region itself. Without shared mappings there is none in a core."""

import os
import resource
import shutil
import signal
import subprocess

from attached import Guest, region
from harness import WORK, check, equal, finish, run, say, skip
from postmortem import source

# Times do not matter here, only that they are the same twice.
CLOCK = 'clock="tsc = 0, ts = 0, error_ns = 0, ratio = 281474976710656",clock-offset=0'
SHARED = 0x3b  # of core(5): the default, and shared mappings that are files
DEFAULT = 0x33
cores = 0


def guest(name, mask):
    """A worker that has served requests and waits, with its core files as `mask` says."""
    folder = os.path.join(WORK, f"{name}-run")
    os.mkdir(folder)
    path = region(name, "--enable", rings=2, size="128k")
    with open("/proc/self/coredump_filter", "r+", encoding="ascii") as file:
        file.write(hex(mask))
    before = os.getcwd()
    os.chdir(folder)
    worker = Guest(path, "threads=2", "types=5", "fail=7", VSPAN_HELLO_TIMEOUT_MS="0")
    os.chdir(before)
    worker.serve(100)
    return path, folder, worker


def compare(path, core, label):
    """The core against the region, which nobody has touched since."""
    global cores
    cores += 1
    wanted, _, status = source(f'path="{path}",{CLOCK}')
    equal(status, 0, f"{label}: the region is read")
    check(wanted.count(b"work:request") >= 200, f"{label}: and has what the guest wrote")
    found, said, status = source(f'path="{core}",{CLOCK}')
    equal(status, 0, f"{label}: the core is read: {said.strip()}")
    check("found at byte" in said, f"{label}: the region was found in it")
    check(found == wanted, f"{label}: the same tree, {len(wanted)} bytes")


def by_gcore():
    if not shutil.which("gcore"):
        say("not tested with gcore, which is not installed (Debian: apt install gdb)")
        return
    path, folder, worker = guest("gcore", SHARED)
    done = run(["gcore", "-o", os.path.join(folder, "core"), str(worker.process.pid)])
    core = os.path.join(folder, f"core.{worker.process.pid}")
    if done.returncode != 0 or not os.path.exists(core):
        say(f"not tested with gcore, which may not look into processes here: {done.stderr}")
        worker.quit()
        return
    compare(path, core, "gcore")
    worker.quit()


def kernel_core(name, mask):
    """The core of a process that was killed by a signal, None: they go elsewhere."""
    path, folder, worker = guest(name, mask)
    worker.process.send_signal(signal.SIGABRT)
    worker.process.wait()
    found = [file for file in os.listdir(folder) if file.startswith("core")]
    return path, os.path.join(folder, found[0]) if found else None


def by_kernel():
    with open("/proc/sys/kernel/core_pattern", encoding="ascii") as file:
        pattern = file.read().strip()
    limit = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if pattern != "core" or limit == 0:
        say(f"not tested with the kernel's: cores go to \"{pattern}\", and may have {limit} bytes")
        return
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    path, core = kernel_core("abort", SHARED)
    if check(core is not None, "the kernel wrote a core"):
        compare(path, core, "the kernel's core")
    _, core = kernel_core("plain", DEFAULT)
    if check(core is not None, "and one without shared mappings"):
        _, said, status = source(f'path="{core}"')
        said = " ".join(said.split())
        check(status != 0 and "no vspan region in" in said and "coredump_filter" in said,
              f"which is refused, saying what to do: {said[-600:]}")


by_gcore()
by_kernel()
if cores == 0:
    skip("no core file could be had")
finish()
