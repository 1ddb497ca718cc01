#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the C files of a tree with clang-tidy, as .clang-tidy says: all rooms,
# or only the files given. Tests are left out, unless --tests comes first: there
# some checks are off, for what tests may do and for their framework's macros.
# Usage: run-clang-tidy.sh [--tests] SOURCE_ROOT BUILD_DIRECTORY [FILE...]
set -u
unset tests
if [ "${1-}" = --tests ]; then
    tests=yes
    shift
fi
[ $# -ge 2 ] || { echo "usage: $0 [--tests] SOURCE_ROOT BUILD_DIRECTORY [FILE...]" >&2; exit 2; }
root=$1 build=$(cd "$2" && pwd) || exit 2
shift 2
cd "$root" || exit 2

tidy=$(command -v clang-tidy-14 || command -v clang-tidy) || {
    echo "SKIP: clang-tidy is not installed (Debian: apt install clang-tidy)"
    exit 77
}
[ -f "$build/compile_commands.json" ] || {
    echo "$build: no compile_commands.json: give a meson build directory" >&2
    exit 2
}

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046
    set -- $(find src consumer plugins guest doc ${tests:+tests} -name '*.c' | sort)
fi
checks=-no-such-check
[ -z "${tests-}" ] || checks="-bugprone-implicit-widening-of-multiplication-result,\
-bugprone-not-null-terminated-result,-bugprone-signal-handler,-cert-err34-c,-cert-msc50-cpp,\
-cert-msc51-cpp,-cert-sig30-c,-misc-misleading-bidirectional,-readability-function-size,\
-readability-redundant-declaration"

# A file that passed is checked again when it, any header, or the rules changed.
passed_dir=$build/clang-tidy-passed
mkdir -p "$passed_dir"
# shellcheck disable=SC2046
common=$(cat .clang-tidy "$build/compile_commands.json" \
    $(find include src consumer plugins guest tests -name '*.h' | sort) | sha256sum)

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
: >"$work/todo"
: >"$work/failed"
unchanged=0 skipped=0
for file in "$@"; do
    # A file that this build leaves out has no compile command.
    if ! grep -q "[\"/]$file\"" "$build/compile_commands.json"; then
        skipped=$((skipped + 1))
        continue
    fi
    stamp=$passed_dir/$({ echo "$common$checks"; cat "$file"; } | sha256sum | cut -d' ' -f1)
    if [ -f "$stamp" ]; then
        unchanged=$((unchanged + 1))
    else
        echo "$file $stamp" >>"$work/todo"
    fi
done
# As many at a time as there are processors; what each has to say stays together.
# shellcheck disable=SC2016
xargs -r -P "$(nproc)" -L 1 sh -c '
    if "$0" --quiet -p "$1" --checks="$2" "$4" >"$3/$$" 2>/dev/null; then
        : >"$5"
    else
        cat "$3/$$"
        echo "$4" >>"$3/failed"
    fi' "$tidy" "$build" "$checks" "$work" <"$work/todo"
checked=$(wc -l <"$work/todo")
echo "$checked files checked, $unchanged unchanged since they passed, $skipped not part of this build"
[ ! -s "$work/failed" ] || echo "findings in: $(sort "$work/failed" | tr '\n' ' ')" >&2
[ ! -s "$work/failed" ] && [ $((checked + unchanged)) -gt 0 ]
