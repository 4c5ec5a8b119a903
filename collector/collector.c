// SPDX-License-Identifier: MIT
/*
 * Prints what happens to cgroup-BPF on this machine, as observations: one JSON object a line, by the
 * contract of docs/observations.md. Everything else (what was there before, where the lines go) is
 * the reader's.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "collector.skel.h"
#include "event.h"
#include "mounts.h"
#include "paths.h"
#include "table.h"

/* Raised when a line changes its meaning; new fields do not raise it. */
#define CONTRACT 1
#define POLL_MS 100

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t stopped_by; /* the process that sent the signal */
static const volatile unsigned long long *mount_calls; /* that have begun, as the kernel's part counts */
static char cgroup2[1024]; /* where it is mounted */
static long long wall_offset; /* ns from CLOCK_MONOTONIC to the time of day */

static void stop(int signal, siginfo_t *sent, void *context)
{
	(void)signal;
	(void)context;
	if (!stopped)
		stopped_by = sent->si_pid;
	stopped = 1;
}

/* The exit code: not 0 when another than its reader stopped it, who would take its lines for all that happened. */
static int ended(unsigned int reader)
{
	if (stopped && !ferror(stdout) && (!reader || (unsigned int)stopped_by == reader))
		return 0;
	if (stopped && !ferror(stdout))
		fprintf(stderr, "process %d stopped it, which is not its reader\n", (int)stopped_by);
	else
		fprintf(stderr, "cannot read the ring buffer, or print a line\n");
	return 1;
}

/* Text of JSON. */

