// A program that mounts bpffs and cgroup2 where it likes, as bpftool and libbpf do, and says which
// answers are not the kernel's. It runs on a real kernel too, as root: the answers are the same there.
// Prints each answer that is wrong, and exits with their number.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "answers.h"

static long pinned(int command, const char *path, int fd) {
  union bpf_attr attr = {0};
  attr.pathname = (unsigned long)path;
  attr.bpf_fd = fd;
  return bpf(command, &attr);
}

static long maps(void) {
  union bpf_attr attr = {0};
  long count = 0;
  for (; bpf(BPF_MAP_GET_NEXT_ID, &attr) == 0; count++)
    attr.start_id = attr.next_id;
  return count;
}

static unsigned long magic(const char *path) {
  struct statfs told;
  return statfs(path, &told) < 0 ? 0 : (unsigned long)told.f_type;
}

static int mode(const char *path) {
  struct stat told;
  return stat(path, &told) < 0 ? -1 : (int)(told.st_mode & 07777);
}

/* Whether /proc/self/mounts has a line that begins with a text. */
static int mounted(const char *begin) {
  char line[4096];
  int found = 0;
  FILE *lines = fopen("/proc/self/mounts", "r");
  while (fgets(line, sizeof line, lines))
    found |= strncmp(line, begin, strlen(begin)) == 0;
  fclose(lines);
  return found;
}

int main(int count, char **words) {
  if (count != 2)
    return 255;
  char bpffs[512], dir[600], pin[600], cgroups[512], file[512], line[600];
  snprintf(bpffs, sizeof bpffs, "%s/pins.d", words[1]);
  snprintf(dir, sizeof dir, "%s/in", bpffs);
  snprintf(pin, sizeof pin, "%s/in/map", bpffs);
  snprintf(cgroups, sizeof cgroups, "%s/cgroups", words[1]);
  snprintf(file, sizeof file, "%s/file", words[1]);
  EXPECT(mkdir(bpffs, 0755), 0);
  EXPECT(mkdir(cgroups, 0755), 0);
  close(open(file, O_CREAT | O_WRONLY, 0644));

  long others = maps();

  // What cannot be mounted.
  EXPECT(FAILS(mount("bpf", "/no/such/place", "bpf", 0, "")), ENOENT);
  EXPECT(FAILS(mount("bpf", file, "bpf", 0, "")), ENOTDIR);
  EXPECT(FAILS(mount("bpf", bpffs, "bpf", 0, "mode=9")), EINVAL);
  EXPECT(FAILS(umount2(bpffs, 0)), EINVAL);
  EXPECT(pinned(BPF_OBJ_PIN, pin, 0) < 0, 1);

  // Objects and flags are looked at before the path.
  int fd = map();
  EXPECT(FAILS(pinned(BPF_OBJ_PIN, file, 0)), EINVAL);
  EXPECT(FAILS(pinned(BPF_OBJ_PIN, "", 0)), EINVAL);
  EXPECT(FAILS(pinned(BPF_OBJ_PIN, "", fd)), ENOENT);
  EXPECT(FAILS(pinned(BPF_OBJ_GET, "", fd)), EINVAL);

  // As bpftool does it: the place becomes a mount point of its own first.
  EXPECT(FAILS(mount("", bpffs, "none", MS_PRIVATE | MS_REC, NULL)), EINVAL);
  EXPECT(mount(bpffs, bpffs, "none", MS_BIND, NULL), 0);
  EXPECT(mount("", bpffs, "none", MS_PRIVATE | MS_REC, NULL), 0);
  EXPECT(mount("bpf", bpffs, "bpf", MS_NOSUID | MS_NODEV, "mode=0700"), 0);
  EXPECT(magic(bpffs), BPF_FS_MAGIC);
  EXPECT(mode(bpffs), 01700);
  snprintf(line, sizeof line, "bpf %s bpf rw,nosuid,nodev,relatime,mode=700 0 0", bpffs);
  EXPECT(mounted(line), 1);

  // It is a bpffs, and another one than that at /sys/fs/bpf.
  EXPECT(mkdir(dir, 0755), 0);
  EXPECT(pinned(BPF_OBJ_PIN, pin, fd), 0);
  EXPECT(FAILS(rename(pin, "/sys/fs/bpf/map")), EXDEV);
  EXPECT(FAILS(link(pin, "/sys/fs/bpf/map")), EXDEV);
  EXPECT(FAILS(rename(bpffs, cgroups)), EBUSY);
  EXPECT(FAILS(rmdir(bpffs)), EBUSY);
  EXPECT(close(fd), 0);
  EXPECT(maps() - others, 1);
  int again = pinned(BPF_OBJ_GET, pin, 0);
  EXPECT(again >= 0, 1);
  EXPECT(close(again), 0);

  // A link in /proc leads to what is open.
  int opened = open(pin, O_PATH | O_CLOEXEC);
  char at[64];
  snprintf(at, sizeof at, "/proc/self/fd/%d", opened);
  EXPECT(mode(at), 0600);
  EXPECT(chmod(at, 0640), 0);
  EXPECT(mode(pin), 0640);
  again = pinned(BPF_OBJ_GET, at, 0);
  EXPECT(again >= 0, 1);
  EXPECT(close(again), 0);
  EXPECT(close(opened), 0);

  // Its pins end with it, the mount points below it one by one.
  EXPECT(umount2(bpffs, 0), 0);
  EXPECT(maps() - others, 0);
  EXPECT(mode(dir), -1);
  EXPECT(umount2(bpffs, 0), 0);
  EXPECT(FAILS(umount2(bpffs, 0)), EINVAL);
  EXPECT(mount("bpf", bpffs, "bpf", 0, NULL), 0);
  EXPECT(mode(bpffs), 01777);
  EXPECT(mode(dir), -1);
  EXPECT(umount2(bpffs, MNT_DETACH), 0);

  // All mounts of cgroup2 show one hierarchy.
  EXPECT(mkdir("/sys/fs/cgroup/bpfledger-mounts", 0755), 0);
  EXPECT(mount("none", cgroups, "cgroup2", 0, NULL), 0);
  EXPECT(magic(cgroups), CGROUP2_SUPER_MAGIC);
  snprintf(line, sizeof line, "%s/bpfledger-mounts", cgroups);
  EXPECT(mode(line), 0755);
  EXPECT(rmdir(line), 0);
  EXPECT(mode("/sys/fs/cgroup/bpfledger-mounts"), -1);
  EXPECT(umount2(cgroups, 0), 0);
  EXPECT(rmdir(cgroups), 0);
  EXPECT(rmdir(bpffs), 0);
  unlink(file);
  return wrong;
}
