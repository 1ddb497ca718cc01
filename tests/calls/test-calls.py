#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No span is misplaced in random patterns of calls between host and guests: the true tree, which
`patterns` writes as it goes, against the one the plugin makes of what the consumer emitted.

Usage: test-calls.py PATTERNS_PROGRAM COUNT [FIRST_SEED]"""

import json
import os
import subprocess
import sys
import tempfile

PROGRAM, COUNT = sys.argv[1], int(sys.argv[2])
FIRST = int(sys.argv[3]) if len(sys.argv) > 3 else 1
AT_ONCE = 100
BABELTRACE2 = os.environ.get("BABELTRACE2", "babeltrace2")


def places(node, parent, found):
    """Number of each node below, and the number of what it is in."""
    number = node["fields"]["n"]
    found.append((number, parent, node))
    for child in node.get("children", ()):
        places(child, number, found)


def shown(script):
    done = subprocess.run(
        [BABELTRACE2, "run", "--component=script:source.vspantest.script",
         f'--params=path="{script}"', "--component=tree:sink.vspan.tree",
         '--params=format="json"', "--connect=script:tree"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"babeltrace2: {done.stderr}")
    found = []
    for line in done.stdout.splitlines():
        node = json.loads(line)
        if node["type"] in ("span", "event", "lost"):
            places(node, 0, found)
    return found


def compare(seed, work):
    """How many there are, and how many of them are not where they belong."""
    script, truth = f"{work}/script", f"{work}/truth"
    subprocess.run([PROGRAM, str(seed), str(min(AT_ONCE, COUNT)), script, truth], check=True)
    with open(truth, encoding="ascii") as lines:
        wanted = dict(map(int, line.split()) for line in lines)
    found = shown(script)
    wrong = [entry for entry in found if wanted.get(entry[0]) != entry[1]]
    for number, parent, node in wrong[:5]:
        node.pop("children", None)
        print(f"seed {seed}: {number} is in {parent}, not in {wanted.get(number)}: {node}")
    missing = len(wanted) - len({number for number, _, _ in found})
    if missing or len(found) != len(wanted):
        print(f"seed {seed}: {len(wanted)} written, {len(found)} shown, {missing} missing")
    bad = len(wrong) + missing + abs(len(found) - len(wanted))
    if bad and "KEEP" in os.environ:
        os.rename(script, f"{os.environ['KEEP']}/script-{seed}")
        os.rename(truth, f"{os.environ['KEEP']}/truth-{seed}")
    return len(wanted), bad, sum(node["vm"] != 0 and "parent_vm" in node for _, _, node in found)


def main():
    total = misplaced = across = 0
    with tempfile.TemporaryDirectory() as work:
        for seed in range(FIRST, FIRST + (COUNT + AT_ONCE - 1) // AT_ONCE):
            count, bad, remote = compare(seed, work)
            total, misplaced, across = total + count, misplaced + bad, across + remote
    print(f"{COUNT} patterns, {total} spans and events, {across} with parents in another VM, "
          f"{misplaced} misplaced")
    # A generator that makes nothing would prove nothing.
    sys.exit(1 if misplaced or across < COUNT or total < 4 * COUNT else 0)


main()
