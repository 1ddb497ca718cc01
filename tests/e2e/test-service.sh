#!/bin/bash
# SPDX-License-Identifier: MIT
# The systemd unit is one systemd accepts, and vspan tells a service manager when it
# is ready, how it is, and that it stops. Usage: test-service.sh UNIT, VSPAN set.
set -u
failures=0
good() {
    echo "ok: $1"
}
bad() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if command -v systemd-analyze >/dev/null; then
    # The program need not be installed for this.
    sed "s|^ExecStart=[^ ]*|ExecStart=$VSPAN|" "$1" >"$work/vspan.service"
    if said=$(systemd-analyze verify --man=no "$work/vspan.service" 2>&1) && [ -z "$said" ]; then
        good "systemd-analyze verify"
    else
        bad "systemd-analyze verify: $said"
    fi
else
    echo "not run: systemd-analyze verify, which is not installed"
fi

if ! grep -q '^Type=notify' "$1"; then
    echo "not run: notifications, in a build without libsystemd"
    exit $failures
fi
NOTIFY=$work/notify XDG_RUNTIME_DIR=$work LTTNG_HOME=$work python3 - "$VSPAN" <<'PYTHON'
import os
import signal
import socket
import subprocess
import sys

place = os.environ["NOTIFY"]
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(place)
manager.settimeout(30)
daemon = subprocess.Popen([sys.argv[1], "attach", "--control=" + place + ".control", "--no-state"],
                          env=dict(os.environ, NOTIFY_SOCKET=place), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
ready = manager.recv(4096).decode()
status = manager.recv(4096).decode()
listening = os.path.exists(place + ".control")
daemon.send_signal(signal.SIGTERM)
stopping = manager.recv(4096).decode()
daemon.wait(30)
good = (ready.startswith("READY=1\nSTATUS=regions: 0") and listening and
        status.startswith("STATUS=regions: 0, session daemon:") and stopping == "STOPPING=1")
print(("ok" if good else "FAILED") + ": READY, STATUS and STOPPING", "" if good else [ready, status, stopping])
sys.exit(0 if good else 1)
PYTHON
[ $? = 0 ] || failures=$((failures + 1))
exit $failures
