# SPDX-License-Identifier: MIT
"""Several sessions at once, by filter, log level, exclusion and wildcard: each holds
just its own share of what one guest does, the guest writes what at least one wants,
and what happens to one does not matter to the others. Runs inside with-lttng.sh."""

import collections

from attached import Daemon, Guest, destroy, disable, enable, region, session
from harness import equal, finish, must, nothing_lost
from reading import events, per_name

FAIL, TYPES = 7, 5
REQUEST, STEP, NOTE, OOPS, SEQUENCES = ("vspan_work:request", "vspan_work:step", "vspan_work:note",
                                        "vspan_work:oops", "vspan_types:sequences")
RULES = {
    "filtered": [REQUEST, '--filter=size > 4096 && op == "wr*"'],
    "failed": [REQUEST, "--filter=status == 2"],
    "severe": ["vspan_*", "--loglevel=NOTICE"],
    "only": ["vspan_*", "--loglevel-only=DEBUG"],
    "excluding": ["vspan_work:*", "--exclude=vspan_work:s*,vspan_work:note"],
    "wildcard": ["vspan_*:s*"],
}
# What the guest writes then: no session asks for types:numbers.
WANTED = {"request", "step", "note", "oops", "sequences"}


def fails(number):
    return number % FAIL == FAIL - 1


def share(name, number):
    """The events of request `number` that belong to a session: see work.c."""
    oops = [OOPS] if fails(number) else []
    return {
        "filtered": [REQUEST] if number % 16 >= 8 and number % 3 == 1 else [],
        "failed": [REQUEST] if fails(number) else [],
        "severe": [NOTE, *oops],
        "only": [STEP],
        "excluding": [REQUEST, *oops],
        "wildcard": [STEP] + ([SEQUENCES] if number % TYPES == TYPES - 1 else []),
    }[name]


def records(numbers, wanted):
    """What the guest attempts while serving these requests."""
    each = {"request": 2, "step": 2, "note": 1}
    total = len(numbers) * sum(each[name] for name in wanted & each.keys())
    failed = sum(map(fails, numbers))
    # A failed request has a status message as well, one record more.
    total += failed * (("request" in wanted) + ("oops" in wanted))
    return total + ("sequences" in wanted) * sum(n % TYPES == TYPES - 1 for n in numbers)


class Phases:
    """Serves requests in phases and knows what each session and the guest should have."""

    def __init__(self):
        self.expected = {name: collections.Counter() for name in RULES}
        self.served = 1
        self.attempted = self.recorded = 0
        self.count(range(1), RULES, WANTED)

    def count(self, numbers, active, wanted):
        for name in active:
            for number in numbers:
                self.expected[name].update(share(name, number))
        self.attempted += records(numbers, wanted)
        self.recorded += len(numbers) * len(wanted & {"request", "step"})

    def serve(self, requests, active, wanted, what):
        daemon.wait_enabled(wanted)
        counts = guest.serve(requests)
        self.count(range(self.served, self.served + requests), active, wanted)
        self.served += requests
        equal(counts["requests"], self.served, f"{what}: requests served")
        equal(counts["recorded"], self.recorded, f"{what}: spans the guest recorded")
        equal(counts["attempted"], self.attempted, f"{what}: records it wrote, no more than wanted")
        daemon.wait_emitted(counts)
        return counts


path = region("guest")
daemon = Daemon(path)
traces = {name: session(name, rule) for name, rule in RULES.items()}
guest = Guest(path, "spans=1", f"fail={FAIL}", f"types={TYPES}")
phases = Phases()
everyone = set(RULES)

phases.serve(1000, everyone, WANTED, "all sessions")
disable("only", "vspan_*")
phases.serve(500, everyone - {"only"}, WANTED, "one disabled, its events wanted by another")
destroy("wildcard")
phases.serve(500, everyone - {"only", "wildcard"}, {"request", "note", "oops"},
             "another destroyed")
must(["lttng", "stop", "severe"])
phases.serve(500, {"filtered", "failed", "excluding"}, {"request", "oops"}, "a third stopped")
enable("only", "vspan_*", "--loglevel-only=DEBUG")
phases.serve(500, {"filtered", "failed", "excluding", "only"}, {"request", "step", "oops"},
             "the first enabled again")
must(["lttng", "start", "severe"])
last = phases.serve(500, everyone - {"wildcard"}, {"request", "step", "note", "oops"},
                    "the third started again")

guest.quit()
account = daemon.stop()["guest"]
nothing_lost(account, "account")
equal(account["attempted"], phases.attempted, "records the host saw")
equal(last["errors"], sum(map(fails, range(phases.served))), "failed requests, as it counted")
destroy(*everyone - {"wildcard"})
for name, trace in traces.items():
    equal(per_name(events(trace)), phases.expected[name], f"{name} holds")
finish()
