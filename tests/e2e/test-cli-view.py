#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`vspan view` as a process, on traces written as text (tests/plugins/source-script).

What it shows is what the components show when babeltrace2 runs them. Terminals are pseudo
ones. VSPAN and BABELTRACE2 name the programs, BABELTRACE_PLUGIN_PATH the plugins.
"""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

VSPAN = os.environ["VSPAN"]
BABELTRACE2 = os.environ["BABELTRACE2"]
ROOT = tempfile.TemporaryDirectory(prefix="vspan-view.")
DIR = ROOT.name
SPANS_LONG = 200000
QUIET = {"PAGER", "VSPAN_PAGER", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "LESS"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in QUIET} | {"TZ": "UTC"}
failures = 0

FIRST = """\
attach vm=1 rings=2 name="first"
span name=store:read vm=1 vcpu=0 span=0x2 parent=0x1 ts=1000100 duration=300 status=2
span name=store:request vm=1 vcpu=0 span=0x1 parent=0 ts=1000000 duration=2000000 key=17 status=1
event name=store:done vm=1 vcpu=0 span=0x1 ts=1500000
span name=store:idle vm=1 vcpu=1 span=0x40000000000001 parent=0 ts=4000000 duration=50
detach vm=1
"""
SECOND = """\
attach vm=2 rings=1 name="second"
span name=web:serve vm=2 vcpu=0 span=0x1 parent=0 ts=3000000 duration=700
detach vm=2
"""


def check(what, good, seen=""):
    global failures
    print(("ok: " if good else "FAILED: ") + what, "" if good else seen, flush=True)
    failures += not good


def path(*names):
    return os.path.join(DIR, *names)


def run(command, environment=None, **options):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, check=False,
                          env=ENVIRONMENT | (environment or {}), **options)


def view(*words, **options):
    return run([VSPAN, "view", *words], cwd=DIR, **options)


def babeltrace2(*words):
    done = run([BABELTRACE2, *words], cwd=DIR)
    if done.returncode != 0 or done.stderr:
        check("babeltrace2 " + " ".join(words), False, done.stderr)
    return done.stdout


def record(name, text):
    """A CTF trace of what is written as text, as LTTng would have recorded it."""
    script = path("script.txt")
    with open(script, "w", encoding="utf-8") as file:
        file.write(text)
    babeltrace2("run", "--component=source:source.vspantest.script", f'--params=path="{script}"',
                "--component=sink:sink.ctf.fs", f'--params=path="{path(name)}",quiet=yes',
                "--connect=source:sink")


def long_text():
    """So much that neither pipes, nor a sink, nor what waits for it holds all of it."""
    lines = ['attach vm=3 rings=1 name="long"']
    for k in range(1, 11):
        lines.append(f"span name=app:step vm=3 vcpu=0 span={k << 20:#x} parent=0 ts={k}000000000 "
                     f"duration=1000 times={SPANS_LONG // 10} at={k}000000000")
        lines.append(f"watermark vm=3 vcpu=0 ts={k}999999999 position=0")
    return "\n".join(lines + ["detach vm=3", ""])


class Terminal:
    """A program on a terminal; `stdout` or `stderr` may be something else."""

    def __init__(self, *words, environment=None, **streams):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(  # pylint: disable=R1732
            [VSPAN, "view", *words], stdin=slave, cwd=DIR, start_new_session=True,
            stdout=streams.get("stdout", slave), stderr=streams.get("stderr", slave),
            env=ENVIRONMENT | {"TERM": "xterm"} | (environment or {}))
        os.close(slave)
        self.text = ""

    def read(self, seconds=30, until=None):
        """All it says, to its end, or until it has said something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and until in self.text):
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                part = os.read(self.master, 65536)
            except OSError:  # nobody has the other end any more
                break
            self.text += part.decode(errors="replace").replace("\r\n", "\n")
        return self.text

    def wait(self):
        return self.process.wait(timeout=60)


