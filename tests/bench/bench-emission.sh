#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench-emission.sh PROGRAM - a flight-recorder session (nothing is consumed, so
# nothing but emission is measured) around bench-emission. Run by with-lttng.sh.
set -eu

lttng create bench --snapshot --output="$LTTNG_HOME/bench" >/dev/null
lttng enable-channel --userspace bench --num-subbuf=4 --subbuf-size=1M >/dev/null
lttng enable-event --userspace --channel=bench 'vspan_bench:*' >/dev/null
lttng enable-event --userspace --channel=bench 'bench_static:*' >/dev/null
lttng start >/dev/null
status=0
"$1" || status=$?
lttng destroy bench >/dev/null
exit $status
