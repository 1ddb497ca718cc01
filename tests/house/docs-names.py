#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Documents name what exists: files, functions, links.

In README.md, CONTRIBUTING.md and doc/**/*.md every relative link leads
somewhere, every `function()` is a name in the code, and every `path/with.ext`
is a file. Fenced blocks are not looked at, docs-commands.py runs those.
Usage: docs-names.py SOURCE_ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
ROOMS = ("consumer", "guest", "include", "plugins", "src", "tests")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FUNCTION = re.compile(r"`([A-Za-z_]\w*)\(\)`")
# A path has a folder in front; what is built, installed or of the system is not ours.
PATH = re.compile(r"`((?:%s|doc|tools)/[\w./-]*\w)`" % "|".join(ROOMS))

code = "\n".join(
    path.read_text() for room in ROOMS for path in (root / room).rglob("*.[chS]"))
documents = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "doc").rglob("*.md"))]
problems = []
names = 0

for document in documents:
    text = FENCE.sub("", document.read_text())
    here = document.relative_to(root)
    for link in LINK.findall(text):
        names += 1
        if not (document.parent / link).exists():
            problems.append(f"{here}: link to {link}, which is not there")
    for function in FUNCTION.findall(text):
        names += 1
        # Macros generate functions of the form vspan_write__<provider>__<name>().
        generated = re.fullmatch(r"(vspan_\w+?__)\w+", function)
        name = generated.group(1) if generated else function
        if not re.search(rf"\b{name}" if generated else rf"\b{name}\b", code):
            problems.append(f"{here}: {function}() is not in the code")
    for path in PATH.findall(text):
        names += 1
        if not (root / path).exists():
            problems.append(f"{here}: there is no {path}")

for problem in problems:
    print(problem)
print(f"{names} names in {len(documents)} documents, {len(problems)} unknown")
sys.exit(1 if problems or names < 50 else 0)
