# SPDX-License-Identifier: MIT
"""Plays the call stack analysis for Trace Compass on the events of a trace: just what the file
plugins/trace-compass/vspan-callstack.xml uses of Trace Compass's data-driven analyses, each
element by its documented meaning, so that a name in the file that no event has is found."""

import fnmatch
import xml.etree.ElementTree

# An element, and what may be in it, as Trace Compass's schema has it.
CHILDREN = {
    "tmfxml": {"callstack"},
    "callstack": {"callstackGroup", "pattern"},
    "callstackGroup": {"level"},
    "level": set(),
    "pattern": {"head", "location", "patternHandler"},
    "head": {"traceType", "label"},
    "traceType": set(),
    "label": set(),
    "location": {"stateAttribute"},
    "patternHandler": {"action", "fsm"},
    "action": {"stateChange"},
    "stateChange": {"stateAttribute", "stateValue"},
    "stateAttribute": set(),
    "stateValue": set(),
    "fsm": {"state"},
    "state": {"transition"},
    "transition": set(),
}


class CallStack:
    """`stacks` by path, the tuple of what is above "CallStack"; `problems` in words."""

    def __init__(self, path):
        root = xml.etree.ElementTree.parse(path).getroot()
        self.problems = [f"<{child.tag}> in <{parent.tag}>" for parent in root.iter()
                         for child in parent if child.tag not in CHILDREN[parent.tag]]
        self.levels = [level.get("path") for level in root.iter("level")]
        self.locations = {one.get("id"): list(one) for one in root.iter("location")}
        self.actions = {one.get("id"): one.find("stateChange") for one in root.iter("action")}
        self.transitions = [(one.get("event"), self.actions[one.get("action")])
                            for one in root.iter("transition")]
        self.stacks = {}
        self.deepest = 0
        self.pushed = 0

    def _attributes(self, elements, fields):
        for element in elements:
            kind, value = element.get("type"), element.get("value")
            if kind == "location":
                yield from self._attributes(self.locations[value], fields)
            else:
                yield value if kind == "constant" else self._field(fields, value)

    def _field(self, fields, name):
        if name not in fields:
            self.problems.append(f"no field {name} among {sorted(fields)}")
        return fields.get(name)

    def handle(self, name, fields):
        """An event: its fields by the names Trace Compass gives them."""
        for pattern, change in self.transitions:
            if not fnmatch.fnmatchcase(name, pattern):
                continue
            *path, last = self._attributes(change.findall("stateAttribute"), fields)
            if last != "CallStack":
                self.problems.append(f"a stack at {path}/{last}")
            stack = self.stacks.setdefault(tuple(path), [])
            value = change.find("stateValue")
            if value.get("stack") == "push":
                stack.append(self._field(fields, value.get("value")))
                self.pushed += 1
                self.deepest = max(self.deepest, len(stack))
            elif not stack:
                self.problems.append(f"{name}: nothing to pop at {path}")
            elif stack.pop() != name[len("vspanedge_"):-len("_exit")]:
                self.problems.append(f"{name}: pops another span at {path}")

    def covered(self):
        """Whether the levels of the groups lead to all stacks."""
        pattern = "/".join(self.levels)
        return all(fnmatch.fnmatchcase("/".join(map(str, path)), pattern) and
                   len(path) == pattern.count("/") + 1 for path in self.stacks)
