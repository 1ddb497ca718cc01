#!/bin/bash
# SPDX-License-Identifier: MIT
#
# test-provider-lttng.sh PROGRAM LISTENER - records what test-provider-lttng
# emits and compares every value; lists, filters, switches, captures. Runs inside
# with-lttng.sh.
set -u

program=$1
listener=$2
work=$LTTNG_HOME/work
mkdir -p "$work"
failed=0

command -v babeltrace2 >/dev/null ||
	{ echo "SKIP: babeltrace2 is not installed (Debian: apt install babeltrace2)"; exit 77; }

quietly() {
	"$@" >"$work/log" 2>&1 || { echo "FAILED: $*"; cat "$work/log"; failed=1; }
}

# record SESSION EVENT [ENABLE-EVENT-OPTION...]: a started session.
record() {
	local session=$1 event=$2
	shift 2
	quietly lttng create "$session" --output="$work/$session"
	quietly lttng enable-event --userspace --session="$session" "$event" "$@"
	quietly lttng start "$session"
}

# Events of a session, from their name on.
events() {
	babeltrace2 "$work/$1" | sed 's/.* \(vspan[a-z0-9_]*:[^ ]*\): { cpu_id = [0-9]* }, /\1 /'
}

finish() {
	quietly lttng stop "$1"
	read_trace "$1"
}

read_trace() {
	events "$1" >"$work/$1.events" 2>"$work/$1.errors" ||
		{ echo "FAILED: reading $1"; cat "$work/$1.errors"; failed=1; }
}

# same NAME: standard input is what $work/NAME.events has to be.
same() {
	if diff -u - "$work/$1.events" >"$work/difference"; then
		echo "ok: $1"
	else
		echo "FAILED: $1"
		head -20 "$work/difference"
		failed=1
	fi
}

has() {
	if grep -qF -- "$2" "$1"; then
		echo "ok: $2"
	else
		echo "FAILED: $(basename "$1") lacks: $2"
		failed=1
	fi
}

# has_uris SESSION CLASS...: each event class says what it is.
has_uris() {
	local session=$1 class
	shift
	find "$work/$session" -name metadata -exec cat {} + | tr -d '\000' >"$work/metadata"
	for class in "$@"; do
		has "$work/metadata" "model.emf.uri = \"urn:vspan:1:$class\";"
	done
}

ids='vm = 3, vcpu = 2, span = 0xFEDCBA9876543210'
tail='tsc = 1000, ts = 5000000000'
error='status = ( "error" : container = 2 )'
client='kind = ( "client" : container = 2 )'

test_types() {
	local values='a_u8 = 255, a_u16 = 65535, a_u32 = 4294967295, a_u64 = 18446744073709551615, '
	values+='a_s8 = -128, a_s16 = -32768, a_s32 = -2147483648, a_s64 = -9223372036854775808, '
	values+='struct = 0xDEADBEEF, real = -0.5, truth = 1, text = "naïve \?[31m \?\?", '
	values+='_bytes_length = 3, bytes = [ [0] = 0x0, [1] = 0x7F, [2] = 0xFF ], '
	values+='u16s = [ [0] = 1, [1] = 2, [2] = 65535 ], '
	values+='s64s = [ [0] = -9223372036854775808, [1] = 7 ], last = ""'

	record types 'vspan*'
	quietly "$program" types
	finish types
	same types <<-END
		vspanedge_test:types_entry { $ids, parent = 0x123, $tail, $client, flags = 0x41, $values }
		vspanedge_test:types_exit { $ids, $tail, $error, flags = 0x41 }
		vspan_test:types { $ids, parent = 0x123, $tail, duration = 77, $error, $client, flags = 0x41, $values }
		vspan_test:point { $ids, $tail, flags = 0x41, $values }
		vspanedge_test:plain_entry { $ids, parent = 0x123, $tail, $client, flags = 0x41 }
		vspan_test:plain { $ids, parent = 0x123, $tail, duration = 77, $error, $client, flags = 0x41 }
	END
	has_uris types span event entry exit
}

test_variants() {
	record variants 'vspan_*'
	quietly "$program" variants
	finish variants
	same variants <<-END
		vspan_test:twin { $ids, $tail, flags = 0x41, value = 1 }
		vspan_test:twin { $ids, $tail, flags = 0x41, value = 1 }
		vspan_test:twin_2 { $ids, $tail, flags = 0x41, value = 1, more = 2 }
		vspan_test:twin { $ids, $tail, flags = 0x41, value = 1 }
	END
}

