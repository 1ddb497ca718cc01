#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The memory table of doc/architecture.md has the sizes the structs have.

Usage: docs-sizes.py SOURCE_ROOT DOCS_SIZES, the program built from docs-sizes.c
"""
import pathlib
import re
import subprocess
import sys

document = (pathlib.Path(sys.argv[1]) / "doc/architecture.md").read_text()
lines = subprocess.run([sys.argv[2]], check=True, capture_output=True, text=True).stdout.splitlines()
wanted = [re.sub(r"\d+", lambda number: f"{int(number[0]):,}", line) for line in lines]
missing = [words for words in wanted if not re.search(rf"(?<![\d,]){re.escape(words)}(?!,?\d)", document)]
for words in missing:
    print(f"doc/architecture.md: nothing is {words}")
print(f"{len(wanted)} sizes, {len(missing)} not in the document")
sys.exit(1 if missing or len(wanted) < 9 else 0)
