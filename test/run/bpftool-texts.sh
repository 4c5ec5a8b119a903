# What a person does with bpftool around cgroups, with its text. $1: the programs' object file.
PATH="$PATH:/usr/sbin"
CG=/sys/fs/cgroup/bpfledger-web
PINS=/sys/fs/bpf/web
mkdir -p $CG/a
bpftool prog loadall "$1" $PINS || exit 1
bpftool prog show pinned $PINS/count
bpftool -j prog show pinned $PINS/drop
bpftool prog dump xlated pinned $PINS/drop
bpftool cgroup attach $CG cgroup_inet_egress pinned $PINS/count multi
bpftool cgroup attach $CG cgroup_inet_egress pinned $PINS/drop multi
bpftool cgroup attach $CG cgroup_inet_egress pinned $PINS/drop override
bpftool cgroup attach $CG cgroup_inet_ingress pinned $PINS/drop
bpftool cgroup attach $CG/a cgroup_inet_ingress pinned $PINS/count
bpftool cgroup attach $CG/none cgroup_inet_egress pinned $PINS/count
bpftool cgroup attach $CG no_such_hook pinned $PINS/count 2>&1 | head -1
bpftool cgroup show $CG
bpftool cgroup show $CG/a effective
bpftool cgroup tree $CG
bpftool -p cgroup tree $CG
bpftool cgroup detach $CG cgroup_inet_egress pinned $PINS/count
bpftool cgroup detach $CG cgroup_inet_egress pinned $PINS/count
bpftool cgroup show $CG
bpftool map create $PINS/m type hash key 4 value 16 entries 2 name seen
bpftool map update pinned $PINS/m key 1 0 0 0 value 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
bpftool map update pinned $PINS/m key 2 0 0 0 value 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9
bpftool map update pinned $PINS/m key 3 0 0 0 value 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9
bpftool map lookup pinned $PINS/m key 1 0 0 0
bpftool map delete pinned $PINS/m key 2 0 0 0
bpftool map dump pinned $PINS/m
bpftool map getnext pinned $PINS/m key 1 0 0 0
bpftool map create $PINS/long type hash key 12 value 4 entries 4 name long
bpftool map update pinned $PINS/long key 1 0 0 0 0 0 0 0 0 0 0 5 value 1 0 0 0
bpftool map update pinned $PINS/long key 1 0 0 0 0 0 0 0 0 0 0 6 value 2 0 0 0 noexist
bpftool map update pinned $PINS/long key 1 0 0 0 0 0 0 0 0 0 0 6 value 2 0 0 0 noexist
bpftool map lookup pinned $PINS/long key 1 0 0 0 0 0 0 0 0 0 0 5
bpftool map create $PINS/nets type lpm_trie key 20 value 12 entries 3 name nets flags 1
net() { echo "hex $1 00 00 00 20 01 0d b8 $2 $3 00 00 00 00 00 00 00 00 00 00"; }
bpftool map update pinned $PINS/nets key $(net 20 00 00) value 1 2 3 4 5 6 7 8 9 10 11 12
bpftool map update pinned $PINS/nets key $(net 30 00 01) value hex 30 0 0 0 0 0 0 0 0 0 0 48
bpftool map update pinned $PINS/nets key $(net 31 00 01) value hex 31 0 0 0 0 0 0 0 0 0 0 49
bpftool map update pinned $PINS/nets key $(net 28 01 00) value hex 28 0 0 0 0 0 0 0 0 0 0 40
bpftool map update pinned $PINS/nets key $(net 30 00 01) value hex 30 0 0 0 0 0 0 0 0 0 0 50 noexist
bpftool map update pinned $PINS/nets key $(net 30 00 01) value hex 30 0 0 0 0 0 0 0 0 0 0 51 exist
bpftool map update pinned $PINS/nets key $(net 81 00 01) value hex 30 0 0 0 0 0 0 0 0 0 0 52
bpftool map lookup pinned $PINS/nets key $(net 80 00 01)
bpftool map lookup pinned $PINS/nets key $(net 80 77 01)
bpftool map lookup pinned $PINS/nets key $(net 1f 00 00)
bpftool map dump pinned $PINS/nets
bpftool map delete pinned $PINS/nets key $(net 31 00 01)
bpftool map delete pinned $PINS/nets key $(net 31 00 01)
bpftool map getnext pinned $PINS/nets key $(net 30 00 01)
bpftool map getnext pinned $PINS/nets
bpftool map freeze pinned $PINS/m
bpftool map update pinned $PINS/m key 1 0 0 0 value 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
bpftool prog show pinned $PINS/none
bpftool map show pinned $PINS/count
stat -c '%n %A %U' $PINS $PINS/count
rm -r $PINS
rmdir $CG/a $CG
