# SPDX-License-Identifier: MIT
"""Regions somebody tampered with: whatever is in the file, source.vspan.ring and `vspan dump`
show what makes sense or say in one line what does not, in bounded time and memory, and never
crash. Also the parameters they refuse. No LTTng; meant to run with sanitizers as well.

Usage: test-hostile-region.py [MUTATIONS [SEED]]
VSPAN, WRITER, BABELTRACE2 and BABELTRACE_PLUGIN_PATH say what is used."""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile

VSPAN = os.environ["VSPAN"]
BABELTRACE2 = os.environ["BABELTRACE2"]
ROOT = tempfile.TemporaryDirectory(prefix="vspan-hostile.")
MUTATIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
CLOCK = "clock=\"tsc = 0, ts = 0, error_ns = 0, ratio = 281474976710656\""
PAGE = 4096
SPANS = 400  # of the writer: 4 slots each, of 2048
failures = 0


def check(what, good, seen=""):
    global failures
    print(("ok: " if good else "FAILED: ") + what, "" if good else seen, flush=True)
    failures += not good


def path(name):
    return os.path.join(ROOT.name, name)


def run(*words):
    """Status None: it hung."""
    try:
        return subprocess.run(words, capture_output=True, timeout=60, errors="replace",
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"), check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, None, "", "hung")


def tree(name, params=CLOCK):
    return run(BABELTRACE2, "--component=source.vspan.ring",
               f"--params=path=\"{path(name)}\",{params}", "--component=sink.vspan.tree")


def dump(name, *options):
    return run(VSPAN, "dump", *options, path(name))


def write(name, memory):
    with open(path(name), "wb") as file:
        file.write(memory)


def region():
    """What a writer left: spans, events, one span that is open."""
    run(VSPAN, "create", "--rings=2", "--ring-size=64k", "--sites=8", path("good"))
    run(os.environ["WRITER"], path("good"), str(SPANS), "open")
    with open(path("good"), "rb") as file:
        return file.read()


def good():
    out = tree("good")
    check("the region as it is", out.returncode == 0 and
          f"{SPANS + 1} spans" in out.stdout and "1 aborted" in out.stdout, out.stderr)
    text = dump("good", "--sites", "--records=3")
    check("and dumped", text.returncode == 0 and "left open" in text.stdout and
          text.stdout.count("test:work") >= 2 and "number: u64, text: str" in text.stdout, text)
    account = json.loads(dump("good", "--format=json", "--records=5").stdout)
    ring = account["rings"][0]
    attempted = 3 * SPANS + 1
    check("what the guest counted", (ring["ledger"]["attempted"], ring["ledger"]["emitted"],
                                     ring["ledger"]["unexplained"]) == (attempted, attempted, 0), ring)
    check("what is open", [(span["name"], span["fields"], span["parent"]) for span in ring["open"]] ==
          [("test:work", {"number": SPANS, "text": "left open"}, "0x0")], ring["open"])
    check("the last records", [one["kind"] for one in ring["records"]] ==
          ["event", "begin", "end", "event", "begin"] and ring["records"][3]["fields"] ==
          {"number": SPANS - 1} and ring["records"][1]["fields"]["text"] == "text", ring["records"])
    sites = {site["name"]: site["types"] for site in account["sites"]}
    check("call sites and their types", sites == {"work": ["number: u64", "text: str"],
                                                  "tick": ["number: u64"]}, sites)
    check("no records, if none are wanted", "Last records" not in dump("good", "--records=0").stdout)


def survives(name, label):
    """Neither crashes nor hangs; what fails says so."""
    problems = []
    for out in (tree(name), dump(name, *random.choice([["--sites"], ["--format=json", "--records=100"]]))):
        if out.returncode == 0:
            continue
        if out.returncode != 1 or not out.stderr or "Sanitizer" in out.stderr or \
                "runtime error" in out.stderr:
            problems.append((out.args[0], out.returncode, out.stderr[-1500:]))
    if problems:
        check(label, False, problems)
    return not problems


def truncated(memory):
    places = [0, 1, 100, 255, 256, *range(PAGE, len(memory), PAGE)]
    random.shuffle(places)
    places = places[:max(20, MUTATIONS // 4)]
    fine = 0
    for place in places:
        write("bad", memory[:place])
        fine += survives("bad", f"cut to {place} bytes")
    check(f"{fine} truncated files are refused", fine == len(places))
    out = dump("bad")
    check("in one line", out.returncode == 1 and out.stderr.count("\n") == 1, out.stderr)


def flipped(memory):
    """Most of the region is empty: half of the flips go where something is."""
    filled = [at for at in range(0, len(memory), 8) if any(memory[at:at + 8])]
    fine = 0
    for number in range(MUTATIONS):
        bad = bytearray(memory)
        for _ in range(random.choice([1, 1, 4, 64, 1000])):
            at = random.choice(filled) + random.randrange(8) if number % 2 else \
                random.randrange(len(bad))
            bad[at] = random.choice([0, 0xff, random.randrange(256), bad[at] ^ 1 << random.randrange(8)])
        write("bad", bad)
        fine += survives("bad", f"flipped, mutation {number} of seed {SEED}")
    check(f"{fine} tampered regions do no harm", fine == MUTATIONS)


def words(memory):
    """Extreme numbers in every word of the header, the rings' and the writers' lines."""
    writers = struct.unpack_from("<Q", memory, 128)[0]
    rings = struct.unpack_from("<Q", memory, 88)[0]
    places = [*range(8, 192, 8), *(rings + at for at in (0, 8, 16, 128)),
              *(writers + at for at in (0, *range(128, 184, 8), 256, 264, 272, 280))]
    fine = 0
    values = [0, 1, 0x7fffffffffffffff, 0xffffffffffffffff, 0x100000, 1 << 44]
    tried = [(place, value) for place in places for value in values]
    random.shuffle(tried)
    for place, value in tried[:MUTATIONS]:
        bad = bytearray(memory)
        struct.pack_into("<Q", bad, place, value)
        write("bad", bad)
        fine += survives("bad", f"{value:#x} at {place}")
    check(f"{fine} extreme numbers do no harm", fine == min(MUTATIONS, len(tried)))


def vast(memory):
    """A header that claims a terabyte, of which the file is a hole."""
    bad = bytearray(memory)
    struct.pack_into("<Q", bad, 32, 1 << 40)
    write("bad", bad)
    os.truncate(path("bad"), 1 << 40)
    check("a sparse file of a terabyte", survives("bad", "a sparse terabyte"))


def refused():
    for params, cause in [
            ("pth=\"x\"", "unknown parameter `pth`"),
            ("all=12", "must be yes or no"),
            ("path=\"x\",inputs=[\"y\"]", "give the files to read"),
            ("all=yes", "give the files to read"),
            ("inputs=[]", "must be an array of strings"),
            ("inputs=[\"x\",3]", "must be an array of strings"),
            ("offset=-1", "must be an integer from 0 on"),
            ("path=\"x\",clock=\"tsc = 1\"", "parameter `clock` must be"),
            ("path=\"x\",clock=\"tsc = 1, ts = 2, error_ns = 3, ratio = 0\"", "parameter `clock` must be"),
            ("path=\"x\",clock-offset=+9000000000000000000", "before the year 2116"),
            ("path=\"/nonexistent\"", "cannot open /nonexistent: No such file")]:
        out = run(BABELTRACE2, "--component=source.vspan.ring", f"--params={params}",
                  "--component=sink.utils.dummy")
        check(f"refused: {params}", out.returncode == 1 and cause in " ".join(out.stderr.split()),
              out.stderr)
    for options in (["--offset=-1", "x"], ["--records=x", "x"], [], ["x", "y"], ["--format=xml", "x"]):
        out = run(VSPAN, "dump", *options)
        check(f"a wrong command line: dump {' '.join(options)}",
              out.returncode == 2 and out.stderr.count("\n") == 1, out.stderr)
    out = run(VSPAN, "dump", "/nonexistent")
    check("a file that is not there", out.returncode == 1 and "/nonexistent" in out.stderr, out.stderr)


random.seed(SEED)
whole = region()
good()
refused()
truncated(whole)
flipped(whole)
words(whole)
vast(whole)
print(f"{failures} failed checks" if failures else "all checks passed")
sys.exit(failures != 0)
