// TASK_FD_QUERY, and programs that name what they are attached to by an fd.

#define _GNU_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "answers.h"

#define NO_SUCH_PID 0x7fffffff
#define CLOSED 77
#define NOT_SUPPORTED 524 /* ENOTSUPP of the kernel */

static const char NAME[] = "cgroup_remount";
#define LENGTH 14

/* r0 = 1; exit */
static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};

static long load(int type, int expected, int btf_id, int target) {
  union bpf_attr attr = {0};
  attr.prog_type = type;
  attr.expected_attach_type = expected;
  attr.insns = (unsigned long)code;
  attr.insn_cnt = 2;
  attr.license = (unsigned long)"GPL";
  attr.attach_btf_id = btf_id;
  attr.attach_prog_fd = target;
  return bpf(BPF_PROG_LOAD, &attr);
}

static long tracepoint(int prog) {
  union bpf_attr attr = {0};
  attr.raw_tracepoint.name = (unsigned long)NAME;
  attr.raw_tracepoint.prog_fd = prog;
  return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

static unsigned id_of(int prog) {
  struct bpf_prog_info info = {0};
  union bpf_attr attr = {0};
  attr.info.bpf_fd = prog;
  attr.info.info_len = sizeof(info);
  attr.info.info = (unsigned long)&info;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0 ? 0 : info.id;
}

static union bpf_attr asked;
static char told[64];

static long query(int pid, int fd, int room) {
  memset(&asked, 0, sizeof(asked));
  memset(told, 'x', sizeof(told));
  asked.task_fd_query.pid = pid;
  asked.task_fd_query.fd = fd;
  asked.task_fd_query.buf_len = room;
  asked.task_fd_query.buf = (unsigned long)told;
  asked.task_fd_query.fd_type = 9;
  asked.task_fd_query.probe_addr = 9;
  return bpf(BPF_TASK_FD_QUERY, &asked);
}

static long marked(int pid, int fd, size_t byte) {
  memset(&asked, 0, sizeof(asked));
  asked.task_fd_query.pid = pid;
  asked.task_fd_query.fd = fd;
  ((char *)&asked)[byte] = 1;
  return bpf(BPF_TASK_FD_QUERY, &asked);
}

#define FLAGS offsetof(union bpf_attr, task_fd_query.flags)
#define BEHIND (offsetof(union bpf_attr, task_fd_query.probe_addr) + 8)

static void tells(unsigned prog_id) {
  EXPECT(asked.task_fd_query.prog_id, prog_id);
  EXPECT(asked.task_fd_query.buf_len, LENGTH);
  EXPECT(asked.task_fd_query.fd_type, BPF_FD_TYPE_RAW_TRACEPOINT);
  EXPECT(asked.task_fd_query.probe_offset, 0);
  EXPECT(asked.task_fd_query.probe_addr, 0);
}

static void own(int prog, int link) {
  int me = getpid();
  unsigned prog_id = id_of(prog);
  EXPECT(query(me, link, sizeof(told)), 0);
  tells(prog_id);
  EXPECT(strcmp(told, NAME), 0);
  EXPECT(query(me, link, LENGTH + 1), 0);
  EXPECT(strcmp(told, NAME), 0);
  EXPECT(FAILS(query(me, link, LENGTH)), ENOSPC);
  tells(prog_id);
  EXPECT(strcmp(told, "cgroup_remoun"), 0);
  EXPECT(FAILS(query(me, link, 1)), ENOSPC);
  EXPECT(told[0], 0);
  EXPECT(query(me, link, 0), 0);
  tells(prog_id);
  EXPECT(told[0], 'x');
  EXPECT(FAILS(query(me, prog, 0)), NOT_SUPPORTED);
  int other = map();
  EXPECT(FAILS(query(me, other, 0)), NOT_SUPPORTED);
  close(other);
  EXPECT(FAILS(query(me, 0, 0)), NOT_SUPPORTED);
  EXPECT(FAILS(query(me, CLOSED, 0)), EBADF);
  EXPECT(FAILS(query(me, -1, 0)), EBADF);
  EXPECT(FAILS(query(NO_SUCH_PID, CLOSED, 0)), ENOENT);
  EXPECT(FAILS(query(0, link, 0)), ENOENT);
  EXPECT(FAILS(marked(NO_SUCH_PID, CLOSED, FLAGS)), EINVAL);
  EXPECT(FAILS(marked(me, link, BEHIND)), EINVAL);
}

/* A link that a child has under another number. */
static void anothers(int prog, int link) {
  int ready[2], end[2];
  char byte = 0;
  EXPECT(pipe(ready), 0);
  EXPECT(pipe(end), 0);
  pid_t child = fork();
  if (child == 0) {
    close(end[1]);
    dup2(link, CLOSED);
    if (write(ready[1], &byte, 1) != 1)
      _exit(2);
    _exit(read(end[0], &byte, 1) == 0 ? 0 : 2);
  }
  EXPECT(read(ready[0], &byte, 1), 1);
  EXPECT(query(child, CLOSED, sizeof(told)), 0);
  tells(id_of(prog));
  EXPECT(FAILS(query(getpid(), CLOSED, 0)), EBADF);
  close(end[1]);
  int status = 1;
  EXPECT(waitpid(child, &status, 0), child);
  EXPECT(status, 0);
  EXPECT(FAILS(query(child, CLOSED, 0)), ENOENT);
  for (int i = 0; i < 2; i++)
    close(ready[i]);
  close(end[0]);
}

/* A user hears nothing but that, unless the attr itself is wrong. */
static void of_a_user(int link) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    wrong = 0;
    EXPECT(setresuid(65534, 65534, 65534), 0);
    EXPECT(FAILS(query(NO_SUCH_PID, CLOSED, 0)), EPERM);
    EXPECT(FAILS(marked(getpid(), link, FLAGS)), EPERM);
    EXPECT(FAILS(marked(getpid(), link, BEHIND)), EINVAL);
    fflush(stdout);
    _exit(wrong);
  }
  int status = 1;
  EXPECT(waitpid(child, &status, 0), child);
  EXPECT(status, 0);
}

/* What is neither a program nor types is not a target, whoever asks for it. */
static void targets(int prog, int link) {
  int other = map();
  static const int types[][2] = {
      {BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS},
      {BPF_PROG_TYPE_STRUCT_OPS, 0},
      {BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY},
      {BPF_PROG_TYPE_EXT, 0},
      {BPF_PROG_TYPE_LSM, BPF_LSM_MAC},
  };
  int bad[] = {CLOSED, other, link};
  for (int type = 0; type < 5; type++) {
    for (int i = 0; i < 6; i++) {
      int errno_of = FAILS(load(types[type][0], types[type][1], i % 2, bad[i / 2]));
      /* A kernel that is locked down says EPERM to the last three, whatever they name. */
      EXPECT(errno_of == EINVAL || (type > 1 && errno_of == EPERM), 1);
    }
  }
  EXPECT(FAILS(load(types[0][0], types[0][1], 0, prog)), EINVAL);
  EXPECT(FAILS(load(types[0][0], types[0][1], 1, prog)), EINVAL);
  EXPECT(FAILS(load(types[1][0], types[1][1], 1, prog)), EINVAL);
  close(other);
}

int main(void) {
  int prog = load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, 0);
  int link = tracepoint(prog);
  EXPECT(link, prog + 1);
  own(prog, link);
  anothers(prog, link);
  of_a_user(link);
  targets(prog, link);
  return wrong;
}
