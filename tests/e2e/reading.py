# SPDX-License-Identifier: MIT
"""Reads traces the way people do: the text of babeltrace2, and the tree."""

import collections
import os
import re
import subprocess

from harness import check

BABELTRACE2 = os.environ["BABELTRACE2"]

LINE = re.compile(r"\[0*(\d+)\] .*?(vspan\w*:\w+): \{ cpu_id = \d+ \}, \{ (.*) \}$")


class Event:
    """`time` is when it was emitted, in ns of the trace clock; `text` holds its fields."""

    __slots__ = ("time", "name", "text")

    def __init__(self, time, name, text):
        self.time = time
        self.name = name
        self.text = " " + text + ","

    def number(self, field):
        """An integer, or the one below an enumeration: `( "ok" : container = 1 )`."""
        start = self.text.index(f" {field} = ") + len(field) + 4
        value = self.text[start:self.text.index(",", start)]
        if value.startswith("("):
            value = value[value.index("container = ") + len("container = "):-1]
        return int(value, 0)

    def string(self, field):
        return re.search(rf' {field} = "((?:[^"\\]|\\.)*)"', self.text).group(1)

    @property
    def is_span(self):
        return " duration = " in self.text

    @property
    def end(self):
        return self.number("ts") + self.number("duration")


def events(trace):
    """The vspan events of a trace, in order of emission. Complaints of babeltrace2 fail."""
    command = [BABELTRACE2, "--clock-cycles", "--no-delta", trace]
    with open(f"{trace}.complaints", "w+", encoding="utf-8") as complaints:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True,
                              errors="replace") as reader:
            for line in reader.stdout:
                match = LINE.match(line)
                if match:
                    yield Event(int(match[1]), match[2], match[3])
        complaints.seek(0)
        text = complaints.read().strip()
    if reader.returncode != 0 or text:
        check(False, f"babeltrace2 reads {trace} without complaints, of discarded events "
                     f"for one: status {reader.returncode}, {text[:500]}")


def of_guest(event):
    return event.name.startswith("vspan_")


def per_name(all_events):
    return collections.Counter(event.name for event in all_events)


# A line of the tree: vCPU (of a root) in 6 columns, time in 18, two blanks each, two more per
# level, name, the rest.
TREE_LINE = re.compile(r"^( {0,5}\d+| {6})  (.{18})  ( *)(\. )?([\w:]+|--.*--)(.*)$")


class Node:
    """A line of the tree and what is below it."""

    def __init__(self, match, vcpu):
        self.vcpu = vcpu
        self.time = match[2].strip()
        self.is_event = match[4] is not None
        self.is_loss = match[5].startswith("--")
        self.name = match[5]
        self.rest = match[6]
        self.parent = None
        self.children = []

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


def parse_tree(text):
    """The nodes of what sink.vspan.tree printed, in its order."""
    stack, nodes, vcpu = [], [], None
    for line in text.splitlines():
        match = TREE_LINE.match(line)
        if not match:
            stack = []
            continue
        if match[1].strip():
            vcpu = int(match[1])
        node = Node(match, vcpu)
        depth = len(match[3]) // 2
        del stack[depth:]
        if stack:
            stack[-1].children.append(node)
            node.parent = stack[-1]
        stack.append(node)
        nodes.append(node)
    return nodes


def tree(trace):
    """All nodes printed by sink.vspan.tree, and its whole text."""
    done = subprocess.run([BABELTRACE2, trace, "--component=sink.vspan.tree"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    check(done.returncode == 0 and not done.stderr,
          f"the tree is printed (status {done.returncode}) {done.stderr[:500]}")
    return parse_tree(done.stdout), done.stdout
