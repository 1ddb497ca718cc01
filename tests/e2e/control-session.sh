#!/bin/sh
# SPDX-License-Identifier: MIT
#
# control-session.sh - what a user could type: LTTng decides what a guest writes, while
# it runs. Nothing here but lttng, vspan, babeltrace2, and the guest: a process that
# serves 200 requests a second, each a span work:request with a span work:step and an
# event work:note inside; every tenth fails, with an event work:oops. test-control.py
# runs it, and judges what follows each line "== STEP".
#
# Usage: control-session.sh DIRECTORY GUEST PORT, of which PORT to PORT + 2 are free
set -eu
directory=$1 guest=$2 port=$3
region=$directory/guest.vspan
control=$directory/control

step() {
	echo "== $1"
}

# All that was started is stopped, by number.
cleanup() {
	trap - EXIT
	for pid in ${guest_pid-} ${vspan_pid-} ${live_pid-} ${relay_pid-}; do
		kill "$pid" 2>/dev/null || :
	done
}
trap cleanup EXIT

# Until a command succeeds, for 30 s at most: LTTng tells programs a little later.
eventually() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { echo "never came true: $*"; exit 1; }
		sleep 0.1
	done
}

# What the guest writes at present: LTTng's names of the call sites.
enabled() {
	vspan list --control="$control" | awk '$6 == "yes" { print $3 }'
}
writes_just() {
	[ "$(enabled)" = "$1" ]
}
writes() {
	enabled | grep -qx "$1"
}

# What guest and host say of it, twice, a second apart: `attempted` in both, and the
# guest's `requests`, which go on whether anybody looks or not.
watch_it() {
	for i in 1 2; do
		[ $i = 1 ] || sleep 1
		lines=$(wc -l <"$directory/guest.out")
		echo ring >&3
		echo counts >&3
		eventually test "$(wc -l <"$directory/guest.out")" -ge $((lines + 2)) || exit 1
		tail -n 2 "$directory/guest.out"
		vspan status --control="$control" --format=json
	done
}

step create
vspan create --rings=2 --sites=512 --name=guest "$region"

step attach
vspan attach --control="$control" --state-dir="$directory" "$region" >"$directory/account" &
vspan_pid=$!
eventually test -S "$control"

step guest
mkfifo "$directory/commands"
VSPAN_REGION=$region "$guest" spans=0 rate=200 fail=10 control=1 \
	<"$directory/commands" >"$directory/guest.out" &
guest_pid=$!
exec 3>"$directory/commands"

step list
listed() {
	lttng list --userspace | grep -q vspan_work:oops
}
eventually listed
vspan list --control="$control"
lttng list --userspace

step filter
lttng create control --output="$directory/filtered"
lttng enable-event --userspace vspan_work:request --filter 'size > 4096 && op == "read"'
lttng start
eventually writes_just vspan_work:request
sleep 1
lttng stop

step filtered-trace
babeltrace2 "$directory/filtered"

step disable
lttng start
lttng disable-event --userspace vspan_work:request
eventually writes_just ''
watch_it

step level
lttng enable-event --userspace 'vspan_*' --loglevel=NOTICE
eventually writes vspan_work:note
eventually writes vspan_work:oops
watch_it

step level-list
vspan list --control="$control"
lttng destroy control
eventually writes_just ''

step trigger
lttng create flight --snapshot --output="$directory/flight"
lttng enable-event --userspace 'vspan_work:*'
lttng start
lttng add-trigger --name=failure \
	--condition=event-rule-matches --type=user --name=vspan_work:request \
	--filter='status == 2' \
	--action=snapshot-session flight --rate-policy=once-after:20
taken() {
	[ -n "$(find "$directory/flight" -name metadata)" ]
}
eventually taken
lttng remove-trigger failure
lttng stop flight
lttng destroy flight

step snapshot
babeltrace2 "$directory/flight"
eventually writes_just ''

step live
lttng-relayd --output="$directory/relay" --control-port=tcp://127.0.0.1:"$port" \
	--data-port=tcp://127.0.0.1:$((port + 1)) --live-port=tcp://127.0.0.1:$((port + 2)) &
relay_pid=$!
created() {
	lttng create live --live --set-url=net://127.0.0.1:"$port":$((port + 1))
}
eventually created
# On a busy machine lttng's connection is closed on it now and then, right after that.
eventually lttng enable-event --userspace vspan_work:request
lttng start
eventually writes_just vspan_work:request
babeltrace2 --input-format=lttng-live \
	net://127.0.0.1:$((port + 2))/host/"$(uname -n)"/live >"$directory/live" &
live_pid=$!
seen() {
	grep -q vspan_work:request "$directory/live"
}
eventually seen

step live-trace
kill -0 "$guest_pid" && echo "the guest still runs"
head -n 20 "$directory/live"
lttng destroy live
wait $live_pid || :
live_pid=

step end
kill "$relay_pid"
echo quit >&3
wait $guest_pid
tail -n 1 "$directory/guest.out"
guest_pid=
kill -INT $vspan_pid
wait $vspan_pid
vspan_pid=
cat "$directory/account"
