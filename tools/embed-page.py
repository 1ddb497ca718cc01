#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a C file of the page of sink.vspan.html.

The style and the scripts, in the order given, go into page.html where it says
@STYLE@ and @SCRIPT@, their hashes into its Content-Security-Policy; what is
before and after @DATA@ becomes two arrays (plugins/sink-html/page.h).
Usage: embed-page.py OUTPUT PAGE.html PAGE.css SCRIPT.js...
"""
import base64
import hashlib
import pathlib
import re
import sys

LICENCE = re.compile(r"\A/\* SPDX-License-Identifier: MIT \*/\n")


def fail(message):
    sys.exit(f"{sys.argv[0]}: {message}")


def read(path):
    return pathlib.Path(path).read_text(encoding="utf-8")


def script(paths):
    """All modules in one function, so that the page has no names but those it exports."""
    text = "\n'use strict';\n(function () {\n"
    for path in paths:
        text += LICENCE.sub("", read(path)) + "\n"
    text += "})();\n"
    if re.search(r"</script|<!--", text, re.I):
        fail("a script must not contain what would end its element")
    return text


def source(text):
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def array(name, text):
    data = text.encode()
    rows = [", ".join(str(byte) for byte in data[i:i + 24]) for i in range(0, len(data), 24)]
    body = ",\n\t".join(rows)
    return (f"const unsigned char {name}[] = {{\n\t{body},\n}};\n"
            f"const size_t {name}_length = sizeof({name});\n")


def main():
    output, page, style, *scripts = sys.argv[1:]
    css = "\n" + LICENCE.sub("", read(style))
    js = script(scripts)
    text = read(page)
    for mark, value in (("@STYLE-SOURCE@", source(css)), ("@SCRIPT-SOURCE@", source(js)),
                        ("@STYLE@", css), ("@SCRIPT@", js)):
        if text.count(mark) != 1:
            fail(f"{page}: {mark} must be there once")
        text = text.replace(mark, value)
    if text.count("@DATA@\n") != 1:
        fail(f"{page}: @DATA@ must be there once, on a line of its own")
    head, tail = text.split("@DATA@\n")
    pathlib.Path(output).write_text(
        "/* SPDX-License-Identifier: MIT */\n"
        "/* Made by tools/embed-page.py of plugins/sink-html/page/. */\n"
        '#include "sink-html/page.h"\n\n'
        + array("page_head", head) + "\n" + array("page_tail", tail), encoding="utf-8")


main()
