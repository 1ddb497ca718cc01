# SPDX-License-Identifier: MIT
"""LTTng's trace of a process, its stream files cut off anywhere: babeltrace2 reads what it can,
every sink of the plugin and `vspan view` show just that, or end with babeltrace2's error;
`vspan view` says which files are not whole, and how the rest can be read. Nothing crashes or
hangs. Runs inside with-lttng.sh.

usage: test-cut-trace.py [CUTS [SEED]]
"""

import collections
import glob
import json
import os
import random
import re
import shutil
import sys

from attached import Daemon, Guest, destroy, region
from harness import VSPAN, WORK, check, equal, finish, must, run
from reading import BABELTRACE2, LINE, Event

CUTS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
WAYS = ("inside", "packet", "empty", "gone", "index")
VIEWS = (["--tally"], ["--html", "--no-open"], ["--otlp"], ["--folded"], ["--speedscope"],
         ["--perfetto"])
PACKET = 32 << 10
TIMEOUT = 60


def recorded():
    """Two channels, so that what was said of spans and the spans themselves are cut apart."""
    path = region("guest", rings=2, size="256k")
    trace = os.path.join(WORK, "cut")
    must(["lttng", "create", "cut", f"--output={trace}"])
    for pattern in ("vspan_*", "vspan:*"):
        channel = "guest" if pattern == "vspan_*" else "control"
        must(["lttng", "enable-channel", "--userspace", "--session=cut",
              f"--subbuf-size={PACKET}", "--num-subbuf=32", channel])
        must(["lttng", "enable-event", "--userspace", "--session=cut", f"--channel={channel}",
              pattern])
    must(["lttng", "start", "cut"])
    daemon = Daemon(path)
    guest = Guest(path, "threads=2", "types=4", "fail=5")
    for _ in range(4):
        daemon.wait_emitted(guest.serve(150))
    counts = guest.quit()
    daemon.stop()
    destroy("cut")
    return trace, counts


def classes():
    names = re.findall(r"'((?:sink|filter)\.vspan\.\w+)'", must([BABELTRACE2, "list-plugins"]))
    check({"sink.vspan.tree", "filter.vspan.spans"} <= set(names), "the plugin is there")
    return sorted(set(names))


def streams(trace):
    """The files with events, and where each of their packets ends."""
    found = {}
    for path in glob.glob(f"{trace}/**/index/*.idx", recursive=True):
        stream = os.path.join(os.path.dirname(path), "..", os.path.basename(path)[:-4])
        size = os.path.getsize(stream)
        if size:
            found[os.path.normpath(stream)] = range(0, size, PACKET)
    return found


def cut(trace, way):
    """A copy, and the names of the files in it that lack something."""
    copy = os.path.join(WORK, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(trace, copy)
    short = []
    files = streams(copy)
    for path in random.sample(sorted(files), random.randint(1, len(files))):
        size = os.path.getsize(path)
        index = os.path.join(os.path.dirname(path), "index", f"{os.path.basename(path)}.idx")
        if way == "index":
            os.truncate(index, random.randrange(os.path.getsize(index)))
            continue
        if way == "gone":
            os.unlink(path)
        else:
            os.truncate(path, {"inside": random.randrange(1, size), "empty": 0,
                               "packet": random.choice(files[path])}[way])
        short.append(path)
    return copy, short


def readable(trace):
    """What babeltrace2 itself reads: its exit status, the guest's spans and events, complaints."""
    done = run([BABELTRACE2, "--clock-cycles", "--no-delta", trace], timeout=TIMEOUT)
    matches = [LINE.match(line) for line in done.stdout.splitlines()]
    found = [Event(int(match[1]), match[2], match[3]) for match in matches if match]
    guest = [event for event in found if event.name.startswith("vspan_")]
    spans = sum(event.is_span for event in guest)
    return done.returncode, collections.Counter(
        {"spans": spans, "events": len(guest) - spans}), done.stderr


def fault(error):
    """The first cause is babeltrace2's own source, none is ours."""
    return "ctf" in error and not re.search(r"CAUSED BY \[.*'\w+\.vspan\.", error)


def show(trace, name):
    out = f'path="{WORK}/out"'
    more = [f"--component={name}"] if name.startswith("filter") else []
    sink = "sink.vspan.tree" if more else name
    if sink == "sink.vspan.tree":
        out += ',format="json"'
    return run([BABELTRACE2, trace, *more, f"--component={sink}", f"--params={out}"],
               timeout=TIMEOUT)


def totals():
    """What the tree says there is, of all VMs."""
    sums = collections.Counter()
    with open(f"{WORK}/out", encoding="utf-8") as file:
        for line in file:
            node = json.loads(line)
            if node["type"] == "vm":
                sums.update({key: node["totals"][key] for key in ("spans", "events")})
    return sums


def judge_sinks(trace, names, label):
    status, wanted, _ = readable(trace)
    check(status in (0, 1), f"{label}: babeltrace2 ends with {status}, {dict(wanted)}")
    for name in names:
        done = show(trace, name)
        if not check(done.returncode == status, f"{label}: {name} ends with {done.returncode}"):
            print(done.stderr[-2000:])
        elif status != 0:
            check(fault(done.stderr), f"{label}: {name}: the trace is at fault")
        elif "tree" in name or name.startswith("filter"):
            equal(totals(), wanted, f"{label}: {name} shows what can be read")
    return status


def judge_views(trace, status, short, label):
    for view in ([], random.choice(VIEWS)):
        done = run([VSPAN, "view", "--no-pager", *view, f"--output={WORK}/view", trace],
                   timeout=TIMEOUT)
        what = f"{label}: vspan view {' '.join(view)}"
        check((done.returncode == 0) == (status == 0) and done.returncode in (0, 1),
              f"{what} ends with {done.returncode}")
        told = [path for path in short if f"{path} was cut off" in done.stderr]
        equal(done.stderr.count("was cut off"), len(short), f"{what} tells of files")
        equal(told, short, f"{what} names them")
        check(status == 0 or f"cannot read {trace}" in done.stderr, f"{what} says what failed")
    return done.stderr


def repaired(trace, said, label):
    """What `vspan view` says makes the rest readable does."""
    for size, path in re.findall(r"`truncate -s (\d+) (.*?)`", said):
        os.truncate(path, int(size))
    status = judge_sinks(trace, ["sink.vspan.tree"], f"{label}, shortened")
    equal(status, 0, f"{label}: then it can be read")


def main():
    random.seed(SEED)
    trace, counts = recorded()
    names = classes()
    status, wanted, complaints = readable(trace)
    equal((status, complaints), (0, ""), "the whole trace is read")
    equal(wanted, {"spans": counts["begun"], "events": counts["events"]}, "as the guest counted")
    judge_sinks(trace, names, "whole")
    judge_views(trace, 0, [], "whole")
    for number in range(CUTS):
        way = WAYS[number % len(WAYS)]
        label = f"cut {number}, {way}"
        copy, short = cut(trace, way)
        status = judge_sinks(copy, names, label)
        said = judge_views(copy, status, sorted(short), label)
        if status != 0:
            repaired(copy, said, label)
    finish()


main()
