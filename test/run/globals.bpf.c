// A program with constants and variables of its own, so that its loader maps them.

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile int limit = 5;
int seen = 3;

SEC("cgroup_skb/egress")
int count(struct __sk_buff *skb) { return ++seen > limit ? 0 : 1; }

char _license[] SEC("license") = "GPL";