def test_views():
    """Each view is what its components give."""
    tree = babeltrace2("first", "--component=sink.vspan.tree")
    done = view("first")
    check("the tree", done.returncode == 0 and done.stdout == tree and not done.stderr, done)
    check("which is one", "store:request" in tree and "status=error" in tree, tree)
    check("--tree", view("--tree", "first").stdout == tree)
    check("the tally", view("--tally", "first").stdout == babeltrace2("first", "--component=sink.vspan.tally"))
    text = babeltrace2("first", "--component=filter.vspan.spans", "--component=sink.text.pretty")
    check("the text", "store:read" in text and view("--text", "first").stdout == text)
    plain = {"BABELTRACE_PLUGIN_PATH": ""}
    check("the plugin is found in the build tree", view("first", environment=plain).stdout == tree)


def test_options():
    def same(options, component, params):
        got = view(*options, "first")
        wanted = babeltrace2("first", f"--component=sink.vspan.{component}", f"--params={params}")
        check(" ".join(options), got.returncode == 0 and got.stdout == wanted, got)

    same(["--depth=1"], "tree", "depth=1")
    same(["--min-duration=1ms", "--limit=1"], "tree", "min-duration=1000000,limit=1")
    same(["--name=store:r*", "--format=json"], "tree", 'name="store:r*",format="json"')
    same(["--top=1", "--collapse"], "tree", "top=1,collapse=yes")
    same(["--from=1970-01-01 00:00:00.003"], "tree", 'from="1970-01-01 00:00:00.003"')
    same(["--tally", "--by=name,vcpu", "--sort=p99"], "tally", 'by="name,vcpu",sort="p99"')
    same(["--tally", "--limit=1", "--name=read", "--format=json"], "tally", 'limit=1,name="read",format="json"')
    same(["--color=always"], "tree", 'color="always"')
    rows = json.loads(view("--tally", "--format=json", "first").stdout)["rows"]
    check("JSON of the tally", [row["name"] for row in rows] == ["store:request", "store:read", "store:idle"], rows)


def test_traces():
    """Folders with traces at any depth, several at once."""
    for words in ["."], ["first", "second"], ["second/../first", "second"]:
        done = view("--tally", "--name=*e*", *words)
        check("traces in " + " ".join(words), done.returncode == 0 and 'VM 1 "first": 3' in done.stdout and
              'VM 2 "second": 1' in done.stdout, done)
    os.symlink("first", path("link"))
    check("a link", 'VM 1 "first"' in view("link").stdout)


def test_output():
    """A file, standard output, a folder."""
    done = view("--output=tree.txt", "first")
    with open(path("tree.txt"), encoding="utf-8") as file:
        check("--output", done.returncode == 0 and done.stdout == "tree.txt\n" and
              file.read() == view("first").stdout, done)
    check("--output=-", view("-o", "-", "first").stdout == view("first").stdout)
    done = view("--ctf=guest-time", "first")
    check("--ctf", done.returncode == 0 and view("guest-time").stdout == view("first").stdout, done)
    done = view("--ctf=guest-time", "first")
    check("not twice into one folder", done.returncode == 1 and "another folder" in done.stderr, done)
    done = view("--output=/nonexistent/x", "first")
    check("a place that is not there", done.returncode == 1 and "/nonexistent/x: No such file" in done.stderr, done)


