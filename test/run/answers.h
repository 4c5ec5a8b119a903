// How the programs here judge what a kernel answers them, and the calls that they share.

#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int wrong __attribute__((unused));

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

static int map_of(int type) {
  union bpf_attr attr = {0};
  attr.map_type = type;
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 4;
  return bpf(BPF_MAP_CREATE, &attr);
}

static inline int map(void) { return map_of(BPF_MAP_TYPE_ARRAY); }

static inline int pin(int fd, const char *path) {
  union bpf_attr attr = {0};
  attr.pathname = (unsigned long)path;
  attr.bpf_fd = fd;
  return FAILS(bpf(BPF_OBJ_PIN, &attr));
}

static inline int get(const char *path) {
  union bpf_attr attr = {0};
  attr.pathname = (unsigned long)path;
  return bpf(BPF_OBJ_GET, &attr);
}

static inline int has(const char *path, const char *name) {
  DIR *directory = opendir(path);
  if (directory == NULL)
    return -1;
  int found = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
    found += strcmp(entry->d_name, name) == 0;
  closedir(directory);
  return found;
}

static inline int linked(const char *path, const char *wanted) {
  char text[256] = {0};
  if (readlink(path, text, sizeof(text) - 1) < 0)
    return -1;
  if (strcmp(text, wanted) != 0)
    printf("%s -> %s\n", path, text);
  return strcmp(text, wanted) == 0;
}
