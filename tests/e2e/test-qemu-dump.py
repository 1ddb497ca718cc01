# SPDX-License-Identifier: MIT
"""A VM of QEMU, stopped in the middle, with nobody to drain it: its region, a dump of all of
its memory and one of the region's BAR hold the very tree that LTTng gives when a consumer
attaches to the region afterwards. Runs inside with-lttng.sh."""

import json
import os
import shutil
import socket
import subprocess

from attached import region, start, until
from harness import VSPAN, WORK, check, equal, finish, must, skip
from postmortem import closed, equal_trees, recorded, source, tree

QEMU = "qemu-system-x86_64"
GUEST = os.environ["BLOCK_STORE_QEMU"]
ENOUGH = 8000  # records, of which two rings of 64 KiB hold a quarter


def attempted_in(path):
    """What the guest says it has written so far."""
    return json.loads(must([VSPAN, "dump", "--format=json", path]))["totals"]["attempted"]


class Machine:
    """The block store, told what to do through QMP."""

    def __init__(self, name, path):
        self.monitor = os.path.join(WORK, f"{name}.qmp")
        size = os.path.getsize(path)
        self.process = start(
            [QEMU, "-accel", "tcg,thread=multi", "-machine", "q35", "-smp", "2", "-m", "64",
             "-nodefaults", "-display", "none", "-no-reboot", "-serial", "none",
             "-qmp", f"unix:{self.monitor},server=on,wait=off",
             "-object", f"memory-backend-file,id=vspan,share=on,mem-path={path},size={size}",
             "-device", "ivshmem-plain,memdev=vspan", "-kernel", GUEST,
             "-append", "requests=100000000 ticks=100 period=2000"],
            stdout=subprocess.DEVNULL)
        until(lambda: os.path.exists(self.monitor) or self.process.poll() is not None, "QMP")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(self.monitor)
        self.lines = self.socket.makefile(encoding="utf-8")
        self.lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        request = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        for line in self.lines:
            answer = json.loads(line)
            if "event" not in answer:
                check("return" in answer, f"QMP: {command} {answer.get('error', '')}")
                return answer.get("return")
        return None

    def bar(self, size):
        """Where the guest sees the region."""
        places = [one["address"] for bus in self.ask("query-pci") for device in bus["devices"]
                  for one in device["regions"] if one["type"] == "memory" and one["size"] == size]
        equal(len(places), 1, "BARs that may be the region's")
        return places[0]

    def quit(self):
        self.ask("quit")
        equal(self.process.wait(timeout=60), 0, "exit status of QEMU")


def compare(name, *options):
    path = region(name, "--enable", *options, rings=2, size="64k")
    size = os.path.getsize(path)
    machine = Machine(name, path)
    until(lambda: attempted_in(path) > ENOUGH, f"{name}: the guest writes")
    machine.ask("stop")
    shutil.copy(path, f"{path}.copy")
    everything, window = f"{path}.dump", f"{path}.bar"
    machine.ask("dump-guest-memory", paging=False, protocol=f"file:{everything}")
    machine.ask("pmemsave", val=machine.bar(size), size=size, filename=window)
    machine.quit()
    trace, clock = recorded(path, "--clock=unknown")
    through, said, status = tree(trace)
    equal((status, said), (0, ""), f"{name}: babeltrace2 reads the trace")
    attempted, rest = closed(through.decode(), name)
    check(rest[0] > 500 and b"store:" in through,
          f"{name}: of {attempted} records the guest wrote, {rest[0]} are there")
    check(rest[1] > 0, f"{name}: {rest[1]} of them were lost in the guest")
    for file, what in ((f"{path}.copy", "the region"), (window, "a dump of the BAR"),
                       (everything, "a dump of all memory")):
        directly, said, status = source(f'path="{file}",{clock}')
        equal(status, 0, f"{name}: {what} is read: {said.strip()}")
        check(("found at byte" in said) == (file == everything), f"{name}: where it has to be")
        equal_trees(directly, through, f"{name}: {what}")


if not shutil.which(QEMU):
    skip(f"{QEMU} is not installed (Debian: apt install qemu-system-x86)")
compare("block")
compare("recorder", "--mode=overwrite")
finish()
