# What an administrator does with bpftool: load, attach, look, detach. $1 is a program, $2 a cgroup to
# make, $3 a name on the bpffs.
mkdir "$2" "$2/below"
bpftool prog load "$1" "$3" && echo loaded
bpftool prog show pinned "$3" | head -1
bpftool cgroup attach "$2" egress pinned "$3" multi && echo attached
bpftool cgroup attach "$2" egress pinned "$3" multi || echo refused
bpftool cgroup show "$2"
bpftool cgroup show "$2/below" effective
bpftool cgroup tree "$2"
bpftool map update name globals.data key 0 0 0 0 value 9 0 0 0
bpftool map lookup name globals.data key 0 0 0 0
bpftool cgroup detach "$2" egress pinned "$3" && echo detached
bpftool cgroup show "$2"
rm "$3"
rmdir "$2/below" "$2"
bpftool prog show name count || echo gone
