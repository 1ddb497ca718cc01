#!/bin/sh
# SPDX-License-Identifier: MIT
# make-initrd.sh OUTPUT INIT PROGRAM... - an initial file system for a Linux guest:
# INIT as /init, the others in / under their names.
set -eu
output=$1
init=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/proc" "$work/sys" "$work/dev"
cp "$init" "$work/init"
cp "$@" "$work/"
(cd "$work" && find . | cpio --quiet -o -H newc | gzip -1) >"$output"
