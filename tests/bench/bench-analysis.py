# SPDX-License-Identifier: MIT
"""How long the sinks that people look at take over a large trace, compared with
babeltrace2 reading the same trace and doing nothing, and how much memory.

usage: bench-analysis.py BABELTRACE2 WORK_DIRECTORY [--events N] [--rounds N] [--gate]

The trace is made once, from a random forest played over and over by
source.vspantest.forest, and kept in WORK_DIRECTORY. Each round runs every sink
once, in turn; a ratio compares two runs of one round. Prints a table, writes
WORK_DIRECTORY/analysis.json. With --gate, memory that grows with the trace fails.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

BOUND = 1.25
# Spans of the forest that is played, and about how many events it makes of each.
SPANS = 4000
SHAPE = f"seed=1,plain=1,spans={SPANS},vms=2,vcpus=4,depth=6,streams=4,notes=1"
# What a fifth of the trace may need less than the whole of it.
MEMORY_SLACK_KIB = 20 * 1024


def run(arguments):
    """Seconds, CPU seconds and peak memory in KiB of a command."""
    begin = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {errors.decode(errors='replace')[-2000:]}")
    return {"seconds": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime,
            "kib": usage.ru_maxrss}


def forest(babeltrace2, times, sink, params=None):
    arguments = [babeltrace2, "run", "--component=source:source.vspantest.forest",
                 f"--params={SHAPE},times={times}", f"--component=sink:{sink}"]
    return arguments + ([f"--params={params}"] if params else []) + ["--connect=source:sink"]


def count_events(babeltrace2, times):
    output = subprocess.run(forest(babeltrace2, times, "sink.utils.counter", "step=+0"),
                            check=True, capture_output=True, text=True).stdout
    return max(int(line.split()[0]) for line in output.splitlines() if "Event messages" in line)


def make_trace(babeltrace2, directory, events):
    """A trace of at least that many events. Returns its path and how many it has."""
    once, twice = count_events(babeltrace2, 1), count_events(babeltrace2, 2)
    times = max(1, -(-events // (twice - once)))
    path = os.path.join(directory, f"trace-{SPANS}x{times}")
    if not os.path.exists(os.path.join(path, "complete")):
        run(forest(babeltrace2, times, "sink.ctf.fs", f'path="{path}.trace",quiet=yes'))
        os.makedirs(path)
        os.rename(f"{path}.trace", os.path.join(path, "trace"))
        open(os.path.join(path, "complete"), "w").close()
    return os.path.join(path, "trace"), once + (times - 1) * (twice - once)


def sinks_there(babeltrace2):
    listed = subprocess.run([babeltrace2, "list-plugins"], check=True, capture_output=True,
                            text=True).stdout
    return [name for name in ("sink.vspan.tree", "sink.vspan.tally") if f"'{name}'" in listed
            or name in listed]


def command(babeltrace2, trace, sink):
    arguments = [babeltrace2, trace, f"--component={sink}"]
    if sink.startswith("sink.vspan"):
        arguments.append('--params=path="/dev/null"')
    return arguments


def measure(babeltrace2, trace, sinks, rounds):
    runs = {sink: [] for sink in sinks}
    for _ in range(rounds):
        for sink in sinks:
            runs[sink].append(run(command(babeltrace2, trace, sink)))
    return runs


def median(runs, what):
    return statistics.median(each[what] for each in runs)


def summary(sink, runs, base, fifth):
    ratios = [a["seconds"] / b["seconds"] for a, b in zip(runs, base)]
    ratio = statistics.median(ratios)
    return {"sink": sink, "seconds": round(median(runs, "seconds"), 3),
            "cpu": round(median(runs, "cpu"), 3), "ratio": round(ratio, 3),
            "ratios": [round(each, 3) for each in ratios], "bound": BOUND,
            "met": ratio <= BOUND, "kib": max(each["kib"] for each in runs),
            "kib_fifth": fifth["kib"],
            "memory_grows": max(each["kib"] for each in runs) > fifth["kib"] + MEMORY_SLACK_KIB}


def table(rows, events):
    print(f"{events} events; wall clock ratios within one round, median; bound {BOUND}")
    print(f"{'sink':<18}{'seconds':>9}{'CPU':>9}{'ratio':>8}{'met':>5}{'MiB':>8}{'MiB, 1/5':>10}")
    for row in rows:
        print(f"{row['sink']:<18}{row['seconds']:>9.2f}{row['cpu']:>9.2f}{row['ratio']:>8.2f}"
              f"{'yes' if row['met'] else 'no':>5}{row['kib'] / 1024:>8.1f}"
              f"{row['kib_fifth'] / 1024:>10.1f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("babeltrace2")
    parser.add_argument("directory")
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    os.makedirs(options.directory, exist_ok=True)
    trace, events = make_trace(options.babeltrace2, options.directory, options.events)
    fifth, _ = make_trace(options.babeltrace2, options.directory, options.events // 5)
    sinks = ["sink.utils.dummy"] + sinks_there(options.babeltrace2)
    if len(sinks) < 2:
        sys.exit("no sink of vspan: see BABELTRACE_PLUGIN_PATH")
    runs = measure(options.babeltrace2, trace, sinks, options.rounds)
    rows = [summary(sink, runs[sink], runs[sinks[0]],
                    run(command(options.babeltrace2, fifth, sink))) for sink in sinks]
    table(rows, events)
    with open(os.path.join(options.directory, "analysis.json"), "w", encoding="utf-8") as file:
        json.dump({"events": events, "rows": rows}, file, indent=1)
    if options.gate and any(row["memory_grows"] for row in rows):
        sys.exit("memory grows with the length of the trace")


main()
