#!/bin/sh
# SPDX-License-Identifier: MIT
# libvspan exports what host.h declares, all of it and nothing else.
# Usage: exported-symbols.sh LIBRARY HOST_H
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm --dynamic --defined-only --format=just-symbols "$1" | sed 's/@.*//' | grep -v '^VSPAN_' | sort -u >"$work/exported"
grep -oE '\bvspan_[a-z_]+\(' "$2" | tr -d '(' | sort -u >"$work/declared"
diff "$work/declared" "$work/exported"
echo "$(wc -l <"$work/exported") functions, exactly those of host.h"
