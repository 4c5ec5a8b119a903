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

// Bytes of an attr by their offsets: the header here may be older than the kernel.
#define UNION 168
static unsigned char raw[2 * PAGE];

static void put32(int at, uint32_t value) { memcpy(raw + at, &value, 4); }
static void put_pointer(int at, const void *to) { memcpy(raw + at, &to, sizeof(to)); }

static long asked(int command, unsigned size) { return syscall(SYS_bpf, command, raw, size); }

// Commands of which the model has a word for each field, and one that no kernel has.
static void sizes(void) {
  for (int command = 0; command < 37; command++) {
    memset(raw, 0, sizeof(raw));
    said("command, one byte more than a page,", command, asked(command, PAGE + 1));
  }
  said("command, one byte more than a page,", 9999, asked(9999, PAGE + 1));
  said("command, a page,", 9999, asked(9999, PAGE));
}

static void load_two(void) {
  static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};

  memset(raw, 0, sizeof(raw));
  put32(0, BPF_PROG_TYPE_CGROUP_SKB);
  put32(4, 2);
  put_pointer(8, code);
  put_pointer(16, "GPL");
}

static void logs(void) {
  static const uint32_t levels[] = {0, 1, 2, 4, 7, 8, 15, 16, 1u << 31};
  static const uint32_t sizes[] = {0, 1, 63, 4096, 65536, (1u << 30) - 1, 1u << 30, ~0u};
  static char buffer[65536];

  for (size_t l = 0; l < sizeof(levels) / sizeof(*levels); l++)
    for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
      for (int given = 0; given < 2; given++) {
        load_two();
        put32(24, levels[l]);
        put32(28, sizes[s]);
        put_pointer(32, given ? buffer : NULL);
        put32(140, 7);
        buffer[0] = 0x55;
        printf("log level %x, %s, ", levels[l], given ? "a buffer" : "no buffer");
        said("size", sizes[s], asked(BPF_PROG_LOAD, UNION));
        printf("it has a length: %d, and text: %d\n", raw[140] != 0, buffer[0] != 0x55);
      }
  // Who is refused before the verifier looks has no text; then it has.
  buffer[0] = 0x55;
  for (int type = 99; type >= 8; type -= 91) {
    load_two();
    put32(0, type);
    put32(24, 1);
    put32(28, sizeof(buffer));
    put_pointer(32, buffer);
    put32(4, type == 8 ? 1 : 2);
    said("a load that is refused, of type", type, asked(BPF_PROG_LOAD, UNION));
    printf("it has text: %d\n", buffer[0] != 0x55);
  }
  load_two();
  put32(0, 99);
  put32(24, 16);
  said("a type that is none, and a log that is none,", 99, asked(BPF_PROG_LOAD, UNION));
  load_two();
  put32(148, 1);
  put32(24, 1);
  put32(28, 1);
  put_pointer(32, buffer);
  said("an fd_array that is not there, and a log of bytes:", 1, asked(BPF_PROG_LOAD, UNION));
}

static void last_fields(void) {
  static const int fields[] = {160, 164, 144, 116, 136, 40};
  uint32_t closed = CLOSED;

  for (size_t f = 0; f < sizeof(fields) / sizeof(*fields); f++) {
    load_two();
    put32(fields[f], 9);
    said("a program, 9 at byte", fields[f], asked(BPF_PROG_LOAD, UNION));
  }
  load_two();
  put32(UNION, 1);
  said("a program, 1 at byte", UNION, asked(BPF_PROG_LOAD, UNION + 4));
  for (int step = 0; step < 6; step++) {
    memset(raw, 0, sizeof(raw));
    put32(0, BPF_MAP_TYPE_ARRAY);
    put32(4, 4);
    put32(8, 4);
    put32(12, step == 5 ? 0 : 1);
    put_pointer(80, step == 1 || step == 2 ? &closed : NULL);
    put32(88, step == 1 ? 31 : step == 2 ? 0 : 32);
    if (step == 3) {
      put32(48, CLOSED);
      put32(52, 1);
      put32(56, 1);
    }
    if (step == 4)
      raw[28] = ' ';
    said("a map for one program", step, asked(BPF_MAP_CREATE, UNION));
  }
}

// What no model can answer: a function of the kernel by its number, a signature, a device, a map of one program.
static int unknown(void) {
  static const uint32_t one = 1;

  load_two();
  put32(0, BPF_PROG_TYPE_TRACING);
  put32(68, BPF_TRACE_FENTRY);
  put32(108, 100);
  asked(BPF_PROG_LOAD, UNION);
  load_two();
  put_pointer(152, &one);
  asked(BPF_PROG_LOAD, UNION);
  load_two();
  put32(64, 1);
  asked(BPF_PROG_LOAD, UNION);
  memset(raw, 0, sizeof(raw));
  put32(0, BPF_MAP_TYPE_ARRAY);
  put32(4, 4);
  put32(8, 4);
  put32(12, 1);
  put_pointer(80, &one);
  put32(88, 32);
  asked(BPF_MAP_CREATE, UNION);
  return 0;
}

int main(int count, char **words) {
  (void)words;
  if (count > 1)
    return unknown();
  elements("array", map());
  elements("hash", map_of(BPF_MAP_TYPE_HASH));
  elements("closed", CLOSED);
  ends();
  sizes();
  logs();
  last_fields();
  helpers();
  tokens();
  return wrong;
}