test_many() {
	local i

	record many 'vspan_*'
	quietly "$program" many
	cat "$work/log"
	finish many
	for ((i = 0; i < 1000; i += 2)); do
		echo "vspan_test:site_$i { $ids, $tail, flags = 0x41, value = $i, text = \"number $i\" }"
		echo "vspan_test:site_$((i + 1)) { $ids, parent = 0x123, $tail, duration = 77," \
			"$error, $client, flags = 0x41, value = $((i + 1)), text = \"number $((i + 1))\" }"
	done | same many
}

# The static provider: fields and order of trace.h.
test_control() {
	local ring='vm = 1, vcpu = 2' trace='trace_high = 0x1111, trace_low = 0x2222'

	record control 'vspan:*'
	quietly "$program" control
	finish control
	same control <<-END
		vspan:attach { vm = 1, rings = 2, name = "a vm", identity_high = 0xABC, identity_low = 0xDEF, counter_hz = 3000000000 }
		vspan:detach { vm = 1 }
		vspan:epoch { $ring, epoch = 3 }
		vspan:clock { $ring, tsc = 30, ts = 40, error_ns = 50, ratio = 60 }
		vspan:lost { $ring, span = 0x33, count = 4, ts_first = 5, ts_last = 6, reason = ( "full" : container = 1 ) }
		vspan:violation { $ring, class = "kind", count = 3, position = 4 }
		vspan:watermark { $ring, ts = 3, position = 4 }
		vspan:vcpu_enter { $ring, position = 3, ts = 4 }
		vspan:vcpu_exit { $ring, reason = "halt", position = 3, ts = 4 }
		vspan:vcpu_halt { $ring, position = 3, ts = 4 }
		vspan:resume { $ring, position = 3, ts = 4 }
		vspan:notice { vm = 1, text = "quota reached" }
		vspan:message { $ring, span = 0x33, ts = 4, text = "went wrong" }
		vspan:link { $ring, span = 0x33, linked = 0x44, $trace, ts = 5 }
		vspan:context { $ring, $trace, span = 0x33, position = 4, ts = 5, host_vm = 6 }
		vspan:call { $ring, span = 0x33, flags = 0x80, host_vm = 6, host_span = 0x44, position = 4, ts = 5 }
		vspan:span { $ids, parent = 0x123, $tail, duration = 77, $error, $client, flags = 0x41, name = "run-time name", provider = "named" }
		vspan:event { $ids, $tail, flags = 0x41, name = "run-time name", provider = "named" }
		vspan:ledger { $ring, epoch = 3, attempted = 10, emitted = 4, discarded_guest = 1, discarded_host = 2, torn = 3, invalid = 0, in_ring = 0 }
	END
	has_uris control attach detach epoch clock lost violation watermark vcpu_enter \
		vcpu_exit vcpu_halt resume notice message \
		link context call ledger span event
}

# A site that comes and goes: no event lost, none twice, one class in the metadata.
test_churn() {
	local i

	record churn 'vspan_*'
	quietly "$program" churn
	finish churn
	i=$(find "$work/churn" -name metadata -exec cat {} + | tr -d '\000' |
		grep -c 'name = "vspan_test:churn"')
	[ "$i" = 1 ] || { echo "FAILED: vspan_test:churn is described $i times"; failed=1; }
	for ((i = 0; i < 200; i++)); do
		echo "vspan_test:churn { $ids, parent = 0x123, $tail, duration = 77, $error, $client, flags = 0x41, value = $i }"
	done | same churn
}

# Two threads, one emitting, the other registering and unregistering: nothing lost.
test_rivals() {
	local count i

	quietly lttng create rivals --output="$work/rivals"
	quietly lttng enable-channel --userspace --session=rivals roomy --num-subbuf=16 --subbuf-size=1M
	quietly lttng enable-event --userspace --session=rivals --channel=roomy 'vspan_*'
	quietly lttng start rivals
	quietly "$program" rivals
	count=$(cat "$work/log")
	finish rivals
	grep rival "$work/rivals.events" >"$work/rival.events"
	for ((i = 0; i < count; i++)); do
		echo "vspan_test:rival { $ids, $tail, flags = 0x41, value = $i }"
	done | same rival
	grep other "$work/rivals.events" >"$work/others.events"
	for ((i = 0; i < 2000; i++)); do
		echo "vspan_test$((i % 2 ? 2 : 0)):other_$((i % 3)) { $ids, $tail, flags = 0x41, value = $i }"
	done | sed 's/test0/test/' | same others
	echo "emitted $count events while 6000 sites came and went"
}

