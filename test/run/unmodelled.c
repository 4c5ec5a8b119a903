// What no kernel of the model knows: each call is made once, and its errno is told. The words choose.

#include "answers.h"

#include <linux/perf_event.h>

static int sockmap(void) {
  union bpf_attr attr = {0};
  attr.map_type = BPF_MAP_TYPE_SOCKMAP;
  attr.key_size = 4;
  attr.value_size = 4;
  attr.max_entries = 4;
  int fd = bpf(BPF_MAP_CREATE, &attr);
  unsigned char key[4] = {1}, value[4] = {1};
  union bpf_attr element = {0};
  element.map_fd = fd;
  element.key = (unsigned long)key;
  element.value = (unsigned long)value;
  return FAILS(bpf(BPF_MAP_UPDATE_ELEM, &element));
}

static int queue(void) {
  union bpf_attr attr = {0};
  attr.map_type = BPF_MAP_TYPE_QUEUE;
  attr.value_size = 16;
  attr.max_entries = 4;
  int fd = bpf(BPF_MAP_CREATE, &attr);
  unsigned char value[16] = {7};
  union bpf_attr element = {0};
  element.map_fd = fd;
  element.value = (unsigned long)value;
  return FAILS(bpf(BPF_MAP_UPDATE_ELEM, &element));
}

/* BPF_PROG_ASSOC_STRUCT_OPS, with more than zeros. */
static int command(void) {
  union bpf_attr attr = {0};
  ((unsigned *)&attr)[0] = 77;
  return FAILS(bpf(38, &attr));
}

static int perf(void) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr)};
  return FAILS(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int uring(void) {
  char params[128] = {0};
  return FAILS(syscall(SYS_io_uring_setup, 4, params));
}

#ifdef __x86_64__
/* getpid(2) as programs of 32 bits call it. */
static int of32(void) {
  int pid;
  __asm__ volatile("int $0x80" : "=a"(pid) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
  return pid < 0 ? -pid : 0;
}

static int x32(void) { return FAILS(syscall(0x40000000 | SYS_getpid)); }
#endif

/* No architecture has such a call. */
static int none(void) { return FAILS(syscall(-1)); }

static const struct {
  const char *word;
  int (*call)(void);
} calls[] = {
    {"sockmap", sockmap},   {"queue", queue}, {"command", command}, {"perf", perf},
    {"uring", uring}, {"none", none},
#ifdef __x86_64__
    {"of32", of32},   {"x32", x32},
#endif
};

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    for (unsigned at = 0; at < sizeof(calls) / sizeof(calls[0]); at++)
      if (strcmp(argv[i], calls[at].word) == 0)
        printf("%s %d\n", argv[i], calls[at].call());
  return 0;
}
