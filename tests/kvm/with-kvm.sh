#!/bin/bash
# SPDX-License-Identifier: MIT
#
# with-kvm.sh COMMAND... - runs a command where there is a /dev/kvm: here if it
# can be opened, else in a machine that QEMU emulates, processor and its
# virtualisation included (slow, but no privileges and no hardware needed). There
# the command is root, sees this machine's files as they are, and what it writes
# is gone afterwards; it has the same environment and directory. VSPAN_KVM_VM
# names the folder that fetch-vm.sh filled. Exit status of the command; 77: skipped.
set -u

skip() {
	echo "SKIP: no usable /dev/kvm here, and none can be emulated: $*"
	exit 77
}

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT...]" >&2; exit 2; }
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	exec "$@"
fi
vm=${VSPAN_KVM_VM:?the folder that fetch-vm.sh filled}
command -v qemu-system-x86_64 >/dev/null ||
	skip "qemu-system-x86_64 is not installed (Debian: apt install qemu-system-x86)"
if [ ! -f "$vm/vmlinuz" ] || [ ! -f "$vm/initrd" ]; then
	skip "there is no kernel in $vm (fetch it: tests/kvm/fetch-vm.sh BUILD_DIRECTORY)"
fi

work=$(mktemp -d) || exit 1
qemu=
finish() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

mkdir "$work/exchange"
{
	export -p
	printf 'export TMPDIR=/tmp HOME=/root\ncd %q || exit 1\nexec' "$PWD"
	printf ' %q' "$@"
	echo
} >"$work/exchange/command"

# The processor's counter is this machine's plus an offset, so it is as steady as ours;
# without being told, Linux would read an emulated timer instead, a thousand times slower.
share() {
	echo "-fsdev local,id=$1,path=$2,security_model=none,multidevs=remap$3 -device virtio-9p-pci,fsdev=$1,mount_tag=$1"
}
# Both processors on one thread: with a thread each, QEMU 7.2 now and then lets a nested
# guest's processor spin for ever, deaf to its interrupts.
# shellcheck disable=SC2046
setpriv --pdeathsig KILL qemu-system-x86_64 -accel tcg,thread=single -cpu max,+svm,la57=off -smp 2 -m 1536 \
	-nodefaults -display none -no-reboot \
	-kernel "$vm/vmlinuz" -initrd "$vm/initrd" \
	-append "console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc no_timer_check mitigations=off" \
	-serial "file:$work/console" -serial stdio \
	$(share root / ,readonly=on) $(share exchange "$work/exchange" "") \
	</dev/null 2>"$work/qemu.log" &
qemu=$!
wait $qemu
qemu=
if [ ! -s "$work/exchange/status" ]; then
	echo "with-kvm: the emulated machine ended before the command did:" >&2
	cat "$work/qemu.log" "$work/console" >&2
	exit 1
fi
exit "$(cat "$work/exchange/status")"
