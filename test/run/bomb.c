// Processes that fork without an end, each with calls of bpf(2) on the way.
//
//   bomb all N     forks until N processes were made, and waits for all of them
//   bomb leave N   the first process ends while the others go on forking and calling
//   bomb rabbits N N chains of processes in which each forks the next and ends; the first process ends
//   bomb tree N    N processes at a time, each of which calls until it is killed
//
// `all` and `tree` say on stdout when all are there, and `all` waits then until its stdin ends.

#include "answers.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* Shared by all processes: how many were made. */
static atomic_int *made;
static int limit;

/* Makes a map, puts an element into it, and closes it again. */
static void call(void) {
  int fd = map();
  unsigned key = 1;
  unsigned long value = 7;
  union bpf_attr attr = {0};
  attr.map_fd = fd;
  attr.key = (unsigned long)&key;
  attr.value = (unsigned long)&value;
  bpf(BPF_MAP_UPDATE_ELEM, &attr);
  close(fd);
}

/* Whether one more may be made. */
static int ticket(void) {
  if (atomic_fetch_add(made, 1) < limit)
    return 1;
  atomic_fetch_sub(made, 1);
  return 0;
}

/* Each process forks as long as there are tickets, and calls in between. */
static void explode(int stays) {
  while (ticket()) {
    if (fork() < 0)
      break;
    call();
  }
  do
    call();
  while (stays);
}

/* Some hundred thousand, so that what a fault leaves ends by itself. */
#define GENERATIONS 300000

static void rabbits(void) {
  while (atomic_fetch_add(made, 1) < GENERATIONS) {
    if (getpid() % 4 == 0)
      call();
    if (fork() != 0)
      break;
  }
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc < 3)
    return 2;
  limit = atoi(argv[2]);
  made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t first = getpid();
  if (strcmp(argv[1], "all") == 0) {
    explode(0);
    while (wait(NULL) > 0)
      ;
    if (getpid() != first)
      return 0;
    // Grandchildren whose parents ended are not waited for: they hold this open until they end.
    puts("calm");
    fflush(stdout);
    char byte;
    return read(0, &byte, 1) == 0 ? 0 : 3;
  }
  if (strcmp(argv[1], "leave") == 0) {
    if (fork() == 0)
      explode(1);
    while (atomic_load(made) < limit / 2)
      usleep(1000);
    return 5;
  }
  if (strcmp(argv[1], "rabbits") == 0) {
    for (int i = 0; i < limit; i++)
      if (fork() == 0)
        rabbits();
    usleep(200000);
    return 6;
  }
  for (int i = 1; i < limit; i++)
    if (fork() == 0)
      break;
  if (getpid() == first) {
    puts("up");
    fflush(stdout);
  }
  for (;;)
    call();
}
