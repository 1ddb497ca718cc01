#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/man/vspan-host.3.scd tells of everything host.h declares, and of nothing else.

Every function is in the synopsis, with as many arguments, and described in the
text as `*name*()`; every member of a struct is named `_member_`; and what the
page calls a function, a struct or a constant of vspan is in a public header.
Usage: docs-host.py SOURCE_ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
COMMENT = re.compile(r"/\*.*?\*/", re.S)
FUNCTION = re.compile(r"\b(vspan_\w+)\(([^()]*)\);")
STRUCT = re.compile(r"^struct (vspan_\w+) \{\n(.*?)^\};", re.M | re.S)
MEMBER = re.compile(r"(\w+)(?:\[[^\]]*\])*\)?(?:\([^()]*\))?;")
FENCE = re.compile(r"^```\n(.*?)^```$", re.M | re.S)

header = COMMENT.sub("", (root / "include/vspan/host.h").read_text())
page = (root / "doc/man/vspan-host.3.scd").read_text()
text = FENCE.sub("", page)
public = "\n".join(
    path.read_text()
    for folder in ("include/vspan", "guest/ports/process/include/vspan")
    for path in (root / folder).glob("*.h"))
problems = []


def arguments(words):
    return 0 if words.strip() in ("", "void") else words.count(",") + 1


declared = {name: arguments(words) for name, words in FUNCTION.findall(header)}
synopsis = {name: arguments(words) for name, words in FUNCTION.findall(FENCE.search(page).group(1))}
described = set(re.findall(r"\*(vspan_\w+)\*\(\)", text))
for name in sorted(declared.keys() | synopsis.keys()):
    if declared.get(name) != synopsis.get(name):
        problems.append(f"{name}: {declared.get(name)} arguments in host.h, "
                        f"{synopsis.get(name)} in the synopsis")
    if name not in described:
        problems.append(f"{name}(): not described")

members = 0
for struct, body in STRUCT.findall(header):
    # Words that end with a parenthesis are a pointer to a function and its arguments.
    for name in MEMBER.findall(body):
        members += 1
        if not re.search(rf"(?<!\w)_{name}_(?!\w)", text):
            problems.append(f"struct {struct}: _{name}_ is not named")

for word in sorted(set(re.findall(r"\b(?:vspan_\w+|VSPAN_\w+)", page)) - declared.keys()):
    if not re.search(rf"\b{word}\b", public):
        problems.append(f"{word}: in no public header")

for problem in problems:
    print(problem)
print(f"{len(declared)} functions, {members} members of structs, {len(problems)} problems")
sys.exit(1 if problems or len(declared) < 25 or members < 60 else 0)
