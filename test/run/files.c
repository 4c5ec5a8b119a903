// A program that does with cgroups and the bpffs what can be done with files, and says which answers
// are not the kernel's. It runs under a real kernel too, as root: the answers are the same there.
// Prints each answer that is wrong, and exits with their number.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answers.h"

#define TOP "/sys/fs/cgroup/bpfledger-files"
#define PINS "/sys/fs/bpf/files"

static int prog(void) {
  struct bpf_insn insns[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1},
      {.code = BPF_JMP | BPF_EXIT},
  };
  union bpf_attr attr = {0};
  attr.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
  attr.insns = (unsigned long)insns;
  attr.insn_cnt = 2;
  attr.license = (unsigned long)"GPL";
  return bpf(BPF_PROG_LOAD, &attr);
}

static int link_on(int prog_fd, int cgroup_fd) {
  union bpf_attr attr = {0};
  attr.link_create.prog_fd = prog_fd;
  attr.link_create.target_fd = cgroup_fd;
  attr.link_create.attach_type = BPF_CGROUP_INET_EGRESS;
  return bpf(BPF_LINK_CREATE, &attr);
}

static unsigned long cgroup_of(int link_fd) {
  struct bpf_link_info info = {0};
  union bpf_attr attr = {0};
  attr.info.bpf_fd = link_fd;
  attr.info.info_len = sizeof(info);
  attr.info.info = (unsigned long)&info;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0 ? 0 : info.cgroup.cgroup_id;
}

static int says(const char *path, const char *wanted) {
  char text[8192] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  ssize_t bytes = read(fd, text, sizeof(text) - 1);
  close(fd);
  return bytes < 0 ? -2 : strstr(text, wanted) != NULL;
}

static int write_to(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  ssize_t bytes = write(fd, text, strlen(text));
  int failed = bytes < 0 ? errno : 0;
  close(fd);
  return failed;
}

