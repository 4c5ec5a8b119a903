// Programs for cgroup hooks that let everything pass.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/egress") int out_one(struct __sk_buff *skb) { return 1; }
SEC("cgroup_skb/egress") int out_two(struct __sk_buff *skb) { return 1; }
SEC("cgroup_skb/ingress") int in_one(struct __sk_buff *skb) { return 1; }
SEC("cgroup/connect4") int conn_one(struct bpf_sock_addr *ctx) { return 1; }
SEC("cgroup/dev") int dev_one(struct bpf_cgroup_dev_ctx *ctx) { return 1; }

char LICENSE[] SEC("license") = "GPL";
