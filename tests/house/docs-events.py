#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Documents list every control event of provider `vspan`, with its fields in order.

Compares consumer/control-provider.h, whose macros are the truth, with
include/vspan/trace.h, doc/trace.md and doc/man/vspan-events.7.scd.
Usage: docs-events.py SOURCE_ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
EVENT = re.compile(r"TRACEPOINT_EVENT\(vspan, (\w+),(.*?)\nLTTNG_UST_TRACEPOINT_LOGLEVEL", re.S)
FIELD = re.compile(r"lttng_ust_field_(?:(?:integer(?:_hex)?)\(\w+, (\w+)"
                   r"|enum\(vspan, \w+, \w+, (\w+)|string\((\w+))")
# What a guest's events look like is told by class, not by event.
BY_CLASS = ("span", "event")


def provider_events():
    text = (root / "consumer/control-provider.h").read_text()
    return {name: " ".join("".join(groups) for groups in FIELD.findall(body))
            for name, body in EVENT.findall(text) if name not in BY_CLASS}


def header_events():
    text = (root / "include/vspan/trace.h").read_text()
    text = text[text.index("Control events of provider"):]
    found = {}
    for name, rest in re.findall(r"^ \*   (\w+) +(vm.*)$", text, re.M):
        # A description follows after three spaces, a field's type in brackets.
        found[name] = re.sub(r"\(\w+\)", "", rest.split("   ")[0]).strip()
    return found


def listed(path, pattern):
    return dict(re.findall(pattern, (root / path).read_text(), re.M))


events = provider_events()
places = {
    "include/vspan/trace.h": header_events(),
    "doc/trace.md": listed("doc/trace.md", r"^\*\*`(\w+)`\*\* (?:\(\w+\) )?`(vm[\w ]*)`"),
    "doc/man/vspan-events.7.scd":
        listed("doc/man/vspan-events.7.scd", r"^\*(\w+)\* (vm[a-z_ ]*)$"),
}
problems = 0
for place, found in places.items():
    for name, fields in events.items():
        if found.get(name) != fields:
            print(f"{place}: {name} has fields {found.get(name)}, should be {fields}")
            problems += 1
    for name in found.keys() - events.keys() - set(BY_CLASS):
        print(f"{place}: there is no event {name}")
        problems += 1
print(f"{len(events)} control events in {len(places)} places, {problems} problems")
sys.exit(1 if problems or len(events) < 15 else 0)
