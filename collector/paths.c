// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "paths.h"
#include "table.h"

int add_parts(char *path, char **parts, int count)
{
	char *rest;

	for (char *part = strtok_r(path, "/", &rest); part; part = strtok_r(0, "/", &rest)) {
		if (!strcmp(part, "."))
			continue;
		if (!strcmp(part, "..")) {
			if (!count)
				return -1;
			count--;
		} else if (count < PARTS_MAX) {
			parts[count++] = part;
		}
	}
	return count;
}

bool join(char *out, size_t room, char **parts, int count)
{
	size_t length = 0;

	*out = 0;
	for (int i = 0; i < count; i++) {
		int put = snprintf(out + length, room - length, "/%s", parts[i]);

		if (put < 0 || length + put >= room)
			return false;
		length += put;
	}
	return true;
}

/* Files of a controller are none of the log's. */
static bool is_control_file(const char *name)
{
	static const char *const names[] = {
		"cgroup.procs",	       "cgroup.threads",   "cgroup.controllers", "cgroup.subtree_control",
		"cgroup.max.depth",    "cgroup.stat",	   "cpu.stat",		 "cgroup.max.descendants",
		"cgroup.type",	       "cgroup.events",	   "cgroup.freeze",	 "cgroup.kill",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool cgroup_place(const char *mount_point, const char *path, const struct start *start, char *out, size_t room)
{
	const char *base = cgroup_path(start->cgroup);
	char above[PATH_LEN], name[NAME_LEN + 1], said[PATH_LEN];
	char *parts[PARTS_MAX], *last;
	size_t length = strlen(mount_point);
	int count;

	/* Of a path that was cut off it is not known what it names. */
	if (!base || strlen(path) == PATH_LEN - 1)
		return false;
	snprintf(above, sizeof(above), "%s", base);
	count = add_parts(above, parts, 0);
	if (start->depth < 0) {
		/* In a cgroup namespace of its own the mount may show the whole hierarchy or a part of it. */
		if (strcmp(base, "/"))
			return false;
		if (strncmp(path, mount_point, length) || (path[length] && path[length] != '/'))
			return false;
		snprintf(said, sizeof(said), "%s", path + length);
	} else {
		snprintf(said, sizeof(said), "%s", path + start->skip);
	}
	if (start->depth > 0) {
		snprintf(name, sizeof(name), "%.*s", NAME_LEN, start->name[0]);
		parts[count++] = name;
	}
	count = add_parts(said, parts, count);
	if (count < 0 || !join(out, room, parts, count))
		return false;
	if (!count)
		return snprintf(out, room, "/") > 0;
	if (is_cgroup_path(out))
		return true;
	if (!is_control_file(parts[count - 1]))
		return false;
	last = strrchr(out, '/');
	*last = 0;
	if (*out && !is_cgroup_path(out))
		return false;
	*last = '/';
	return true;
}
