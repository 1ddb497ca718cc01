# SPDX-License-Identifier: MIT
"""`vspan view --live`: the tally and the trees of a session while the guest runs, in a file
and on a terminal; what is refused; the ends. Runs inside with-lttng.sh."""

import fcntl
import os
import pty
import re
import signal
import socket
import struct
import termios

from attached import (Daemon, Guest, Relay, field, nodes_named, region, session, start,
                      until)
from harness import VSPAN, WORK, check, equal, finish, must, nothing_lost, run
from reading import BABELTRACE2, parse_tree

RATE = 300


def url(name):
    return f"net://localhost:{relay.live}/host/{socket.gethostname()}/{name}"


def reader(name, *options, stdout=None):
    """A live session and vspan view on it, into a file unless told."""
    session(name, "vspan:*", "vspan_work:*", create=["--live=100000", relay.url])
    with open(os.path.join(WORK, name), "w", encoding="utf-8") as file, \
            open(os.path.join(WORK, name + ".complaints"), "w", encoding="utf-8") as complaints:
        return start([VSPAN, "view", *options, url(name)],
                     stdout=file if stdout is None else stdout, stderr=complaints)


def content(name):
    with open(os.path.join(WORK, name), encoding="utf-8") as file:
        return file.read()


def calls(text):
    """What the latest table says of work:request; 0: there is none yet."""
    found = re.findall(r"^work:request .*$", text, re.MULTILINE)
    # Name, then number and unit of time, percent, number and unit of self.
    return int(found[-1].split()[6]) if found else 0


def requests(text):
    return [field(node, "number") for node in nodes_named(parse_tree(text), "work:request")]


class Screen:
    """A terminal of 100 columns and 12 lines."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 100, 0, 0))
        os.set_blocking(self.master, False)
        self.text = ""

    def read(self):
        try:
            while part := os.read(self.master, 65536):
                self.text += part.decode()
        except (BlockingIOError, OSError):
            pass
        return self.text


def test_refused():
    """What cannot be followed is said at once, with what there is instead."""
    done = run([VSPAN, "view", url("nothing")])
    check(done.returncode == 1 and "no live session" in done.stderr and
          f"it has {socket.gethostname()}/tally" in done.stderr, f"no such session: {done.stderr}")
    done = run([VSPAN, "view", url("tally")])
    check(done.returncode == 1 and "somebody reads" in done.stderr, f"a second reader: {done.stderr}")
    done = run([VSPAN, "view", "--live", "tally"])
    check(done.returncode == 1 and "net://localhost" in done.stderr and "lttng-relayd" in done.stderr,
          f"no relay daemon at the usual port: {done.stderr}")


def test_while_it_runs():
    until(lambda: calls(content("tally")) > RATE, "requests in the tally")
    until(lambda: len(requests(content("tree"))) > RATE, "requests in the trees")
    until(lambda: calls(screen.read()) > RATE, "requests on the screen")
    served = guest.counts()["requests"]
    check(guest.process.poll() is None, "the guest still runs")
    until(lambda: calls(content("tally")) >= served, "what was served until then is counted")
    check(content("tally").count("\nName ") > 1, "a table after an empty line, several times")
    check(screen.text.count("\x1b[?7l\x1b[H") > 1, "on a terminal, again in the same place")
    check(all(one.poll() is None for one in (tally, tree, shown)), "the readers wait for more")


def test_interrupted():
    """Ctrl-C is how one stops to look: the last table stays."""
    for process, name in (shown, "screen"), (tree, "tree"):
        process.send_signal(signal.SIGINT)
        if name == "screen":
            until(lambda: screen.read() and shown.poll() is not None, "it ends")
        equal(process.wait(timeout=60), 0, f"{name}: exit status after SIGINT")
        equal(content(f"{name}.complaints"), "", f"{name}: complaints")
    last = screen.text[screen.text.rindex("\x1b[2J"):]
    check("work:request" in last and '"guest"' in last and "\x1b[?7l" not in last,
          "the last table is as it would be elsewhere")
    seen = requests(content("tree"))
    equal(seen == list(range(len(seen))), True, "trees: each request once, in order")


def test_in_the_end():
    counts = guest.quit()
    nothing_lost(daemon.stop()["guest"], "account")
    # While another live session of the user goes on, the relay daemon does not tell the end of one.
    for name in "tally", "tree", "screen":
        must(["lttng", "destroy", "--no-wait", name])
    equal(tally.wait(timeout=60), 0, "exit status when the session ends")
    equal(content("tally.complaints"), "", "complaints")
    equal(calls(content("tally")), counts["requests"], "requests in the last table")


relay = Relay(os.path.join(WORK, "relay"))
relay.wait()
path = region("guest")
screen = Screen()
tally = reader("tally", "--interval=200ms", "--color=never")
tree = reader("tree", "--live", "--tree")
shown = reader("screen", "--tally", "--interval=200ms", "--color=never", stdout=screen.slave)
until(lambda: must([BABELTRACE2, "--input-format=lttng-live",
                    f"net://localhost:{relay.live}"]).count("1 client(s)") == 3,
      "the readers are there")
test_refused()
daemon = Daemon(path)
guest = Guest(path, "spans=0", f"rate={RATE}")
test_while_it_runs()
test_interrupted()
test_in_the_end()
finish()
