#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that data flows one way: what each room may include.

guest writer -> include/vspan/abi.h -> src -> src/assembly -> consumer -> trace -> plugins.
src/cli is where a program is put together; it may include src and consumer. A plugin knows
the trace alone, but for source.vspan.ring, which reads regions as a consumer does, and sink.vspan.heap,
which names functions as one.
Usage: include-direction.py SOURCE_ROOT
"""
import pathlib
import re
import sys

# room -> rooms whose private headers it may include (its own always)
ALLOWED = {
    "include": set(),
    "guest": set(),
    "src": set(),
    "src/symbols": {"src"},
    "src/assembly": {"src", "src/symbols"},
    "src/vmm": {"src"},
    "consumer": {"src", "src/assembly"},
    "src/cli": {"src", "src/assembly", "src/vmm", "consumer"},
    "plugins": {"plugins/source-ring", "plugins/sink-heap"},  # vspan.c registers them
    "plugins/sink-heap": {"plugins", "src/symbols"},
    "plugins/source-ring": {"src", "src/assembly", "plugins"},
    "doc/examples": set(),
}
# room -> public headers it may include
PUBLIC = {
    "guest": {"abi", "access", "arch", "guest", "heap", "microvm", "port", "port-inline", "process", "site", "writer"},
    "src": {"abi", "access", "arch", "host"},
    "src/symbols": {"abi"},
    "src/assembly": {"abi", "access", "host", "trace"},
    "src/vmm": {"abi", "arch", "host", "microvm"},
    "consumer": {"abi", "host", "trace"},
    # The host writes spans of its own as a guest does, which is a process.
    "src/cli": {"abi", "guest", "host", "microvm", "process", "trace", "version"},
    "doc/examples": {"host", "microvm"},
    "plugins": {"abi", "trace", "version"},
    "plugins/sink-heap": {"abi"},
    "plugins/source-ring": {"abi", "host", "trace"},
    "include": {"abi", "access", "arch", "arch-aarch64", "arch-x86_64", "port", "port-inline", "site", "writer", "version"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def room_of(path):
    text = path.as_posix()
    for room in sorted(ALLOWED, key=len, reverse=True):
        if text.startswith(room + "/"):
            return room
    return None


def private_headers(root):
    """Header path as it may be written in an #include -> rooms that have it."""
    found = {}
    for room in ALLOWED:
        for path in (root / room).rglob("*.h"):
            relative = path.relative_to(root)
            if room_of(relative) != room or room == "include":
                continue
            inside = path.relative_to(root / room).as_posix()
            for name in {path.name, inside, f"{room.split('/')[-1]}/{inside}"}:
                found.setdefault(name, set()).add(room)
    return found


def check(root):
    headers = private_headers(root)
    problems = []
    seen = 0
    for room in ALLOWED:
        for path in sorted((root / room).rglob("*.[chS]")):
            relative = path.relative_to(root)
            if room_of(relative) != room:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                seen += 1
                name = match.group(2)
                if name.startswith("vspan/"):
                    public = name[len("vspan/"):-len(".h")]
                    if public not in PUBLIC[room]:
                        problems.append(f"{relative}:{number}: {room} must not include <{name}>")
                elif match.group(1) == '"':
                    owners = headers.get(name, headers.get(name.split("/")[-1], set()))
                    if owners and not owners & (ALLOWED[room] | {room}):
                        owner = ", ".join(sorted(owners))
                        problems.append(f"{relative}:{number}: {room} must not include {name} of {owner}")
    return seen, problems


def main():
    root = pathlib.Path(sys.argv[1])
    seen, problems = check(root)
    for problem in problems:
        print(problem)
    print(f"{seen} includes checked, {len(problems)} against the direction")
    sys.exit(1 if problems or seen < 100 else 0)


main()
