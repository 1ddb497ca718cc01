#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What bash completes is what --help says: every command, every long option, both ways.

Usage: test-completion.py COMPLETION_FILE, with VSPAN in the environment.
"""

import os
import re
import shutil
import subprocess
import sys

VSPAN = os.environ["VSPAN"]
OPTION = re.compile(r"^\s+(?:-\w, )?(--[\w-]+=?)", re.MULTILINE)
failures = 0


def shell(script):
    return subprocess.run(["bash", "-c", f'. "$1"; {script}', "bash", sys.argv[1]], check=True,
                          capture_output=True, text=True, timeout=30).stdout.split()


def complete(*words):
    array = " ".join(f"'{word}'" for word in words)
    return shell(f"COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; _vspan; echo ${{COMPREPLY[@]}}")


def told(*words):
    return subprocess.run([VSPAN, *words, "--help"], check=True, capture_output=True, text=True,
                          timeout=30).stdout


def equal(what, got, wanted):
    global failures
    good = sorted(got) == sorted(wanted)
    print(f"{'ok' if good else 'FAILED'}: {what}", "" if good else f"completed {got}, wanted {wanted}")
    failures += not good


if shutil.which("bash") is None:
    print("SKIP: there is no bash")
    sys.exit(77)
commands = re.findall(r"^  (\w+) ", told(), re.MULTILINE)
equal("commands", complete("vspan", ""), commands + ["--help", "--version"])
for command in commands:
    text = told(command)
    usage = re.findall(r"\[(--[\w-]+=?)", text.split("\n\n")[0])
    wanted = set(OPTION.findall(text)) | set(usage) | {"--help"}
    equal(f"{command}: options", complete("vspan", command, "--"), wanted)
equal("values", complete("vspan", "create", "--mode", "=", "o"), ["overwrite"])
equal("values from the start", complete("vspan", "create", "--format", "="), ["text", "json"])
sys.exit(1 if failures or len(commands) < 8 else 0)
