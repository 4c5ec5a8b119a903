#!/bin/sh
# A program that only a prog_array holds, and a map that only a map of maps holds, in the bpffs here.
#
#   held.sh PROGRAM.o
set -eu
here=$(pwd)

bpftool prog load "$1" "$here/prog" type cgroup/skb
bpftool map create "$here/inner" type array key 4 value 4 entries 1 name inner
bpftool map create "$here/progs" type prog_array key 4 value 4 entries 2 name progs
bpftool map create "$here/maps" type hash_of_maps key 4 value 4 entries 2 name maps inner_map pinned "$here/inner"
bpftool map update pinned "$here/progs" key 1 0 0 0 value pinned "$here/prog"
bpftool map update pinned "$here/maps" key 7 0 0 0 value pinned "$here/inner"
rm "$here/prog"
rm "$here/inner"
bpftool map delete pinned "$here/progs" key 1 0 0 0
bpftool map delete pinned "$here/maps" key 7 0 0 0
# Elements of other maps are not told.
bpftool map create "$here/plain" type hash key 4 value 4 entries 2 name plain
bpftool map update pinned "$here/plain" key 1 0 0 0 value 2 0 0 0
