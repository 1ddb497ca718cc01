# SPDX-License-Identifier: MIT
"""Live: babeltrace2 shows spans of a guest while it runs, as text in guest time, and
all of them in the end; the tree of a live session. Runs inside with-lttng.sh."""

import os
import re
import socket
import time

from attached import (Daemon, Guest, Relay, field, nodes_named, region, session, start,
                      until)
from harness import WORK, check, equal, finish, must, nothing_lost, say
from reading import BABELTRACE2, parse_tree

RATE = 500


def reader(name, *components):
    """A live session and babeltrace2 on it, into a file: LTTng lets one read each session."""
    session(name, "vspan:*", "vspan_work:*", create=["--live=200000", relay.url])
    url = f"net://localhost:{relay.live}/host/{socket.gethostname()}/{name}"
    out = os.path.join(WORK, name)
    with open(out, "w", encoding="utf-8") as file, \
            open(out + ".complaints", "w", encoding="utf-8") as complaints:
        return out, start([BABELTRACE2, "--input-format=lttng-live", url, *components],
                          stdout=file, stderr=complaints)


def content(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def numbers(text):
    return [int(number) for number in re.findall(r"vspan_work:request: .* number = (\d+)", text)]


def test_while_it_runs():
    """What the guest just did is in the reader's output, the guest still running."""
    begun = time.monotonic()
    until(lambda: len(numbers(content(TEXT))) > RATE, "requests in the live reader's output")
    served = guest.counts()["requests"]
    check(guest.process.poll() is None, "requests are shown while the guest runs")
    say(f"measured: after {time.monotonic() - begun:.2f} s the guest has served {served} requests, "
        f"{len(numbers(content(TEXT)))} of them are shown")
    until(lambda: max(numbers(content(TEXT))) >= served, "what was served until then is shown")
    check(guest.process.poll() is None, "the guest still runs")
    check(tree_reader.poll() is None and text_reader.poll() is None, "the readers wait for more")


def test_in_the_end():
    """The readers end with the session; each has all of it."""
    counts = guest.quit()
    nothing_lost(daemon.stop()["guest"], "account")
    # Waiting would be for the readers, which wait for the end of the session.
    for name in "text", "tree":
        must(["lttng", "destroy", "--no-wait", name])
    for name, process in ("text", text_reader), ("tree", tree_reader):
        equal(process.wait(timeout=60), 0, f"{name}: exit status of the reader")
        equal(content(f"{WORK}/{name}.complaints"), "", f"{name}: complaints of the reader")
    served = counts["requests"]
    equal(numbers(content(TEXT)) == list(range(served)), True,
          f"text: requests 0 to {served - 1}, each once, in the order of the guest")
    equal(len(re.findall(r"vspan_work:step: ", content(TEXT))), served, "text: steps")
    nodes = parse_tree(content(TREE))
    requests = nodes_named(nodes, "work:request")
    equal([field(node, "number") for node in requests] == list(range(served)), True,
          f"tree: requests 0 to {served - 1}")
    equal([[child.name for child in node.children] for node in requests] ==
          [["work:step"]] * served, True, "tree: each with its step")
    check('"guest" (1 vCPU)' in content(TREE), "tree: the VM's name")


relay = Relay(os.path.join(WORK, "relay"))
relay.wait()
path = region("guest")
# The readers first: one that comes later begins with what is new then.
TEXT, text_reader = reader("text", "--component=filter.vspan.spans", "--component=sink.text.pretty")
TREE, tree_reader = reader("tree", "--component=sink.vspan.tree")
until(lambda: must([BABELTRACE2, "--input-format=lttng-live",
                    f"net://localhost:{relay.live}"]).count("1 client(s)") == 2,
      "both readers are there")
daemon = Daemon(path)
guest = Guest(path, "spans=0", f"rate={RATE}")
test_while_it_runs()
test_in_the_end()
finish()