static void text(const char *bytes, size_t max)
{
	putchar('"');
	for (size_t i = 0; i < max && bytes[i]; i++) {
		unsigned char c = bytes[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			/* Names are bytes, JSON is text: a byte that is not ASCII stands as its code point. */
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void measure_clock(void)
{
	struct timespec wall, mono;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	wall_offset = (wall.tv_sec - mono.tv_sec) * 1000000000ll + wall.tv_nsec - mono.tv_nsec;
}

static void time_of(const char *key, unsigned long long at)
{
	long long wall = (long long)at + wall_offset;
	time_t seconds = wall / 1000000000ll;
	struct tm tm;
	char day[32];

	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("\"%s\":\"%s.%06lldZ\"", key, day, wall % 1000000000ll / 1000);
}

static void tell_mount(const struct bpffs *bpffs, bool there)
{
	struct timespec now;

	if (!*bpffs->prefix)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("{\"call\":{\"name\":\"%s\",\"pin\":{\"path\":", there ? "found" : "gone");
	text(bpffs->prefix, MOUNT_LEN);
	printf(there ? ",\"kind\":\"dir\",\"id\":0}}," : "}},");
	time_of("at", now.tv_sec * 1000000000ull + now.tv_nsec);
	printf("}\n");
}

/* Paths on a bpffs. */

/*
 * The name of the log: on the bpffs at /sys/fs/bpf from there on; on another one below a directory
 * that is called after its mount point, with ":" for "/".
 */
static bool bpffs_path(const char *path, const struct start *start, char *out, size_t room)
{
	char copy[PATH_LEN], whole[MOUNT_LEN + PATH_LEN + START_DEPTH * NAME_LEN], names[START_DEPTH][NAME_LEN + 1];
	char *parts[PARTS_MAX];
	const struct bpffs *bpffs;
	const char *rest = whole;
	int count = 0;

	/* Of a path that was cut off it is not known what it names. */
	if (strlen(path) == PATH_LEN - 1)
		return false;
	if (start->depth >= 0 && start->cgroup)
		return false;
	snprintf(copy, sizeof(copy), "%s", start->depth < 0 ? path : path + start->skip);
	if (start->depth < 0) {
		if (path[0] != '/')
			return false;
		count = add_parts(copy, parts, 0);
		if (count < 0 || !join(whole, sizeof(whole), parts, count))
			return false;
		bpffs = mount_above(whole);
		if (!bpffs)
			return false;
		rest = whole + strlen(bpffs->path);
	} else {
		bpffs = mount_of(start->device);
		if (!bpffs)
			return false;
		for (int i = start->depth - 1; i >= 0; i--) {
			snprintf(names[i], sizeof(names[i]), "%.*s", NAME_LEN, start->name[i]);
			parts[count++] = names[i];
		}
		count = add_parts(copy, parts, count);
		if (count < 0 || !join(whole, sizeof(whole), parts, count))
			return false;
	}
	/* The mount point at /sys/fs/bpf is the root of the log's names, and no name. */
	return (*rest || *bpffs->prefix) && snprintf(out, room, "%s%s", bpffs->prefix, rest) < (int)room;
}

/*
 * BTF. The log follows it by its fds and gives it numbers of its own: so only of what was told when it
 * was loaded more is told. Ids are not given out again soon; of old ones there is a last one.
 */
#define TOLD_BTFS 1024
static unsigned int told_btf[TOLD_BTFS];
static unsigned int told_btfs;

static bool is_told_btf(unsigned int id)
{
	for (unsigned int i = 0; i < TOLD_BTFS; i++)
		if (id && told_btf[i] == id)
			return true;
	return false;
}

/* Whether an fd is open on BTF that the log has nothing of. */
static bool is_untold_btf(const struct fact *fact)
{
	return fact->kind == OBJECT_BTF && !is_told_btf(fact->id);
}

static bool is_of_untold_btf(const struct event *event)
{
	return event->facts && is_untold_btf(&event->fact[0]);
}

/* Parts of an observation. */

static void call(const char *name)
{
	printf("{\"call\":{\"name\":\"%s\"", name);
}

static void number(const char *key, long long value)
{
	printf(",\"%s\":%lld", key, value);
}

static void named(const char *key, const char *bytes, size_t max)
{
	if (!*bytes)
		return;
	printf(",\"%s\":", key);
	text(bytes, max);
}

/* Ends the call and begins its outcome; gives whether it succeeded. */
static bool outcome(long long ret, long long shown)
{
	if (ret >= 0) {
		printf("},\"outcome\":{\"ret\":%lld", shown);
		return true;
	}
	/* ENOTSUPP is the kernel's own, and no name of libc's. */
	if (ret == -524)
		printf("},\"outcome\":{\"errno\":\"ENOTSUPP\"");
	else
		printf("},\"outcome\":{\"errno\":\"%s\"", strerrorname_np(-ret) ?: "EINVAL");
	return false;
}

static const char *kind_name(unsigned int kind)
{
	static const char *const names[] = { "", "prog", "map", "link", "cgroup", "other", "other", "other" };

	return names[kind];
}

/* The loader's first fd on a map; -1: none was seen. */
static int map_fd(const struct load_event *told, unsigned int id)
{
	for (unsigned int i = 0; i < told->found && i < MAP_FDS_MAX; i++)
		if (told->map_fd[i].id == id)
			return told->map_fd[i].fd;
	return -1;
}

static bool is_load(const struct event *event)
{
	return event->kind == EVENT_BPF && ((const struct bpf_event *)event)->cmd == BPF_PROG_LOAD;
}

/* What the fd is that describes a map or a program: of BTF the log knows it by itself. */
static bool is_description(const struct event *event, const struct fact *fact)
{
	const struct bpf_event *told = (const void *)event;
	int fd;

	if (event->kind != EVENT_BPF || fact->kind != OBJECT_BTF)
		return false;
	if (told->cmd != BPF_MAP_CREATE && told->cmd != BPF_PROG_LOAD)
		return false;
	memcpy(&fd, told->attr + (told->cmd == BPF_MAP_CREATE ? 48 : 72), sizeof(fd));
	return fd == fact->fd;
}

static void facts(const struct event *event)
{
	const struct load_event *told = is_load(event) ? (const void *)event : 0;
	const char *before = "";

	printf(",\"fds\":{");
	for (unsigned int i = 0; i < event->facts && i < FACTS_MAX; i++) {
		const struct fact *fact = &event->fact[i];
		const char *path;
		bool said = false;

		for (unsigned int j = 0; j < i; j++)
			said |= event->fact[j].fd == fact->fd;
		/* What is not an object of the log matters where the call was refused for it. */
		if (said || !fact->kind || (fact->kind >= OBJECT_OTHER && event->ret >= 0) ||
		    is_description(event, fact))
			continue;
		printf("%s\"%d\":{\"kind\":\"%s\"", before, fact->fd, kind_name(fact->kind));
		if (fact->kind < OBJECT_OTHER)
			printf(",\"id\":%llu", fact->id);
		path = fact->kind == OBJECT_CGROUP ? cgroup_path(fact->id) : 0;
		if (path) {
			printf(",\"path\":");
			text(path, PATH_LEN);
		}
		printf("}");
		before = ",";
	}
	for (unsigned int i = 0; told && i < told->maps && i < MAPS_MAX; i++) {
		int fd = map_fd(told, told->map[i]);

		if (fd < 0)
			continue;
		printf("%s\"%d\":{\"kind\":\"map\",\"id\":%u}", before, fd, told->map[i]);
		before = ",";
	}
	printf("}");
}

/* Ends the outcome and says who and when. */
static void who(const struct event *event, bool with_facts)
{
	const char *path = cgroup_path(event->cgroup);

	printf("},");
	time_of("at", event->at);
	number("pid", event->pid);
	if (event->tid != event->pid)
		number("tid", event->tid);
	named("comm", event->comm, COMM_LEN);
	number("uid", event->uid);
	if (path) {
		printf(",\"cgroup\":");
		text(path, PATH_LEN);
	}
	if (with_facts && event->facts)
		facts(event);
	printf("}\n");
}

/* bpf(2) */

static unsigned int u32_at(const struct bpf_event *told, unsigned int offset)
{
	unsigned int value;

	memcpy(&value, told->attr + offset, sizeof(value));
	return value;
}

static unsigned long long u64_at(const struct bpf_event *told, unsigned int offset)
{
	unsigned long long value;

	memcpy(&value, told->attr + offset, sizeof(value));
	return value;
}

/* A field that is zero is left out, as in a zeroed attr. */
static void field(const struct bpf_event *told, const char *key, unsigned int offset)
{
	unsigned int value = u32_at(told, offset);

	if (value)
		number(key, value);
}

static void fd_field(const struct bpf_event *told, const char *key, unsigned int offset)
{
	int value = u32_at(told, offset);

	if (value)
		number(key, value);
}


/* A number of 64 bits, as far as one of JSON is exact. */
#define NUMBER_MAX ((1ull << 53) - 1)

static void quad_field(const struct bpf_event *told, const char *key, unsigned int offset)
{
	unsigned long long value = u64_at(told, offset);

	if (value)
		printf(",\"%s\":%llu", key, value < NUMBER_MAX ? value : NUMBER_MAX);
}

/* Whether the caller passes something: what it is, is not told. */
static void passed(const struct bpf_event *told, const char *key, unsigned int offset)
{
	if (u64_at(told, offset))
		printf(",\"%s\":true", key);
}

/* More than the kernel takes: of a smaller attr the fields say all. */
#define SIZE_MAX_TAKEN 4096

static void large_size(const struct bpf_event *told)
{
	if (told->size > SIZE_MAX_TAKEN)
		number("attr_size", told->size);
}

#ifndef BPF_F_ID
#define BPF_F_ID (1u << 5)
#endif

/* Who stands beside whom: the number is an id when the flag says so. */
static void anchor(const struct bpf_event *told, unsigned int flags, unsigned int offset)
{
	if (flags & BPF_F_ID)
		field(told, "relative_id", offset);
	else
		fd_field(told, "relative_fd", offset);
	/* At the same place in both structures: in one of them there is a gap before it. */
	if (u64_at(told, 24))
		printf(",\"expected_revision\":%llu", u64_at(told, 24));
}

static const char *got_id(unsigned int kind)
{
	return kind == OBJECT_PROG ? "prog_id" : kind == OBJECT_MAP ? "map_id" : "link_id";
}

static void returned_object(const struct bpf_event *told)
{
	const struct event *event = &told->event;

	switch (told->cmd) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_OBJ_GET:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_LINK_CREATE:
	case BPF_LINK_GET_FD_BY_ID:
		break;
	default:
		return;
	}
	for (unsigned int i = 0; i < event->facts && i < FACTS_MAX; i++) {
		const struct fact *fact = &event->fact[i];

		if (fact->fd == event->ret && fact->kind >= OBJECT_PROG && fact->kind <= OBJECT_LINK) {
			number(got_id(fact->kind), fact->id);
			return;
		}
	}
}

static void query_outcome(const struct query_event *told)
{
	printf(",\"query\":{\"prog_cnt\":%u,\"attach_flags\":%u,\"prog_ids\":[", told->prog_cnt,
	       u32_at(&told->bpf, 12));
	for (unsigned int i = 0; i < told->prog_cnt && i < 64; i++)
		printf("%s%u", i ? "," : "", told->prog_id[i]);
	printf("]}");
}

static bool has_map_fd(const int *fds, int count, int fd)
{
	for (int i = 0; i < count; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

/*
 * The maps of a program: of one that was loaded, by the fds that the loader has of them; of one that
 * was refused, those that its instructions name.
 */
static void map_fds(const struct load_event *told)
{
	int fds[MAPS_MAX], count = 0;

	for (unsigned int i = 0; i < told->maps && i < MAPS_MAX; i++)
		if (map_fd(told, told->map[i]) >= 0 && count < MAPS_MAX)
			fds[count++] = map_fd(told, told->map[i]);
	for (unsigned int i = 0; i < told->insns && i < INSNS_MAX; i++) {
		unsigned long long insn = told->insn[i];
		unsigned int source = insn >> 12 & 0xf;
		int fd = insn >> 32;

		if ((insn & 0xff) != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		i++; /* it has two slots */
		if ((source == BPF_PSEUDO_MAP_FD || source == BPF_PSEUDO_MAP_VALUE) && count < MAPS_MAX &&
		    !has_map_fd(fds, count, fd))
			fds[count++] = fd;
	}
	for (int i = 0; i < count; i++)
		printf("%s%d", i ? "," : ",\"map_fds\":[", fds[i]);
	if (count)
		printf("]");
}

/* Whether all instructions are here: of a program that was refused, and is not large. */
static bool has_instructions(const struct load_event *told)
{
	return told->bpf.event.ret < 0 && told->insns && told->insns == u32_at(&told->bpf, 4);
}

/* The instructions of a refused program, when they are all here: the rules look at them. */
static bool instructions(const struct load_event *told)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *bytes = (const void *)told->insn;
	unsigned int length = 8 * told->insns;

	if (!has_instructions(told))
		return false;
	printf(",\"insns\":\"");
	for (unsigned int i = 0; i < length; i += 3) {
		unsigned int left = length - i;
		unsigned int word = bytes[i] << 16 | (left > 1 ? bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);

		putchar(digits[word >> 18]);
		putchar(digits[word >> 12 & 63]);
		putchar(left > 1 ? digits[word >> 6 & 63] : '=');
		putchar(left > 2 ? digits[word & 63] : '=');
	}
	putchar('"');
	return true;
}

/* Whether an fd of the call is open on BTF that the log has nothing of. */
static bool has_untold_btf(const struct event *event)
{
	for (unsigned int i = 0; i < event->facts && i < FACTS_MAX; i++)
		if (is_untold_btf(&event->fact[i]))
			return true;
	return false;
}

/* How many fds of an fd_array the instructions name by their index. */
static unsigned int named_fds(const struct load_event *told)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < told->insns && i < INSNS_MAX; i++) {
		unsigned int source = told->insn[i] >> 12 & 0xf;
		unsigned int index = told->insn[i] >> 32;

		if ((told->insn[i] & 0xff) != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		i++;
		if ((source == BPF_PSEUDO_MAP_IDX || source == BPF_PSEUDO_MAP_IDX_VALUE) && index >= most)
			most = index + (index < UINT_MAX);
	}
	return most;
}

/* The fds that a refused program counts, or that its instructions name; where all of them are here. */
static void fd_array(const struct load_event *told)
{
	unsigned int counted = u32_at(&told->bpf, 148);
	unsigned int named = named_fds(told);
	unsigned int fds = counted > named ? counted : named;

	if (u64_at(&told->bpf, 120) && (fds > told->array_fds || has_untold_btf(&told->bpf.event)))
		return;
	if (told->array_fds)
		for (unsigned int i = 0; i < fds; i++)
			printf("%s%d%s", i ? "," : ",\"fd_array\":[", told->array_fd[i], i + 1 < fds ? "" : "]");
	field(&told->bpf, "fd_array_cnt", 148);
}

/* The constant that a refused program returns, when it ends like that; where it is not 1. */
static void returned_constant(const struct load_event *told)
{
	unsigned int last = told->insns;

	if (last < 2 || last >= INSNS_MAX || (told->insn[last - 1] & 0xff) != (BPF_JMP | BPF_EXIT) ||
	    (told->insn[last - 2] & 0xfff) != (BPF_ALU64 | BPF_MOV | BPF_K))
		return;
	if ((int)(told->insn[last - 2] >> 32) != 1)
		number("ret", (int)(told->insn[last - 2] >> 32));
}

/* Whether this fd of the call is open on such BTF. */
static bool is_open_on_untold(const struct event *event, int fd)
{
	for (unsigned int i = 0; i < event->facts && i < FACTS_MAX; i++)
		if (event->fact[i].fd == fd && is_untold_btf(&event->fact[i]))
			return true;
	return false;
}

/* Types that describe a map or a program. What is in them is not told. */

static void map_description(const struct bpf_event *told)
{
	if (is_open_on_untold(&told->event, u32_at(told, 48)))
		return;
	fd_field(told, "btf_fd", 48);
	field(told, "btf_key_type_id", 52);
	field(told, "btf_value_type_id", 56);
	field(told, "btf_vmlinux_value_type_id", 60);
}

static void prog_description(const struct load_event *load)
{
	const struct bpf_event *told = &load->bpf;

	if (is_open_on_untold(&told->event, u32_at(told, 72)))
		return;
	fd_field(told, "prog_btf_fd", 72);
	/* How many functions there are, the instructions say: without them the log takes it for one. */
	if (has_instructions(load) || u32_at(told, 88) == 1)
		field(told, "func_info_cnt", 88);
	field(told, "line_info_cnt", 104);
}

/* Where the verifier shall print, what the program is attached to, and who signed it. */
static void load_fields(const struct load_event *load)
{
	const struct bpf_event *told = &load->bpf;

	field(told, "prog_flags", 44);
	named("prog_name", (const char *)told->attr + 48, 16);
	field(told, "attach_btf_id", 108);
	if (!is_open_on_untold(&told->event, u32_at(told, 112)))
		fd_field(told, "attach_prog_fd", 112);
	fd_field(told, "prog_token_fd", 144);
	prog_description(load);
	field(told, "log_level", 24);
	field(told, "log_size", 28);
	passed(told, "log_buf", 32);
	field(told, "log_true_size", 140);
	passed(told, "signature", 152);
	field(told, "signature_size", 160);
	fd_field(told, "keyring_id", 164);
}

/* Whether an attach type is one of cgroups: they are not one stretch of numbers. */
static bool is_of_cgroups(unsigned int type)
{
	static const unsigned char types[] = {
		BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS, BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_SOCK_OPS,
		BPF_CGROUP_DEVICE, BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND, BPF_CGROUP_INET4_CONNECT,
		BPF_CGROUP_INET6_CONNECT, BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND,
		BPF_CGROUP_UDP4_SENDMSG, BPF_CGROUP_UDP6_SENDMSG, BPF_CGROUP_SYSCTL, BPF_CGROUP_UDP4_RECVMSG,
		BPF_CGROUP_UDP6_RECVMSG, BPF_CGROUP_GETSOCKOPT, BPF_CGROUP_SETSOCKOPT, BPF_CGROUP_INET4_GETPEERNAME,
		BPF_CGROUP_INET6_GETPEERNAME, BPF_CGROUP_INET4_GETSOCKNAME, BPF_CGROUP_INET6_GETSOCKNAME,
		BPF_CGROUP_INET_SOCK_RELEASE, BPF_LSM_CGROUP, 49, 50, 51, 52, 53, /* of unix sockets, 6.7 */
	};

	return memchr(types, type, sizeof(types)) && type < 256;
}

/* What a call gave is not what it makes: another one than the kernel answered it (seccomp, ptrace). */
static bool is_answered_by_others(const struct bpf_event *told)
{
	const struct event *event = &told->event;

	if (event->ret < 0)
		return false;
	switch (told->cmd) {
	case BPF_PROG_LOAD:
	case BPF_PROG_GET_FD_BY_ID:
		return event->fact[0].kind != OBJECT_PROG;
	case BPF_MAP_CREATE:
	case BPF_MAP_GET_FD_BY_ID:
		return event->fact[0].kind != OBJECT_MAP;
	case BPF_LINK_CREATE:
		return event->fact[2].kind != OBJECT_LINK;
	case BPF_BTF_LOAD:
		return event->fact[0].kind != OBJECT_BTF;
	default:
		return false;
	}
}

/* Calls on links of other kinds, and attachments elsewhere, are none of the log's. */
static bool is_of_the_log(const struct bpf_event *told)
{
	const struct event *event = &told->event;

	if (is_answered_by_others(told))
		return false;
	switch (told->cmd) {
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
	case BPF_LINK_CREATE:
		return is_of_cgroups(u32_at(told, 8));
	case BPF_LINK_GET_FD_BY_ID:
	case BPF_OBJ_GET:
		return event->ret < 0 || !event->facts || event->fact[0].kind != OBJECT_OTHER;
	case BPF_LINK_DETACH:
	case BPF_LINK_UPDATE:
		return (event->ret < 0 && event->ret != -EOPNOTSUPP) || event->fact[0].kind != OBJECT_OTHER;
	default:
		return true;
	}
}

static void tell_found_fd(const struct event *event, long long fd, bool cloexec);

static void tell_bpf(const struct bpf_event *told)
{
	const struct event *event = &told->event;
	const struct load_event *load = (const void *)told;
	const struct pin_event *pin = (const void *)told;
	const struct element_event *element = (const void *)told;
	char path[PATH_LEN + START_DEPTH * NAME_LEN];
	long long shown = event->ret;

	if (!is_of_the_log(told))
		return;
	switch (told->cmd) {
	case BPF_MAP_CREATE:
		call("map_create");
		number("map_type", u32_at(told, 0));
		field(told, "key_size", 4);
		field(told, "value_size", 8);
		field(told, "max_entries", 12);
		field(told, "map_flags", 16);
		fd_field(told, "inner_map_fd", 20);
		field(told, "numa_node", 24);
		named("map_name", (const char *)told->attr + 28, 16);
		map_description(told);
		quad_field(told, "map_extra", 64);
		fd_field(told, "map_token_fd", 76);
		passed(told, "excl_prog_hash", 80);
		field(told, "excl_prog_hash_size", 88);
		break;
	case BPF_PROG_LOAD:
		call("prog_load");
		number("prog_type", u32_at(told, 0));
		if (u32_at(told, 68))
			number("expected_attach_type", u32_at(told, 68));
		load_fields(load);
		if (event->ret < 0 && instructions(load)) {
			fd_array(load);
			break;
		}
		/* Left out it is that of the smallest program, and not none. */
		number("insn_cnt", u32_at(told, 4));
		if (event->ret >= 0) {
			char tag[17];

			for (int i = 0; i < 8; i++)
				sprintf(tag + 2 * i, "%02x", load->tag[i]);
			printf(",\"tag\":{\"sha1\":\"%s\",\"sha256\":\"%s\"}", tag, tag);
			if (load->enforced)
				number("ret", 2);
		} else {
			returned_constant(load);
		}
		map_fds(load);
		break;
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET:
		if (!bpffs_path(pin->path, &pin->from, path, sizeof(path))) {
			/* A name that is not known here: what it gave is. */
			if (told->cmd == BPF_OBJ_GET && event->ret >= 0)
				tell_found_fd(event, event->ret, true);
			return;
		}
		call(told->cmd == BPF_OBJ_PIN ? "obj_pin" : "obj_get");
		printf(",\"path\":");
		text(path, sizeof(path));
		fd_field(told, "bpf_fd", 8);
		field(told, "file_flags", 12);
		fd_field(told, "path_fd", 16);
		break;
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
		call(told->cmd == BPF_PROG_ATTACH ? "prog_attach" : "prog_detach");
		number("target_fd", (int)u32_at(told, 0));
		fd_field(told, "attach_bpf_fd", 4);
		number("attach_type", u32_at(told, 8));
		field(told, "flags", 12);
		fd_field(told, "replace_bpf_fd", 16);
		anchor(told, u32_at(told, 12), 20);
		break;
	case BPF_PROG_QUERY:
		if (event->ret)
			return;
		call("prog_query");
		number("target_fd", (int)u32_at(told, 0));
		number("attach_type", u32_at(told, 4));
		field(told, "query_flags", 8);
		break;
	case BPF_LINK_CREATE:
		call("link_create");
		fd_field(told, "prog_fd", 0);
		number("target_fd", (int)u32_at(told, 4));
		number("attach_type", u32_at(told, 8));
		field(told, "flags", 12);
		anchor(told, u32_at(told, 12), 16);
		break;
	case BPF_LINK_UPDATE:
		call("link_update");
		fd_field(told, "link_fd", 0);
		fd_field(told, "new_prog_fd", 4);
		field(told, "flags", 8);
		fd_field(told, "old_prog_fd", 12);
		break;
	case BPF_LINK_DETACH:
		call("link_detach");
		fd_field(told, "link_fd", 0);
		break;
	case BPF_PROG_BIND_MAP:
		call("prog_bind_map");
		fd_field(told, "prog_fd", 0);
		fd_field(told, "map_fd", 4);
		field(told, "flags", 8);
		break;
	case BPF_MAP_FREEZE:
		call("map_freeze");
		fd_field(told, "map_fd", 0);
		break;
	case BPF_MAP_UPDATE_ELEM:
		call("map_update_elem");
		fd_field(told, "map_fd", 0);
		number("key", element->key);
		number("value", (unsigned int)element->value);
		field(told, "flags", 24);
		break;
	case BPF_MAP_DELETE_ELEM:
		call("map_delete_elem");
		fd_field(told, "map_fd", 0);
		number("key", element->key);
		/* Bytes after the command's last field, for which it is refused. */
		if (u64_at(told, 16))
			printf(",\"value\":%llu", u64_at(told, 16));
		break;
	case BPF_BTF_LOAD:
		call("btf_load");
		/* Left out it is that of some types, and not none. */
		number("btf_size", u32_at(told, 16));
		field(told, "btf_flags", 32);
		fd_field(told, "btf_token_fd", 36);
		if (event->ret >= 0)
			told_btf[told_btfs++ % TOLD_BTFS] = event->fact[0].id;
		break;
	case BPF_PROG_GET_FD_BY_ID:
		call("prog_get_fd_by_id");
		number("prog_id", u32_at(told, 0));
		field(told, "open_flags", 8);
		break;
	case BPF_MAP_GET_FD_BY_ID:
		call("map_get_fd_by_id");
		number("map_id", u32_at(told, 0));
		field(told, "open_flags", 8);
		break;
	case BPF_LINK_GET_FD_BY_ID:
		call("link_get_fd_by_id");
		number("link_id", u32_at(told, 0));
		field(told, "open_flags", 8);
		break;
	default:
		return;
	}
	large_size(told);
	if (outcome(event->ret, shown)) {
		returned_object(told);
		if (told->cmd == BPF_PROG_QUERY)
			query_outcome((const void *)told);
	}
	who(event, true);
}

/* The other calls. */

static void tell_fd(const struct event *event)
{
	const struct fact *fact = &event->fact[0];

	switch (event->kind) {
	case EVENT_CLOSE:
		call("close");
		number("fd", event->a);
		outcome(0, 0);
		break;
	case EVENT_DUP:
		call("dup");
		number("fd", event->a);
		outcome(0, event->ret);
		break;
	case EVENT_OPEN_CGROUP: {
		const char *path = cgroup_path(fact->id);

		if (!path)
			return;
		call("open_cgroup");
		printf(",\"path\":");
		text(path, PATH_LEN);
		outcome(0, event->ret);
		number("cgroup_id", fact->id);
		break;
	}
	default:
		return;
	}
	who(event, true);
}

/* An fd that is there now, or whose close-on-exec flag changed: a sighting has no outcome. */
static void tell_found_fd(const struct event *event, long long fd, bool cloexec)
{
	const struct fact *fact = &event->fact[0];
	const char *path = fact->kind == OBJECT_CGROUP ? cgroup_path(fact->id) : 0;

	printf("{\"call\":{\"name\":\"found\",\"fd\":{\"fd\":%lld,\"kind\":\"%s\",\"id\":%llu", fd,
	       kind_name(fact->kind), fact->id);
	if (path) {
		printf(",\"path\":");
		text(path, PATH_LEN);
	}
	printf(",\"cloexec\":%s}", cloexec ? "true" : "false");
	who(event, false);
}

static void tell_process(const struct event *event)
{
	static const char *const names[] = { [EVENT_FORK] = "fork",
					     [EVENT_EXEC] = "exec",
					     [EVENT_EXIT] = "exit",
					     [EVENT_UMASK] = "umask",
					     [EVENT_UNSHARE] = "unshare" };

	call(names[event->kind]);
	if (event->kind == EVENT_FORK)
		number("child_pid", event->a);
	if (event->kind == EVENT_UNSHARE || (event->kind == EVENT_FORK && event->b))
		printf(",\"clone_files\":true");
	if (event->kind == EVENT_EXEC)
		named("comm", event->comm, COMM_LEN);
	if (event->kind == EVENT_UMASK)
		number("mask", event->a);
	outcome(0, event->kind == EVENT_FORK ? event->a : event->kind == EVENT_UMASK ? event->b : 0);
	who(event, true);
}

static void tell_cgroup(const struct path_event *told)
{
	const struct event *event = &told->event;
	const char *names[] = { [EVENT_MKDIR] = "mkdir", [EVENT_RMDIR] = "rmdir", [EVENT_JOIN] = "join" };

	if (event->kind == EVENT_MKDIR)
		cgroup_put(told->id, told->path);
	call(names[event->kind]);
	printf(",\"path\":");
	text(told->path, PATH_LEN);
	outcome(0, 0);
	if (event->kind == EVENT_MKDIR)
		number("cgroup_id", told->id);
	who(event, true);
	if (event->kind == EVENT_RMDIR)
		cgroup_drop(told->id);
}

#define EVERY_MODE 0777

/*
 * What a symlink leads to: as it is from the symlink's directory, or a path of the log after a slash.
 * Nothing is told of one by a whole path out of the bpffs, nor of one that leads nowhere (ENOENT).
 */
static bool symlink_target(const struct path_event *told, char *out, size_t room)
{
	size_t length = strlen(told->to);

	if (!length || length >= PATH_LEN - 1)
		return false;
	if (told->to[0] != '/')
		return (size_t)snprintf(out, room, "%s", told->to) < room;
	if (!bpffs_path(told->to, &told->to_from, out, room))
		return false;
	/* A slash at the end wants a directory. */
	if (told->to[length - 1] == '/' && out[1] && strlen(out) + 1 < room)
		strcat(out, "/");
	return true;
}

static void tell_name(const struct path_event *told)
{
	static const char *const names[] = { "", "unlink", "rename", "bpffs_mkdir", "bpffs_rmdir",
					     "link", "chmod", "chown", "symlink" };
	char path[PATH_LEN + START_DEPTH * NAME_LEN], to[PATH_LEN + START_DEPTH * NAME_LEN];
	unsigned int which = told->event.a;
	bool has_two = which == NAME_RENAME || which == NAME_LINK;
	bool is_of_cgroup = (which == NAME_CHMOD || which == NAME_CHOWN) &&
			    cgroup_place(cgroup2, told->path, &told->from, path, sizeof(path));

	/* One that changes the group alone is nothing to the log. */
	if (which == NAME_CHOWN && told->event.b < 0)
		return;
	/* The fd, or the path's address, is bad: nothing is said of the name. */
	if (told->event.ret == -EBADF || told->event.ret == -EFAULT)
		return;
	if (!is_of_cgroup && !bpffs_path(told->path, &told->from, path, sizeof(path)))
		return;
	if (has_two && !bpffs_path(told->to, &told->to_from, to, sizeof(to)))
		return;
	/* No name of a mount point is made or taken while it is one: the call was before the mount. */
	if (told->event.ret >= 0 && which != NAME_CHMOD && which != NAME_CHOWN &&
	    (mount_named(path) || (has_two && mount_named(to))))
		return;
	if (which == NAME_SYMLINK && !symlink_target(told, to, sizeof(to)))
		return;
	if (is_of_cgroup)
		call(which == NAME_CHMOD ? "cgroup_chmod" : "cgroup_chown");
	else
		call(names[which]);
	printf(",\"path\":");
	text(path, sizeof(path));
	if (has_two) {
		printf(",\"to\":");
		text(to, sizeof(to));
	}
	if (which == NAME_SYMLINK) {
		printf(",\"target\":");
		text(to, sizeof(to));
	}
	if (which == NAME_RENAME && told->event.b)
		number("flags", told->event.b);
	if (which == NAME_CHMOD || (which == NAME_MKDIR && told->event.b != EVERY_MODE))
		number("mode", told->event.b);
	if (which == NAME_CHOWN)
		number("uid", told->event.b);
	outcome(told->event.ret, 0);
	who(&told->event, true);
}

/* Capabilities that the calls of the contract look at, by their bits. */
static const struct {
	int bit;
	const char *name;
} capabilities[] = { { 39, "bpf" }, { 12, "net_admin" }, { 21, "sys_admin" }, { 38, "perfmon" },
		     { 1, "dac_override" }, { 24, "sys_resource" }, { 2, "dac_read_search" },
		     { 0, "chown" }, { 3, "fowner" }, { 4, "fsetid" } };
#define ALL_CAPS 0x3ff
/* All of root are told by the first six of them, as a root without the others is by some of those. */
#define ROOTS_CAPS 0x3f

/* What was told of a process last, by pid: 0 nothing, else its capabilities above a set bit. */
#define TOLD 0x8000
static unsigned short told_caps[PIDS_MAX];
static unsigned int told_uid[PIDS_MAX];

static unsigned short caps_of(const struct event *event)
{
	unsigned short caps = TOLD;

	for (unsigned int i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++)
		caps |= (event->caps >> capabilities[i].bit & 1) << i;
	if (event->uid == 0 && (caps & ALL_CAPS) == ALL_CAPS)
		caps &= (unsigned short)~(ALL_CAPS & ~ROOTS_CAPS);
	return caps;
}

/* A process that does its first thing here, or does it with other credentials than before. */
static void tell_process_found(const struct event *event)
{
	const char *path = cgroup_path(event->cgroup), *before = "";
	unsigned short caps = caps_of(event);

	if (event->pid >= PIDS_MAX || (told_caps[event->pid] == caps && told_uid[event->pid] == event->uid))
		return;
	told_caps[event->pid] = caps;
	told_uid[event->pid] = event->uid;
	printf("{\"call\":{\"name\":\"found\",\"process\":{\"uid\":%u,\"caps\":[", event->uid);
	for (unsigned int i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++) {
		if (!(caps >> i & 1))
			continue;
		printf("%s\"%s\"", before, capabilities[i].name);
		before = ",";
	}
	printf("]");
	if (path) {
		printf(",\"cgroup\":");
		text(path, PATH_LEN);
	}
	printf("}},");
	time_of("at", event->at);
	number("pid", event->pid);
	named("comm", event->comm, COMM_LEN);
	printf("}\n");
}

static int tell(void *context, void *data, size_t size)
{
	const struct event *event = data;

	(void)context;
	(void)size;
	if (event->kind == EVENT_MOUNTS) {
		mounts_follow(tell_mount, mount_calls, event->a);
		return 0;
	}
	if (event->kind != EVENT_EXIT)
		tell_process_found(event);
	if (event->kind == EVENT_FORK && event->a < PIDS_MAX) {
		told_caps[event->a] = told_caps[event->pid];
		told_uid[event->a] = told_uid[event->pid];
	}
	if (event->kind == EVENT_EXIT && event->pid < PIDS_MAX)
		told_caps[event->pid] = 0;
	switch (event->kind) {
	case EVENT_BPF:
		tell_bpf(data);
		/* What the kernel makes close-on-exec is no news; what it does not, is told. */
		break;
	case EVENT_CLOEXEC:
	case EVENT_RECEIVED:
		/* No sighting tells of an fd on BTF. */
		if (event->fact[0].kind != OBJECT_BTF)
			tell_found_fd(event, event->a, event->b);
		break;
	case EVENT_FORK:
	case EVENT_EXEC:
	case EVENT_EXIT:
	case EVENT_UMASK:
	case EVENT_UNSHARE:
		tell_process(event);
		break;
	case EVENT_MKDIR:
	case EVENT_RMDIR:
	case EVENT_JOIN:
		tell_cgroup(data);
		break;
	case EVENT_NAME:
		tell_name(data);
		break;
	case EVENT_DUP:
		if (is_of_untold_btf(event))
			break;
		tell_fd(event);
		/* No sighting tells of an fd on BTF. */
		if (event->b && event->fact[0].kind != OBJECT_BTF) {
			struct event copy = *event;

			copy.fact[0].fd = event->ret;
			tell_found_fd(&copy, event->ret, true);
		}
		break;
	default:
		if (!is_of_untold_btf(event))
			tell_fd(event);
	}
	return 0;
}

/* What is on this machine. */

static int find_cgroup2(void)
{
	FILE *file = fopen("/proc/self/mounts", "re");
	char line[4096], where[1024], type[64];

	*cgroup2 = 0;
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %1023s %63s", where, type) != 2)
			continue;
		if (!strcmp(type, "cgroup2") && !*cgroup2)
			snprintf(cgroup2, sizeof(cgroup2), "%s", where);
	}
	fclose(file);
	return *cgroup2 ? 0 : -1;
}

/*
 * Tracepoints have their numbers in tracefs. Where it is not mounted, it is mounted in a namespace of
 * the collector's own: nothing of the machine changes.
 */
static int need_tracefs(void)
{
	static const char *const where = "/sys/kernel/tracing";

	if (!access("/sys/kernel/tracing/events", F_OK) || !access("/sys/kernel/debug/tracing/events", F_OK))
		return 0;
	if (unshare(CLONE_NEWNS) || mount(0, "/", 0, MS_REC | MS_SLAVE, 0))
		return -1;
	return mount("tracefs", where, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
}

/* Processes that hold an object or a cgroup already. */
static void seed_holders(unsigned char *holders, int reader)
{
	DIR *proc = opendir("/proc");
	struct dirent *process;
	size_t length = strlen(cgroup2);

	while (proc && (process = readdir(proc))) {
		char name[300], to[512];
		struct dirent *fd;
		DIR *fds;

		int pid = atoi(process->d_name);

		if (pid <= 0 || pid >= PIDS_MAX || pid == getpid() || pid == reader)
			continue;
		snprintf(name, sizeof(name), "/proc/%s/fd", process->d_name);
		fds = opendir(name);
		while (fds && (fd = readdir(fds))) {
			ssize_t got = readlinkat(dirfd(fds), fd->d_name, to, sizeof(to) - 1);

			if (got <= 0)
				continue;
			to[got] = 0;
			if (strncmp(to, "anon_inode:bpf", 14) && strncmp(to, cgroup2, length))
				continue;
			/* What type its maps are of is not asked: its updates are looked at. */
			holders[pid] = HOLDS | HOLDS_HOLDING_MAP;
			break;
		}
		if (fds)
			closedir(fds);
	}
	if (proc)
		closedir(proc);
}

static void header(bool direct)
{
	struct utsname kernel;
	char boot_id[64] = "";
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	uname(&kernel);
	if (file) {
		if (!fgets(boot_id, sizeof(boot_id), file))
			*boot_id = 0;
		boot_id[strcspn(boot_id, "\n")] = 0;
		fclose(file);
	}
	printf("{\"collector\":\"bpfledger\",\"contract\":%d,\"release\":\"%s\",\"boot_id\":\"%s\",", CONTRACT,
	       kernel.release, boot_id);
	printf("\"reads\":\"%s\"}\n", direct ? "by loads" : "by helpers");
	fflush(stdout);
}

static void tell_lost(unsigned long long count)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("{\"call\":{\"name\":\"lost\",\"events\":%llu,\"cause\":\"ring buffer full\"},", count);
	time_of("at", now.tv_sec * 1000000000ull + now.tv_nsec);
	printf("}\n");
}

static int say(enum libbpf_print_level level, const char *format, va_list words)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, words) : 0;
}

