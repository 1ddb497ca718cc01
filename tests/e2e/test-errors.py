# SPDX-License-Identifier: MIT
"""What goes wrong is told in one clear line with a remedy, on stderr: status 2 for a
wrong command line, 1 for all else; no crash, no hang. Runs inside with-lttng.sh."""

import os
import sys

from harness import (FLOOD, VSPAN, WORK, check, daemons, equal, finish, must, run, say, skip_without_kvm,
                     world_without_daemon)

USAGE, FAILED = 2, 1


def told(label, done, status, *words):
    """One line that starts with `vspan: ` and has all of `words`; nothing on stdout."""
    lines = done.stderr.splitlines()
    equal(done.returncode, status, f"{label}: exit status")
    check(len(lines) == 1 and lines[0].startswith("vspan: "), f"{label}: one line: {done.stderr!r}")
    equal(done.stdout, "", f"{label}: on stdout")
    for word in words:
        check(word in done.stderr, f"{label}: says {word!r}")


def vspan(*arguments, **options):
    return run([VSPAN, *arguments], timeout=30, **options)


def file(name, contents):
    path = f"{WORK}/{name}"
    with open(path, "wb") as out:
        out.write(contents)
    return path


def test_command_line():
    say("-- wrong command lines")
    told("unknown command", vspan("recrod"), USAGE, "recrod", "--help")
    for command in ("run", "record"):
        told(f"{command}: no guest", vspan(command), USAGE, "guest", "GUEST.elf")
        told(f"{command}: unknown option", vspan(command, "--ring-szie=1M", FLOOD), USAGE,
             "ring-szie", "--help")
        told(f"{command}: unknown letter", vspan(command, "-x", FLOOD), USAGE, "`-x`", "--help")
        told(f"{command}: option without its value", vspan(command, "--name"), USAGE, "--name",
             "needs a value", "--help")
        told(f"{command}: letter without its value", vspan(command, "-n"), USAGE, "-n",
             "needs a value", "--help")
        told(f"{command}: a value too many", vspan(command, "--quiet=1", FLOOD), USAGE,
             "--quiet=1", "takes no value", "--help")
        for option, wrong, right in [("--ring-size", "100k", "power of two"),
                                     ("--ring-size", "1x", "64k"), ("--ring-size", "-1", "64k"),
                                     ("--ring-size", "99999999999999999999", "64k"),
                                     ("--memory", "much", "64M"), ("--cpus", "0", "1 to 64"),
                                     ("--cpus", "65", "1 to 64"), ("--mode", "drop", "discard"),
                                     ("--timeout", "3 s", "duration"), ("--poll", "fast", "us"),
                                     ("--kill-after", "soon", "20ms"),
                                     ("--kill-cpu", "x", "number"), ("--format", "xml", "json")]:
            told(f"{command} {option}={wrong}", vspan(command, f"{option}={wrong}", FLOOD), USAGE,
                 wrong, right)
        told(f"{command}: long arguments", vspan(command, FLOOD, "x" * 300), USAGE, "too long",
             "at most")


def test_help():
    say("-- help is no error")
    for arguments in (["--help"], ["run", "--help"], ["record", "--help"], ["--version"]):
        done = vspan(*arguments)
        equal((done.returncode, done.stderr), (0, ""), f"{' '.join(arguments)}: status, stderr")
        check("vspan" in done.stdout, f"{' '.join(arguments)}: prints something")
    equal(vspan().returncode, USAGE, "nothing given: exit status")


def test_guests():
    say("-- guests that are none")
    with open(FLOOD, "rb") as elf:
        image = elf.read()
    for command in (["run"], ["record", f"--output={WORK}/none"]):
        label = command[0]
        told(f"{label}: missing", vspan(*command, f"{WORK}/missing.elf"), FAILED, "missing.elf",
             "No such file", "give the path")
        told(f"{label}: a folder", vspan(*command, WORK), FAILED, WORK, "not a regular file")
        told(f"{label}: a text", vspan(*command, file("notes.txt", b"not a program\n" * 100)),
             FAILED, "notes.txt", "not an ELF file", "give the path")
        told(f"{label}: empty", vspan(*command, file("empty.elf", b"")), FAILED, "empty.elf",
             "not an ELF file")
        told(f"{label}: a program of the host", vspan(*command, os.path.realpath(sys.executable)),
             FAILED, "not a fixed-address executable", "link it")
        told(f"{label}: cut short", vspan(*command, file("short.elf", image[:4096])), FAILED,
             "short.elf", "truncated", "build it again")


