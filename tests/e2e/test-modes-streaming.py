# SPDX-License-Identifier: MIT
"""Streaming to a relay daemon on another host: two network namespaces and a cable
between them. After the session's end the other host has the whole trace, this one
nothing. Needs root. Starts with-lttng.sh (WITH_LTTNG) itself, inside the first."""

import glob
import os
import subprocess
import sys

NEAR, FAR = "10.203.77.1", "10.203.77.2"

if "VSPAN_NEAR" not in os.environ:
    # Both hosts are namespaces of this test's own, gone with their last process.
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"SKIP: a network namespace has to be made, as root is allowed to: {done.stderr}")
        sys.exit(77)
    os.environ["VSPAN_NEAR"] = "1"
    os.execvp("unshare", ["unshare", "--net", os.environ["WITH_LTTNG"], sys.executable, __file__])

from attached import Daemon, Guest, Relay, destroy, region, session, until  # pylint: disable=C0413
from harness import WORK, check, equal, finish, must, nothing_lost, say, skip
from reading import events, of_guest


def cable(far):
    """A pair of interfaces, one end in the network of process `far`."""
    inside = ["nsenter", "--net", f"--target={far}"]
    made = subprocess.run(["ip", "link", "add", "near", "type", "veth", "peer", "name", "far",
                           "netns", str(far)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        skip(f"a pair of veth interfaces cannot be made: {made.stderr}")
    for prefix, name, address in ([], "near", NEAR), (inside, "far", FAR):
        must([*prefix, "ip", "link", "set", "lo", "up"])
        must([*prefix, "ip", "address", "add", f"{address}/30", "dev", name])
        must([*prefix, "ip", "link", "set", name, "up"])


def network(pid):
    return os.readlink(f"/proc/{pid}/ns/net")


disk = os.path.join(WORK, "disk-of-far")
os.mkdir(disk)
# It goes on once the cable is there.
gate = os.path.join(WORK, "gate")
os.mkfifo(gate)
relay = Relay(disk, FAR, ["unshare", "--net", "sh", "-c", 'read go <"$0"; exec "$@"', gate])
until(lambda: network(relay.process.pid) != network("self"), "the other host has its network")
cable(relay.process.pid)
with open(gate, "w", encoding="utf-8") as opened:
    opened.write("go\n")
relay.wait()

path = region("guest", rings=2)
session("far", "vspan:*", "vspan_*", create=[relay.url])
daemon = Daemon(path)
guest = Guest(path, "threads=2", "spans=3000", "fail=7", "types=10")
counts = guest.quit()
account = daemon.stop()["guest"]
nothing_lost(account, "account")
destroy("far")
traces = {os.path.dirname(found) for found in
          glob.glob(f"{disk}/**/metadata", recursive=True)}
equal(len(traces), 1, "traces on the other host")
trace = [event for event in events(traces.pop()) if of_guest(event)]
spans = [event for event in trace if event.is_span]
say(f"measured: {len(spans)} spans crossed the network")
equal(len(spans), counts["recorded"], "spans on the other host, as the guest counted")
equal(len({(event.number("vcpu"), event.number("span")) for event in spans}), len(spans),
      "different ones")
equal(len(trace) - len(spans), counts["events"], "events on the other host, as it counted")
home = os.environ["LTTNG_HOME"]
check(not glob.glob(f"{home}/lttng-traces/**/metadata", recursive=True), "no trace on this host")
finish()
