#!/bin/bash
# SPDX-License-Identifier: MIT
# Call sites the guest's headers have to refuse, each with the reason the compiler
# gives; and their right forms, which have to compile.
# Usage: must-not-compile.sh SOURCE_ROOT CC CXX
set -u
root=${1:?usage: $0 SOURCE_ROOT CC CXX} cc=$2 cxx=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

# compile LANGUAGE CALL-SITE
compile() {
	local name=site.c compiler=("$cc" -std=gnu11)

	[ "$1" = c ] || name=site.cc compiler=("$cxx" -std=c++11)
	printf '#include <vspan/guest.h>\n%s;\n' "$2" >"$work/$name"
	"${compiler[@]}" -Wall -Wextra -Werror -I"$root/include" -fsyntax-only "$work/$name" \
		>"$work/log" 2>&1
}

good() {
	local language

	for language in c c++; do
		compile $language "$1" && continue
		echo "FAILED as $language: $1"
		cat "$work/log"
		failed=1
	done
	count=$((count + 1))
}

# bad REASON CALL-SITE
bad() {
	local language

	for language in c c++; do
		if compile $language "$2"; then
			echo "FAILED: compiles as $language: $2"
			failed=1
		elif ! grep -q "$1" "$work/log"; then
			echo "FAILED: $2: not refused for '$1':"
			cat "$work/log"
			failed=1
		fi
	done
	count=$((count + 1))
}

good 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO, (u64, lba))'
good 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO | VSPAN_KIND_CLIENT, (u64, lba))'
good 'VSPAN_SPAN(disk, read, VSPAN_KIND_CONSUMER | VSPAN_LEVEL_DEBUG)'
good 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO | VSPAN_KIND_SERVER | VSPAN_NAMED, (str, what), (u64, lba))'
good 'VSPAN_EVENT(disk, retry, VSPAN_LEVEL_WARNING | VSPAN_NAMED, (str, what))'
good 'VSPAN_EVENT(disk, retry, VSPAN_LEVEL_EMERG)'

kind=level_or_kind_of_disk_read_wrong
bad $kind 'VSPAN_SPAN(disk, read, 15u, (u64, lba))'
bad $kind 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO | 0x50u, (u64, lba))'
bad $kind 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO | 0x100u, (u64, lba))'
bad $kind 'VSPAN_EVENT(disk, read, VSPAN_LEVEL_INFO | VSPAN_KIND_CLIENT, (u64, lba))'
name=first_field_of_disk_read_is_no_name
bad $name 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO | VSPAN_NAMED)'
bad $name 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO | VSPAN_NAMED, (u64, lba), (str, what))'
bad $name 'VSPAN_EVENT(disk, read, VSPAN_LEVEL_INFO | VSPAN_NAMED, (bytes, what))'
bad $name 'VSPAN_EVENT(disk, read, VSPAN_LEVEL_INFO | VSPAN_NAMED, (u8, what, 16))'
bad fields_of_disk_read_too_large 'VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO, (u64, lba, 94))'

[ $failed = 0 ] && echo "$count call sites"
exit $failed
