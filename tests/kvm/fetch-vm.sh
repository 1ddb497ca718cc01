#!/bin/bash
# SPDX-License-Identifier: MIT
#
# fetch-vm.sh BUILD_DIRECTORY - gets what with-kvm.sh boots where /dev/kvm is
# missing: Debian's kernel, downloaded with apt-get and unpacked, not installed,
# and an initial file system of its modules and vm-init. Both go to
# BUILD_DIRECTORY/tests/kvm/vm/; delete that folder to have a newer kernel. Needs
# no privileges. ./check calls it; the tests themselves download nothing.
set -u
build=${1:?usage: $0 BUILD_DIRECTORY}
init=$build/tests/kvm/vm-init
vm=$build/tests/kvm/vm

# The kernel for clouds has KVM, but not the file system that shares the host's files.
metapackage=linux-image-amd64
# Below lib/modules/VERSION/kernel, each after those it needs.
modules="
    drivers/virtio/virtio_ring
    drivers/virtio/virtio
    drivers/virtio/virtio_pci_modern_dev
    drivers/virtio/virtio_pci_legacy_dev
    drivers/virtio/virtio_pci
    net/9p/9pnet
    net/9p/9pnet_virtio
    fs/netfs/netfs
    fs/fscache/fscache
    fs/9p/9p
    fs/overlayfs/overlay
    virt/lib/irqbypass
    drivers/crypto/ccp/ccp
    arch/x86/kvm/kvm
    arch/x86/kvm/kvm-amd
"

fail() {
	echo "fetch-vm: $*" >&2
	exit 1
}

[ -x "$init" ] || fail "$init is missing: build it (meson compile -C $build)"
command -v cpio >/dev/null || fail "cpio is not installed (Debian: apt install cpio)"
if [ -f "$vm/vmlinuz" ] && [ "$vm/initrd" -nt "$init" ]; then
	exit 0
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$vm" || exit 1

# Keeps of the package what is booted: the rest is 400 MB.
kernel_fetch() {
	local package kernel module
	package=$(apt-cache depends --important "$metapackage" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -1)
	[ -n "$package" ] ||
		fail "apt knows no $metapackage: run apt-get update (the package is Debian's)"
	echo "fetching $package, to run the KVM tests in an emulated machine"
	(cd "$work" && apt-get -o APT::Sandbox::User=root -q download "$package" >apt.log 2>&1) ||
		fail "cannot download $package: $(tail -1 "$work/apt.log")"
	dpkg-deb --extract "$work"/*.deb "$work/package" || fail "cannot unpack $package"
	kernel=$(echo "$work"/package/lib/modules/*/kernel)
	rm -rf "$vm/modules"
	mkdir -p "$vm/modules" || exit 1
	for module in $modules; do
		cp "$kernel/$module.ko" "$vm/modules/" || fail "$package has no $module"
	done
	# Last: whoever sees the kernel finds the modules, too.
	cp "$work"/package/boot/vmlinuz-* "$vm/vmlinuz.new" && mv "$vm/vmlinuz.new" "$vm/vmlinuz"
}

initrd_make() {
	local tree=$work/tree module
	mkdir "$tree" && cp "$init" "$tree/init" && cp "$vm"/modules/*.ko "$tree" || exit 1
	for module in $modules; do
		echo "/${module##*/}.ko"
	done >"$tree/modules"
	(cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$vm/initrd.new" &&
		mv "$vm/initrd.new" "$vm/initrd"
}

[ -f "$vm/vmlinuz" ] || kernel_fetch || exit 1
initrd_make
