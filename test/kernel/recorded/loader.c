// A loader as people write them with libbpf: links, pins, children, threads, fds over a socket.
//
//   loader PROGRAMS.o CGROUP BPFFS
//
// CGROUP has a child `b`. What is attached at the end stays: by a pin, and directly.
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct bpf_object *object;
static int cgroup, child_cgroup;

static void must(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static int fd_of(const char *name) {
  return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

static void *attach_from_a_thread(void *unused) {
  must(bpf_prog_attach(fd_of("dev_one"), cgroup, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI) == 0, "dev");
  return unused;
}

static void send_fd(int socket, int fd) {
  char byte = 'x', space[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  *rights = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
  memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  must(sendmsg(socket, &message, 0) == 1, "sendmsg");
}

static int receive_fd(int socket) {
  int fd;
  char byte, space[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  must(recvmsg(socket, &message, 0) == 1, "recvmsg");
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}

static int link_fd(const char *program, int target, enum bpf_attach_type type) {
  int fd = bpf_link_create(fd_of(program), target, type, NULL);
  must(fd >= 0, "link_create");
  return fd;
}

int main(int argc, char **argv) {
  must(argc == 4, "loader PROGRAMS.o CGROUP BPFFS");
  char path[4096];
  object = bpf_object__open_file(argv[1], NULL);
  must(object && bpf_object__load(object) == 0, "load");
  cgroup = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  snprintf(path, sizeof path, "%s/b", argv[2]);
  child_cgroup = open(path, O_RDONLY | O_DIRECTORY);
  must(cgroup >= 0 && child_cgroup >= 0, "open");

  // Direct attachments, refusals among them, and a detach that names one of two programs.
  must(bpf_prog_attach(fd_of("out_one"), cgroup, BPF_CGROUP_INET_EGRESS, BPF_F_ALLOW_MULTI) == 0, "attach");
  must(bpf_prog_attach(fd_of("out_two"), cgroup, BPF_CGROUP_INET_EGRESS, BPF_F_ALLOW_MULTI) == 0, "attach");
  must(bpf_prog_attach(fd_of("out_two"), child_cgroup, BPF_CGROUP_INET_EGRESS, 0) != 0, "override");
  must(bpf_prog_attach(fd_of("conn_one"), cgroup, BPF_CGROUP_DEVICE, 0) != 0, "wrong type");
  must(bpf_prog_detach2(fd_of("out_one"), cgroup, BPF_CGROUP_INET_EGRESS) == 0, "detach");
  DECLARE_LIBBPF_OPTS(bpf_prog_attach_opts, replace, .flags = BPF_F_ALLOW_MULTI | BPF_F_REPLACE,
                      .replace_prog_fd = fd_of("out_two"));
  must(bpf_prog_attach_opts(fd_of("out_one"), cgroup, BPF_CGROUP_INET_EGRESS, &replace) == 0, "replace");

  // Two links, of which one is updated, and the other detached, which old straces do not name.
  int first = link_fd("in_one", cgroup, BPF_CGROUP_INET_INGRESS);
  int second = link_fd("in_one", child_cgroup, BPF_CGROUP_INET_INGRESS);
  must(bpf_link_update(first, fd_of("in_one"), NULL) == 0, "update");
  must(bpf_link_detach(second) == 0, "link_detach");
  must(bpf_link_update(second, fd_of("in_one"), NULL) == -ENOLINK || errno == ENOLINK, "severed");
  close(second);

  // A pin that is moved, and the pin of another that goes.
  snprintf(path, sizeof path, "%s/kept", argv[3]);
  must(bpf_obj_pin(first, path) == 0, "pin");
  char moved[4096];
  snprintf(moved, sizeof moved, "%s/moved", argv[3]);
  must(rename(path, moved) == 0, "rename");
  int pinned = link_fd("conn_one", child_cgroup, BPF_CGROUP_INET4_CONNECT);
  must(bpf_obj_pin(pinned, path) == 0 && close(pinned) == 0 && unlink(path) == 0, "unpin");

  // Copies of fds keep a link, whatever becomes of the first.
  int copied = link_fd("conn_one", cgroup, BPF_CGROUP_INET4_CONNECT);
  int again = fcntl(copied, F_DUPFD_CLOEXEC, 40), over = dup2(copied, 60);
  must(again == 40 && over == 60 && close(copied) == 0, "copies");
  must(dup3(first, 60, O_CLOEXEC) == 60 && close_range(40, 60, 0) == 0, "close_range");

  // A thread, a child that holds the last fd of a link, one that is killed, one that executes.
  pthread_t thread;
  must(pthread_create(&thread, NULL, attach_from_a_thread, NULL) == 0, "thread");
  pthread_join(thread, NULL);
  int held = link_fd("out_two", child_cgroup, BPF_CGROUP_INET_EGRESS);
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  pid_t child = fork();
  if (child == 0) {
    close(held);
    int mine = receive_fd(ends[1]);
    must(bpf_link_update(mine, fd_of("out_one"), NULL) == 0, "update by the child");
    raise(SIGKILL);
  }
  send_fd(ends[0], held);
  close(held);
  waitpid(child, NULL, 0);
  if (fork() == 0) {
    link_fd("conn_one", child_cgroup, BPF_CGROUP_INET4_CONNECT);
    execl("/bin/true", "true", (char *)NULL);
  }
  wait(NULL);
  return 0;
}
