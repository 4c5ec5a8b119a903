#!/bin/sh
# A user manager of systemd runs a service with filters, in mounts of its own and below one cgroup.
#
#   unshare -m systemd.sh CGROUP FOLDER
#
# CGROUP is the path of an empty cgroup from the root of cgroup2, FOLDER an empty directory.
set -eu
folder=$2
mount --make-rprivate /
mount -t tmpfs none /run
mkdir -p /run/systemd/system
# Where systemd looks for it, also on machines that mount cgroup2 beside the first version.
mount -t cgroup2 none /sys/fs/cgroup
cgroup=/sys/fs/cgroup$1
mkdir "$cgroup/manager"
echo $$ >"$cgroup/manager/cgroup.procs"
mkdir -p "$folder/run" "$folder/home" "$folder/config/systemd/user"
chmod 700 "$folder/run"
cat >"$folder/config/systemd/user/filtered.service" <<UNIT
[Service]
ExecStart=/bin/sh -c 'touch $folder/started; while [ ! -e $folder/stop ]; do sleep 0.1; done'
ExecStopPost=/bin/touch $folder/stopped
IPAddressDeny=any
DevicePolicy=closed
UNIT
export XDG_RUNTIME_DIR="$folder/run" XDG_CONFIG_HOME="$folder/config" HOME="$folder/home"
/lib/systemd/systemd --user --unit=filtered.service >"$folder/log" 2>&1 &
manager=$!
while [ ! -e "$folder/stopped" ]; do
  kill -0 "$manager"
  sleep 0.1
done
kill "$manager"
wait "$manager" || true
echo $$ >/sys/fs/cgroup/cgroup.procs
find "$cgroup" -depth -mindepth 1 -type d -exec rmdir {} +
