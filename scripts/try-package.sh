#!/usr/bin/env bash
# Tries the package as a stranger: packs it, installs it into an empty folder as a user without rights,
# starts the service, posts, reads, conforms and runs; each step by its time. These are the steps of
# deploy/Dockerfile, too. `npm run try-package`.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
service=
finish() {
  status=$?
  if [ -n "$service" ]; then kill "$service" 2>/dev/null || true; fi
  rm -rf "$folder"
  exit "$status"
}
trap finish EXIT
chmod 755 "$folder"

now() { date +%s%N; }
told() { printf '%-26s %s\n' "$1" "$2"; }
since() { echo "$((($(now) - $1) / 1000000)) ms"; }

npm pack --silent --pack-destination "$folder" >/dev/null
package=$(echo "$folder"/bpfledger-*.tgz)
chmod 644 "$package"
told package "$(($(stat -c %s "$package") / 1024)) KiB"

place=$folder/empty
mkdir -p "$place/tmp"
as_stranger() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  chown -R nobody "$place"
  as_stranger() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
fi
registry=$(npm config get registry)
cd "$place"
# Nothing of this machine's settings: what a stranger has is a path, a home and a registry.
stranger() {
  as_stranger env -i PATH="$place/node_modules/.bin:$PATH" HOME="$place" TMPDIR="$place/tmp" \
    npm_config_registry="$registry" npm_config_update_notifier=false "$@"
}

from=$(now)
stranger npm install --omit=dev --no-audit --no-fund --loglevel=error "$package"
told install "$(since "$from")"
told 'installed, with all it needs' "$(du -sm node_modules | cut -f1) MiB"

from=$(now)
touch "$folder/said"
stranger bpfledger serve --ephemeral --port 0 >"$folder/said" &
service=$!
for _ in $(seq 600); do
  grep -q 'listens on' "$folder/said" && break
  sleep 0.05
done
told 'start, until it listens' "$(since "$from")"
url=$(sed -n 's/.*listens on \([^ ]*\).*/\1/p' "$folder/said")
pid=$(sed -n 's/.*(pid \([0-9]*\)).*/\1/p' "$folder/said")
service=$pid

from=$(now)
stranger bpfledger hosts create web1 --release 6.18 --url "$url"
stranger bpfledger syscall web1 mkdir path=/pods --url "$url"
told 'post' "$(since "$from")"
stranger bpfledger cgroups web1 --url "$url" | grep -F '/pods  (cgroup 2)'
stranger node --input-type=module --eval "
  import { fakeKernel } from 'bpfledger/testing';
  import { knownReleases } from 'bpfledger/model';
  if (fakeKernel('6.18').done({ name: 'mkdir', path: '/a' }).ret !== 0) process.exit(1);
  if (knownReleases().length < 12) process.exit(1);
"

from=$(now)
stranger bpfledger conform node_modules/bpfledger/test/histories/6.18.jsonl.br | tail -n 1
told conform "$(since "$from")"

from=$(now)
stranger bpfledger run --release 5.10 -- mkdir /sys/fs/cgroup/pods
told run "$(since "$from")"

# The collector comes for the architecture that packed it, where its tools were there.
collectors=node_modules/bpfledger/dist/collector
collector=$collectors/bpfledger-collector-linux-$(node -p process.arch)
if [ -e "$collector" ]; then
  stranger "./$collector" --help | grep -F 'usage: bpfledger-collector'
  told collector "$(($(stat -c %s "$collector") / 1024)) KiB, for $(uname -m)"
  rm -r "$collectors"
else
  told collector 'none: its tools were not here'
fi
# Without it all else works, and observe says how it is made.
if stranger bpfledger observe --host web1 --url "$url" 2>"$folder/said"; then exit 1; fi
grep -F "run make -C $place/node_modules/bpfledger/collector" "$folder/said"

# A service that rests gives back what it took (src/at-rest.ts).
sleep 15
told memory "$(($(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status") / 1024)) MiB"