/* A call that this kernel or this architecture lacks has no tracepoint, and nobody makes it. */
static void leave_out_missing(struct collector_bpf *collector)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	static const char prefix[] = "tracepoint/";
	struct bpf_program *program;

	bpf_object__for_each_program(program, collector->obj) {
		const char *section = bpf_program__section_name(program);
		char path[256];
		bool is_there = false;

		if (strncmp(section, prefix, strlen(prefix)))
			continue;
		for (unsigned int i = 0; i < 2; i++) {
			snprintf(path, sizeof(path), "%s/events/%s", places[i], section + strlen(prefix));
			is_there |= !access(path, F_OK);
		}
		if (!is_there)
			bpf_program__set_autoload(program, false);
	}
}

/* Loads and attaches the kernel's part, which follows pointers directly or by calls of helpers. */
static struct collector_bpf *start_reading(bool direct, unsigned int reader, bool with_queries)
{
	struct collector_bpf *collector = collector_bpf__open();

	if (!collector)
		return 0;
	collector->rodata->self = getpid();
	collector->rodata->reader = reader;
	collector->rodata->with_queries = with_queries;
	collector->rodata->direct = direct;
	leave_out_missing(collector);
	/* With typed pointers the arguments of a call are there when it returns. */
	if (direct)
		bpf_program__set_autoload(collector->progs.enter_bpf, false);
	if (!collector_bpf__load(collector) && !collector_bpf__attach(collector))
		return collector;
	collector_bpf__destroy(collector);
	return 0;
}

