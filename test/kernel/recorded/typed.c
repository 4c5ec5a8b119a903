// A loader as bpftool generates it, of a program with types; then what the kernel refuses for types.
//
//   typed CGROUP
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "typed.skel.h"

static void must(int ok, const char *what) {
  if (ok) return;
  perror(what);
  exit(1);
}

static int array(int btf, unsigned int type) {
  LIBBPF_OPTS(bpf_map_create_opts, of, .btf_fd = btf, .btf_key_type_id = type, .btf_value_type_id = type);
  return bpf_map_create(BPF_MAP_TYPE_ARRAY, "typed", 4, 4, 1, &of);
}

int main(int argc, char **argv) {
  must(argc == 2, "typed CGROUP");
  struct typed *loader = typed__open_and_load();
  must(loader != NULL, "load");
  int cgroup = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct bpf_link *link = bpf_program__attach_cgroup(loader->progs.typed, cgroup);
  must(link != NULL, "attach");

  struct btf *types = btf__new_empty();
  int number = btf__add_int(types, "int", 4, BTF_INT_SIGNED);
  must(btf__load_into_kernel(types) == 0, "btf_load");
  int btf = btf__fd(types), copy = dup(btf);
  int map = array(copy, number);
  must(map >= 0, "map");
  must(array(btf, 99) < 0, "no such type");
  char text[64] = "no types at all";
  must(bpf_btf_load(text, sizeof text, NULL) < 0, "no BTF");
  // Of its two functions none is described by a number.
  struct bpf_func_info functions[] = {{0, number}, {2, number}};
  struct bpf_insn code[] = {
      {.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = 1}, {.code = BPF_JMP | BPF_EXIT},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1}, {.code = BPF_JMP | BPF_EXIT}};
  LIBBPF_OPTS(bpf_prog_load_opts, of, .expected_attach_type = BPF_CGROUP_INET_EGRESS, .prog_btf_fd = btf,
              .func_info = functions, .func_info_cnt = 2, .func_info_rec_size = sizeof *functions);
  must(bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "typed", "GPL", code, 4, &of) < 0, "no function");

  // A child has the types of its parent.
  if (fork() == 0) {
    must(array(copy, number) >= 0, "map of a child");
    _exit(0);
  }
  wait(NULL);
  close(copy);
  btf__free(types);
  bpf_link__destroy(link);
  typed__destroy(loader);
  must(array(btf, number) < 0, "closed");
  return 0;
}
