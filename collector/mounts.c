// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mounts.h"

#define MAIN "/sys/fs/bpf"
/* The kernel's own form of a device number. */
#define DEVICE(major, minor) ((major) << 20 | (minor))

static struct bpffs mounts[MOUNTS_MAX];
static unsigned int count;
static int info = -1; /* open on mountinfo: poll(2) tells of changes */
static int paths = -1; /* the map of the kernel's part */

/* @param end of the path in the key: "/" for what is below, "" for the mount point itself */
static void put_key(const char *path, const char *end, unsigned char kind)
{
	struct {
		unsigned int bits;
		char path[MOUNT_LEN];
	} key = {};

	if (strlen(path) + 2 > MOUNT_LEN)
		return;
	key.bits = 8 * (strlen(path) + 1);
	sprintf(key.path, "%s%s", path, end);
	if (kind != MOUNT_NONE)
		bpf_map_update_elem(paths, &key, &kind, BPF_ANY);
	else
		bpf_map_delete_elem(paths, &key);
}

static void put_path(const char *path, unsigned char kind)
{
	put_key(path, "/", kind);
	put_key(path, "", kind);
}

static bool has(const struct bpffs *list, unsigned int length, const struct bpffs *one)
{
	for (unsigned int i = 0; i < length; i++)
		if (list[i].device == one->device && !strcmp(list[i].path, one->path))
			return true;
	return false;
}

static bool has_path(const char *path)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(mounts[i].path, path))
			return true;
	return false;
}

static unsigned int read_mounts(struct bpffs *list)
{
	FILE *file = fdopen(dup(info), "r");
	unsigned int length = 0;
	char line[4096];

	if (file)
		rewind(file);
	while (file && fgets(line, sizeof(line), file)) {
		struct bpffs one = {};
		char root[256], path[1024], *type = strstr(line, " - ");
		unsigned int major, minor;
		bool known = false;

		if (!type || strncmp(type, " - bpf ", 7) ||
		    sscanf(line, "%*s %*s %u:%u %255s %1023s", &major, &minor, root, path) != 4 ||
		    strcmp(root, "/") || strlen(path) + 2 > MOUNT_LEN)
			continue;
		one.device = DEVICE(major, minor);
		strcpy(one.path, path);
		if (strcmp(path, MAIN)) {
			snprintf(one.prefix, sizeof(one.prefix), "/%s", path);
			for (char *c = one.prefix + 1; *c; c++)
				if (*c == '/')
					*c = ':';
		}
		/* A later mount hides an earlier one at its place, and a second one of it says nothing new. */
		for (unsigned int i = 0; i < length; i++) {
			if (!strcmp(list[i].path, path)) {
				memmove(&list[i], &list[i + 1], (length - i - 1) * sizeof(*list));
				length--;
				i--;
				continue;
			}
			known |= list[i].device == one.device;
		}
		if (!known && length < MOUNTS_MAX)
			list[length++] = one;
	}
	if (file)
		fclose(file);
	return length;
}

int mounts_open(void)
{
	info = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	return info < 0 ? -1 : 0;
}

void mounts_watch(int map, const char *cgroup2)
{
	paths = map;
	count = read_mounts(mounts);
	for (unsigned int i = 0; i < count; i++)
		put_path(mounts[i].path, MOUNT_BPFFS);
	put_path(cgroup2, MOUNT_CGROUP2);
}

/* Mounts may be gone that are still here: their end was not told. */
static bool waiting;

bool mounts_follow(void (*tell)(const struct bpffs *bpffs, bool there),
		   const volatile unsigned long long *calls, unsigned long long at)
{
	bool is_last;
	struct pollfd polled = { .fd = info, .events = POLLPRI };
	struct bpffs now[MOUNTS_MAX];
	unsigned int length;

	if ((poll(&polled, 1, 0) <= 0 || !(polled.revents & (POLLPRI | POLLERR))) && !waiting)
		return false;
	length = read_mounts(now);
	is_last = *calls == at;
	waiting = !is_last;
	for (unsigned int i = 0; is_last && i < count; i++) {
		if (has(now, length, &mounts[i]))
			continue;
		put_path(mounts[i].path, MOUNT_NONE);
		tell(&mounts[i], false);
		memmove(&mounts[i], &mounts[i + 1], (count - i - 1) * sizeof(*mounts));
		count--;
		i--;
	}
	for (unsigned int i = 0; i < length; i++) {
		/* Another one at the place of one that is not taken for gone yet waits for that. */
		if (has_path(now[i].path) || count == MOUNTS_MAX)
			continue;
		mounts[count++] = now[i];
		put_path(now[i].path, MOUNT_BPFFS);
		tell(&now[i], true);
	}
	return true;
}

const struct bpffs *mount_above(const char *path)
{
	const struct bpffs *found = 0;

	for (unsigned int i = 0; i < count; i++) {
		size_t length = strlen(mounts[i].path);

		if (length && !strncmp(path, mounts[i].path, length) && (!path[length] || path[length] == '/') &&
		    (!found || length > strlen(found->path)))
			found = &mounts[i];
	}
	return found;
}

const struct bpffs *mount_of(unsigned int device)
{
	for (unsigned int i = 0; i < count; i++)
		if (device && mounts[i].device == device)
			return &mounts[i];
	return 0;
}

bool mount_named(const char *path)
{
	for (unsigned int i = 0; i < count; i++)
		if (*mounts[i].prefix && !strcmp(mounts[i].prefix, path))
			return true;
	return false;
}
