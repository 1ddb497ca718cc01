#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run-each.sh COMMAND... [-- COMMAND...]... - runs several commands one after the other, so that
# they need one emulated machine between them (with-kvm.sh). Exit status: that of the
# first that fails or skips; those after it still run.
set -u
status=0
command=()
run() {
	local ret
	[ ${#command[@]} -gt 0 ] || return
	"${command[@]}"
	ret=$?
	echo "$(basename "${command[0]}"): exit status $ret"
	[ "$status" -ne 0 ] || status=$ret
	command=()
}
for word in "$@"; do
	if [ "$word" = -- ]; then
		run
	else
		command+=("$word")
	fi
done
run
exit "$status"
