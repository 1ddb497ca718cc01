#!/bin/bash
# SPDX-License-Identifier: MIT
# run-exports.sh - exports traces as OTLP and for Perfetto and has others than
# the plugin read them: they must be valid, and say what the trees say.
#
# usage: run-exports.sh; environment as for run-golden.sh
set -u
cd "$(dirname "$0")" || exit 2
export TZ=UTC NO_COLOR=1
babeltrace2=${BABELTRACE2:-babeltrace2}
if ! { [ -d ../node/node_modules ] && command -v node >/dev/null; }; then
	echo "no node, or not the packages of tests/node: tools/install-packages installs them"
	exit 77
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
names=()
failures=0

fail() {
	failures=$((failures + 1))
	echo "FAIL: $1"
}

# write FILE NAME SINK FORMAT [PARAMS]: one export, $work/NAME.FORMAT; in parts if the trace asks for it.
write() {
	local held
	held=$(sed -n 's/^# params: \(held=.*\)/,\1/p' "$1")
	${WRAPPER:-} "$babeltrace2" run --component=source:source.vspantest.script \
		--params="path=\"$1\"" --component="sink:sink.vspan.$3" \
		--params="path=\"$work/$2.$4\"${5:+,$5}$held" --connect=source:sink \
		2>>"$work/$2.told" || { fail "$2: $3"; cat "$work/$2.told"; }
}

# export FILE NAME: all of them.
export_all() {
	names+=("$work/$2")
	write "$1" "$2" tree tree 'format="json"'
	write "$1" "$2" otlp otlp
	write "$1" "$2" perfetto perfetto
}

# Lines of a trace, COUNT of them, begun by one more: lines COUNT FORMAT; %i is the number.
lines() {
	awk -v count="$1" -v line="$2" 'BEGIN {
		print "attach vm=1 rings=1 name=\"many\""
		for (i = 1; i <= count; i++) {
			text = line
			gsub(/%i/, i, text)
			gsub(/%p/, i - 1, text)
			gsub(/%t/, 1000000 + 10 * i, text)
			gsub(/%d/, 100000 - 20 * i, text)
			print text
		}
	}'
}

# made NAME WHERE TEXT: an export of the trace on standard input; TEXT must be in $work/NAME.WHERE.
made() {
	cat >"$work/$1.txt"
	export_all "$work/$1.txt" "$1"
	grep -q "$3" "$work/$1.$2" || fail "$1: no $3"
}

for file in sink-tree/*.txt sink-otlp/*.txt sink-perfetto/*.txt; do
	name=${file%.txt}
	export_all "$file" "${name//\//-}"
done
# More names than are remembered, so that they are told again.
made names perfetto 'name 9000' < <(lines 9000 'span-by-name vm=1 vcpu=0 span=%i parent=0 ts=%t duration=5 status=0 kind=0 flags=0 name="name %i" provider="app"')
# Nested more deeply than Perfetto can.
made deep perfetto 'vCPU 0 aside' < <(lines 1000 'span name=app:deep vm=1 vcpu=0 span=%i parent=%p ts=%t duration=%d')
# More beside each other than there are lanes.
made lanes told '176 spans are shown as instants' < <(lines 1200 'span name=app:beside vm=1 vcpu=0 span=%i parent=0 ts=%t duration=100000 flags=32')
# More events and links in a span than OTLP is given.
made full otlp '"droppedEventsCount":904,.*"droppedLinksCount":44' < <(
	lines 5000 'event name=app:event vm=1 vcpu=0 span=1 ts=%t'
	lines 300 'link vm=1 vcpu=0 span=1 linked=%i trace_high=0 trace_low=0 ts=%t'
	echo 'span name=app:full vm=1 vcpu=0 span=1 parent=0 ts=1000000 duration=100000'
)

node ../node/otlp-check.mjs "${names[@]}" || fail "OTLP"
node ../node/perfetto-tree.mjs "${names[@]}" || fail "Perfetto's format"

# What is not for people is not written to a terminal.
if script -qec "\"$babeltrace2\" run --component=source:source.vspantest.script \
	--params='path=\"sink-tree/nesting.txt\"' --component=sink:sink.vspan.perfetto \
	--connect=source:sink" /dev/null >"$work/log" 2>&1 </dev/null ||
	! tr '\r\n' '  ' <"$work/log" | tr -s ' ' | grep -q 'is not for a terminal'; then
	fail "Perfetto's format on a terminal"
fi
echo "exports: $((3 * ${#names[@]} + 5)) checks, $failures failed"
[ "$failures" -eq 0 ]
