// Device rules as runc writes them (libcontainer/cgroups/devices): whatever is attached is looked up
// by its id, and replaced by the new rules where it is one program; else the new ones are added, and
// the others detached.
//
//	devices CGROUP NAME
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGS_MAX 64

static void must(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

int main(int argc, char **argv) {
  must(argc == 3, "devices CGROUP NAME");
  struct bpf_insn allow[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
      {.code = BPF_JMP | BPF_EXIT},
  };
  int rules = bpf_prog_load(BPF_PROG_TYPE_CGROUP_DEVICE, argv[2], "GPL", allow, 2, NULL);
  must(rules >= 0, "load");
  int cgroup = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must(cgroup >= 0, "open");

  __u32 ids[PROGS_MAX], flags = 0, count = PROGS_MAX;
  must(bpf_prog_query(cgroup, BPF_CGROUP_DEVICE, 0, &flags, ids, &count) == 0, "query");
  int old[PROGS_MAX];
  for (__u32 i = 0; i < count; i++) {
    old[i] = bpf_prog_get_fd_by_id(ids[i]);
    must(old[i] >= 0, "get_fd_by_id");
  }
  DECLARE_LIBBPF_OPTS(bpf_prog_attach_opts, options, .flags = BPF_F_ALLOW_MULTI);
  if (count == 1) {
    options.flags |= BPF_F_REPLACE;
    options.replace_prog_fd = old[0];
  }
  must(bpf_prog_attach_opts(rules, cgroup, BPF_CGROUP_DEVICE, &options) == 0, "attach");
  for (__u32 i = 0; count > 1 && i < count; i++) {
    must(bpf_prog_detach2(old[i], cgroup, BPF_CGROUP_DEVICE) == 0, "detach");
  }
  return 0;
}
