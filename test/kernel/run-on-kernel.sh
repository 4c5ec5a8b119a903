#!/usr/bin/env bash
# Runs golden scenarios on another kernel: boots a Debian kernel package in QEMU with an initramfs
# of our own, in which `bpfledger golden record` performs every step, and writes what that kernel answered.
#
#   test/kernel/run-on-kernel.sh VERSION SCENARIOS OUT
#
#   VERSION    start of a Debian cloud kernel's version: 6.1, 6.12, 6.12.107
#   SCENARIOS  a folder of golden files (.jsonl); their steps are run, their outcomes ignored
#   OUT        a folder for the answers, one file a scenario, in the golden format
#
# Needs Debian's qemu-system-x86, cpio and busybox-static, and a built checkout (npm ci). Emulates
# the processor, which always works; ACCEL=kvm is faster where nested virtualisation does.
set -euo pipefail

if [ $# -ne 3 ]; then
  sed -n '2,13s/^# \{0,1\}//p' "$0"
  exit 2
fi
version=$1 scenarios=$(realpath "$2") out=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in qemu-system-x86_64 cpio busybox apt-get dpkg-deb node; do
  command -v "$tool" >/dev/null || { echo "run-on-kernel: $tool is missing" >&2; exit 2; }
done
[ -f "$root/dist/cli/bpfledger.js" ] || { echo "run-on-kernel: not built; run npm ci" >&2; exit 2; }
compgen -G "$scenarios/*.jsonl" >/dev/null || {
  echo "run-on-kernel: no .jsonl files in $2" >&2
  exit 2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out" "$work/deb" "$work/root"

package=$(apt-cache pkgnames "linux-image-$version" |
  grep -E "^linux-image-${version//./\\.}([.-][^a-z]*)?(\+[a-z0-9]+)?-cloud-amd64$" | sort -V | tail -1 || true)
[ -n "$package" ] || { echo "run-on-kernel: no Debian cloud kernel starts with $version" >&2; exit 2; }
echo "kernel package: $package"
chmod 755 "$work" "$work/deb"
(cd "$work/deb" && apt-get download "$package" >/dev/null 2>&1)
dpkg-deb -x "$work"/deb/*.deb "$work/deb/files"
kernel=$(echo "$work"/deb/files/boot/vmlinuz-*)

# The initramfs: busybox, node with the libraries it names, the built program, the scenarios.
cd "$work/root"
mkdir -p bin proc sys dev tmp app/node_modules scenarios answers
cp "$(command -v busybox)" bin/busybox
node=$(node -p process.execPath)
cp "$node" bin/node
for library in $(ldd "$node" | grep -oE '/[^ ]+'); do
  mkdir -p ".$(dirname "$library")"
  cp -L "$library" ".$library"
done
cp -r "$root/dist" "$root/package.json" app/
cp -r "$root/node_modules/koffi" "$root/node_modules/@koromix" app/node_modules/ 2>/dev/null ||
  cp -r "$root/node_modules/koffi" app/node_modules/
cp "$scenarios"/*.jsonl scenarios/
cat >init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t cgroup2 none /sys/fs/cgroup
mount -t bpf none /sys/fs/bpf
stty raw </dev/ttyS1
uname -r
cd /app
node dist/cli/bpfledger.js golden record /scenarios --out /answers
echo "golden record ended with $?"
tar -C /answers -cf /dev/ttyS1 .
sync
poweroff -f
INIT
chmod +x init
find . | cpio -o -H newc --quiet | gzip -1 >"$work/initramfs.gz"

timeout 1800 qemu-system-x86_64 -accel "${ACCEL:-tcg}" -cpu max -m 2048 -smp 1 -nographic -no-reboot \
  -kernel "$kernel" -initrd "$work/initramfs.gz" \
  -append 'console=ttyS0 quiet panic=-1 rdinit=/init' \
  -monitor none -serial stdio -serial "file:$work/answers.tar" </dev/null
tar -C "$out" -xf "$work/answers.tar"
echo "$(find "$out" -name '*.jsonl' | wc -l) scenarios answered, in $out"
