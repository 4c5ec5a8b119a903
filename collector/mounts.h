/* SPDX-License-Identifier: MIT */
/* Where bpffs are mounted, as far as this mount namespace shows it. */
#ifndef COLLECTOR_MOUNTS_H
#define COLLECTOR_MOUNTS_H

#include <stdbool.h>

#include "event.h"

struct bpffs {
	unsigned int device;
	char path[MOUNT_LEN];
	char prefix[MOUNT_LEN]; /* of its names in the log; empty at /sys/fs/bpf */
};

/* Opens the list of mounts of the namespace that this is called in; 0, or -1 and errno. */
int mounts_open(void);

/* Reads the mounts, and writes their paths, and that of cgroup2, into a map of the kernel's part. */
void mounts_watch(int map, const char *cgroup2);

/*
 * Reads them again when the kernel says that they changed; tells which came, and which went. What is
 * mounted now may be later than what the caller has come to: a mount is taken for gone only when no
 * call has begun that mounts or unmounts since `at` of them had; `calls` counts them.
 */
bool mounts_follow(void (*tell)(const struct bpffs *bpffs, bool there),
		   const volatile unsigned long long *calls, unsigned long long at);

/* The one that a whole path lies on, or that has a device number; null when it is none of them. */
const struct bpffs *mount_above(const char *path);
const struct bpffs *mount_of(unsigned int device);

/* Whether a path of the log is the root of one. */
bool mount_named(const char *path);

#endif
