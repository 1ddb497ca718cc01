#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh SOURCE_ROOT BUILD_DIRECTORY - builds vspan for aarch64 with Debian's cross
# compiler, guest library and host side, and runs the unit tests of tests/aarch64 under
# qemu-aarch64. What it builds stays in BUILD_DIRECTORY/tests/aarch64/build.
set -u
source=$1
room=$2/tests/aarch64
sysroot=$room/sysroot

skip() {
	echo "SKIP: $*"
	exit 77
}

command -v aarch64-linux-gnu-gcc >/dev/null ||
	skip "no aarch64-linux-gnu-gcc (Debian: apt install gcc-aarch64-linux-gnu)"
command -v qemu-aarch64 >/dev/null || skip "no qemu-aarch64 (Debian: apt install qemu-user)"
[ -d "$sysroot" ] ||
	skip "no libraries for aarch64 in $sysroot (fetch them: tests/aarch64/fetch-sysroot.sh $2)"

printf "[constants]\nsysroot = '%s'\n" "$sysroot" >"$room/sysroot.ini"
if [ ! -f "$room/build/build.ninja" ]; then
	meson setup "$room/build" "$source" --cross-file "$room/sysroot.ini" \
		--cross-file "$source/tools/aarch64.ini" --werror -Dplugin=disabled \
		-Dtests=disabled -Dman=disabled -Dsystemd=disabled >"$room/setup.log" 2>&1 || {
		tail -20 "$room/setup.log"
		exit 1
	}
fi
ninja -j2 -C "$room/build" >"$room/build.log" 2>&1 || {
	tail -40 "$room/build.log"
	exit 1
}
file=$room/build/guest/libvspan-guest.a
aarch64-linux-gnu-objdump --disassemble "$file" | grep --quiet 'ldxr.*' || {
	echo "$file: no exclusive pairs in it: not what this is about"
	exit 1
}
meson test -C "$room/build" --no-rebuild --print-errorlogs
