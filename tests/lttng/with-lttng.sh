#!/bin/bash
# SPDX-License-Identifier: MIT
#
# with-lttng.sh COMMAND... - runs a command in an LTTng world of its own: a
# session daemon nobody else talks to, nothing left behind. Root gets private
# mount and process namespaces, so that everything started inside ends with this
# script; others a private LTTNG_HOME. Exit status of the command; 77: skipped.
set -u

skip() {
	echo "SKIP: $*"
	exit 77
}

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT...]" >&2; exit 2; }
command -v lttng-sessiond >/dev/null ||
	skip "lttng-sessiond is not installed (Debian: apt install lttng-tools)"

world=${VSPAN_LTTNG_WORLD-}
unset VSPAN_LTTNG_WORLD
if [ "$(id -u)" = 0 ] && [ "$world" != private ]; then
	namespaces="--mount --propagation private --pid --fork --kill-child=TERM --mount-proc"
	# shellcheck disable=SC2086
	unshare $namespaces true 2>/dev/null ||
		skip "root needs private namespaces here (unshare $namespaces), or run as a user"
	# unshare itself blocks signals; when it dies its child is told, and cleans up.
	# It dies with this script.
	# shellcheck disable=SC2086
	VSPAN_LTTNG_WORLD=private setpriv --pdeathsig KILL unshare $namespaces "$0" "$@" <&0 &
	inside=$!
	trap 'kill -KILL $inside; exit 143' TERM INT
	wait $inside
	exit
fi
if [ "$world" = private ]; then
	# The daemon's sockets of root are below /run, its buffers and wake-up words in /dev/shm.
	mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm ||
		skip "cannot mount a private /run and /dev/shm"
fi

LTTNG_HOME=$(mktemp -d "${TMPDIR:-/tmp}/vspan-lttng.XXXXXX") || exit 1
export LTTNG_HOME
daemon=
command=

# Asks the daemon to stop; after 10 s ends it and its consumer daemons by number.
daemon_stop() {
	[ -n "$daemon" ] || return
	local children tries=0
	kill -TERM "$daemon" 2>/dev/null
	while kill -0 "$daemon" 2>/dev/null && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	if kill -0 "$daemon" 2>/dev/null; then
		echo "with-lttng: lttng-sessiond ($daemon) did not stop within 10 s: killed" >&2
		children=$(ps -o pid= --ppid "$daemon")
		# shellcheck disable=SC2086
		kill -KILL "$daemon" $children 2>/dev/null
	fi
	wait "$daemon" 2>/dev/null
	daemon=
}

finish() {
	trap '' TERM INT
	[ -z "$command" ] || kill -TERM "$command" 2>/dev/null
	daemon_stop
	rm -rf "$LTTNG_HOME"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

lttng-sessiond --no-kernel >"$LTTNG_HOME/sessiond.log" 2>&1 &
daemon=$!
tries=0
until lttng --no-sessiond list >/dev/null 2>&1; do
	tries=$((tries + 1))
	if [ $tries -gt 100 ] || ! kill -0 "$daemon" 2>/dev/null; then
		echo "with-lttng: lttng-sessiond does not answer; its output:" >&2
		cat "$LTTNG_HOME/sessiond.log" >&2
		exit 1
	fi
	sleep 0.1
done

# In the background, so that a signal to this script is handled at once.
"$@" <&0 &
command=$!
wait "$command"
status=$?
command=
exit $status
