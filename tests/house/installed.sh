#!/bin/sh
# SPDX-License-Identifier: MIT
# What `meson install` leaves is enough: a guest and a host program outside of
# the tree compile and link against it through pkg-config, and run.
# Usage: installed.sh BUILD_DIR
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
meson install -C "$1" --destdir "$work/root" --no-rebuild --quiet
pc=$(find "$work/root" -name vspan.pc)
prefix=${pc%/lib/*}
export PKG_CONFIG_SYSROOT_DIR="$work/root" PKG_CONFIG_PATH="${pc%/*}"

cat >"$work/guest.c" <<'C'
#include <vspan/guest.h>
VSPAN_SPAN(app, work, VSPAN_LEVEL_INFO, (u64, number), (str, text));
static char region[1];
uint32_t vspan_port_ring(void) { return 0; }
uint64_t vspan_port_counter(void) { return 1; }
void vspan_port_notify(uint32_t reason, uint32_t ring) { (void)reason; (void)ring; }
void *vspan_port_map(uint64_t *size) { *size = sizeof(region); return region; }
int main(void)
{
	VSPAN_SCOPE(app, work, 1, "text");
	return vspan_attach("app") == VSPAN_ATTACH_INCOMPATIBLE ? 0 : 1;
}
C
cat >"$work/host.c" <<'C'
#include <stdio.h>
#include <vspan/host.h>
#include <vspan/version.h>
int main(void)
{
	struct vspan_region_options options = {.name = "outside", .ring_count = 1};
	struct vspan_error error = {0};
	struct vspan_region *region;
	if (vspan_region_create(&options, &region, &error) < 0)
		return puts(error.text), 1;
	printf("vspan %s, a region of %llu bytes\n", VSPAN_VERSION,
		(unsigned long long)vspan_region_size(region));
	vspan_region_close(region);
	return 0;
}
C
cat >"$work/bare.c" <<'C'
#include <microvm.h>
#include <port.h>
#include <vspan/guest.h>
VSPAN_SPAN(app, boot, VSPAN_LEVEL_INFO, (u32, cpu));
void guest_main(const struct vspan_microvm_boot *boot)
{
	port_cpu_start(boot);
	microvm_exit(vspan_attach("bare") == VSPAN_ATTACH_OK ? 42 : 1);
}
C
cat >"$work/process.c" <<'C'
#include <stdio.h>
#include <vspan/guest.h>
#include <vspan/process.h>
VSPAN_SPAN(app, work, VSPAN_LEVEL_INFO, (u64, number));
int main(void)
{
	int ret = vspan_attach("app");
	VSPAN_SCOPE(app, work, 1);
	if (ret == VSPAN_ATTACH_ABSENT && vspan_process_problem() != NULL)
		puts(vspan_process_problem());
	return ret == VSPAN_ATTACH_ABSENT ? 0 : 1;
}
C
cat >"$work/attach-only.c" <<'C'
#include <vspan/guest.h>
int main(void) { return vspan_attach("app") == VSPAN_ATTACH_ABSENT ? 0 : 1; }
C
cp "$work/process.c" "$work/process.cc"
# shellcheck disable=SC2046
cc -Wall -Werror "$work/guest.c" -o "$work/guest" $(pkg-config --cflags --libs vspan-guest)
# shellcheck disable=SC2046
cc -Wall -Werror "$work/host.c" -o "$work/host" $(pkg-config --cflags --libs vspan)
for source in process.c attach-only.c; do
    # shellcheck disable=SC2046
    cc -Wall -Werror "$work/$source" -o "$work/process" $(pkg-config --cflags --libs vspan-process)
    "$work/process"
done
# shellcheck disable=SC2046
c++ -Wall -Werror "$work/process.cc" -o "$work/process" $(pkg-config --cflags --libs vspan-process)
VSPAN_REGION="$work/none" "$work/process" | grep 'none: No such file'
# shellcheck disable=SC2046
cc -Wall -Werror "$work/process.c" -o "$work/linux" $(pkg-config --cflags --libs vspan-linux)
VSPAN_PCI=none "$work/linux" | grep 'PCI device none'
if [ -f "${pc%/*}/vspan-functions.pc" ]; then
    # shellcheck disable=SC2046
    cc -Wall -Werror -finstrument-functions "$work/attach-only.c" -o "$work/functions" \
        $(pkg-config --cflags --libs vspan-functions vspan-process)
    "$work/functions"
    nm "$work/functions" | grep -q 'T __cyg_profile_func_enter' ||
        { echo "the hooks are not those of libvspan-functions" && exit 1; }
    find "$prefix" -name 'libvspan-functions.so' | grep -q .
fi
find "$prefix" -name 'libvspan-heap.so' | grep -q .
for machine in bare qemu; do
    # shellcheck disable=SC2046
    cc -Wall -Werror "$work/bare.c" -o "$work/$machine.elf" -nostdlib -static \
        -Wl,-T,"$(pkg-config --variable=linker_script vspan-$machine-x86_64)" \
        $(pkg-config --cflags --libs vspan-$machine-x86_64)
done
"$work/guest"
LD_LIBRARY_PATH="${pc%/pkgconfig/*}" "$work/host"
# shellcheck disable=SC2046
cc -Wall -Werror "$prefix/share/doc/vspan/examples/vmm.c" -o "$work/vmm" $(pkg-config --cflags --libs vspan)
if LD_LIBRARY_PATH="${pc%/pkgconfig/*}" "$work/vmm" >"$work/usage" 2>&1 || ! grep -q 'usage: vmm' "$work/usage"; then
    sed 's/^/the example VMM: /' "$work/usage" && exit 1
fi
"$prefix/bin/vspan" --version
if "$prefix/bin/vspan" run "$work/bare.elf" >"$work/run" 2>&1; then
    echo "the bare guest ended with 0 instead of 42" && exit 1
elif [ $? = 42 ]; then
    echo "a bare-metal guest, too: booted, attached"
else
    echo "a bare-metal guest, too; not booted here: $(cat "$work/run")"
fi
if command -v qemu-system-x86_64 >/dev/null; then
    # No region there: the guest ends with 1, QEMU with 2 * 1 + 1.
    status=0
    timeout 60 qemu-system-x86_64 -accel tcg -m 64 -nodefaults -display none -no-reboot \
        -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$work/qemu.elf" || status=$?
    [ "$status" = 3 ] || { echo "the guest of QEMU ended with $status instead of 3" && exit 1; }
    echo "the same for QEMU: booted"
else
    echo "the same for QEMU; not booted here: no qemu-system-x86_64"
fi
find "$prefix" -name 'babeltrace-plugin-vspan.so' | grep -q .
[ -f "$prefix/share/vspan/trace-compass/vspan-callstack.xml" ] ||
    { echo "the call stack analysis for Trace Compass is not installed" && exit 1; }
