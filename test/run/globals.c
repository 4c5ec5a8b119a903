// A loader as bpftool generates it: sets constants, reads and writes variables in its memory and by
// bpf(2), attaches by a link, pins, updates, and finds the link again.
//
//   globals CGROUP PIN
//   globals CGROUP PIN stay    leaves the link pinned
//   globals CGROUP PIN again   comes up again: finds the pin, and has the link run its new program

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "globals.skel.h"

static void say(const char *what, long result) { printf("%s %ld\n", what, result); }

// Detaches the pinned link, and removes the pin; 1 where there is none.
static int end(const char *pin, struct bpf_program *program) {
  struct bpf_link *link = bpf_link__open(pin);
  say("open the pin", link == NULL ? -errno : 0);
  if (link == NULL)
    return 1;
  if (program != NULL)
    say("replace", bpf_link__update_program(link, program));
  say("detach", bpf_link__detach(link));
  say("unpin", bpf_link__unpin(link));
  bpf_link__destroy(link);
  return 0;
}

int main(int argc, char **argv) {
  struct globals *loader = globals__open();
  if (argc < 3 || loader == NULL)
    return 1;
  loader->rodata->limit = 7;
  loader->data->seen = 4;
  say("load", globals__load(loader));
  say("limit", loader->rodata->limit);
  int variables = bpf_map__fd(loader->maps.data), key = 0, value = 0;
  bpf_map_lookup_elem(variables, &key, &value);
  say("the kernel has seen", value);
  loader->data->seen = 99;
  bpf_map_lookup_elem(variables, &key, &value);
  say("the kernel has seen", value);
  value = 55;
  say("update", bpf_map_update_elem(variables, &key, &value, 0));
  say("the loader has seen", loader->data->seen);
  value = 8;
  say("update a constant",
      bpf_map_update_elem(bpf_map__fd(loader->maps.rodata), &key, &value, 0));
  int cgroup = open(argv[1], O_RDONLY | O_DIRECTORY);
  say("open a cgroup", cgroup < 0 ? -errno : 0);
  const char *what = argc > 3 ? argv[3] : "";
  if (strcmp(what, "again") == 0) {
    int ended = end(argv[2], loader->progs.count);
    globals__destroy(loader);
    return ended;
  }
  struct bpf_link *link = bpf_program__attach_cgroup(loader->progs.count, cgroup);
  say("attach", link == NULL ? -errno : 0);
  say("pin", bpf_link__pin(link, argv[2]));
  say("pin again", bpf_link__pin(link, argv[2]));
  say("replace", bpf_link__update_program(link, loader->progs.count));
  bpf_link__destroy(link);
  globals__destroy(loader);
  return strcmp(what, "stay") == 0 ? 0 : end(argv[2], NULL);
}
