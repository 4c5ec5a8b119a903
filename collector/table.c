// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "table.h"

#define BUCKETS 16384

struct entry {
	struct entry *next;
	unsigned long long id;
	char path[];
};

static struct entry *buckets[BUCKETS];

static struct entry **slot_of(unsigned long long id)
{
	struct entry **slot = &buckets[(id * 0x9e3779b97f4a7c15ull) >> 50];

	while (*slot && (*slot)->id != id)
		slot = &(*slot)->next;
	return slot;
}

const char *cgroup_path(unsigned long long id)
{
	struct entry *entry = *slot_of(id);

	return entry ? entry->path : 0;
}

bool is_cgroup_path(const char *path)
{
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (struct entry *entry = buckets[i]; entry; entry = entry->next)
			if (!strcmp(entry->path, path))
				return true;
	return false;
}

void cgroup_drop(unsigned long long id)
{
	struct entry **slot = slot_of(id), *entry = *slot;

	if (!entry)
		return;
	*slot = entry->next;
	free(entry);
}

void cgroup_put(unsigned long long id, const char *path)
{
	struct entry *entry, **slot;

	cgroup_drop(id);
	entry = malloc(sizeof(*entry) + strlen(path) + 1);
	if (!entry)
		abort();
	slot = slot_of(id);
	entry->id = id;
	entry->next = 0;
	strcpy(entry->path, path);
	*slot = entry;
}

static size_t root_length;
static int found;

static int put(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type != FTW_D)
		return 0;
	found++;
	/* The number of a cgroup directory is the cgroup's id, on 64-bit machines. */
	cgroup_put(stat->st_ino, path[root_length] ? path + root_length : "/");
	return 0;
}

int cgroups_read(const char *mount_point)
{
	root_length = strlen(mount_point);
	found = 0;
	if (nftw(mount_point, put, 64, FTW_PHYS | FTW_MOUNT))
		return -1;
	return found;
}
