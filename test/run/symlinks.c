// A program that makes symlinks on the bpffs and goes over them, and says which answers are not the
// kernel's. It runs under a real kernel too, as root: the answers are the same there. Prints each
// answer that is wrong, and exits with their number.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "answers.h"

#define PINS "/sys/fs/bpf/symlinks"

static unsigned long inode(const char *path) {
  struct stat file;
  return stat(path, &file) < 0 ? 0 : file.st_ino;
}

static void made_and_read(void) {
  struct stat file;
  struct statx extended;
  char text[4];

  EXPECT(FAILS(symlink("m", PINS "/s")), 0);
  EXPECT(FAILS(symlink("m", PINS "/s")), EEXIST);
  EXPECT(FAILS(symlink("m", PINS "/with.dot")), EPERM);
  EXPECT(FAILS(symlink("m", PINS "/no/s")), ENOENT);
  EXPECT(FAILS(symlink("", PINS "/empty")), ENOENT);
  EXPECT(FAILS(symlink("m", "/sys/fs/cgroup/s")), EPERM);
  EXPECT(linked(PINS "/s", "m"), 1);
  EXPECT(readlink(PINS "/s", text, 0), -1);
  EXPECT(FAILS(readlink(PINS "/m", text, sizeof(text))), EINVAL);
  EXPECT(lstat(PINS "/s", &file), 0);
  EXPECT(file.st_mode, S_IFLNK | 0777);
  EXPECT(file.st_size, 0);
  EXPECT(stat(PINS "/s", &file), 0);
  EXPECT(file.st_mode, S_IFREG | 0600);
  EXPECT(file.st_ino, inode(PINS "/m"));
  EXPECT(statx(AT_FDCWD, PINS "/s", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &extended), 0);
  EXPECT(extended.stx_mode, S_IFLNK | 0777);
  EXPECT(extended.stx_size, 0);
  EXPECT(has(PINS, "s"), 1);
}

static void gone_over(void) {
  struct stat file;
  struct statfs fs;
  char text[256];
  int fd;

  EXPECT(FAILS(symlink("../d/m", PINS "/d/up")), 0);
  EXPECT(FAILS(symlink(PINS "/d", PINS "/whole")), 0);
  EXPECT(linked(PINS "/whole", PINS "/d"), 1);
  EXPECT(inode(PINS "/whole/up"), inode(PINS "/d/m"));
  EXPECT(fd = get(PINS "/whole/up"), 0 > fd ? -2 : fd);
  close(fd);
  EXPECT(FAILS(mkdir(PINS "/whole/e", 0755)), 0);
  EXPECT(inode(PINS "/d/e") > 0, 1);
  EXPECT(has(PINS "/whole", "e"), 1);
  EXPECT(FAILS(rmdir(PINS "/whole")), ENOTDIR);
  EXPECT(FAILS(rmdir(PINS "/whole/e")), 0);
  EXPECT(statfs(PINS "/whole", &fs), 0);
  EXPECT((unsigned)fs.f_type, 0xcafe4a11);
  EXPECT(FAILS(access(PINS "/whole/up", R_OK)), 0);
  fd = open(PINS "/whole", O_RDONLY | O_DIRECTORY);
  EXPECT(fd >= 0, 1);
  EXPECT(fstatat(fd, "m", &file, 0), 0);
  EXPECT(file.st_ino, inode(PINS "/d/m"));
  close(fd);
  EXPECT(FAILS(open(PINS "/whole", O_RDONLY | O_NOFOLLOW)), ELOOP);
  EXPECT(FAILS(open(PINS "/whole", O_RDONLY | O_DIRECTORY | O_NOFOLLOW)), ENOTDIR);
  EXPECT(FAILS(open(PINS "/whole", O_CREAT | O_EXCL | O_WRONLY, 0600)), EEXIST);
  EXPECT(FAILS(open(PINS "/whole/up", O_RDONLY)), EIO);
  EXPECT(FAILS(chmod(PINS "/whole/up", 0640)), 0);
  EXPECT(stat(PINS "/d/m", &file), 0);
  EXPECT(file.st_mode, S_IFREG | 0640);
  EXPECT(FAILS(chdir(PINS "/whole")), 0);
  EXPECT(getcwd(text, sizeof(text)) != NULL, 1);
  EXPECT(strcmp(text, PINS "/d"), 0);
  EXPECT(stat("up", &file), 0);
  EXPECT(FAILS(chdir("/")), 0);
}

static void nowhere_and_round(int object) {
  struct stat file;

  EXPECT(FAILS(symlink("none", PINS "/dangling")), 0);
  EXPECT(FAILS(stat(PINS "/dangling", &file)), ENOENT);
  EXPECT(FAILS(lstat(PINS "/dangling", &file)), 0);
  EXPECT(FAILS(get(PINS "/dangling")), ENOENT);
  EXPECT(pin(object, PINS "/dangling"), EEXIST);
  EXPECT(FAILS(mkdir(PINS "/dangling", 0755)), EEXIST);
  EXPECT(FAILS(open(PINS "/dangling", O_RDONLY)), ENOENT);
  EXPECT(FAILS(symlink("round", PINS "/round")), 0);
  EXPECT(FAILS(stat(PINS "/round", &file)), ELOOP);
  EXPECT(FAILS(stat(PINS "/round/m", &file)), ELOOP);
  EXPECT(FAILS(chdir(PINS "/round")), ELOOP);
  EXPECT(FAILS(symlink("m/", PINS "/slash")), 0);
  EXPECT(linked(PINS "/slash", "m/"), 1);
  EXPECT(FAILS(stat(PINS "/slash", &file)), ENOTDIR);
  EXPECT(FAILS(chdir(PINS "/s")), ENOTDIR);
}

