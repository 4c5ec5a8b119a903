// How the programs here judge what a kernel answers them, and the calls that they share.

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int wrong;

#define EXPECT(what, wanted)                                                   \
  do {                                                                         \
    errno = 0;                                                                 \
    long got = (what);                                                         \
    if (got != (long)(wanted)) {                                               \
      printf("line %d: %s is %ld, not %ld (errno %d)\n", __LINE__, #what, got, \
             (long)(wanted), errno);                                           \
      fflush(stdout);                                                          \
      wrong++;                                                                 \
    }                                                                          \
  } while (0)

/* 0, or the errno */
#define FAILS(call) ((call) < 0 ? errno : 0)

static long bpf(int command, union bpf_attr *attr) {
  return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int map(void) {
  union bpf_attr attr = {0};
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 4;
  return bpf(BPF_MAP_CREATE, &attr);
}
