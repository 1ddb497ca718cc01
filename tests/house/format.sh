#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares every tracked C file with what .clang-format makes of it.
# Usage: format.sh SOURCE_ROOT
set -u
cd "${1:?usage: $0 SOURCE_ROOT}" || exit 2
# Versions of clang-format differ in detail: 14 is the one that decides.
format=$(command -v clang-format-14 || command -v clang-format) || {
    echo "SKIP: clang-format is not installed (Debian: apt install clang-format)"
    exit 77
}
case $("$format" --version) in
*"version 14."*) ;;
*)
    echo "SKIP: $("$format" --version), but the tree is formatted with version 14"
    exit 77
    ;;
esac
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    files=$(git ls-files '*.c' '*.h')
else
    files=$(find consumer doc guest include plugins src tests -name '*.[ch]')
fi
# shellcheck disable=SC2086
"$format" --dry-run --Werror $files || {
    echo "run \`$format -i\` on the files above" >&2
    exit 1
}
echo "$(echo "$files" | wc -l) files, formatted"