# SESSION|FILTER|CONDITION-ON-I: all sessions at once, each with its own filter.
filters='integer|number >= 90|i >= 90
signed|minus < -95|i > 95
real|real > 12.0|i > 98
real-negative|real <= -12.25|i <= 1
hexadecimal|mask == 0xffff002a|i == 42
bits|mask & 0x10|int(i / 16) % 2 == 1
flags|flags & 0x40|1
no-flag|flags & 0x80|0
truth|truth == 1|i % 2 == 1
untruth|!truth|i % 2 == 0
u8|a_u8 == 255|i == 99
u16|a_u16 > 65530|i > 94
u32|a_u32 == 4294967295|i == 99
s8|a_s8 == -99|i == 99
s32|a_s32 < -1900000000|i > 95
s64|a_s64 == -9223372036854775807|i == 1
string|op == "write*"|i % 10 == 0
string-end|op == "*slow"|i % 10 == 0
string-middle|op == "w*s*w"|i % 10 == 0
string-not|op != "read"|i % 10 == 0
string-all|op == "*"|1
sanitised|op == "write?slow"|i % 10 == 0
no-wildcard|op == "rea?"|0
mixed|status == 2 && op != "read"|i % 3 == 2 && i % 10 == 0
array|counts[1] == 42000|i == 42
array-signed|pair[0] == -5|i == 5
array-hexadecimal|nibbles[3] == 0xf9|i == 99
sequence|bytes[1] == 250|i == 99
status|status == 2|i % 3 == 2
status-unset|status == 0|i % 3 == 0
kind|kind >= 3|i % 5 >= 3
label|status == "error"|0
duration|duration > 97000|i > 97
parent|parent == 0x123 && number < 2|i < 2
large|span == 0xfedcba9876543210|1
nothing|number == 1000|0
elsewhere|no_such_field == 1|0'

test_filters() {
	local name filter condition

	while IFS='|' read -r name filter condition; do
		record "$name" 'vspan_test:series' --filter "$filter"
	done <<<"$filters"
	quietly "$program" series
	quietly lttng destroy --all
	while IFS='|' read -r name filter condition; do
		read_trace "$name"
		sed -i 's/.*number = \([0-9]*\),.*/\1/' "$work/$name.events"
		awk "BEGIN { for (i = 0; i < 100; i++) if ($condition) print i }" | same "$name"
	done <<<"$filters"
}

# ask LETTER: one order to the obedient program, and its answer.
ask() {
	local answer
	echo "$1" >&"${obedient[1]}"
	read -r -t 20 answer <&"${obedient[0]}" ||
		{ echo "FAILED: no answer to '$1'"; failed=1; }
}

# Known before anything is enabled; switched on and off while it runs.
test_obedience() {
	local answer pid

	coproc obedient { exec "$program" obey; }
	pid=$obedient_PID
	read -r -t 20 answer <&"${obedient[0]}"
	lttng list --userspace >"$work/list"
	has "$work/list" 'vspan_test:obeyed (loglevel: TRACE_ERR (3)) (type: tracepoint)'
	has "$work/list" 'vspan_test:listed (loglevel: TRACE_DEBUG (14)) (type: tracepoint)'
	has "$work/list" 'vspanedge_test:listed_entry (loglevel: TRACE_DEBUG (14)) (type: tracepoint)'
	has "$work/list" 'vspanedge_test:listed_exit (loglevel: TRACE_DEBUG (14)) (type: tracepoint)'
	ask 1
	record obeyed 'vspan_test:*' --loglevel=WARNING
	ask e
	ask 2
	quietly lttng disable-event --userspace --session=obeyed 'vspan_test:*'
	sleep 0.2
	ask 3
	quietly lttng enable-event --userspace --session=obeyed 'vspan_test:*' --loglevel=WARNING
	sleep 0.2
	ask 4
	finish obeyed
	quietly lttng destroy obeyed
	ask d
	ask 5
	exec {obedient[1]}>&-
	wait "$pid" || { echo "FAILED: exit status of the obedient program"; failed=1; }
	same obeyed <<-END
		vspan_test:obeyed { $ids, $tail, flags = 0x41, value = 50 }
		vspan_test:obeyed { $ids, $tail, flags = 0x41, value = 52 }
	END
}

# A trigger without any recording session, capturing fields of each type.
test_trigger() {
	local pid tries=0

	"$listener" 2 >"$work/trigger.events" 2>&1 &
	pid=$!
	until grep -q ready "$work/trigger.events" || [ $tries -gt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	quietly "$program" series
	tries=0
	while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill "$pid" 2>/dev/null
	wait "$pid" || { echo "FAILED: the listener was not notified"; failed=1; }
	same trigger <<-END
		ready
		captured 98 -98 12 'read' 248 249 2 3 4294901858 0 254 65534 4294967294 -98 -1960000000 -9223372036854775710 98000 -98
		captured 99 -99 12.25 'read' 249 250 0 4 4294901859 1 255 65535 4294967295 -99 -1980000000 -9223372036854775709 99000 -99
	END
}

for test in types variants many churn rivals control; do
	"test_$test"
	quietly lttng destroy "$test"
done
test_filters
test_obedience
test_trigger
exit $failed