static void cgroups(void) {
  struct stat file, other;
  struct statx extended;
  struct statfs fs;
  char text[256], path[128];

  EXPECT(FAILS(mkdir(TOP, 0755)), 0);
  EXPECT(FAILS(mkdir(TOP, 0755)), EEXIST);
  EXPECT(FAILS(mkdir(TOP "/no/such", 0755)), ENOENT);
  EXPECT(FAILS(mkdir(TOP "/cgroup.procs", 0755)), EEXIST);
  EXPECT(FAILS(mkdir(TOP "/cgroup.procs/a", 0755)), ENOTDIR);
  EXPECT(FAILS(mkdir("/sys/fs/../fs/cgroup/./bpfledger-files/a", 0755)), 0);

  EXPECT(statfs(TOP, &fs), 0);
  EXPECT(fs.f_type, CGROUP2_SUPER_MAGIC);
  EXPECT(FAILS(statfs(TOP "/none", &fs)), ENOENT);

  int top = open(TOP, O_RDONLY | O_DIRECTORY);
  EXPECT(top >= 0, 1);
  EXPECT(fstatfs(top, &fs), 0);
  EXPECT(fs.f_type, CGROUP2_SUPER_MAGIC);
  EXPECT(fcntl(top, F_GETFD), 0);
  EXPECT(fstat(top, &file), 0);
  EXPECT(S_ISDIR(file.st_mode) && (file.st_mode & 0777) == 0755, 1);
  EXPECT(file.st_uid, 0);
  EXPECT(stat(TOP, &other), 0);
  EXPECT(other.st_ino == file.st_ino && other.st_dev == file.st_dev, 1);
  EXPECT(syscall(SYS_statx, top, "", AT_EMPTY_PATH, STATX_INO, &extended), 0);
  EXPECT(extended.stx_ino, file.st_ino);
  EXPECT(fstatat(top, "a", &other, 0), 0);
  EXPECT(other.st_ino != file.st_ino, 1);
  EXPECT(FAILS(fstatat(top, "b", &other, 0)), ENOENT);
  EXPECT(lstat(TOP "/cgroup.procs", &other), 0);
  EXPECT(other.st_mode, S_IFREG | 0644);

  struct {
    struct file_handle handle;
    unsigned char bytes[8];
  } named = {0};
  int mount;
  named.handle.handle_bytes = 8;
  EXPECT(name_to_handle_at(top, "", &named.handle, &mount, AT_EMPTY_PATH), 0);
  EXPECT(memcmp(named.handle.f_handle, &file.st_ino, 8), 0);

  EXPECT(FAILS(mkdirat(top, "b", 0755)), 0);
  EXPECT(has(TOP, "b"), 1);
  EXPECT(has(TOP, "cgroup.procs"), 1);
  EXPECT(has(TOP, "none"), 0);
  int below = openat(top, "a", O_RDONLY | O_CLOEXEC);
  EXPECT(below >= 0, 1);
  EXPECT(FAILS(openat(below, "../b/cgroup.procs", O_DIRECTORY)), ENOTDIR);
  int near = openat(below, "../b/cgroup.events", O_RDONLY);
  EXPECT(read(near, text, 12), 12);
  EXPECT(memcmp(text, "populated 0\n", 12), 0);
  close(near);
  struct open_how how = {.flags = O_RDONLY | O_DIRECTORY};
  near = syscall(SYS_openat2, top, "b", &how, sizeof(how));
  EXPECT(near >= 0, 1);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", near);
  EXPECT(linked(path, TOP "/b"), 1);
  snprintf(path, sizeof(path), "/proc/self/fd/%d/cgroup.type", near);
  EXPECT(says(path, "domain"), 1);
  close(near);

  EXPECT(FAILS(open(TOP, O_RDWR)), EISDIR);
  EXPECT(FAILS(open(TOP "/none", O_RDONLY)), ENOENT);
  EXPECT(FAILS(open(TOP "/none", O_CREAT | O_WRONLY, 0644)), EACCES);
  EXPECT(FAILS(open(TOP "/cgroup.procs", O_CREAT | O_EXCL, 0644)), EEXIST);
  EXPECT(FAILS(open(TOP "/cgroup.procs/x", O_RDONLY)), ENOTDIR);
  EXPECT(access(TOP "/a", R_OK | W_OK | X_OK), 0);
  EXPECT(FAILS(access(TOP "/c", F_OK)), ENOENT);
  EXPECT(FAILS(access(TOP "/cgroup.procs", X_OK)), EACCES);
  EXPECT(FAILS(faccessat(top, "a", F_OK, 0)), 0);
  EXPECT(FAILS(readlink(TOP "/a", text, sizeof(text))), EINVAL);
  EXPECT(FAILS(unlink(TOP "/cgroup.procs")), EPERM);
  EXPECT(FAILS(unlink(TOP "/a")), EISDIR);
  EXPECT(FAILS(rmdir(TOP "/cgroup.procs")), ENOTDIR);
  EXPECT(FAILS(rmdir(TOP)), EBUSY);

  EXPECT(write_to(TOP "/a/cgroup.procs", "no number"), EINVAL);
  EXPECT(write_to(TOP "/a/cgroup.procs", "999999"), ESRCH);
  EXPECT(write_to(TOP "/a/cgroup.controllers", "x"), EINVAL);
  EXPECT(write_to(TOP "/a/cgroup.subtree_control", "+nothing"), EINVAL);
  EXPECT(write_to(TOP "/a/cgroup.procs", "0"), 0);
  EXPECT(says("/proc/self/cgroup", "0::/bpfledger-files/a\n"), 1);
  snprintf(path, sizeof(path), "%d\n", getpid());
  EXPECT(says(TOP "/a/cgroup.procs", path), 1);
  EXPECT(says(TOP "/b/cgroup.procs", path), 0);
  EXPECT(says(TOP "/cgroup.events", "populated 1"), 1);
  EXPECT(FAILS(rmdir(TOP "/a")), EBUSY);
  pid_t child = fork();
  if (child == 0)
    _exit(says("/proc/self/cgroup", "/bpfledger-files/a\n") != 1);
  int status;
  waitpid(child, &status, 0);
  EXPECT(status, 0);
  EXPECT(write_to("/sys/fs/cgroup/cgroup.procs", path), 0);
  EXPECT(says(TOP "/a/cgroup.procs", path), 0);
  EXPECT(says("/proc/mounts", " /sys/fs/cgroup cgroup2 "), 1);
  EXPECT(says("/proc/self/mountinfo", " /sys/fs/bpf "), 1);

  int program = prog();
  EXPECT(program >= 0, 1);
  int link = link_on(program, below);
  EXPECT(link >= 0, 1);
  fstat(below, &file);
  EXPECT(cgroup_of(link), file.st_ino);
  close(below);
  EXPECT(FAILS(unlinkat(top, "a", AT_REMOVEDIR)), 0);
  /* A kernel lets go of a removed cgroup a moment later. */
  for (int i = 0; i < 100 && cgroup_of(link) != 0; i++)
    usleep(20000);
  EXPECT(cgroup_of(link), 0);
  EXPECT(FAILS(fstatat(top, "a", &other, 0)), ENOENT);
  EXPECT(has(TOP, "a"), 0);
  close(link);
  close(program);

  EXPECT(FAILS(chdir(TOP)), 0);
  EXPECT(strcmp(getcwd(text, sizeof(text)), TOP), 0);
  EXPECT(FAILS(mkdir("c", 0755)), 0);
  EXPECT(FAILS(chdir("c")), 0);
  EXPECT(FAILS(rmdir("../b")), 0);
  EXPECT(FAILS(chdir("../none")), ENOENT);
  EXPECT(FAILS(chdir("cgroup.procs")), ENOTDIR);
  EXPECT(linked("/proc/self/cwd", TOP "/c"), 1);
  EXPECT(FAILS(fchdir(top)), 0);
  EXPECT(strcmp(getcwd(text, sizeof(text)), TOP), 0);
  EXPECT(FAILS(chdir("/")), 0);
  EXPECT(FAILS(mkdir("bpfledger-files-no-rights/x", 0755)), ENOENT);
  umask(077);
  EXPECT(FAILS(mkdir(TOP "/private", 0777)), 0);
  EXPECT(stat(TOP "/private", &file), 0);
  EXPECT(file.st_mode, S_IFDIR | 0700);
  umask(022);
  EXPECT(FAILS(chmod(TOP "/private", 0711)), 0);
  EXPECT(FAILS(chown(TOP "/private", 1000, 1000)), 0);
  EXPECT(stat(TOP "/private", &file), 0);
  EXPECT(file.st_mode, S_IFDIR | 0711);
  EXPECT(file.st_uid, 1000);
  EXPECT(write_to(TOP "/private/cgroup.type", "threaded"), 0);
  EXPECT(says(TOP "/private/cgroup.type", "threaded"), 1);
  EXPECT(FAILS(rmdir(TOP "/private")), 0);
  EXPECT(FAILS(rename(TOP "/c", TOP "/d")), EPERM);
  EXPECT(FAILS(rmdir(TOP "/c")), 0);
  close(top);
  EXPECT(FAILS(rmdir(TOP)), 0);
}

