# SPDX-License-Identifier: MIT
"""LTTng's own commands decide what a running guest writes: a script a user could have
typed, control-session.sh, is run, and what each of its steps printed is judged. Runs
inside with-lttng.sh."""

import json
import os
import re
import socket
import subprocess

from fleet import WORKER
from harness import VSPAN, WORK, check, equal, finish, say

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "control-session.sh")
# The guest's own call sites, and LTTng's names of their levels.
SITES = {"vspan_work:request": "info", "vspan_work:step": "debug", "vspan_work:note": "notice",
         "vspan_work:oops": "err"}
SEVERE = {"emerg", "alert", "crit", "err", "warning", "notice"}


def free_ports():
    """The first of three in a row nobody listens at."""
    for _ in range(100):
        held = [socket.socket() for _ in range(3)]
        try:
            held[0].bind(("127.0.0.1", 0))
            first = held[0].getsockname()[1]
            for i in (1, 2):
                held[i].bind(("127.0.0.1", first + i))
            return first
        except (OSError, OverflowError):
            continue
        finally:
            for one in held:
                one.close()
    check(False, "three free ports in a row")
    return finish()


def run_script():
    """What it printed, by step."""
    path = os.path.dirname(VSPAN) + ":" + os.environ["PATH"]
    done = subprocess.run([SCRIPT, WORK, WORKER, str(free_ports())], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=300, env=dict(os.environ, PATH=path),
                          check=False)
    parts = re.split(r"^== (.*)\n", done.stdout, flags=re.MULTILINE)
    steps = dict(zip(parts[1::2], parts[2::2]))
    for name, text in steps.items():
        say(f"== {name}\n" + "\n".join(line[:160] for line in text.splitlines()[:30]))
    say("== judged")
    equal(done.returncode, 0, "the script's exit status")
    return steps


def table(text):
    """Rows of `vspan list`: level and whether it is enabled, by event."""
    rows = [line.split() for line in text.splitlines()]
    return {row[2]: (row[4], row[5] == "yes") for row in rows if len(row) > 6 and row[0].isdigit()}


def check_lists(text):
    ours, theirs = text.split("UST events:", 1)
    rows = table(ours)
    for name, level in SITES.items():
        equal(rows.get(name), (level, False), f"vspan list: {name}, its level, not enabled")
        check(f"{name} (loglevel: TRACE_{level.upper()} (" in theirs, f"lttng list: {name}, {level}")


def check_filtered(text):
    lines = text.splitlines()
    sizes = [int(re.search(r" size = (\d+)", line)[1]) for line in lines]
    check(len(lines) > 0, f"the filtered session recorded {len(lines)} spans")
    equal({name for line in lines for name in re.findall(r"vspan\w*:\w+", line)},
          {"vspan_work:request"}, "of one call site")
    check(min(sizes) > 4096 and all('op = "read"' in line for line in lines),
          f"and only such as match: sizes {min(sizes)} to {max(sizes)}, all of them reads")


def moments(text):
    """Two of them: the guest's attempted, the host's, and the guest's requests."""
    answers = [json.loads(line) for line in re.findall(r"^\{.*\}$", text, re.MULTILINE)]
    status = [json.loads(body) for body in re.findall(r"^\{\n.*?^\}", text, re.MULTILINE | re.DOTALL)]
    status += [one for one in answers if "totals" in one]
    rings = [one for one in answers if set(one) == {"attempted", "discarded"}]
    counts = [one for one in answers if "requests" in one]
    return [(ring["attempted"], host["totals"]["attempted"], count["requests"])
            for ring, host, count in zip(rings, status, counts)]


def check_silence(text):
    (ring, host, requests), (ring_then, host_then, requests_then) = moments(text)
    equal(ring_then - ring, 0, "disabled: what the guest attempted to write in a second")
    equal(host_then - host, 0, "disabled: what the host knows it attempted")
    check(ring > 0 and host == ring, f"both had counted {ring} before")
    check(requests_then - requests > 50, f"meanwhile it served {requests_then - requests} requests")


def check_level(text, listing):
    (ring, host, requests), (ring_then, host_then, requests_then) = moments(text)
    check(ring_then - ring > 50, f"by level: the guest attempts again: {ring_then - ring} in a second")
    check(host_then > host, "the host sees it")
    check(ring_then - ring < 2 * (requests_then - requests),
          "but notes and failures only: less than two records a request")
    rows = table(listing)
    wrong = {name: row for name, row in rows.items() if row[1] != (row[0] in SEVERE)}
    equal(wrong, {}, f"of {len(rows)} call sites enabled are just those at least that severe")


def check_snapshot(text):
    check(re.search(r'vspan_work:request: .* status = \( "error"', text) is not None,
          "the snapshot has a span that failed")
    check('status = ( "unset"' in text and "vspan_work:step:" in text and "vspan_work:oops:" in text,
          "and what went before: spans that did not, steps, events")


def check_live(text):
    check("the guest still runs" in text, "the guest runs")
    equal(set(re.findall(r"vspan\w*:\w+", text)), {"vspan_work:request"},
          "while babeltrace2 shows its spans live")


def check_end(text):
    counts = json.loads(re.search(r"^\{.*\}$", text, re.MULTILINE)[0])
    spans = int(re.search(r"^spans: +(\d+)", text, re.MULTILINE)[1])
    attempted, emitted = re.search(r"^records: +(\d+) attempted = (\d+) emitted", text,
                                   re.MULTILINE).groups()
    equal(emitted, attempted, "all the guest attempted was emitted")
    equal(spans, counts["recorded"], "and has all spans the guest recorded")


def main():
    steps = run_script()
    check("guest.vspan" in steps["create"], "a region is created")
    check_lists(steps["list"])
    check_filtered(steps["filtered-trace"])
    check_silence(steps["disable"])
    check_level(steps["level"], steps["level-list"])
    check_snapshot(steps["snapshot"])
    check_live(steps["live-trace"])
    check_end(steps["end"])


main()
finish()
