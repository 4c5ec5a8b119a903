// A program that makes maps and lets go of them in every way there is, and counts after each how many
// are left. Prints each count that is wrong, and exits with their number.
//
//   fd-lives          the ways, one after the other
//   fd-lives many N   N maps at the same time
//   fd-lives forever  makes and closes maps until it is killed, in four processes

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "answers.h"

static int maps(void) {
  int count = 0;
  for (unsigned id = 0;; count++) {
    union bpf_attr attr = {0};
    attr.start_id = id;
    if (bpf(BPF_MAP_GET_NEXT_ID, &attr) != 0)
      return count;
    id = attr.next_id;
  }
}

/* errno of a lookup through an fd, with a key at an address */
static int lookup(int fd, const void *key) {
  union bpf_attr attr = {0};
  long value;
  attr.map_fd = fd;
  attr.key = (unsigned long)key;
  attr.value = (unsigned long)&value;
  return bpf(BPF_MAP_LOOKUP_ELEM, &attr) == 0 ? 0 : errno;
}

static void pass(int socket, int *fd, int sends) {
  char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof(control)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (sends) {
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), fd, sizeof(int));
    sendmsg(socket, &message, 0);
  } else if (recvmsg(socket, &message, 0) >= 0) {
    memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
  }
}

static void *thread(void *fd) {
  *(int *)fd = map();
  return NULL;
}

/* the id of a map */
static unsigned id_of(int fd) {
  struct bpf_map_info info = {0};
  union bpf_attr attr = {0};
  attr.info.bpf_fd = fd;
  attr.info.info_len = sizeof(info);
  attr.info.info = (unsigned long)&info;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 ? info.id : 0;
}

/* nobody is asked while maps change places, each open once */
static void swaps(void) {
  int fds[4] = {map(), map(), map(), -1};
  unsigned ids[3];
  for (int i = 0; i < 3; i++)
    ids[i] = id_of(fds[i]);
  fds[3] = dup(fds[0]);
  dup2(fds[1], fds[0]);
  dup2(fds[3], fds[1]);
  close(fds[3]);
  EXPECT(id_of(fds[0]), ids[1]);
  EXPECT(id_of(fds[1]), ids[0]);
  fds[3] = dup(fds[0]);
  dup2(fds[1], fds[0]);
  dup2(fds[2], fds[1]);
  dup2(fds[3], fds[2]);
  close(fds[3]);
  EXPECT(id_of(fds[0]), ids[0]);
  EXPECT(id_of(fds[1]), ids[2]);
  EXPECT(id_of(fds[2]), ids[1]);
  int before = maps();
  for (int i = 0; i < 3; i++)
    close(fds[i]);
  EXPECT(maps(), before - 3);
}

static void closes_and_duplicates(void) {
  EXPECT(map(), 3);
  EXPECT(map(), 4);
  EXPECT(maps(), 2);
  close(3);
  EXPECT(maps(), 1);
  EXPECT(map(), 3);
  int copy = dup(4);
  close(4);
  EXPECT(maps(), 2);
  EXPECT(map(), 4);
  EXPECT(maps(), 3);
  close(copy);
  EXPECT(maps(), 2);
  dup2(0, 3);
  EXPECT(maps(), 1);
  EXPECT(map(), 5);
  close(3);
  EXPECT(map(), 3);
  EXPECT(maps(), 3);
  /* 3, 4 and 5 are maps */
}

static void forks_and_sockets(void) {
  int sockets[2], received = -1;
  socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
  if (fork() == 0) {
    close(3);
    close(4);
    close(5);
    int fd = map();
    EXPECT(fd, 3);
    EXPECT(maps(), 4);
    pass(sockets[1], &fd, 1);
    _exit(wrong);
  }
  int status;
  wait(&status);
  wrong += WEXITSTATUS(status);
  EXPECT(maps(), 4); /* in flight */
  pass(sockets[0], &received, 0);
  EXPECT(lookup(received, &status), 0);
  EXPECT(maps(), 4);
  close(received);
  EXPECT(maps(), 3);
  close(sockets[0]);
  close(sockets[1]);
}

static void silent_children(void) {
  int child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  close(5);
  EXPECT(maps(), 3); /* the child has it, and never asked for anything */
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  EXPECT(maps(), 2);
}

static void execs(char *self) {
  int child = fork();
  if (child == 0)
    execl("/bin/sh", "sh", "-c", "exit 0", NULL);
  waitpid(child, NULL, 0);
  EXPECT(maps(), 2);
  fcntl(3, F_SETFD, 0);
  close(4);
  int ready[2];
  pipe2(ready, O_CLOEXEC);
  child = fork();
  if (child == 0)
    execl(self, self, "hold", NULL);
  close(ready[1]);
  char byte;
  read(ready[0], &byte, 1); /* ends with the exec */
  close(ready[0]);
  close(3);
  EXPECT(maps(), 1);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  EXPECT(maps(), 0);
}

static void threads(void) {
  pthread_t made;
  int fd;
  pthread_create(&made, NULL, thread, &fd);
  pthread_join(made, NULL);
  EXPECT(fd, 3);
  EXPECT(maps(), 1);
}

static void errnos(void) {
  int key = 0;
  EXPECT(lookup(3, &key), 0);
  EXPECT(lookup(0, &key), EINVAL);
  EXPECT(lookup(77, &key), EBADF);
  EXPECT(lookup(3, (void *)8), EFAULT);
  union bpf_attr attr = {0};
  attr.map_fd = 3;
  attr.key = (unsigned long)&key;
  EXPECT(bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr) == 0 ? 0 : errno, 524);
  /* a probe for a command that no kernel has */
  memset(&attr, 0, sizeof(attr));
  EXPECT(bpf(77, &attr) == 0 ? 0 : errno, EINVAL);
}

/* a call that names fd 0 says nothing of it, and means what is there now */
static void standard_input(void) {
  union bpf_attr attr = {0};
  EXPECT(bpf(BPF_MAP_FREEZE, &attr) == 0 ? 0 : errno, EINVAL);
  dup2(3, 0);
  EXPECT(bpf(BPF_MAP_FREEZE, &attr), 0);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "hold") == 0)
    pause();
  if (strcmp(what, "forever") == 0) {
    fork();
    fork();
    for (;;) {
      close(map());
      maps();
    }
  }
  if (strcmp(what, "many") == 0) {
    int count = atoi(argv[2]);
    for (int i = 0; i < count; i++)
      EXPECT(map() >= 0, 1);
    EXPECT(maps(), count);
    return wrong != 0;
  }
  closes_and_duplicates();
  swaps();
  forks_and_sockets();
  silent_children();
  execs(argv[0]);
  threads();
  errnos();
  standard_input();
  return wrong;
}
