# SPDX-License-Identifier: MIT
"""A program that knows nothing of vspan, in a Linux guest: zlib's enough.c and
functions/subject.c, compiled with -finstrument-functions and linked with the Linux port,
run in a VM that QEMU emulates. Their calls are in the trace, named from the files the
guest was made of, as often as gcov counts them. Runs inside with-lttng.sh.

Usage: test-functions-linux.py FOLDER_OF_SUBJECT BUILD_ROOT KERNEL"""

import collections
import json
import os
import shutil
import subprocess
import sys

from attached import destroy, session, start, until
from harness import VSPAN, WORK, check, equal, finish, ledger_closes, must, run, skip
from reading import events

HERE, BUILD, KERNEL = sys.argv[1:4]
ENOUGH = "/usr/share/doc/zlib1g-dev/examples/enough.c"
PREFIX = "vspan_functions:"
ARGUMENTS = ["12", "6", "9"]
INIT = """
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void go(const char *program, const char *a, const char *b, const char *c)
{
	if (fork() == 0) {
		execl(program, program, a, b, c, (char *)0);
		_exit(127);
	}
	wait(0);
}

int main(void)
{
	mount("proc", "/proc", "proc", 0, 0);
	mount("sysfs", "/sys", "sysfs", 0, 0);
	setenv("VSPAN_HELLO_TIMEOUT_MS", "20000", 1);
	setenv("VSPAN_FULL_TIMEOUT_MS", "20000", 1);
	go("/usr/enough", "12", "6", "9");
	go("/subject", "threads", 0, 0);
	reboot(RB_POWER_OFF);
}
"""


def guest_program(tree, path, *sources):
    """Linked with the library and the Linux port; statically, for there is no C library there."""
    must(["cc", "-g", "-O0", "-w", "-finstrument-functions", "-static", *sources, "-o",
          f"{tree}{path}", f"{BUILD}/guest/functions/libvspan-functions.a", "-Wl,--start-group",
          f"{BUILD}/guest/ports/linux/libvspan-port-linux.a", f"{BUILD}/guest/libvspan-guest.a",
          "-Wl,--end-group", "-pthread"])


def make_tree():
    tree = os.path.join(WORK, "tree")
    for folder in ("proc", "sys", "dev", "usr"):
        os.makedirs(f"{tree}/{folder}")
    with open(f"{WORK}/init.c", "w", encoding="utf-8") as init:
        init.write("#include <stdlib.h>\n" + INIT)
    must(["cc", "-O2", "-static", f"{WORK}/init.c", "-o", f"{tree}/init"])
    guest_program(tree, "/usr/enough", ENOUGH)
    guest_program(tree, "/subject", f"{HERE}/subject.c", f"{HERE}/library.c")
    must(["sh", "-c", f"cd {tree} && find . | cpio --quiet -o -H newc | gzip -1 >{WORK}/initrd"])
    return tree


def counts_of_gcov():
    folder = os.path.join(WORK, "gcov")
    os.mkdir(folder)
    must(["cc", "-w", "-O0", "--coverage", ENOUGH, "-o", "covered"], cwd=folder)
    must(["./covered", *ARGUMENTS], cwd=folder)
    notes = next(name for name in os.listdir(folder) if name.endswith(".gcda"))
    report = json.loads(must(["gcov", "--json-format", "--stdout", notes], cwd=folder))
    return {function["name"]: function["execution_count"]
            for file in report["files"] for function in file["functions"]
            if function["execution_count"] > 0}


def boot(region):
    size = os.stat(region).st_size
    return run(["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "512",
                "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
                "-object", f"memory-backend-file,id=vspan,share=on,mem-path={region},size={size}",
                "-device", "ivshmem-plain,memdev=vspan", "-kernel", KERNEL,
                "-initrd", f"{WORK}/initrd", "-append", "console=ttyS0 quiet panic=-1"],
               timeout=200)


def record(tree):
    """The account and what QEMU's console said."""
    region, control = os.path.join(WORK, "guest.vspan"), os.path.join(WORK, "control")
    must([VSPAN, "create", "--enable", "--rings=8", "--sites=512", region])
    session("linux", "vspan:*", "vspan_functions:*")
    daemon = start([VSPAN, "attach", f"--symbols={tree}", "--clock=unknown", "--no-state",
                    f"--control={control}", "--format=json", region],
                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    until(lambda: run([VSPAN, "status", f"--control={control}"]).returncode == 0,
          "`vspan attach` serves")
    done = boot(region)
    daemon.terminate()
    out, _ = daemon.communicate(timeout=60)
    destroy("linux")
    return json.loads(out)["regions"][0]["ledger"], done.stdout


for tool in ("cc", "gcov", "cpio", "qemu-system-x86_64"):
    if shutil.which(tool) is None:
        skip(f"{tool} is not installed")
if not os.path.exists(KERNEL):
    skip(f"{KERNEL} is missing: tests/kvm/fetch-vm.sh fetches it")
if not os.path.exists(ENOUGH):
    skip(f"{ENOUGH} is missing (Debian: apt install zlib1g-dev)")
ledger, console = record(make_tree())
ledger_closes(ledger, "the guest")
equal(ledger["emitted"], ledger["attempted"], "all was emitted")
check("total codes for" in console, "enough ran there")
spans = {event.number("span"): event for event in events(f"{WORK}/linux")
         if event.name.startswith(PREFIX) and event.is_span}
equal(sum(span.number("parent") not in spans for span in spans.values()), 6,
      "calls nobody made: two mains, four threads")
own = {"outer", "middle", "leaf", "thread_run", "threads"}
calls = collections.Counter(event.name[len(PREFIX):] for event in spans.values())
wanted = counts_of_gcov()
equal({name: calls[name] for name in wanted if name != "main"},
      {name: count for name, count in wanted.items() if name != "main"},
      "enough: calls, as gcov counts them outside of the guest")
equal({name: calls[name] for name in own | {"main"}},
      {"outer": 400, "middle": 800, "leaf": 4000, "thread_run": 4, "threads": 1, "main": 2},
      "subject: calls of its four threads, and two mains")
finish()
