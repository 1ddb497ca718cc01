#!/bin/bash
# SPDX-License-Identifier: MIT
#
# fetch-sysroot.sh BUILD_DIRECTORY - gets the libraries that vspan is linked with, for
# aarch64: Debian's packages, downloaded with apt-get and unpacked, not installed, into
# BUILD_DIRECTORY/tests/aarch64/sysroot/ (30 MB to download; delete it to have newer
# ones). Needs no privileges, and no change to the machine's own apt. ./check calls it;
# the tests themselves download nothing.
set -u
build=${1:?usage: $0 BUILD_DIRECTORY}
sysroot=$build/tests/aarch64/sysroot
packages="libc6-dev libdw-dev libelf-dev libjson-c-dev liblttng-ctl-dev liblttng-ust-dev libsmartcols-dev
	liburcu-dev"

fail() {
	echo "fetch-sysroot: $*" >&2
	exit 1
}

[ ! -d "$sysroot" ] || exit 0
command -v aarch64-linux-gnu-gcc >/dev/null || exit 0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root" || exit 1
: >"$work/status"

# An apt of its own, for which nothing is installed yet.
apt() {
	apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
		-o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status" \
		-o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
		-o APT::Install-Recommends=false "$@" >"$work/apt.log" 2>&1
}

echo "fetching libraries for aarch64, to build and test for it"
apt update || fail "apt-get update for arm64 failed: $(tail -1 "$work/apt.log")"
# shellcheck disable=SC2086
apt install -y --download-only $packages ||
	fail "cannot download packages for arm64: $(tail -1 "$work/apt.log")"
for package in "$work"/cache/archives/*.deb; do
	dpkg-deb --extract "$package" "$work/root" || fail "cannot unpack ${package##*/}"
done
mkdir -p "${sysroot%/*}" && mv "$work/root" "$sysroot"
