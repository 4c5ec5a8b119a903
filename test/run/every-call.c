// Makes each call that a run can refuse, once: under orders that let the first of each fail with EIO,
// each does, or its line is printed. What others need is made a second time, which is done.

#include "answers.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define CGROUP "/sys/fs/cgroup/every"
#define PIN "/sys/fs/bpf/every"

/* bpf(2) with zeros. */
static int zeros(int command) {
  union bpf_attr attr = {0};
  return FAILS(bpf(command, &attr));
}

static int load(void) {
  union bpf_attr attr = {0};
  attr.license = (unsigned long)"GPL";
  return FAILS(bpf(BPF_PROG_LOAD, &attr));
}

static int types(void) {
  static const unsigned char header[25] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0,
                                           0,    0,    0, 0, 0,  0, 0, 0, 1};
  union bpf_attr attr = {0};
  attr.btf = (unsigned long)header;
  attr.btf_size = sizeof(header);
  return FAILS(bpf(BPF_BTF_LOAD, &attr));
}

static int element(int command) {
  unsigned char key[4] = {0}, value[8] = {0};
  union bpf_attr attr = {0};
  attr.map_fd = -1;
  attr.key = (unsigned long)key;
  attr.value = (unsigned long)value;
  return FAILS(bpf(command, &attr));
}

static int batch(int command) {
  union bpf_attr attr = {0};
  attr.batch.map_fd = -1;
  return FAILS(bpf(command, &attr));
}

static int written(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  int failed = fd < 0 ? errno : FAILS(write(fd, text, strlen(text)));
  close(fd);
  return failed;
}

static int capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  return FAILS(syscall(SYS_capset, &header, data));
}

static int limits(void) {
  struct rlimit limit = {64, 64};
  return FAILS(setrlimit(RLIMIT_NOFILE, &limit));
}

int main(void) {
  EXPECT(FAILS(map()), EIO);
  EXPECT(load(), EIO);
  EXPECT(types(), EIO);
  static const int commands[] = {
      BPF_PROG_ATTACH,        BPF_PROG_DETACH,        BPF_PROG_QUERY,       BPF_PROG_TEST_RUN,
      BPF_PROG_BIND_MAP,      BPF_LINK_CREATE,        BPF_LINK_UPDATE,      BPF_LINK_DETACH,
      BPF_RAW_TRACEPOINT_OPEN, BPF_ITER_CREATE,
      BPF_PROG_GET_FD_BY_ID,  BPF_LINK_GET_FD_BY_ID,  BPF_MAP_GET_FD_BY_ID, BPF_BTF_GET_FD_BY_ID,
      BPF_PROG_GET_NEXT_ID,   BPF_LINK_GET_NEXT_ID,   BPF_MAP_GET_NEXT_ID,  BPF_BTF_GET_NEXT_ID,
      BPF_OBJ_GET_INFO_BY_FD, BPF_TASK_FD_QUERY,      BPF_ENABLE_STATS,     BPF_MAP_FREEZE,
  };
  for (unsigned at = 0; at < sizeof(commands) / sizeof(commands[0]); at++)
    EXPECT(zeros(commands[at]), EIO);
  EXPECT(element(BPF_MAP_LOOKUP_ELEM), EIO);
  EXPECT(element(BPF_MAP_UPDATE_ELEM), EIO);
  EXPECT(element(BPF_MAP_LOOKUP_AND_DELETE_ELEM), EIO);
  EXPECT(element(BPF_MAP_GET_NEXT_KEY), EIO);
  EXPECT(element(BPF_MAP_DELETE_ELEM), EIO);
  EXPECT(batch(BPF_MAP_LOOKUP_BATCH), EIO);
  EXPECT(batch(BPF_MAP_LOOKUP_AND_DELETE_BATCH), EIO);
  EXPECT(batch(BPF_MAP_UPDATE_BATCH), EIO);
  EXPECT(batch(BPF_MAP_DELETE_BATCH), EIO);
  EXPECT(pin(-1, PIN), EIO);
  EXPECT(FAILS(get(PIN)), EIO);

  EXPECT(FAILS(open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY)), EIO);
  EXPECT(FAILS(mkdir(CGROUP, 0755)), EIO);
  EXPECT(FAILS(mkdir(CGROUP, 0755)), 0);
  EXPECT(FAILS(chmod(CGROUP, 0700)), EIO);
  EXPECT(FAILS(chown(CGROUP, 1, -1)), EIO);
  EXPECT(written(CGROUP "/cgroup.procs", "0"), EIO);
  EXPECT(written(CGROUP "/cgroup.freeze", "0"), EIO);
  EXPECT(FAILS(rmdir(CGROUP)), EIO);
  EXPECT(FAILS(mkdir(PIN, 0755)), EIO);
  EXPECT(FAILS(mkdir(PIN, 0755)), 0);
  EXPECT(FAILS(chmod(PIN, 0700)), EIO);
  EXPECT(FAILS(chown(PIN, 1, -1)), EIO);
  EXPECT(FAILS(symlink("every", PIN "-link")), EIO);
  EXPECT(FAILS(link(PIN, PIN "-other")), EIO);
  EXPECT(FAILS(rename(PIN, PIN "-other")), EIO);
  EXPECT(FAILS(unlink(PIN "-other")), EIO);
  EXPECT(FAILS(rmdir(PIN)), EIO);

  EXPECT(limits(), EIO);
  EXPECT(capabilities(), EIO);
  return wrong;
}