def test_exports():
    """Files for other programs, and standard output; a class the plugin lacks is said."""
    classes = set(re.findall(r"'(s\w+\.vspan\.\w+)'", babeltrace2("list-plugins")))
    suffixes = {"html": ".html", "perfetto": ".perfetto-trace", "speedscope": ".speedscope.json",
                "folded": None, "otlp": None}
    for kind, suffix in suffixes.items():
        done = view(f"--{kind}", "./first/")
        if f"sink.vspan.{kind}" not in classes:
            check(f"--{kind}: there is none", done.returncode == 1 and f"no sink.vspan.{kind}" in done.stderr, done)
        elif suffix:
            file = "first" + suffix
            check(f"--{kind}: a file", done.returncode == 0 and done.stdout.startswith(file + ": ") and
                  os.path.getsize(path(file)) > 100, done)
            done = view(f"--{kind}", "--output=-", "first")
            with open(path(file), encoding="utf-8", errors="replace") as same:
                check(f"--{kind}: or standard output", done.stdout == same.read())
        else:
            check(f"--{kind}: text", done.returncode == 0 and "request" in done.stdout, done)
    region = view(must_create("region"), "--all")
    if "source.vspan.ring" in classes:
        check("a region", region.returncode == 0 and 'VM ' in region.stdout and '"region" (1 vCPU)' in region.stdout,
              region)
    else:
        check("a region: no source for one", region.returncode == 1 and "no region" in region.stderr, region)


def must_create(name):
    subprocess.run([VSPAN, "create", f"--name={name}", path(name)], check=True, capture_output=True, timeout=60)
    return name


def test_browser():
    """Where there is a display the page is opened; what opens it stands in for a desktop here."""
    if view("--html", "first").returncode != 0:
        print("not looked at: --html, the plugin has no sink.vspan.html")
        return
    os.mkdir(path("bin"))
    with open(path("bin", "xdg-open"), "w", encoding="utf-8") as script:
        script.write(f'#!/bin/sh\necho "$@" >{path("opened.tmp")}; mv {path("opened.tmp")} {path("opened")}\n')
    os.chmod(path("bin", "xdg-open"), 0o755)
    desktop = {"PATH": path("bin") + ":" + os.environ["PATH"], "DISPLAY": ":9"}
    done = view("--html", "--no-open", "first", environment=desktop)
    check("--no-open", done.returncode == 0 and "open it" in done.stdout, done)
    done = view("--html", "first", environment=desktop)
    end = time.monotonic() + 20
    while not os.path.exists(path("opened")) and time.monotonic() < end:
        time.sleep(0.05)
    with open(path("opened"), encoding="utf-8") as opened:
        check("opened, once", done.stdout == "first.html: opened in a browser\n" and opened.read() == "first.html\n", done)


def test_refused():
    os.mkdir(path("empty"))
    os.mkdir(path("broken"))
    for name in "broken/metadata", "file":
        with open(path(name), "w", encoding="utf-8") as file:
            file.write("\x1b[2Jnothing of ours")
    for words, said in ([], "which trace?"), (["--bogus", "first"], "--bogus"), (["--depth=x", "first"], "--depth"), \
            (["--min-duration=1h", "first"], "20ms"), (["--tally", "--html", "first"], "two views"), \
            (["--tally", "--depth=1", "first"], "--depth is of no use with --tally"), \
            (["--by=name", "first"], "--by is of no use"), (["--tally", "--by=nmae", "first"], "vcpu"), \
            (["--tally", "--sort=size", "first"], "p99"), (["--text", "--format=json", "first"], "--format=json"), \
            (["--live", "one", "two"], "one session"), (["--live", "--html", "one"], "--live goes with"), \
            (["--color=red", "first"], "never"), (["--ctf"], "needs a value"), (["--live=1", "x"], "takes no value"):
        done = view(*words)
        check(f"{words}: a wrong command line", done.returncode == 2 and said in done.stderr and
              done.stderr.count("\n") == 1 and not done.stdout, done)
    for words, said in (["nothing"], "No such file"), (["empty"], "no trace in empty"), (["file"], "no region"), \
            (["broken"], "broken"), (["first", "nothing"], "nothing"), (["net://x"], "net://RELAY"), \
            (["--from=noon", "first"], "`from`"):
        done = view(*words)
        check(f"{words}: one line says why not", done.returncode == 1 and said in done.stderr and
              done.stderr.count("\n") == 1 and "\x1b" not in done.stderr and not done.stdout, done)
    done = view("--verbose", "broken")
    check("--verbose: all of it", done.returncode == 1 and done.stderr.count("\n") > 1 and
          "libbabeltrace2" in done.stderr, done.stderr)