def test_guest_refuses():
    say("-- a guest that does not like its arguments")
    done = vspan("run", FLOOD, "recrods=1")
    equal(done.returncode, 2, "exit status, the guest's own")
    check("recrods=1" in done.stderr and "records=" in done.stderr, "its words, and the remedy")


def test_timeout():
    say("-- a guest that never ends")
    done = vspan("run", "--timeout=200ms", "--quiet", FLOOD, "forever=1")
    equal(done.returncode, FAILED, "exit status")
    check("killed" in done.stdout, "the summary says what ended it")


def test_filter():
    say("-- a filter that is none")
    done = vspan("record", f"--output={WORK}/filter", "--filter=duration >", FLOOD)
    # liblttng-ctl says what it could not parse by itself, before.
    done.stderr = "".join(line for line in done.stderr.splitlines(True)
                          if "syntax error" not in line and line != "Parse error\n")
    told("filter", done, FAILED, "`duration >`", "man lttng-enable-event")


def test_output():
    say("-- a trace that cannot be written")
    path = file("file", b"") + "/trace"
    done = vspan("record", f"--output={path}", FLOOD)
    told("output", done, FAILED, path, "--output")


def test_session():
    say("-- a session that exists, a name that cannot be one")
    must(["lttng", "create", "taken", f"--output={WORK}/taken"])
    told("taken", vspan("record", "--session=taken", FLOOD), FAILED, "taken", "--session")
    check("taken" in must(["lttng", "list"]), "the session of that name is still there")
    must(["lttng", "destroy", "taken"])
    told("name", vspan("record", "--session=a/b", FLOOD), FAILED, "a/b", "--session")


def kvm_replaced(script, *words):
    done = run(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                f'{script} && exec "$@"', "sh", VSPAN, "run", FLOOD, "records=4"], timeout=30)
    told(script, done, FAILED, "/dev/kvm", *words)


def test_kvm():
    say("-- no /dev/kvm")
    if os.getuid() != 0:
        say("not tried: only root can hide /dev/kvm")
        return
    kvm_replaced("mount --bind /dev/null /dev/kvm")
    kvm_replaced("mount -t tmpfs tmpfs /dev", "kvm_intel")
    done = run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", VSPAN, "run", FLOOD,
                "records=4"], timeout=30)
    if "cannot open the guest" in done.stderr or "exec" in done.stderr:
        say("not tried: another user cannot read the build folder")
    elif os.stat("/dev/kvm").st_mode & 0o006 == 0o006:
        say("not tried: everybody may use /dev/kvm here")
    else:
        told("another user", done, FAILED, "/dev/kvm", "no permission", "group kvm")


def test_no_lttng():
    say("-- no session daemon, and none to start")
    world, environment = world_without_daemon()
    before = daemons()
    path = environment["PATH"]
    if world:
        world = ["env", f"PATH={path}", *world[:-1], "sh", "env", f"PATH={WORK}"]
    else:
        environment["PATH"] = WORK
    done = run([*world, VSPAN, "record", f"--output={WORK}/no-lttng", FLOOD, "records=4"],
               timeout=30, env=environment)
    told("no lttng-sessiond", done, FAILED, "lttng-sessiond", "install", "lttng-tools")
    equal(daemons() - before, set(), "daemons left behind")


skip_without_kvm()
test_command_line()
test_help()
test_guests()
test_guest_refuses()
test_timeout()
test_filter()
test_output()
test_session()
test_kvm()
test_no_lttng()
finish()
