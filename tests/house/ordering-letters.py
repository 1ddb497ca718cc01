#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""access.h, doc/ordering.md and the code agree on the lettered edges.

Every letter is explained in both, every function access.h names as a partner
exists and uses the edge, and nothing orders accesses to a region elsewhere.
Usage: ordering-letters.py SOURCE_ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
access = (root / "include/vspan/access.h").read_text()
document = (root / "doc/ordering.md").read_text()
problems = []

in_header = re.findall(r"Edge ([A-Z]), (\w+)\.", access)
in_document = re.findall(r"^## ([A-Z]): (\w+)", document, re.M)
if in_header != in_document:
    problems.append(f"access.h has {in_header}, doc/ordering.md has {in_document}")

sources = {
    path: path.read_text()
    for room in ("guest", "src", "include", "consumer")
    for path in (root / room).rglob("*.[ch]")
}
for comment in re.findall(r"/\*\n \* Edge .*?\*/", access, re.S):
    letter = re.search(r"Edge ([A-Z])", comment).group(1)
    for function in re.findall(r"(\w+)\(\)", comment):
        users = [
            text
            for path, text in sources.items()
            if path.name != "access.h"
            and re.search(rf"\b{function}\(", text)
            and re.search(rf"vspan_\w+_{letter}\(", text)
        ]
        if not users:
            problems.append(f"edge {letter}: {function}() does not use it")
        if f"`{function}()`" not in document:
            problems.append(f"edge {letter}: doc/ordering.md does not name `{function}()`")

# What is shared with a guest is ordered by access.h alone. consumer and src/assembly also order
# what they share with threads of their own and with the consumer that takes over.
ordering = re.compile(r"__ATOMIC_(ACQUIRE|RELEASE|ACQ_REL|SEQ_CST)")
for path, text in sources.items():
    relative = path.relative_to(root)
    if path.name == "access.h" or relative.parts[0] == "consumer" or "vmm" in relative.parts \
            or relative.parts[:2] == ("src", "assembly"):
        continue
    if relative.parts[0] == "guest" and relative.parts[1] in ("examples", "functions", "heap",
                                                              "ports"):
        continue
    if ordering.search(text):
        problems.append(f"{relative}: orders memory outside access.h")

for problem in problems:
    print(problem)
print(f"{len(in_header)} edges: {' '.join(letter for letter, _ in in_header)}")
sys.exit(1 if problems or len(in_header) < 8 else 0)