static void with_a_slash_behind(void) {
  struct stat file;
  char text[4];

  EXPECT(FAILS(unlink(PINS "/whole/")), ENOTDIR);
  EXPECT(FAILS(unlink(PINS "/m/")), ENOTDIR);
  EXPECT(FAILS(unlink(PINS "/dangling/")), ENOTDIR);
  EXPECT(FAILS(rename(PINS "/whole/", PINS "/other")), ENOTDIR);
  EXPECT(FAILS(rename(PINS "/m", PINS "/other/")), ENOTDIR);
  EXPECT(FAILS(renameat2(AT_FDCWD, PINS "/d", AT_FDCWD, PINS "/whole/", RENAME_EXCHANGE)), ENOTDIR);
  EXPECT(FAILS(renameat2(AT_FDCWD, PINS "/m", AT_FDCWD, PINS "/other", RENAME_WHITEOUT)), EINVAL);
  EXPECT(FAILS(renameat2(AT_FDCWD, PINS "/m", AT_FDCWD, PINS "/other", 8)), EINVAL);
  EXPECT(FAILS(linkat(AT_FDCWD, PINS "/m", AT_FDCWD, PINS "/other", 8)), EINVAL);
  EXPECT(FAILS(symlink("m", PINS "/new/")), ENOENT);
  EXPECT(FAILS(symlink("m", PINS "/d/")), EEXIST);
  EXPECT(FAILS(link(PINS "/m", PINS "/new/")), ENOENT);
  EXPECT(FAILS(link(PINS "/whole/", PINS "/new")), EPERM);
  EXPECT(lstat(PINS "/whole/", &file), 0);
  EXPECT(file.st_mode, S_IFDIR | 0755);
  EXPECT(FAILS(lstat(PINS "/dangling/", &file)), ENOENT);
  EXPECT(FAILS(lstat(PINS "/m/", &file)), ENOTDIR);
  EXPECT(FAILS(readlink(PINS "/whole/", text, sizeof(text))), EINVAL);
  EXPECT(FAILS(readlink(PINS "/round/", text, sizeof(text))), ELOOP);
  int fd = open(PINS "/whole/", O_RDONLY | O_NOFOLLOW);
  EXPECT(fd >= 0, 1);
  close(fd);
  EXPECT(FAILS(open(PINS "/dangling/.", O_RDONLY | O_NOFOLLOW)), ENOENT);
  EXPECT(FAILS(open(PINS "/new/", O_CREAT | O_WRONLY, 0600)), EISDIR);
  EXPECT(FAILS(open(PINS "/whole/", O_CREAT | O_EXCL | O_WRONLY, 0600)), EISDIR);
}

static void moved_and_removed(void) {
  struct stat file;

  EXPECT(FAILS(rename(PINS "/s", PINS "/d/s")), 0);
  EXPECT(linked(PINS "/d/s", "m"), 1);
  EXPECT(inode(PINS "/d/s"), inode(PINS "/d/m"));
  EXPECT(FAILS(link(PINS "/d/s", PINS "/d/t")), 0);
  EXPECT(lstat(PINS "/d/t", &file), 0);
  EXPECT(file.st_mode, S_IFLNK | 0777);
  EXPECT(file.st_nlink, 2);
  EXPECT(FAILS(linkat(AT_FDCWD, PINS "/d/s", AT_FDCWD, PINS "/d/u", AT_SYMLINK_FOLLOW)), 0);
  EXPECT(lstat(PINS "/d/u", &file), 0);
  EXPECT(file.st_mode, S_IFREG | 0640);
  EXPECT(FAILS(unlink(PINS "/d/t")), 0);
  EXPECT(FAILS(unlink(PINS "/d/u")), 0);
  EXPECT(FAILS(unlink(PINS "/d/s")), 0);
  EXPECT(inode(PINS "/d/m") > 0, 1);
}

int main(void) {
  static const char *const left[] = {"/m", "/d/m", "/d/up", "/whole", "/dangling", "/round", "/slash"};
  char path[128];

  umask(022);
  EXPECT(FAILS(mkdir(PINS, 0755)), 0);
  EXPECT(FAILS(mkdir(PINS "/d", 0755)), 0);
  int object = map();
  EXPECT(pin(object, PINS "/m"), 0);
  EXPECT(pin(object, PINS "/d/m"), 0);
  made_and_read();
  gone_over();
  nowhere_and_round(object);
  with_a_slash_behind();
  moved_and_removed();
  for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
    snprintf(path, sizeof(path), PINS "%s", left[i]);
    EXPECT(FAILS(unlink(path)), 0);
  }
  EXPECT(FAILS(rmdir(PINS "/d")), 0);
  EXPECT(FAILS(rmdir(PINS)), 0);
  return wrong;
}
