// A program that changes its memory while its calls are answered: paths, attrs, keys and values flip
// between good and bad ones under the reader's eyes. Each call gets an answer; which one is luck.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int ends;
static char path[64] = "/sys/fs/cgroup/hostile";
static union bpf_attr attr;
static char value[8];

static void *flip(void *other) {
  while (!ends) {
    memcpy(path, "/sys/fs/cgroup/hostile", 23);
    attr.map_fd = 3;
    attr.key = (unsigned long)value;
    attr.value = (unsigned long)value;
    memcpy(path, other, strlen(other) + 1);
    attr.map_fd = 1 << 30;
    attr.key = 1;
    attr.value = ~0ul;
    value[0]++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  union bpf_attr create = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 4};
  if (syscall(SYS_bpf, BPF_MAP_CREATE, &create, sizeof(create)) != 3)
    return 2;
  pthread_t thread;
  pthread_create(&thread, NULL, flip, argv[1]);
  int done = 0, refused = 0;
  for (int i = 0; i < 300; i++) {
    int command = i % 3 == 0 ? BPF_MAP_LOOKUP_ELEM : i % 3 == 1 ? BPF_MAP_UPDATE_ELEM : BPF_PROG_LOAD;
    (syscall(SYS_bpf, command, &attr, sizeof(attr)) < 0 ? &refused : &done)[0]++;
    (mkdir(path, 0755) < 0 ? &refused : &done)[0]++;
    struct stat file;
    (stat(path, &file) < 0 ? &refused : &done)[0]++;
    (rmdir(path) < 0 ? &refused : &done)[0]++;
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
      close(fd);
  }
  ends = 1;
  pthread_join(thread, NULL);
  printf("%d\n", done + refused);
  return 0;
}
