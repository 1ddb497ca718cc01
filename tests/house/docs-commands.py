#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands that the documents show.

Usage: docs-commands.py SOURCE_ROOT BUILD_ROOT [DOCUMENT...]

Of README.md and doc/*.md, or of the documents given, every fenced block with
the info string `sh run` is run by bash, which ends at the first command that
fails. What stands after `run` is what the block needs, or it is left out:
lttng (a session daemon: all runs under tests/lttng/with-lttng.sh then), kvm
(/dev/kvm), qemu (qemu-system-x86_64), linux (a kernel that fetch-vm.sh has
fetched). A block `c file=NAME` is written to that file before. Each document
has a scratch folder that looks like the root of the tree, with the build
directory as `build`. Exit status 77: nothing could be run.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
TIMEOUT_S = 300
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)


class Block:
    def __init__(self, document, match, text):
        self.place = f"{document}:{text.count(chr(10), 0, match.start()) + 1}"
        self.info = match.group(1).split()
        self.body = match.group(2)

    def is_command(self):
        return self.info[:2] == ["sh", "run"]

    def needs(self):
        return set(self.info[2:])

    def file(self):
        for word in self.info[1:]:
            if word.startswith("file="):
                return word[len("file="):]
        return None


def blocks_of(root, document):
    text = (root / document).read_text()
    return [Block(document, match, text) for match in FENCE.finditer(text)]


def missing(needs, build):
    """Why a block cannot run here; None if it can."""
    unknown = needs - {"lttng", "kvm", "qemu", "linux"}
    if unknown:
        sys.exit(f"unknown need: {', '.join(sorted(unknown))}")
    if "kvm" in needs and not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "/dev/kvm is not usable"
    if "qemu" in needs and not shutil.which("qemu-system-x86_64"):
        return "qemu-system-x86_64 is not installed"
    if "linux" in needs and not (build / "tests/kvm/vm/vmlinuz").exists():
        return "no kernel has been fetched (tests/kvm/fetch-vm.sh BUILD_DIRECTORY)"
    return None


def scratch_fill(scratch, root, build):
    """The tree as its reader sees it, without its version control and build folders."""
    for entry in root.iterdir():
        if entry.name != ".git" and not entry.name.startswith("build"):
            (scratch / entry.name).symlink_to(entry)
    (scratch / "build").symlink_to(build)


def script_of(blocks, scratch):
    """One script that runs the blocks in order and says which one failed."""
    lines = ["set -u"]
    for number, block in enumerate(blocks):
        path = scratch / f".block-{number}.sh"
        path.write_text(block.body)
        lines.append(f"echo '== {block.place}'")
        lines.append(f"bash -eu {shlex.quote(str(path))} || {{")
        lines.append(f"    echo '{block.place}: a command of this block failed' >&2")
        lines.append("    exit 1")
        lines.append("}")
    script = scratch / ".blocks.sh"
    script.write_text("\n".join(lines) + "\n")
    return script


def environment(build, home):
    return {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{build / 'src/cli'}:{os.environ['PATH']}",
        "BABELTRACE_PLUGIN_PATH": str(build / "plugins"),
        "MANPATH": f"{build / 'doc'}:",
        "NO_COLOR": "1",
    }


def document_run(root, build, document):
    """Returns (blocks run, blocks left out, exit status)."""
    blocks = blocks_of(root, document)
    runnable = []
    left_out = 0
    for block in filter(Block.is_command, blocks):
        reason = missing(block.needs(), build)
        if reason:
            print(f"{block.place}: left out: {reason}")
            left_out += 1
        else:
            runnable.append(block)
    if not runnable:
        return 0, left_out, 0
    with tempfile.TemporaryDirectory(prefix="vspan-docs.") as name:
        scratch = pathlib.Path(name)
        scratch_fill(scratch, root, build)
        for block in blocks:
            if block.file():
                (scratch / block.file()).write_text(block.body)
        command = ["bash", str(script_of(runnable, scratch))]
        if any("lttng" in block.needs() for block in runnable):
            command.insert(0, str(root / "tests/lttng/with-lttng.sh"))
        status = subprocess.run(
            command, cwd=scratch, env=environment(build, scratch), timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL, check=False).returncode
    return len(runnable), left_out, status


def main():
    root, build = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    documents = sys.argv[3:] or ["README.md"] + sorted(
        str(path.relative_to(root)) for path in (root / "doc").glob("*.md"))
    run = left_out = 0
    failed = []
    for document in documents:
        sys.stdout.flush()
        count, out, status = document_run(root, build, document)
        left_out += out
        if status == SKIPPED:
            left_out += count
            continue
        run += count
        if status != 0:
            failed.append(document)
    print(f"{run} blocks run, {left_out} left out, documents with failures: {failed or 'none'}")
    if failed:
        sys.exit(1)
    sys.exit(0 if run else SKIPPED)


main()
