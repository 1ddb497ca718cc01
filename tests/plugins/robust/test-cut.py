# SPDX-License-Identifier: MIT
"""Traces that are not whole: cut off in the middle, empty, of somebody else, with discarded
packets. babeltrace2 may complain of the trace; a component class of the plugin may end with an
error, but neither crashes nor says that the fault is its own, and shows what there is.

usage: test-cut.py BABELTRACE2 [CUTS [SEED]]   BABELTRACE_PLUGIN_PATH: both plugins
       WRAPPER runs babeltrace2, as in WRAPPER="valgrind -q --error-exitcode=9"
"""
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

BABELTRACE2 = shlex.split(os.environ.get("WRAPPER", "")) + [sys.argv[1]]
CUTS = int(sys.argv[2]) if len(sys.argv) > 2 else 6
random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
WORK = tempfile.mkdtemp(prefix="vspan-cut.")
failures = []
checks = 0


def check(good, what):
    global checks
    checks += 1
    if not good:
        failures.append(what)
        print("FAIL:", what)


def run(*arguments):
    return subprocess.run([*BABELTRACE2, *arguments], capture_output=True, text=True,
                          errors="replace", timeout=300, check=False)


def classes():
    """Names of the plugin's filters and sinks, as far as it has them."""
    names = re.findall(r"'((?:sink|filter)\.vspan\.\w+)'", run("list-plugins").stdout)
    check({"sink.vspan.tree", "filter.vspan.spans"} <= set(names), "the plugin is there")
    return sorted(set(names))


def record(path, params):
    """A CTF trace of a random forest."""
    done = run("run", "--component=source:source.vspantest.forest", f"--params={params}",
               "--component=filter:filter.vspan.spans", "--component=sink:sink.ctf.fs",
               f'--params=path="{path}",quiet=yes', "--connect=source:filter",
               "--connect=filter:sink")
    check(done.returncode == 0, f"a trace is written: {done.stderr[-500:]}")


def show(trace, name):
    """Runs one component class over a trace, and the tree behind a filter."""
    out = os.path.join(WORK, "out")
    if name.startswith("filter"):
        return run(trace, f"--component={name}", "--component=sink.vspan.tree",
                   f'--params=path="{out}"')
    return run(trace, f"--component={name}", f'--params=path="{out}"')


def judge(trace, name, what, may_fail):
    done = show(trace, name)
    check(done.returncode in ((0, 1) if may_fail else (0,)),
          f"{name}, {what}: status {done.returncode}: {done.stderr[-800:]}")
    check(done.returncode == 0 or "ctf" in done.stderr,
          f"{name}, {what}: the trace is at fault, not we: {done.stderr[-800:]}")


def cut(trace, number):
    """A copy whose stream files end anywhere."""
    copy = os.path.join(WORK, f"cut-{number}")
    shutil.copytree(trace, copy)
    for folder, _, files in os.walk(copy):
        for file in files:
            path = os.path.join(folder, file)
            if file != "metadata" and random.random() < 0.7:
                with open(path, "r+b") as stream:
                    stream.truncate(random.randrange(os.path.getsize(path)))
    return copy


def other_traces():
    """Traces with nothing of ours in them, and one LTTng dropped parts of."""
    script = os.path.join(WORK, "foreign.txt")
    with open(script, "w", encoding="utf-8") as file:
        file.write("foreign name=other:thing at=1000 x=1\nforeign name=other:thing at=2000 x=2\n")
    for params, what in ((f'path="{script}"', "of somebody else"), ('path="/dev/null"', "empty")):
        for name in classes():
            sink = ["sink.vspan.tree"] if name.startswith("filter") else []
            arguments = ["run", "--component=s:source.vspantest.script", f"--params={params}",
                         f"--component=a:{name}"]
            out = f'--params=path="{os.path.join(WORK, "out")}"'
            if sink:
                arguments += ["--component=b:sink.vspan.tree", out, "--connect=s:a",
                              "--connect=a:b"]
            else:
                arguments += [out, "--connect=s:a"]
            done = run(*arguments)
            check(done.returncode == 0,
                  f"{name}, a trace {what}: {done.returncode}: {done.stderr[-800:]}")


def main():
    whole = os.path.join(WORK, "whole")
    record(whole, "seed=3,plain=1,spans=400,vms=2,streams=3,notes=5")
    names = classes()
    for name in names:
        judge(whole, name, "the whole trace", False)
    for number in range(CUTS):
        trace = cut(whole, number)
        for name in names:
            judge(trace, name, f"cut {number}", True)
    other_traces()
    print(f"{len(names)} component classes, {checks} checks, {len(failures)} failed")
    if failures:
        print(f"traces are left in {WORK}")
        sys.exit(1)
    shutil.rmtree(WORK)


main()
