// The sets of capabilities that prctl(2) and capset(2) change, and what exec and another uid leave of
// them: one line an answer, to be compared between kernels.

#define _GNU_SOURCE
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "answers.h"

#define BPF 39
#define PERFMON 38
#define SYS_ADMIN 21
#define NET_ADMIN 12

static const char *self;

static void said(const char *what, long answer) {
  printf("%s: %ld\n", what, answer < 0 ? -(long)errno : answer);
  fflush(stdout);
}

static long set(uint64_t effective, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
      {effective, effective, inheritable}, {effective >> 32, effective >> 32, inheritable >> 32}};
  return syscall(SYS_capset, &header, data);
}

static uint64_t got(int inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capget, &header, data) < 0)
    return 0;
  return inheritable ? data[0].inheritable | (uint64_t)data[1].inheritable << 32
                     : data[0].permitted | (uint64_t)data[1].permitted << 32;
}

// What the process may do: a map of CAP_BPF, a type of CAP_NET_ADMIN.
static void may(const char *who) {
  printf("%s: ", who);
  errno = 0;
  said("hash", map_of(BPF_MAP_TYPE_LRU_HASH) < 0 ? -1 : 0);
  printf("%s: ", who);
  errno = 0;
  said("sockmap", map_of(BPF_MAP_TYPE_DEVMAP_HASH) < 0 ? -1 : 0);
}

static void after(const char *who) {
  fflush(stdout);
  execl(self, self, "after", who, NULL);
  exit(1);
}

// Each in a process of its own, which leaves the others as they are.
#define ASIDE                                                                  \
  fflush(stdout);                                                              \
  for (pid_t child = fork(), once = 1; once; once = 0, child == 0 ? exit(0) : (void)waitpid(child, NULL, 0)) \
    if (child == 0)

int main(int count, char **words) {
  self = words[0];
  if (count > 2) {
    may(words[2]);
    printf("%s: ", words[2]);
    said("keeps", prctl(PR_GET_KEEPCAPS));
    return 0;
  }
  const uint64_t both = 1ull << BPF | 1ull << NET_ADMIN;

  said("read bpf", prctl(PR_CAPBSET_READ, BPF));
  said("read the last", prctl(PR_CAPBSET_READ, 40));
  said("read none", prctl(PR_CAPBSET_READ, 64));
  said("drop none", prctl(PR_CAPBSET_DROP, 64));
  said("keeps", prctl(PR_GET_KEEPCAPS));
  said("keep perhaps", prctl(PR_SET_KEEPCAPS, 2));
  said("securebits", prctl(PR_GET_SECUREBITS));
  said("the same securebits", prctl(PR_SET_SECUREBITS, 0));
  said("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, BPF, 0, 0));
  said("ambient of none", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 64, 0, 0));
  said("ambient and more", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, BPF, 1, 0));
  said("raised uninherited", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, BPF, 0, 0));
  said("lowered", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, BPF, 0, 0));
  said("cleared", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  said("one cleared", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, BPF, 0, 0));
  said("ambient otherwise", prctl(PR_CAP_AMBIENT, 5, BPF, 0, 0));

  ASIDE {
    said("drop bpf", prctl(PR_CAPBSET_DROP, BPF));
    said("drop sys_admin", prctl(PR_CAPBSET_DROP, SYS_ADMIN));
    said("read bpf", prctl(PR_CAPBSET_READ, BPF));
    may("root that dropped it");
    after("root that dropped it, after exec");
  }
  ASIDE {
    said("set what is inherited", set(got(0), both));
    said("inherited", got(1) == both);
    said("raise bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, BPF, 0, 0));
    said("raise perfmon, uninherited", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, PERFMON, 0, 0));
    said("is bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, BPF, 0, 0));
    said("keep", prctl(PR_SET_KEEPCAPS, 1));
    said("keeps", prctl(PR_GET_KEEPCAPS));
    said("another uid", setresuid(1000, 1000, 1000));
    said("is bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, BPF, 0, 0));
    said("set again", set(both, both));
    may("a user that kept");
    said("raise bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, BPF, 0, 0));
    after("a user, after exec");
  }
  ASIDE {
    said("keep", prctl(PR_SET_KEEPCAPS, 1));
    ASIDE {
      said("a child keeps", prctl(PR_GET_KEEPCAPS));
      said("another uid", setresuid(1000, 1000, 1000));
      said("a child keeps bpf", (got(0) & 1ull << BPF) != 0);
    }
    after("root that keeps, after exec");
  }
  ASIDE {
    said("another uid", setresuid(1000, 1000, 1000));
    may("a user");
    said("drop bpf", prctl(PR_CAPBSET_DROP, BPF));
    said("securebits", prctl(PR_SET_SECUREBITS, 0));
    said("raise bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, BPF, 0, 0));
    said("set again", set(both, 0));
    after("a user, after exec");
  }
  ASIDE {
    said("less", set(both, 0));
    said("drop as who has not all", prctl(PR_CAPBSET_DROP, BPF));
    said("drop none", prctl(PR_CAPBSET_DROP, 64));
    said("more is inherited than had", set(both, both | 1ull << PERFMON));
    said("lower", set(1ull << BPF, 1ull << BPF));
    said("raise bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, BPF, 0, 0));
    said("nothing inherited", set(1ull << BPF, 0));
    said("is bpf", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, BPF, 0, 0));
    after("root, after exec");
  }
  return 0;
}
