/* SPDX-License-Identifier: MIT */
/* Paths as callers say them, and what they name. */
#ifndef COLLECTOR_PATHS_H
#define COLLECTOR_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"

#define PARTS_MAX 64

/*
 * Takes the parts of a path after those that are there, without "." and ".."; gives how many are, or
 * -1 when ".." leaves the directory that the first of them is in. Cuts `path` into pieces.
 */
int add_parts(char *path, char **parts, int count);

/* Writes the parts with a slash before each; false when there is no room. */
bool join(char *out, size_t room, char **parts, int count);

/*
 * The path in the hierarchy of cgroups of a directory, or of a control file that the rules of the log
 * know; false when it is neither. `mount_point` is where cgroup2 is mounted.
 */
bool cgroup_place(const char *mount_point, const char *path, const struct start *start, char *out, size_t room);

#endif