static void pins(const char *plain) {
  struct stat file, other;
  struct statfs fs;
  char path[128], outside[256];

  snprintf(outside, sizeof(outside), "%s/pin", plain);
  EXPECT(statfs("/sys/fs/bpf", &fs), 0);
  EXPECT((unsigned)fs.f_type, BPF_FS_MAGIC);
  umask(022);
  EXPECT(FAILS(mkdir(PINS, 0750)), 0);
  EXPECT(stat(PINS, &file), 0);
  EXPECT(file.st_mode, S_IFDIR | 0750);
  int object = map(), program = prog();
  EXPECT(pin(object, PINS "/m"), 0);
  EXPECT(pin(object, PINS "/m"), EEXIST);
  EXPECT(pin(object, PINS "/no/m"), ENOENT);
  EXPECT(pin(object, PINS "/with.dot"), EPERM);
  EXPECT(pin(object, outside), EPERM);
  EXPECT(pin(program, PINS "/p"), 0);
  EXPECT(lstat(PINS "/m", &file), 0);
  EXPECT(file.st_mode, S_IFREG | 0600);
  EXPECT(has(PINS, "m"), 1);
  EXPECT(FAILS(open(PINS "/m", O_RDONLY)), EIO);
  EXPECT(FAILS(open(PINS "/new", O_CREAT | O_WRONLY, 0600)), EACCES);
  EXPECT(FAILS(mkdir(PINS "/d", 0700)), 0);
  EXPECT(FAILS(rename(PINS "/m", PINS "/d/n")), 0);
  EXPECT(FAILS(rename(PINS "/m", PINS "/d/n")), ENOENT);
  EXPECT(FAILS(rename(PINS "/p", outside)), EXDEV);
  EXPECT(FAILS(link(PINS "/d/n", PINS "/again")), 0);
  EXPECT(stat(PINS "/again", &file), 0);
  EXPECT(stat(PINS "/d/n", &other), 0);
  EXPECT(file.st_nlink, 2);
  EXPECT(file.st_ino, other.st_ino);
  EXPECT(FAILS(unlink(PINS "/again")), 0);
  EXPECT(FAILS(rmdir(PINS "/d")), ENOTEMPTY);
  EXPECT(FAILS(chmod(PINS "/p", 0640)), 0);
  EXPECT(stat(PINS "/p", &file), 0);
  EXPECT(file.st_mode, S_IFREG | 0640);
  close(object);
  int again = get(PINS "/d/n");
  EXPECT(again >= 0, 1);
  EXPECT(FAILS(get(PINS "/none")), ENOENT);
  EXPECT(FAILS(get("/etc/passwd")), EACCES);

  snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
  EXPECT(linked(path, "anon_inode:bpf-prog"), 1);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", again);
  EXPECT(linked(path, "anon_inode:bpf-map"), 1);
  EXPECT(FAILS(open(path, O_RDONLY)), ENXIO);
  snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", again);
  EXPECT(says(path, "\nmap_type:\t2\nkey_size:\t4\nvalue_size:\t8\nmax_entries:\t4\n"), 1);
  EXPECT(says(path, "\nmap_id:\t"), 1);
  snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", getpid(), program);
  EXPECT(says(path, "\nprog_id:\t"), 1);
  EXPECT(says(path, "prog_type:\t8\n"), 1);

  int directory = open(PINS, O_RDONLY | O_DIRECTORY);
  EXPECT(FAILS(unlinkat(directory, "d/n", 0)), 0);
  EXPECT(FAILS(unlinkat(directory, "d", AT_REMOVEDIR)), 0);
  EXPECT(FAILS(unlinkat(directory, "p", 0)), 0);
  close(directory);
  EXPECT(FAILS(rmdir(PINS)), 0);
  close(again);
  close(program);
}

