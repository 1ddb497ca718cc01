# SPDX-License-Identifier: MIT
"""The example of a VMM on libvspan (doc/examples/vmm.c) boots the guest of the README
and the block-store guest; what its ledger says is in the trace, and the guest's
outermost spans hang under the span it was given. Runs inside with-lttng.sh.

Usage: test-example-vmm.py EXAMPLE SOURCE_ROOT BUILD_ROOT"""

import pathlib
import re
import sys

from harness import BLOCK_STORE, WORK, check, equal, finish, must, run, skip_without_kvm
from reading import events, of_guest

EXAMPLE, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
PARENT = 0x00f067aa0ba902b7
TRACEPARENT = f"00-4bf92f3577b34da6a3ce929d0e0e4736-{PARENT:016x}-01"
FLAGS = ["-O2", "-ffreestanding", "-mgeneral-regs-only", "-mno-red-zone", "-fno-stack-protector",
         "-fcf-protection=none", "-nostdlib", "-static", "-fno-pie", "-no-pie"]
LEDGER = re.compile(r"^(\d+) records attempted = (\d+) emitted \+ (\d+) not; (\d+) spans, (\d+) events$",
                    re.MULTILINE)


def hello_guest():
    """The README's guest, compiled as it says there."""
    source = re.search(r"^```c file=hello\.c\n(.*?)^```", (SOURCE / "README.md").read_text(),
                       re.MULTILINE | re.DOTALL)[1]
    path = pathlib.Path(WORK, "hello.c")
    path.write_text(source)
    port = SOURCE / "guest/ports/bare-x86_64"
    must(["gcc", *FLAGS, f"-Wl,--build-id=none,-T,{port}/guest.ld", f"-I{port}/include", f"-I{port}",
          f"-I{SOURCE}/include", str(path), f"{BUILD}/guest/libvspan-guest.a",
          f"{BUILD}/guest/libvspan-port-bare-x86_64.a", "-o", f"{WORK}/hello.elf"])
    return f"{WORK}/hello.elf"


def recorded(name, *command):
    """The example's run, in a session: its ledger and the guest's events."""
    must(["lttng", "create", name, f"--output={WORK}/{name}"])
    must(["lttng", "enable-event", "--userspace", "vspan*"])
    must(["lttng", "start"])
    done = run([EXAMPLE, *command])
    must(["lttng", "destroy"])
    equal((done.returncode, done.stderr), (0, ""), f"{name}: exit status, errors")
    ledger = LEDGER.search(done.stdout)
    if not check(ledger, f"{name}: prints its ledger: {done.stdout!r}"):
        finish()
    attempted, emitted, missing, spans, points = map(int, ledger.groups())
    equal((emitted, missing), (attempted, 0), f"{name}: emitted, not emitted")
    found = list(events(f"{WORK}/{name}"))
    equal(sum(map(of_guest, found)), spans + points, f"{name}: events in the trace")
    return found, spans


def parents_of_roots(found):
    spans = [event for event in found if of_guest(event) and event.is_span]
    own = {span.number("span") for span in spans}
    return {span.number("parent") for span in spans} - own


def test_hello():
    found, spans = recorded("hello", hello_guest())
    equal(spans, 1, "hello: spans")
    equal(parents_of_roots(found), {0}, "hello: parents of outermost spans")


def test_block_store():
    found, spans = recorded("block-store", BLOCK_STORE, "requests=30 ticks=3", TRACEPARENT)
    check(spans > 30, f"block-store: {spans} spans")
    equal(parents_of_roots(found), {PARENT}, "block-store: parents of outermost spans")
    names = [event.name for event in found]
    for name in ("vspan:vcpu_enter", "vspan:vcpu_exit", "vspan:vcpu_halt", "vspan:context"):
        check(name in names, f"block-store: the host's {name}")


skip_without_kvm()
test_hello()
test_block_store()
finish()
