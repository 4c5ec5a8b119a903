// Where attrs end and words of flags are full: one line an answer, to be compared between kernels.

#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "answers.h"

#define PAGE 4096
#define CLOSED 77

static void said(const char *what, uint64_t number, long answer) {
  printf("%s %llx: %d\n", what, (unsigned long long)number, FAILS(answer));
}

static void elements(const char *kind, int fd) {
  static const struct {
    int command;
    const char *name;
  } commands[] = {{BPF_MAP_UPDATE_ELEM, "update"},
                  {BPF_MAP_LOOKUP_ELEM, "lookup"},
                  {BPF_MAP_LOOKUP_AND_DELETE_ELEM, "take out"}};
  static const uint64_t flags[] = {0,          1,           4,         8,
                                   0x80000000, 1ull << 32, 4ull << 32, (1ull << 32) + 4,
                                   ~0ull};

  for (size_t c = 0; c < sizeof(commands) / sizeof(*commands); c++) {
    for (size_t f = 0; f < sizeof(flags) / sizeof(*flags); f++) {
      uint32_t key = 1;
      uint64_t value = 7;
      union bpf_attr attr = {0};
      attr.map_fd = fd;
      attr.key = (unsigned long)&key;
      attr.value = (unsigned long)&value;
      attr.flags = flags[f];
      printf("%s, %s, ", kind, commands[c].name);
      said("flags", flags[f], bpf(commands[c].command, &attr));
    }
  }
}

// MAP_GET_NEXT_ID from the last id, so that the answer is ENOENT where the attr is taken.
static long next_id(void *at, unsigned size) {
  return syscall(SYS_bpf, BPF_MAP_GET_NEXT_ID, at, size);
}

static void ends(void) {
  char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static const unsigned sizes[] = {0, 4, 12, 144, 145, 256, 512, 1024, PAGE, PAGE + 1, 1u << 31};
  const uint32_t last = 0xffffffff;

  munmap(pages + 2 * PAGE, PAGE);
  for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
    memset(pages, 0, 2 * PAGE);
    memcpy(pages, &last, 4);
    said("zeros to", sizes[i], next_id(pages, sizes[i]));
    if (sizes[i] > 256 && sizes[i] <= PAGE) {
      pages[sizes[i] - 1] = 1;
      said("a byte at the end of", sizes[i], next_id(pages, sizes[i]));
      pages[sizes[i] - 1] = 0;
    }
  }
  // The head before the page that is not there, a tail in it.
  for (unsigned before = 300; before <= 900; before += 600) {
    char *at = pages + 2 * PAGE - before;
    memset(pages, 0, 2 * PAGE);
    memcpy(at, &last, 4);
    said("a tail that ends at", before, next_id(at, 1000));
    at[before - 1] = 1;
    said("a byte before a tail that ends at", before, next_id(at, 1000));
  }
  // The head in a page that is not there, a tail behind it.
  munmap(pages, PAGE);
  memset(pages + PAGE, 0, PAGE);
  said("no head", 256, next_id(pages + PAGE - 200, 1000));
  pages[PAGE + 700] = 1;
  said("no head, and a byte", 256, next_id(pages + PAGE - 200, 1000));
}

// A flag says that a token is passed, and its field is 0.
static void tokens(void) {
  static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};
  union bpf_attr load = {0}, create = {0};

  load.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
  load.insns = (unsigned long)code;
  load.insn_cnt = 2;
  load.license = (unsigned long)"GPL";
  load.prog_flags = 1 << 16;
  create.map_type = BPF_MAP_TYPE_ARRAY;
  create.key_size = create.value_size = 4;
  create.max_entries = 1;
  create.map_flags = 1 << 16;
  for (int closed = 0; closed < 2; closed++) {
    said("a program, fd 0 closed", closed, bpf(BPF_PROG_LOAD, &load));
    said("a map, fd 0 closed", closed, bpf(BPF_MAP_CREATE, &create));
    close(0);
  }
}

// A helper that no kernel has, after a map that is there, or is none.
static void helpers(void) {
  const int fds[] = {map(), 0, CLOSED};

  for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
    const struct bpf_insn code[] = {{.code = 0x85, .imm = 100000},
                                    {.code = 0x18, .src_reg = 1, .dst_reg = 1, .imm = fds[i]},
                                    {0},
                                    {.code = 0x95}};
    union bpf_attr attr = {0};

    attr.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
    attr.insns = (unsigned long)code;
    attr.insn_cnt = 4;
    attr.license = (unsigned long)"GPL";
    said("no such helper, and a map by fd number", i, bpf(BPF_PROG_LOAD, &attr));
  }
}

int main(void) {
  elements("array", map());
  elements("hash", map_of(BPF_MAP_TYPE_HASH));
  elements("closed", CLOSED);
  ends();
  helpers();
  tokens();
  return wrong;
}
