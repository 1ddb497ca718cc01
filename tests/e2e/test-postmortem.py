# SPDX-License-Identifier: MIT
"""A process killed in the middle, with nobody to drain it: source.vspan.ring reads its region,
a dump of memory with the region in it, and gives the very trees that LTTng gives when a consumer
attaches to the same region afterwards. Runs inside with-lttng.sh."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

from attached import WORKER, region, start
from harness import VSPAN, WORK, check, equal, finish, must, run
from postmortem import closed, equal_trees, recorded, source, tree
from reading import BABELTRACE2


def victim(name, *options, rings=3, size="64k", seconds=0.4, arguments=()):
    """The region of a worker that was killed."""
    path = region(name, "--enable", *options, rings=rings, size=size)
    guest = start([WORKER, "threads=2", "spans=0", *arguments], stdout=subprocess.DEVNULL,
                  env=dict(os.environ, VSPAN_REGION=path))
    time.sleep(seconds)
    guest.send_signal(signal.SIGKILL)
    guest.wait()
    shutil.copy(path, f"{path}.copy")
    return path


def same(name, label, *more):
    """The tree of the copy, after having compared it with that of the trace."""
    path = os.path.join(WORK, name)
    trace, clock = recorded(path)
    through, _, status = tree(trace)
    equal(status, 0, f"{label}: babeltrace2 reads the trace")
    directly, said, status = source(f'path="{path}.copy",{clock}' + "".join(more))
    equal(status, 0, f"{label}: and the region")
    equal_trees(directly, through, label)
    return directly.decode(), said, clock


def killed():
    path = victim("victim", size="1M", arguments=("slow=1", "slow_us=1000", "types=3", "fail=4"))
    before = os.stat(f"{path}.copy")
    text, said, _ = same("victim", "killed")
    after = os.stat(f"{path}.copy")
    equal((before.st_mtime_ns, before.st_size), (after.st_mtime_ns, after.st_size),
          "the region's file was not touched")
    attempted, rest = closed(text, "killed")
    check(rest[0] > 1000 and rest[1] == 0, f"nothing was discarded of {attempted} records")
    check("aborted" in text, "spans that were open are aborted")
    check("no consumer has drained it" in said, "it is said that this is all")
    return f"{path}.copy"


def full():
    """A ring that was full: the losses are told in the same places."""
    victim("full", "--mode=discard")
    text, _, _ = same("full", "full")
    _, rest = closed(text, "full")
    check(rest[1] > 0 and "lost" in text, f"{rest[1]} records were discarded")


def overwritten():
    victim("recorder", "--mode=overwrite")
    text, _, clock = same("recorder", "flight recorder")
    _, rest = closed(text, "flight recorder")
    check(rest[1] > 0, f"{rest[1]} records were overwritten")
    path = os.path.join(WORK, "recorder.copy")
    more, _, status = source(f'path="{path}",all=yes,{clock}')
    equal(status, 0, "flight recorder, all=yes")
    closed(more.decode(), "flight recorder, all=yes")


def drained():
    """A region a consumer has drained: empty, and with all=yes what is left in the slots."""
    path = os.path.join(WORK, "victim")
    rest, said, status = source(f'path="{path}"')
    equal(status, 0, "a drained region can be read")
    check("before were" in said, "and it is said that it was drained")
    check(b"work:request" not in rest, "nothing is left to show")
    closed(rest.decode(), "drained")
    everything, said, status = source(f'path="{path}",all=yes')
    equal(status, 0, "all=yes")
    check(everything.count(b"work:request") > 100, "all=yes shows what still lies in the slots")
    closed(everything.decode(), "all=yes")
    check("drained before or not" in said, "and says so")


def dump(copy):
    """Found in a dump, at a place that is no page; and where the user says."""
    path = os.path.join(WORK, "dump")
    with open(copy, "rb") as file:
        memory = file.read()
    with open(path, "wb") as file:
        file.write(b"\x7fELF" + bytes(3 << 20) + b"VSPANRGN" + bytes(1000) + memory + b"more")
    place = 4 + (3 << 20) + 8 + 1000
    wanted, _, _ = source(f'path="{copy}"')
    found, said, status = source(f'path="{path}"')
    equal(status, 0, "a dump can be read")
    check(f"at byte {place}" in said, "the region is found behind something that is none")
    counts = re.compile(rb"^.* spans, .*$", re.MULTILINE)
    check(counts.findall(found) == counts.findall(wanted) != [], "and is the same one")
    told, _, status = source(f'path="{path}",offset={place}')
    check(status == 0 and counts.findall(told) == counts.findall(wanted), "also where told")
    for params, words in [(f'path="{path}",offset=4', "not a vspan region"),
                          (f'path="{path}",offset=99999999', "shorter than its header"),
                          (f'path="{BABELTRACE2}"', "there is no vspan region in"),
                          (f'path="{WORK}"', "is not a file"),
                          (f'path="{WORK}/none"', "cannot open")]:
        _, said, status = source(params)
        check(status != 0 and words in " ".join(said.split()), f"refused: {words}")


def discovered(copy):
    """`babeltrace2 FILE` is enough, and so are two regions."""
    text, said, status = tree(copy)
    equal(status, 0, "babeltrace2 finds the source for a region")
    check(b"work:request" in text and "source.vspan.ring" in said, "and shows its spans")
    both, _, status = source(f'inputs=["{copy}","{WORK}/full.copy"]')
    check(status == 0 and both.count(b"\nVM ") + both.startswith(b"VM ") >= 2, "two regions")
    done = run([BABELTRACE2, copy, "--component=filter.vspan.spans",
                "--component=sink.ctf.fs", f'--params=path="{WORK}/ctf",quiet=yes'])
    equal(done.returncode, 0, "as a CTF trace in guest time")
    again, _, status = tree(f"{WORK}/ctf")
    check(status == 0 and b"work:request" in again, "which can be read")


def without_lttng():
    """Nothing of LTTng is in the process."""
    plugin = os.path.join(os.environ["BABELTRACE_PLUGIN_PATH"], "babeltrace-plugin-vspan.so")
    check("lttng" not in must(["ldd", plugin]), "the plugin needs no library of LTTng")


def dumped(copy):
    """`vspan dump` counts the same."""
    text, _, _ = source(f'path="{copy}"')
    account = json.loads(must([VSPAN, "dump", "--format=json", copy]))
    attempted, rest = closed(text.decode(), "dump")
    total = account["totals"]
    equal([total["attempted"], total["emitted"], total["torn"]], [attempted, rest[0], rest[3]],
          "`vspan dump` has the same account")
    aborted = int(re.search(rb"(\d+) aborted", text).group(1))
    equal(sum(len(ring["open"]) for ring in account["rings"]), aborted,
          "and as many open spans as were aborted")


copied = killed()
full()
overwritten()
drained()
dump(copied)
discovered(copied)
without_lttng()
if "dump" in must([VSPAN, "--help"]):
    dumped(copied)
finish()
