// A program that needs nothing beside it.
#define SEC(name) __attribute__((section(name), used))
SEC("cgroup_skb/egress") int held(void *context) { return 1; }
char LICENSE[] SEC("license") = "GPL";
