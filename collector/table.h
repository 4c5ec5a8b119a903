/* SPDX-License-Identifier: MIT */
/* Paths of cgroups by their ids. */
#ifndef COLLECTOR_TABLE_H
#define COLLECTOR_TABLE_H

#include <stdbool.h>

/* The path of a cgroup below the root, "/" for the root; null when it is not known. */
const char *cgroup_path(unsigned long long id);
/* Whether there is a cgroup of this path. Looks at each: it is asked of the few calls on owners and modes. */
bool is_cgroup_path(const char *path);
void cgroup_put(unsigned long long id, const char *path);
void cgroup_drop(unsigned long long id);
/* Reads the tree of cgroups that is there; gives how many. */
int cgroups_read(const char *mount_point);

#endif
