// A program with types: variables, a map that needs them, and a function of its own.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, long);
} sockets SEC(".maps");

const volatile int limit = 5;
int seen = 3;

__attribute__((noinline)) int next(int before) { return before + limit; }

SEC("cgroup_skb/egress")
int typed(struct __sk_buff *skb) {
  struct bpf_sock *socket = skb->sk;
  if (socket) bpf_sk_storage_get(&sockets, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
  seen = next(seen);
  return 1;
}

char LICENSE[] SEC("license") = "GPL";