/* Below a directory of the trees, `..` leads out of them, and to no other file than on a kernel. */
static void ways_out(const char *plain) {
  char kept[300], sub[300];
  struct stat file;

  snprintf(kept, sizeof(kept), "%s/kept", plain);
  snprintf(sub, sizeof(sub), "%s/sub", plain);
  close(open(kept, O_CREAT | O_WRONLY, 0600));
  EXPECT(FAILS(mkdir(sub, 0755)), 0);
  EXPECT(FAILS(chdir(sub)), 0);
  EXPECT(FAILS(chdir("/sys/fs/bpf")), 0);
  EXPECT(FAILS(stat("../kept", &file)), ENOENT);
  EXPECT(FAILS(unlink("../kept")), ENOENT);
  EXPECT(FAILS(rename("../kept", "../lost")), ENOENT);
  EXPECT(mkdir("../made", 0755), -1);
  int top = open("/sys/fs/bpf", O_RDONLY | O_DIRECTORY);
  EXPECT(FAILS(fstatat(top, "../gone", &file, 0)), ENOENT);
  EXPECT(FAILS(renameat(top, "../gone", top, "../lost")), ENOENT);
  EXPECT(mkdirat(top, "../made", 0755), -1);
  int above = openat(top, "..", O_PATH | O_DIRECTORY);
  EXPECT(above >= 0, 1);
  close(above);
  close(top);
  EXPECT(FAILS(chdir("/")), 0);
  EXPECT(FAILS(unlink(kept)), 0);
  EXPECT(FAILS(rmdir(sub)), 0);
}

static void plain_files(const char *plain) {
  char name[256], text[8] = {0}, moved[300];
  snprintf(name, sizeof(name), "%s/XXXXXX", plain);
  int fd = mkstemp(name);
  EXPECT(write(fd, "plain\n", 6), 6);
  EXPECT(pread(fd, text, 6, 0), 6);
  EXPECT(strcmp(text, "plain\n"), 0);
  snprintf(moved, sizeof(moved), "%s-moved", name);
  EXPECT(FAILS(rename(name, moved)), 0);
  EXPECT(access(moved, R_OK), 0);
  EXPECT(FAILS(unlink(moved)), 0);
  EXPECT(access("/sys/fs", F_OK), 0);
  EXPECT(FAILS(open("/no/such/file", O_RDONLY)), ENOENT);
  close(fd);
}

/* In a directory of its own for plain files. */
int main(int argc, char **argv) {
  cgroups();
  pins(argv[1]);
  plain_files(argv[1]);
  ways_out(argv[1]);
  return wrong;
}
