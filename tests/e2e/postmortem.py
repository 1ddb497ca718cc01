# SPDX-License-Identifier: MIT
"""What is left of a guest, read in two ways: by source.vspan.ring, and through LTTng by a
consumer that attaches afterwards. For test-postmortem.py and its likes, inside with-lttng.sh."""

import glob
import os
import re
import shutil
import subprocess

from attached import Daemon, destroy, session
from harness import check, equal, must, say
from reading import BABELTRACE2, events, of_guest

ENV = dict(os.environ, TZ="UTC", NO_COLOR="1")


def tree(*arguments):
    """The tree as printed, what was said besides, the exit status."""
    done = subprocess.run([BABELTRACE2, *arguments, "--component=sink.vspan.tree"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, env=ENV,
                          timeout=120)
    return done.stdout, done.stderr.decode(errors="replace"), done.returncode


def source(params):
    return tree("--component=source.vspan.ring", f"--params={params}")


def _record(path, name, options):
    trace = session(name, "vspan_*", "vspan:*", channel=("--subbuf-size=4M", "--num-subbuf=8"))
    daemon = Daemon(*options, path)
    daemon.stop()
    destroy(name)
    return trace


def _clocks_of(trace):
    """What the guest's events were timed with, as many as there were."""
    clock, used = None, []
    for event in events(trace):
        if event.name == "vspan:clock":
            clock = event.text.strip(" ,")
        elif of_guest(event) and clock not in used:
            used.append(clock)
    return used


def recorded(path, *options):
    """The region PATH.copy, drained by a consumer through LTTng; the trace, and parameters that
    give the source the trace's own clock. A slow consumer looks at its clock again: it gets
    another try, for the source has one only."""
    for attempt in range(10):
        shutil.copy(f"{path}.copy", path)
        trace = _record(path, f"{os.path.basename(path)}-{attempt}", options)
        clocks = _clocks_of(trace)
        if len(clocks) == 1:
            break
    equal(len(clocks), 1, "clocks the guest's events were timed with")
    place = os.path.dirname(glob.glob(f"{trace}/**/metadata", recursive=True)[0])
    metadata = must([BABELTRACE2, "--output-format=ctf-metadata", place])
    offset = re.search(r"\boffset = (\d+);", metadata).group(1)
    return trace, f'clock="{clocks[0]}",clock-offset={offset}'


def equal_trees(directly, through, label):
    if not check(through == directly,
                 f"{label}: the same tree both ways, {len(directly)} bytes"):
        for number, (one, other) in enumerate(zip(through.splitlines(), directly.splitlines())):
            if one != other:
                say(f"  line {number + 1}: {one!r}\n   instead of {other!r}")
                break


def ledger(text):
    found = re.search(r"(\d+) attempted = (\d+) emitted \+ (\d+) discarded by the guest \+ (\d+) "
                      r"by the host \+ (\d+) torn \+ (\d+) invalid \+ (\d+) in the ring", text)
    return [int(number) for number in found.groups()]


def closed(text, label):
    attempted, *rest = ledger(text)
    equal(sum(rest), attempted, f"{label}: the account closes")
    equal(rest[-1], 0, f"{label}: nothing is left in the ring")
    return attempted, rest
