#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test written in JavaScript, or says why it cannot.
# Usage: run.sh [--browser] SCRIPT [ARGUMENT...]
#   --browser  it needs Chromium, whose path it finds in CHROMIUM
set -u
here=$(dirname "$0")
command -v node >/dev/null || {
    echo "SKIP: node is not installed (Debian: apt install nodejs)"
    exit 77
}
[ -d "$here/node_modules" ] || {
    echo "SKIP: the npm packages are not installed (npm ci --ignore-scripts --prefix tests/node)"
    exit 77
}
if [ "$1" = --browser ]; then
    shift
    CHROMIUM=$(command -v chromium || command -v chromium-browser) || {
        echo "SKIP: chromium is not installed (Debian: apt install chromium)"
        exit 77
    }
    export CHROMIUM
fi
exec node "$@"
