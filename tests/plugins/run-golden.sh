#!/bin/bash
# SPDX-License-Identifier: MIT
# run-golden.sh - plays each trace of a folder, written as text, through the
# plugin and compares what comes out with the .expect file beside it.
#
# usage: run-golden.sh FOLDER [NAME...]
#   BABELTRACE_PLUGIN_PATH  where both plugins are (vspan and vspantest)
#   BABELTRACE2             the program [babeltrace2]
#   WRAPPER                 runs it, as in WRAPPER="valgrind -q --error-exitcode=9"
#   GOLDEN_UPDATE=1         writes the .expect files instead of comparing
set -u
cd "$(dirname "$0")" || exit 2
export TZ=UTC NO_COLOR=1
babeltrace2=${BABELTRACE2:-babeltrace2}
folder=$1
shift
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failures=0
checks=0

# graph FILE SINK PARAMS [FILTER-PARAMS]: one run; with a 4th argument through the filter.
# `# source: PARAMS` of the file are the source's; with `# second: FILE` another trace,
# whose clock begins 1000 s later, is merged with it.
graph() {
	local from=source extra second
	extra=$(option "$1" source)
	second=$(option "$1" second)
	local arguments=(--component=source:source.vspantest.script
		--params="path=\"$1\"${extra:+,$extra}" --component="sink:$2" ${3:+--params="$3"})
	if [ "$second" ]; then
		arguments+=(--component=second:source.vspantest.script
			--params="path=\"${1%/*}/$second\",offset=1700001000"
			--component=muxer:filter.utils.muxer
			--connect=source:muxer --connect=second:muxer)
		from=muxer
	fi
	if [ $# -gt 3 ]; then
		arguments+=(--component=filter:filter.vspan.spans ${4:+--params="$4"}
			--connect=$from:filter --connect=filter:sink)
	else
		arguments+=(--connect=$from:sink)
	fi
	# Unquoted: the wrapper is a command with its arguments.
	${WRAPPER:-} "$babeltrace2" run "${arguments[@]}" 2>"$work/errors"
	local status=$?
	cat "$work/errors"
	return $status
}

# option FILE KEYWORD: what a `# KEYWORD: ...` line of the trace asks for.
option() {
	sed -n "s/^# $2: //p" "$1"
}

# compare NAME EXPECTED ACTUAL
compare() {
	checks=$((checks + 1))
	if diff -u "$2" "$3" >"$work/diff" 2>&1; then
		return
	fi
	failures=$((failures + 1))
	echo "FAIL: $1"
	cat "$work/diff"
}

# expect NAME EXPECTED ACTUAL: compares, or updates.
expect() {
	if [ -n "${GOLDEN_UPDATE:-}" ]; then
		cp "$3" "$2"
	else
		compare "$1" "$2" "$3"
	fi
}

# The tree must be the same straight from the trace, after the filter, and from
# the CTF trace written by sink.ctf.fs after the filter.
run_sink_tree() {
	local file=$1 name=$2 params
	params=$(option "$file" params)
	graph "$file" sink.vspan.tree "$params" >"$work/out" || echo "exit status $?" >>"$work/out"
	expect "$name" "${file%.txt}.expect" "$work/out"
	# What is given in parts, and when, depends on how it comes, unless nothing has to be.
	[[ $params == *held=* ]] && ! grep -q '^# filtered: yes' "$file" && return
	# What the filter drops, only the filter can tell of.
	grep -Ev '^  [0-9]+ (repeated )?events? (dropped|may be repeated)' "${file%.txt}.expect" >"$work/filtered"
	graph "$file" sink.vspan.tree "$params" '' | grep -v '^filter.vspan.spans: ' >"$work/out"
	compare "$name, filtered" "$work/filtered" "$work/out"
	# CTF cannot hold losses inside a packet, which is where the scripts have them.
	if grep -Eq '^discarded' "$file" || ! grep -Eq '^(span|entry)' "$file"; then
		return
	fi
	rm -rf "$work/ctf"
	graph "$file" sink.ctf.fs "path=\"$work/ctf\",quiet=yes" '' >"$work/log" || cat "$work/log"
	${WRAPPER:-} "$babeltrace2" "$work/ctf" --component=sink.vspan.tree \
		${params:+--params="$params"} >"$work/out" 2>&1
	compare "$name, filtered, as CTF" "$work/filtered" "$work/out"
	# As edges, spans need a class of their own, and an id for each.
	if grep -Eq '^span-by-name|^# edges: no' "$file"; then
		return
	fi
	graph "$file" sink.vspan.tree "$params" 'edges=yes' |
		grep -v '^filter.vspan.spans: ' >"$work/out"
	compare "$name, filtered, as edges" "$work/filtered" "$work/out"
}

# A line for each span; the version is not what is tested.
run_sink_otlp() {
	local file=$1 name=$2
	graph "$file" sink.vspan.otlp "$(option "$file" params)" >"$work/lines" ||
		echo "exit status $?" >>"$work/lines"
	sed -e 's/{"traceId"/\n&/g' -e 's/\(sdk.version","value":{"stringValue":"\)[^"]*/\1VERSION/g' \
		"$work/lines" >"$work/out"
	expect "$name" "${file%.txt}.expect" "$work/out"
}

# The trace as another decoder than ours reads it.
run_sink_perfetto() {
	local file=$1 name=$2 params
	params=$(option "$file" params)
	graph "$file" sink.vspan.perfetto "path=\"$work/trace\"${params:+,$params}" >"$work/out" ||
		echo "exit status $?" >>"$work/out"
	node ../node/perfetto-text.mjs "$work/trace" >>"$work/out" 2>&1
	expect "$name" "${file%.txt}.expect" "$work/out"
}

# Each `# params:` line is a run; through the filter the table must be the same.
run_sink_tally() {
	local file=$1 name=$2 params way
	for way in straight filtered; do
		sed -n 's/^# params: *//p' "$file" | while read -r params; do
			echo "params: $params"
			if [ $way = straight ]; then
				graph "$file" sink.vspan.tally "$params"
			else
				graph "$file" sink.vspan.tally "$params" '' | grep -v '^filter.vspan.spans: '
			fi || echo "exit status $?"
		done >"$work/$way"
	done
	expect "$name" "${file%.txt}.expect" "$work/straight"
	# What is held, and so in parts, is not the same behind the filter.
	grep -q '^# params:.*held' "$file" && return
	# What the filter drops, only the filter can tell of.
	grep -Ev '^  [0-9]+ (repeated )?events? (dropped|may be repeated)' "${file%.txt}.expect" >"$work/out"
	compare "$name, filtered" "$work/out" "$work/filtered"
}

# What the filter gives, as text, and what it warns of; the same from the CTF
# trace that sink.ctf.fs makes of it.
run_filter_spans() {
	local file=$1 name=$2 params
	params=$(option "$file" params)
	graph "$file" sink.text.pretty 'clock-seconds=yes' "$params" >"$work/out" ||
		echo "exit status $?" >>"$work/out"
	expect "$name" "${file%.txt}.expect" "$work/out"
	if grep -Eq '^discarded|^# ctf: no' "$file" || ! grep -Eq '^[a-z]' "$file"; then
		return
	fi
	rm -rf "$work/ctf"
	graph "$file" sink.ctf.fs "path=\"$work/ctf\",quiet=yes" "$params" >"$work/log" || cat "$work/log"
	# Of two streams at one time, either may come first.
	grep -Ev '^filter.vspan.spans: |^WARNING' "$work/out" | sed 's/(+[^)]*)//' |
		LC_ALL=C sort >"$work/filtered"
	${WRAPPER:-} "$babeltrace2" --clock-seconds "$work/ctf" 2>"$work/errors" |
		sed 's/(+[^)]*)//' | LC_ALL=C sort >"$work/out"
	compare "$name, as CTF" "$work/filtered" "$work/out"
	grep -c '^WARNING' "${file%.txt}.expect" >"$work/filtered"
	grep -c '^WARNING' "$work/errors" >"$work/out"
	compare "$name, losses as CTF" "$work/filtered" "$work/out"
}

# What a sink writes, as it is.
run_sink() {
	local sink=$1 file=$2 name=$3
	graph "$file" "sink.vspan.$sink" "$(option "$file" params)" >"$work/out" ||
		echo "exit status $?" >>"$work/out"
	expect "$name" "${file%.txt}.expect" "$work/out"
}

run_sink_folded() {
	run_sink folded "$@"
}

run_sink_heap() {
	run_sink heap "$@"
}

run_sink_speedscope() {
	run_sink speedscope "$@"
}

# Each line `COMPONENT | PARAMS` must be refused; the cause is what is compared.
run_parameters() {
	local file=$1 name=$2 component params trace=sink-tree/empty.txt
	grep -v '^#' "$file" | while IFS='|' read -r component params; do
		echo "$component|$params"
		if [ "${component% }" = filter.vspan.spans ]; then
			graph $trace sink.utils.dummy '' "$params"
		else
			graph $trace "${component% }" "$params"
		fi >"$work/log" && echo "accepted"
		# The outermost causes are babeltrace2's own; ours is folded at 80 columns.
		sed -n '/^CAUSED BY \[.*vspan/,/^CAUSED BY \[lib/p' "$work/log" | grep '^  '
	done >"$work/out"
	expect "$name" "${file%.txt}.expect" "$work/out"
}

if [ "$folder" = sink-perfetto ] && ! { [ -d ../node/node_modules ] && command -v node >/dev/null; }; then
	echo "no node, or not the packages of tests/node: tools/install-packages installs them"
	exit 77
fi
for file in "$folder"/*.txt; do
	name=$(basename "$file" .txt)
	if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
		continue
	fi
	run_"${folder//-/_}" "$file" "$name"
done
echo "$folder: $checks checks, $failures failed"
[ "$failures" -eq 0 ] && { [ "$checks" -gt 0 ] || [ -n "${GOLDEN_UPDATE:-}" ]; }
