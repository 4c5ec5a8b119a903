// Two programs without maps and without types, so that what bpftool tells of them is all that there is.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/egress") int count(struct __sk_buff *skb) { return 1; }
SEC("cgroup_skb/egress") int drop(struct __sk_buff *skb) { return 0; }
char _license[] SEC("license") = "GPL";