/* A kernel before 6.2 cannot follow pointers directly, nor can one without a JIT. */
static struct collector_bpf *started(unsigned int reader, bool with_queries, bool old_reads)
{
	struct collector_bpf *collector = 0;

	if (!old_reads) {
		libbpf_set_print(0);
		collector = start_reading(true, reader, with_queries);
	}
	libbpf_set_print(say);
	return collector ?: start_reading(false, reader, with_queries);
}

static const char usage[] =
	"usage: bpfledger-collector [--queries] [--except PID] [--old-reads]\n"
	"Prints each call that touches cgroup-BPF on this machine, one JSON object a line\n"
	"(docs/observations.md), until it is stopped. Needs CAP_BPF, CAP_PERFMON and\n"
	"CAP_SYS_PTRACE, a kernel of 5.8 or later with BTF, and tracefs.\n"
	"  --queries     print PROG_QUERY, too\n"
	"  --except PID  do not tell of this process: who reads the lines\n"
	"  --old-reads   read the kernel's memory as kernels before 6.2 need it\n";

int main(int argc, char **argv)
{
	static const struct option options[] = { { "queries", 0, 0, 'q' },
						{ "except", 1, 0, 'e' },
						{ "old-reads", 0, 0, 'o' },
						{ "help", 0, 0, 'h' },
						{} };
	const struct sigaction on_stop = { .sa_sigaction = stop, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct collector_bpf *collector;
	struct ring_buffer *ring;
	unsigned long long told_lost = 0;
	unsigned int reader = 0;
	bool with_queries = false, old_reads = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, 0)) != -1) {
		if (option == 'q') {
			with_queries = true;
		} else if (option == 'o') {
			old_reads = true;
		} else if (option == 'e') {
			reader = atoi(optarg);
		} else {
			fputs(usage, option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (find_cgroup2()) {
		fprintf(stderr, "no cgroup2 is mounted\n");
		return 1;
	}
	/* Before there is a namespace of our own, which may not see what is mounted later. */
	if (mounts_open()) {
		fprintf(stderr, "cannot read /proc/self/mountinfo: %s\n", strerror(errno));
		return 1;
	}
	if (need_tracefs()) {
		fprintf(stderr, "tracefs is not mounted at /sys/kernel/tracing, and cannot be: %s\n", strerror(errno));
		return 1;
	}
	collector = started(reader, with_queries, old_reads);
	if (!collector) {
		fprintf(stderr, "cannot load or attach the collector's programs: %s\n", strerror(errno));
		return 1;
	}
	mount_calls = &collector->bss->mount_calls;
	mounts_watch(bpf_map__fd(collector->maps.mounts), cgroup2);
	/* Attached first, read after: what comes between is seen twice, never missed. */
	if (cgroups_read(cgroup2) < 0) {
		fprintf(stderr, "cannot read %s: %s\n", cgroup2, strerror(errno));
		return 1;
	}
	seed_holders(collector->bss->holders, reader);
	measure_clock();
	header(collector->rodata->direct);
	ring = ring_buffer__new(bpf_map__fd(collector->maps.events), tell, 0, 0);
	if (!ring) {
		fprintf(stderr, "cannot map the ring buffer: %s\n", strerror(errno));
		return 1;
	}
	sigaction(SIGINT, &on_stop, NULL);
	sigaction(SIGTERM, &on_stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	while (!stopped) {
		unsigned long long lost;
		int got = ring_buffer__poll(ring, POLL_MS);

		if (got < 0 && got != -EINTR)
			break;
		/* Nobody may have woken this: what is there is taken all the same. */
		if (!got)
			got = ring_buffer__consume(ring);
		measure_clock();
		/* Of a mount that no call told of; while events wait, they are of the mounts before. */
		if (!got)
			mounts_follow(tell_mount, mount_calls, *mount_calls);
		lost = collector->bss->lost;
		if (lost != told_lost)
			tell_lost(lost - told_lost);
		told_lost = lost;
		if (fflush(stdout) == EOF || ferror(stdout))
			break;
	}
	ring_buffer__consume(ring);
	fflush(stdout);
	ring_buffer__free(ring);
	collector_bpf__destroy(collector);
	return ended(reader);
}
