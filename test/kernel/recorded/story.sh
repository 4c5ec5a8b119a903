#!/bin/sh
# What is recorded: bpftool and a loader at work in one cgroup and one bpffs, both empty before.
#
#   story.sh PROGRAMS.o LOADER CGROUP BPFFS
set -eu
programs=$1 loader=$2 cgroup=$3 bpffs=$4

mkdir "$cgroup/a" "$cgroup/a/b" "$bpffs/d"
bpftool prog loadall "$programs" "$bpffs/d"
bpftool cgroup attach "$cgroup/a/b" egress pinned "$bpffs/d/out_one" multi
bpftool cgroup attach "$cgroup/a/b" egress pinned "$bpffs/d/out_one" multi || true
"$loader" "$programs" "$cgroup/a" "$bpffs"
bpftool cgroup attach "$cgroup/a" connect4 pinned "$bpffs/d/conn_one" override
bpftool cgroup detach "$cgroup/a/b" egress pinned "$bpffs/d/out_one"
bpftool link show pinned "$bpffs/moved"
mkdir "$cgroup/a/gone"
bpftool cgroup attach "$cgroup/a/gone" egress pinned "$bpffs/d/out_two" multi
rmdir "$cgroup/a/gone"
rm "$bpffs/d/in_one"
for path in a a/b; do
  bpftool cgroup show "$cgroup/$path"
  bpftool cgroup show "$cgroup/$path" effective
done
