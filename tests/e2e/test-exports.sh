#!/bin/bash
# SPDX-License-Identifier: MIT
# One recorded trace of the block-store guest through every sink: programs that
# are not ours read what they write, and it says what the trees say. Runs inside
# with-lttng.sh; VSPAN_SOURCE and VSPAN_BUILD are the tops of both trees. The
# demo's own script records.
set -eu
cd "$VSPAN_SOURCE"
node=tests/node
command -v qemu-system-x86_64 >/dev/null || {
	echo "SKIP: qemu-system-x86_64 is not installed (Debian: apt install qemu-system-x86)"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BUILD=$VSPAN_BUILD tools/demo-qemu "$work" requests=20

# write SINK FORMAT [PARAMS]
write() {
	"$BABELTRACE2" "$work/trace" --component="sink:sink.vspan.$1" \
		--params="path=\"$work/recorded.$2\"${3:+,$3}"
}
write tree tree 'format="json"'
write tree text
write tally tally
write otlp otlp
write perfetto perfetto
spans=$(sed -n 's/^spans: *\([0-9]*\) finished.*/\1/p' "$work/summary")
grep -q "^  $spans spans, " "$work/recorded.text" || {
	echo "FAIL: the consumer finished $spans spans, the tree's summary says otherwise"
	exit 1
}
sed -n '/^VM /,$p' "$work/recorded.tally"

status=0
# check COMMAND...: one that cannot run here is told, and does not count as a failure.
check() {
	result=0
	"$@" || result=$?
	[ $result = 0 ] || [ $result = 77 ] || status=1
}
check $node/run.sh $node/otlp-check.mjs "$work/recorded"
check $node/run.sh $node/perfetto-tree.mjs "$work/recorded"
check $node/run.sh $node/flame-test.mjs --counts "$work/trace"
check $node/run.sh --browser $node/page-test.mjs --counts "$work/trace"
exit $status
