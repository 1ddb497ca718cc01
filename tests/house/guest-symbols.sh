#!/bin/sh
# SPDX-License-Identifier: MIT
# The guest library needs nothing but its port: links the whole archive into one
# object and compares what stays undefined with the port's four functions.
# Usage: guest-symbols.sh ARCHIVE
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ld -r --whole-archive "$1" -o "$work/all.o"
nm --undefined-only --format=just-symbols "$work/all.o" | sort >"$work/undefined"
printf '%s\n' vspan_port_counter vspan_port_map vspan_port_notify vspan_port_ring >"$work/port"
if ! diff "$work/port" "$work/undefined"; then
    echo "$1: undefined symbols are not exactly the port's four" >&2
    exit 1
fi
echo "undefined: $(tr '\n' ' ' <"$work/undefined")"
if objdump -d "$work/all.o" | grep -E '%(xmm|ymm|zmm|st)' ; then
    echo "$1: uses vector or floating-point registers" >&2
    exit 1
fi