def test_terminal():
    """A pager and colours on a terminal, nowhere else. Progress is not looked at here."""
    quiet = {"stderr": subprocess.DEVNULL}
    tree = view("first").stdout
    colored = view("--color=always", "first").stdout
    pager = {"VSPAN_PAGER": "sed s/^/PAGED/"}
    terminal = Terminal("first", environment=pager, **quiet)
    check("paged, with colours", terminal.read() == "".join("PAGED" + line for line in colored.splitlines(True)) and
          terminal.wait() == 0, terminal.text)
    terminal = Terminal("first", environment={"PAGER": "sed s/^/PAGED/", "NO_COLOR": "1"}, **quiet)
    check("$PAGER, NO_COLOR", terminal.read() == "".join("PAGED" + line for line in tree.splitlines(True)) and
          terminal.wait() == 0, terminal.text)
    terminal = Terminal("--no-pager", "first", environment=pager, **quiet)
    check("--no-pager", terminal.read() == colored and terminal.wait() == 0, terminal.text)
    terminal = Terminal("first", environment=pager | {"VSPAN_PAGER": ""}, **quiet)
    check("an empty pager is none", terminal.read() == colored and terminal.wait() == 0, terminal.text)
    check("not a terminal: neither", view("first", environment=pager).stdout == tree)
    terminal = Terminal("--output=x.txt", "first", environment=pager, **quiet)
    check("a file: neither", terminal.read() == "x.txt\n" and terminal.wait() == 0, terminal.text)
    terminal = Terminal("broken", environment=pager)
    check("a failure is not paged", "PAGED" not in terminal.read() and terminal.wait() == 1, terminal.text)
    terminal = Terminal("long", environment={"VSPAN_PAGER": "head -n 1"}, **quiet)
    check("a pager that is left early ends it", terminal.read() == 'VM 3 "long" (1 vCPU)\n' and
          terminal.wait() == 0, terminal.text)


def test_interrupted():
    """SIGINT while it is held up by whoever does not read: what was read is shown."""
    with subprocess.Popen([VSPAN, "view", "long"], cwd=DIR, env=ENVIRONMENT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.stdout.read(), process.stderr.read()
    lines = out.splitlines()
    spans = sum("app:step" in line for line in lines)
    check("it began", "long" in first, first)
    check("it says so", process.returncode == 1 and err.startswith("vspan: interrupted") and err.count("\n") == 1,
          (process.returncode, err))
    check("a part, and the totals of it", 0 < spans < SPANS_LONG and lines[-1].startswith(f"  {spans} spans"),
          (spans, lines[-1:]))
    done = run(["bash", "-c", '"$0" view long | head -n 1; exit ${PIPESTATUS[0]}', VSPAN], cwd=DIR)
    check("nobody reads any more: no word of it", done.returncode == 0 and done.stdout == first and not done.stderr,
          done)


def test_progress():
    """How far it is, on standard error, when there is nothing to see for a while."""
    with subprocess.Popen(["sleep", "1000"], stdin=subprocess.PIPE) as unread:
        terminal = Terminal("long", stdout=unread.stdin)
        check("progress", "million events" in terminal.read(until="per second"), terminal.text)
        unread.kill()
    check("is wiped away", terminal.read().endswith("\r\x1b[K") and terminal.wait() == 0, terminal.text[-100:])


for name, text in ("first", FIRST), ("second", SECOND):
    record(name, text)
test_views()
test_options()
test_traces()
record("long", long_text())
test_output()
test_exports()
test_browser()
test_refused()
test_terminal()
test_interrupted()
test_progress()
print(f"{failures} failed checks" if failures else "all checks passed")
sys.exit(1 if failures else 0)
