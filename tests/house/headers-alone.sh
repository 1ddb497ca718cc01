#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles every public header by itself, without warnings, as C99, C11 and C++;
# those of the process port, which has thread-local storage, as GNU C.
# Usage: headers-alone.sh SOURCE_ROOT BUILD_INCLUDE CC CXX
set -eu
root=$1 generated=$2 cc=$3 cxx=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/vspan"
cp "$generated/version.h" "$work/vspan/"
count=0
for header in "$root"/include/vspan/*.h "$work"/vspan/version.h; do
    name=$(basename "$header")
    printf '#include <vspan/%s>\nextern int vspan_alone;\n' "$name" >"$work/alone.c"
    cp "$work/alone.c" "$work/alone.cc"
    for std in c99 c11; do
        $cc -std=$std -Wall -Wextra -Wpedantic -Werror -I"$root/include" -I"$work" \
            -fsyntax-only "$work/alone.c" || { echo "$name fails as $std"; exit 1; }
    done
    $cxx -std=c++11 -Wall -Wextra -Wpedantic -Werror -I"$root/include" -I"$work" \
        -fsyntax-only "$work/alone.cc" || { echo "$name fails as C++"; exit 1; }
    count=$((count + 1))
done
port=$root/guest/ports/process/include
for name in port-inline process; do
    printf '#include <vspan/%s.h>\nextern int vspan_alone;\n' "$name" >"$work/alone.c"
    $cc -std=gnu99 -Wall -Wextra -Werror -I"$port" -I"$root/include" \
        -fsyntax-only "$work/alone.c" || { echo "process port: $name.h fails"; exit 1; }
    count=$((count + 1))
done
echo "$count headers, each alone"
[ "$count" -ge 11 ]
