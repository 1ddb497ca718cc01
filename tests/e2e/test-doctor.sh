#!/bin/sh
# SPDX-License-Identifier: MIT
# `vspan doctor` tells a machine with a session daemon from one without. Runs
# inside with-lttng.sh, where one is up.
set -u
failures=0
expect() {
    if echo "$out" | grep -Eq "$1"; then
        echo "ok: $1"
    else
        failures=$((failures + 1))
        echo "FAILED: $1"
        echo "$out"
    fi
}
out=$("$VSPAN" doctor)
status=$?
expect '^ok +session daemon: running'
expect '^ok +babeltrace2 plugin: in .*plugins'
expect '^(ok|limited) +shared memory: [0-9]+ MiB'
if echo "$out" | grep -q '^missing'; then want=1; else want=0; fi
[ $status = $want ] || { echo "FAILED: exit status $status"; failures=1; }
expect '^(ok|limited) +permissions: '
expect '^ok +runtime directory: '
expect '^ok +variables: '
expect '^(ok|limited) +qemu: '
[ "$(id -u)" = 0 ] && pid_file=/run/lttng/lttng-sessiond.pid || pid_file=$LTTNG_HOME/.lttng/lttng-sessiond.pid
kill -STOP "$(cat $pid_file)"
out=$("$VSPAN" doctor)
[ $? = 1 ] || { echo "FAILED: exit status with a daemon that hangs"; failures=1; }
kill -CONT "$(cat $pid_file)"
expect '^missing +session daemon: .*hangs'
expect 'restart it'
out=$(LTTNG_UST_REGISTER_TIMEOUT=-1 "$VSPAN" doctor)
expect '^limited +variables: LTTNG_UST_REGISTER_TIMEOUT=-1'
# A directory without sockets: no daemon answers.
hidden='exec "$0" doctor'
[ "$(id -u)" = 0 ] && hidden='mount -t tmpfs none /run/lttng; exec "$0" doctor'
out=$(LTTNG_HOME=/nonexistent BABELTRACE_PLUGIN_PATH='' \
    $([ "$(id -u)" = 0 ] && echo unshare -m) sh -c "$hidden" "$VSPAN")
expect '^limited +session daemon: none'
expect 'private one'
out=$("$VSPAN" doctor --format=json)
expect '"subject":"kvm"'
exit $failures
