// SPDX-License-Identifier: (GPL-2.0 OR MIT)
/*
 * Sees every bpf(2) call of the machine, and every close, dup, fork, exec, exit and name that moves
 * what cgroup-BPF objects are held by. Only tracepoints: many kernels have no kprobes.
 *
 * An fd is resolved to its object here, in the kernel, at the moment of the call: who looks later,
 * from outside, finds what the number means by then.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "kernel.h"
#include "event.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define ANON_INODE_FS_MAGIC 0x09041934
#define CGROUP2_SUPER_MAGIC 0x63677270
#define BPF_FS_MAGIC 0xcafe4a11
#define S_IFMT 0170000
#define S_IFDIR 0040000
#define AT_FDCWD -100
#define AT_EMPTY_PATH 0x1000
#define F_DUPFD 0
#define LD_IMM64 0x18
#define F_SETFD 2
#define F_DUPFD_CLOEXEC 1030
#define O_CLOEXEC 02000000
#define O_PATH 010000000
#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define MSG_CMSG_CLOEXEC 0x40000000
/* BPF_F_BEFORE, BPF_F_AFTER */
#define PLACED (1 << 3 | 1 << 4)
#define CLOSE_RANGE_CLOEXEC (1 << 2)
/* BPF_F_TOKEN_FD */
#define TOKEN_FD (1 << 16)
#ifndef BPF_F_PATH_FD
#define BPF_F_PATH_FD (1 << 14)
#endif

#define BUFFER_BYTES (8 << 20)
/* From so many unread bytes on the reader is woken: there is room for what comes until it runs. */
#define WAKE_BYTES (BUFFER_BYTES / 8)
/* Events between two looks at how full it is. */
#define LOOK_EVERY 64
/* Fds that are looked at when a whole table is walked, at close_range and exit. */
#define WALK_MAX 1024
/* Fds that one message may carry and that are looked at; the kernel allows 253. */
#define RECEIVED_MAX 32
/* Numbers at which the maps of a program that is loaded are looked for. */
#define MAP_WALK_MAX 256

/* The collector itself and who reads it, which are not told of. */
const volatile unsigned int self = 0;
const volatile unsigned int reader = 0;
/* Whether PROG_QUERY is told of. */
const volatile unsigned char with_queries = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BUFFER_BYTES);
} events SEC(".maps");

/* Events that found no room in the ring buffer: they are lost, and the reader is told. */
unsigned long long lost = 0;
/* Events that found room. */
unsigned long long submitted = 0;

/* A call that has entered and not returned yet, by thread. */
struct call {
	long long a;
	long long b;
	long long c;
	unsigned long long pointer;
	unsigned int fact_kind;
	unsigned int to_kind;
	unsigned long long fact_id;
	unsigned long long to_id;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, unsigned long long);
	__type(value, struct call);
} calls SEC(".maps");

/*
 * Processes that were told of, or hold something, by pid, as enum holding: only of these are fork, exec,
 * exit and what they do with fds told.
 */
unsigned char holders[PIDS_MAX] = {};

struct enter {
	unsigned long long common;
	long long nr;
	unsigned long long args[6];
};

struct leave {
	unsigned long long common;
	long long nr;
	long long ret;
};

/*
 * Reading the kernel's memory. Since 6.2 a pointer can be given its type, and is then followed by plain
 * loads; before, each field takes a call of a helper, which costs twenty loads and more.
 */
const volatile unsigned char direct = 0;

extern void *bpf_rdonly_cast(const void *object, unsigned int type) __ksym __weak;

#define TYPED(type, pointer)                                                                         \
	(direct ? (struct type *)bpf_rdonly_cast((const void *)(pointer),                            \
						 bpf_core_type_id_kernel(struct type)) :             \
		  (struct type *)(pointer))

#define FIELD(pointer, field)                                                                        \
	({                                                                                           \
		typeof((pointer)->field) field_value;                                                \
                                                                                                     \
		if (direct)                                                                          \
			field_value = (pointer)->field;                                              \
		else                                                                                 \
			bpf_core_read(&field_value, sizeof(field_value), &(pointer)->field);         \
		field_value;                                                                         \
	})

/* Eight bytes at an address of the kernel: an rb_node begins with a number of that size. */
static __always_inline unsigned long load(const void *address)
{
	unsigned long value = 0;

	if (direct)
		return TYPED(rb_node, address)->__rb_parent_color;
	bpf_probe_read_kernel(&value, sizeof(value), address);
	return value;
}

static __always_inline struct task_struct *current_task(void)
{
	return direct ? bpf_get_current_task_btf() : (struct task_struct *)bpf_get_current_task();
}

static __always_inline int is_self(void)
{
	unsigned int pid = bpf_get_current_pid_tgid() >> 32;

	return pid == self || pid == reader;
}

/* Neither the collector nor its reader ever is one. */
static __always_inline int is_holder(struct task_struct *task)
{
	unsigned int pid = FIELD(task, tgid);

	return holders[pid % PIDS_MAX];
}

static __always_inline struct file *file_at(struct task_struct *task, unsigned int fd)
{
	struct files_struct *files = FIELD(task, files);
	struct fdtable *table = FIELD(files, fdt);

	if (!table || fd >= FIELD(table, max_fds))
		return 0;
	return (void *)load(FIELD(table, fd) + fd);
}

static __always_inline int is_cloexec(struct task_struct *task, unsigned int fd)
{
	struct files_struct *files = FIELD(task, files);
	struct fdtable *table = FIELD(files, fdt);

	return (load(FIELD(table, close_on_exec) + fd / 64) >> (fd % 64)) & 1;
}

/* The names that anon_inode_getfd is called with, in kernel/bpf/syscall.c; "-" is "_" in some. */
#define NAME(a, b, c, d, e, f, g, h)                                                                 \
	((unsigned long)(a) | (unsigned long)(b) << 8 | (unsigned long)(c) << 16 |                   \
	 (unsigned long)(e) << 32 | (unsigned long)(f) << 40 | (unsigned long)(g) << 48 |            \
	 (unsigned long)(h) << 56)
#define NAME_MASK (~(0xfful << 24))
/* One name is shorter, and ends in these bytes. */
#define BTF_NAME ((unsigned long)'b' | (unsigned long)'t' << 8 | (unsigned long)'f' << 16)
#define BTF_NAME_MASK 0xfffffffful

/* An object as one number: its kind, and its id. */
#define KIND_SHIFT 56
#define OBJECT(kind, id) ((unsigned long long)(kind) << KIND_SHIFT | (id))

/*
 * What a file is. A function of its own, not inlined: the verifier reads it once, and not for each fd.
 */
__noinline unsigned long long object_of(unsigned long address)
{
	struct file *file = TYPED(file, address);
	struct inode *inode = FIELD(file, f_inode);
	struct super_block *sb = FIELD(inode, i_sb);
	unsigned long magic = FIELD(sb, s_magic), name;
	struct dentry *dentry;

	if (magic == CGROUP2_SUPER_MAGIC) {
		struct kernfs_node *node;

		if ((FIELD(inode, i_mode) & S_IFMT) != S_IFDIR)
			return OBJECT_NONE;
		node = TYPED(kernfs_node, FIELD(inode, i_private));
		return OBJECT(OBJECT_CGROUP, FIELD(node, id));
	}
	if (magic != ANON_INODE_FS_MAGIC)
		return OBJECT_NONE;
	dentry = FIELD(file, f_path.dentry);
	name = load(FIELD(dentry, d_name.name));
	if ((name & BTF_NAME_MASK) == BTF_NAME) {
		struct btf *btf = TYPED(btf, FIELD(file, private_data));

		return OBJECT(OBJECT_BTF, FIELD(btf, id));
	}
	switch (name & NAME_MASK) {
	case NAME('b', 'p', 'f', '-', 'p', 'r', 'o', 'g'): {
		struct bpf_prog *prog = TYPED(bpf_prog, FIELD(file, private_data));
		struct bpf_prog_aux *aux = FIELD(prog, aux);

		return OBJECT(OBJECT_PROG, FIELD(aux, id));
	}
	case NAME('b', 'p', 'f', '-', 'm', 'a', 'p', 0): {
		struct bpf_map *map = TYPED(bpf_map, FIELD(file, private_data));

		return OBJECT(OBJECT_MAP, FIELD(map, id));
	}
	case NAME('b', 'p', 'f', '-', 'l', 'i', 'n', 'k'): {
		struct bpf_link *link = TYPED(bpf_link, FIELD(file, private_data));

		/* Links on anything but cgroups are none of the log's. */
		if (FIELD(link, type) != BPF_LINK_TYPE_CGROUP)
			return OBJECT(OBJECT_OTHER, 0);
		return OBJECT(OBJECT_LINK, FIELD(link, id));
	}
	default:
		return OBJECT_NONE;
	}
}

static __always_inline unsigned int object_at(struct task_struct *task, unsigned int fd, unsigned long long *id)
{
	struct file *file = file_at(task, fd);
	unsigned long long object = file ? object_of((unsigned long)file) : OBJECT_NONE;

	*id = object & (1ull << KIND_SHIFT) - 1;
	return object >> KIND_SHIFT;
}

/* The same of an fd of the caller, for loops: the verifier reads it once. */
__noinline unsigned long long object_of_fd(unsigned int fd)
{
	struct file *file = file_at(current_task(), fd);

	return file ? object_of((unsigned long)file) : OBJECT_NONE;
}

/* Whether an fd is on a map whose elements hold programs or maps. */
static __always_inline int is_holding_map(struct task_struct *task, unsigned int fd)
{
	unsigned long address = (unsigned long)file_at(task, fd);
	struct file *file;
	struct bpf_map *map;
	unsigned int type;

	if (!address || object_of(address) >> KIND_SHIFT != OBJECT_MAP)
		return 0;
	file = TYPED(file, address);
	map = TYPED(bpf_map, FIELD(file, private_data));
	type = FIELD(map, map_type);
	return type == BPF_MAP_TYPE_PROG_ARRAY || type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	       type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* A process has an fd that it did not have. */
static __always_inline void note_map(struct task_struct *task, unsigned int fd)
{
	unsigned int pid = FIELD(task, tgid);

	if (is_holding_map(task, fd))
		holders[pid % PIDS_MAX] |= HOLDS_HOLDING_MAP;
}

/* An object of the log, or a cgroup. */
static __always_inline int is_told(unsigned int kind)
{
	return kind != OBJECT_NONE && kind != OBJECT_OTHER;
}

/* What capable() asks: those of the first user namespace. */
static __always_inline unsigned long long capabilities(struct cred *cred)
{
	struct user_namespace *ns = FIELD(cred, user_ns);
	unsigned long long caps = 0;

	if (FIELD(ns, level))
		return 0;
	if (direct)
		return load(__builtin_preserve_access_index(&cred->cap_effective));
	bpf_core_read(&caps, sizeof(caps), &cred->cap_effective);
	return caps;
}

/* The name and the cgroup of the caller. */
static __always_inline void read_place(struct event *event, struct task_struct *task)
{
	const char *comm = (const char *)__builtin_preserve_access_index(&task->comm);
	struct css_set *set;
	struct cgroup *cgroup;
	struct kernfs_node *node;

	if (!direct) {
		event->cgroup = bpf_get_current_cgroup_id();
		bpf_get_current_comm(event->comm, sizeof(event->comm));
		return;
	}
	set = FIELD(task, cgroups);
	cgroup = FIELD(set, dfl_cgrp);
	node = FIELD(cgroup, kn);
	event->cgroup = FIELD(node, id);
	((unsigned long *)event->comm)[0] = load(comm);
	((unsigned long *)event->comm)[1] = load(comm + 8);
}

/* Who it is: the caller. */
static __always_inline void begin(struct event *event, struct task_struct *task, unsigned int kind)
{
	struct cred *cred = FIELD(task, cred);
	unsigned int pid = FIELD(task, tgid);

	event->kind = kind;
	event->pid = pid;
	event->tid = FIELD(task, pid);
	event->caps = capabilities(cred);
	event->at = bpf_ktime_get_ns();
	event->uid = FIELD(cred, uid.val);
	event->pad = 0;
	read_place(event, task);
	event->ret = 0;
	event->a = 0;
	event->b = 0;
	event->facts = 0;
	/* Whoever is told of once is told of until it ends. */
	if (kind == EVENT_EXIT)
		holders[pid % PIDS_MAX] = 0;
	else
		holders[pid % PIDS_MAX] |= HOLDS;
}

static __always_inline void *reserve(unsigned long size)
{
	void *room = bpf_ringbuf_reserve(&events, size, 0);

	if (!room)
		__sync_fetch_and_add(&lost, 1);
	return room;
}

/*
 * Waking the reader costs more than all else of an event, so it looks by itself, every POLL_MS; only
 * a buffer that fills wakes it before.
 */
static __always_inline void submit(void *told)
{
	unsigned long long flags = BPF_RB_NO_WAKEUP;

	/* Two processors may count one: then it is looked a little later. */
	if (++submitted % LOOK_EVERY == 0 && bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > WAKE_BYTES)
		flags = BPF_RB_FORCE_WAKEUP;
	bpf_ringbuf_submit(told, flags);
}

/* A small event about one fd. */
static __always_inline void tell_fd(struct task_struct *task, unsigned int kind, long long ret, long long a, long long b,
				    int fd, unsigned int object, unsigned long long id)
{
	struct event *event = reserve(sizeof(*event));

	if (!event)
		return;
	begin(event, task, kind);
	event->ret = ret;
	event->a = a;
	event->b = b;
	event->facts = 1;
	event->fact[0].fd = fd;
	event->fact[0].kind = object;
	event->fact[0].id = id;
	submit(event);
}

/* The call that now returns, when it was kept. */
static __always_inline int kept(struct call *out)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &thread);

	if (!call)
		return 0;
	*out = *call;
	bpf_map_delete_elem(&calls, &thread);
	return 1;
}

/* bpf(2) */

static __always_inline int is_told_command(unsigned int cmd)
{
	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET:
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_LINK_CREATE:
	case BPF_LINK_UPDATE:
	case BPF_LINK_GET_FD_BY_ID:
	case BPF_LINK_DETACH:
	case BPF_PROG_BIND_MAP:
	case BPF_MAP_FREEZE:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_BTF_LOAD:
		return 1;
	case BPF_PROG_QUERY:
		return with_queries;
	default:
		return 0;
	}
}

/*
 * Whether a command is on an element of a map that holds no programs and no maps: of these, which are
 * most of all bpf(2), nothing is told. Most processes never have another map, which is seen at no cost.
 */
static __always_inline int is_plain_element(struct task_struct *task, const struct call *call)
{
	unsigned int pid, fd = 0;

	if (call->a != BPF_MAP_UPDATE_ELEM && call->a != BPF_MAP_DELETE_ELEM)
		return 0;
	pid = FIELD(task, tgid);
	if (!(holders[pid % PIDS_MAX] & HOLDS_HOLDING_MAP))
		return 1;
	bpf_probe_read_user(&fd, sizeof(fd), (void *)call->pointer);
	return !is_holding_map(task, fd);
}

/* Where the arguments of a call cannot be read when it returns, they are kept when it enters. */
SEC("tracepoint/syscalls/sys_enter_bpf")
int enter_bpf(struct enter *enter)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct call call = { .a = enter->args[0], .pointer = enter->args[1], .b = enter->args[2] };

	if (is_told_command(call.a) && !is_self() && !is_plain_element(current_task(), &call))
		bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
}

/* The arguments of the bpf(2) that returns: cmd, attr, size. Gives whether it is told of. */
static __always_inline int bpf_arguments(struct task_struct *task, struct call *call)
{
	unsigned int pid = FIELD(task, tgid);

	if (!direct)
		return kept(call);
	if (bpf_core_field_exists(((struct pt_regs___x86 *)0)->di)) {
		struct pt_regs___x86 *regs = TYPED(pt_regs___x86, bpf_task_pt_regs(task));

		call->a = (unsigned int)regs->di;
		call->pointer = regs->si;
		call->b = (unsigned int)regs->dx;
	} else {
		struct pt_regs___arm64 *regs = TYPED(pt_regs___arm64, bpf_task_pt_regs(task));

		call->a = (unsigned int)regs->orig_x0;
		call->pointer = regs->regs[1];
		call->b = (unsigned int)regs->regs[2];
	}
	return is_told_command(call->a) && pid != self && pid != reader && !is_plain_element(task, call);
}

/* What a file is that is not an object of the log. */
__noinline unsigned int other_kind(unsigned long address)
{
	struct file *file = TYPED(file, address);
	struct inode *inode = FIELD(file, f_inode);
	struct super_block *sb = FIELD(inode, i_sb);
	struct dentry *dentry = FIELD(file, f_path.dentry);
	unsigned long name = load(FIELD(dentry, d_name.name));

	if (FIELD(sb, s_magic) != ANON_INODE_FS_MAGIC)
		return OBJECT_OTHER;
	if ((name & NAME_MASK) == NAME('b', 'p', 'f', '-', 't', 'o', 'k', 'e'))
		return OBJECT_TOKEN;
	return OBJECT_OTHER;
}

/* What an fd of the call is, as its fact of this number. */
static __always_inline void add_fact(struct event *event, unsigned int n, struct task_struct *task, int fd)
{
	struct fact *fact = &event->fact[n];
	unsigned long long id;

	fact->fd = fd;
	fact->kind = object_at(task, fd, &id);
	fact->id = id;
	/* A refusal may come of what an fd is not. */
	if (!fact->kind) {
		unsigned long file = (unsigned long)file_at(task, fd);

		if (file)
			fact->kind = other_kind(file);
	}
	event->facts = n + 1;
}

/* The same, as the next one of the facts. */
static __always_inline void add_next(struct event *event, struct task_struct *task, int fd)
{
	add_fact(event, event->facts % FACTS_MAX, task, fd);
}

static __always_inline unsigned int word(const struct bpf_event *told, unsigned int offset)
{
	return *(const unsigned int *)(told->attr + offset);
}

static __always_inline unsigned long long quad(const struct bpf_event *told, unsigned int offset)
{
	return *(const unsigned long long *)(told->attr + offset);
}

/* The names of a directory in its file system, innermost first; the reader puts them together. */
static __always_inline void directory_of(struct dentry *dentry, struct start *out)
{
	out->depth = 0;
	for (int depth = 0; depth < START_DEPTH; depth++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (!parent || parent == dentry)
			return;
		bpf_probe_read_kernel_str(out->name[depth], NAME_LEN, BPF_CORE_READ(dentry, d_name.name));
		out->depth = depth + 1;
		dentry = parent;
	}
	/* What is deeper has no name here. */
	if (BPF_CORE_READ(dentry, d_parent) != dentry)
		out->depth = -1;
}

/* The cgroup behind a name of cgroup2; of a control file the name, and the cgroup that it is of. */
static __always_inline void cgroup_of(struct dentry *dentry, struct start *out)
{
	struct kernfs_node *node;

	out->depth = 0;
	if ((BPF_CORE_READ(dentry, d_inode, i_mode) & S_IFMT) != S_IFDIR) {
		bpf_probe_read_kernel_str(out->name[0], NAME_LEN, BPF_CORE_READ(dentry, d_name.name));
		out->depth = 1;
		dentry = BPF_CORE_READ(dentry, d_parent);
	}
	node = BPF_CORE_READ(dentry, d_inode, i_private);
	out->cgroup = BPF_CORE_READ(node, id);
}

/* What a relative path starts from, when it lies on a bpffs or on cgroup2; else nothing. */
static __always_inline int start_at(struct task_struct *task, int dirfd, struct start *out)
{
	struct dentry *dentry;
	unsigned long magic;

	if (dirfd == AT_FDCWD) {
		dentry = BPF_CORE_READ(task, fs, pwd.dentry);
	} else {
		struct file *file = file_at(task, dirfd);

		if (!file)
			return MOUNT_NONE;
		dentry = BPF_CORE_READ(file, f_path.dentry);
	}
	magic = BPF_CORE_READ(dentry, d_sb, s_magic);
	if (magic == CGROUP2_SUPER_MAGIC) {
		cgroup_of(dentry, out);
		return MOUNT_CGROUP2;
	}
	if (magic != BPF_FS_MAGIC)
		return MOUNT_NONE;
	out->device = BPF_CORE_READ(dentry, d_sb, s_dev);
	directory_of(dentry, out);
	return MOUNT_BPFFS;
}

#define PROC_FD "/proc/self/fd/"
#define PROC_FD_LEN (sizeof(PROC_FD) - 1)
#define FD_DIGITS 7

/* Where a path starts: a directory by its fd, also as /proc/self/fd/N, or the current one. */
static __always_inline int start_of(struct task_struct *task, int dirfd, const char *path, struct start *out)
{
	unsigned int digits = 0, fd = 0;
	int found;

	out->depth = -1;
	out->device = 0;
	out->skip = 0;
	out->cgroup = 0;
	if (path[0] != '/')
		return start_at(task, dirfd, out);
	for (unsigned int i = 0; i < PROC_FD_LEN; i++)
		if (path[i] != PROC_FD[i])
			return MOUNT_NONE;
	for (; digits < FD_DIGITS; digits++) {
		char c = path[PROC_FD_LEN + digits];

		if (c < '0' || c > '9')
			break;
		fd = fd * 10 + c - '0';
	}
	if (!digits || (path[PROC_FD_LEN + digits] && path[PROC_FD_LEN + digits] != '/'))
		return MOUNT_NONE;
	found = start_at(task, fd, out);
	out->skip = PROC_FD_LEN + digits;
	return found;
}

/* The attr as the caller has it when the call returns: but for what the kernel wrote, as it was. */
static __always_inline void begin_bpf(struct bpf_event *told, struct task_struct *task,
				      const struct call *call, long long ret, unsigned long long room)
{
	unsigned long long size = call->b;

	begin(&told->event, task, EVENT_BPF);
	told->event.ret = ret;
	told->cmd = call->a;
	told->size = call->b;
	/* The verifier has to see the bound on the register that is passed. */
	asm volatile("" : "+r"(size));
	if (size > room)
		size = room;
	else
		__builtin_memset(told->attr, 0, room);
	bpf_probe_read_user(told->attr, size, (void *)call->pointer);
}

/* A bpf_event of a command with a short attr. */
#define SHORT_EVENT (__builtin_offsetof(struct bpf_event, attr) + ATTR_SHORT)

static __always_inline void tell_call(struct task_struct *task, const struct call *call, long long ret)
{
	struct bpf_event *told = reserve(SHORT_EVENT);
	struct event *event;

	if (!told)
		return;
	begin_bpf(told, task, call, ret, ATTR_SHORT);
	event = &told->event;
	switch (call->a) {
	case BPF_PROG_ATTACH: /* target_fd, attach_bpf_fd, attach_type, flags, replace_bpf_fd, relative_fd */
		add_fact(event, 0, task, word(told, 0));
		add_fact(event, 1, task, word(told, 4));
		if (word(told, 12) & (BPF_F_REPLACE | PLACED)) {
			add_fact(event, 2, task, word(told, 16));
			add_fact(event, 3, task, word(told, 20));
		}
		break;
	case BPF_PROG_DETACH:
		add_fact(event, 0, task, word(told, 0));
		add_fact(event, 1, task, word(told, 4));
		if (word(told, 12) & PLACED)
			add_fact(event, 2, task, word(told, 20));
		break;
	case BPF_LINK_CREATE: /* prog_fd, target_fd, attach_type, flags, relative_fd, expected_revision */
		add_fact(event, 0, task, word(told, 0));
		add_fact(event, 1, task, word(told, 4));
		add_fact(event, 2, task, ret >= 0 ? ret : (int)word(told, 16));
		if (ret >= 0 && word(told, 12) & PLACED)
			add_fact(event, 3, task, word(told, 16));
		break;
	case BPF_LINK_UPDATE: /* link_fd, new_prog_fd, flags, old_prog_fd */
		add_fact(event, 0, task, word(told, 0));
		add_fact(event, 1, task, word(told, 4));
		if (word(told, 8) & BPF_F_REPLACE)
			add_fact(event, 2, task, word(told, 12));
		break;
	case BPF_LINK_DETACH:
	case BPF_MAP_FREEZE: /* map_fd */
		add_fact(event, 0, task, word(told, 0));
		break;
	case BPF_PROG_BIND_MAP:
		add_fact(event, 0, task, word(told, 0));
		add_fact(event, 1, task, word(told, 4));
		break;
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_LINK_GET_FD_BY_ID:
		if (ret >= 0) {
			add_fact(event, 0, task, ret);
			note_map(task, ret);
		}
		break;
	case BPF_BTF_LOAD: /* btf, btf_log_buf, btf_size, …, btf_flags, btf_token_fd */
		if (ret >= 0)
			add_fact(event, 0, task, ret);
		else if (word(told, 32) & TOKEN_FD)
			add_fact(event, 0, task, word(told, 36));
	}
	submit(told);
}

/* Whether an attr names BTF, by the ids of types in it or by what is described. */
#define MAP_HAS_BTF(told) (word(told, 52) || word(told, 56) || word(told, 60))
#define LOAD_HAS_BTF(told) (word(told, 88) || word(told, 104))

/* A bpf_event of MAP_CREATE. */
#define MAP_EVENT (__builtin_offsetof(struct bpf_event, attr) + ATTR_MAP)

static __always_inline void tell_map(struct task_struct *task, const struct call *call, long long ret)
{
	struct bpf_event *told = reserve(MAP_EVENT);
	struct event *event;

	if (!told)
		return;
	begin_bpf(told, task, call, ret, ATTR_MAP);
	event = &told->event;
	/* map_type, key_size, value_size, max_entries, map_flags, inner_map_fd, …, btf_fd, …, map_token_fd */
	add_fact(event, 0, task, ret);
	note_map(task, ret);
	if (word(told, 0) == BPF_MAP_TYPE_ARRAY_OF_MAPS || word(told, 0) == BPF_MAP_TYPE_HASH_OF_MAPS)
		add_next(event, task, word(told, 20));
	if (word(told, 16) & TOKEN_FD)
		add_next(event, task, word(told, 76));
	if (MAP_HAS_BTF(told))
		add_next(event, task, word(told, 48));
	submit(told);
}

static __always_inline void tell_element(struct task_struct *task, const struct call *call, long long ret)
{
	struct element_event *told = reserve(sizeof(*told));
	struct event *event;

	if (!told)
		return;
	begin_bpf(&told->bpf, task, call, ret, ATTR_MAX);
	event = &told->bpf.event;
	told->key = 0;
	told->value = -1;
	add_fact(event, 0, task, word(&told->bpf, 0)); /* map_fd, key, value, flags */
	bpf_probe_read_user(&told->key, sizeof(told->key), (void *)quad(&told->bpf, 8));
	if (call->a == BPF_MAP_UPDATE_ELEM) {
		bpf_probe_read_user(&told->value, sizeof(told->value), (void *)quad(&told->bpf, 16));
		add_fact(event, 1, task, told->value);
	}
	submit(told);
}

static __always_inline void tell_query(struct task_struct *task, const struct call *call, long long ret)
{
	struct query_event *told = reserve(sizeof(*told));
	unsigned int count;

	if (!told)
		return;
	begin_bpf(&told->bpf, task, call, ret, ATTR_MAX);
	add_fact(&told->bpf.event, 0, task, word(&told->bpf, 0));
	count = ret ? 0 : word(&told->bpf, 24);
	if (count > 64)
		count = 64;
	told->prog_cnt = count;
	if (quad(&told->bpf, 16))
		bpf_probe_read_user(told->prog_id, (count & 127) * 4, (void *)quad(&told->bpf, 16));
	submit(told);
}

static __always_inline void tell_pin(struct task_struct *task, const struct call *call, long long ret)
{
	struct pin_event *told = reserve(sizeof(*told));
	struct event *event;
	int dirfd = AT_FDCWD;

	if (!told)
		return;
	begin_bpf(&told->bpf, task, call, ret, ATTR_MAX);
	event = &told->bpf.event;
	if (call->a == BPF_OBJ_PIN) /* pathname, bpf_fd */
		add_fact(event, 0, task, word(&told->bpf, 8));
	else if (ret >= 0) {
		add_fact(event, 0, task, ret);
		note_map(task, ret);
	}
	told->path[0] = 0;
	bpf_probe_read_user_str(told->path, sizeof(told->path), (void *)quad(&told->bpf, 0));
	if (word(&told->bpf, 12) & BPF_F_PATH_FD)
		dirfd = word(&told->bpf, 16);
	start_of(task, dirfd, told->path, &told->from);
	submit(told);
}

/*
 * The call names maps by fds, inside its instructions; the loader still has them open. `wanted` has a
 * bit for each map: its id's last six.
 */
static __always_inline void find_map_fds(struct load_event *told, unsigned long long wanted)
{
	for (unsigned int fd = 0; fd < MAP_WALK_MAX; fd++) {
		/* Counted in the event: of what stands there the verifier does not follow each value. */
		unsigned int found = told->found;
		unsigned long long id;

		if (!wanted || found >= MAP_FDS_MAX)
			break;
		id = object_of_fd(fd);
		if (id >> KIND_SHIFT != OBJECT_MAP || !(wanted >> (id & 63) & 1))
			continue;
		told->map_fd[found % MAP_FDS_MAX].id = id;
		told->map_fd[found % MAP_FDS_MAX].fd = fd;
		told->found = found + 1;
	}
}

static __always_inline void tell_loaded(struct load_event *told, struct task_struct *task, int fd)
{
	struct file *file = file_at(task, fd);
	struct bpf_prog *prog = BPF_CORE_READ(file, private_data);
	struct bpf_map **used = BPF_CORE_READ(prog, aux, used_maps);
	unsigned long long wanted = 0;

	BPF_CORE_READ_INTO(&told->tag, prog, tag);
	told->enforced = BPF_CORE_READ_BITFIELD_PROBED(prog, enforce_expected_attach_type);
	told->maps = BPF_CORE_READ(prog, aux, used_map_cnt);
	for (unsigned int i = 0; i < MAPS_MAX; i++) {
		struct bpf_map *map = 0;

		if (i >= told->maps)
			break;
		bpf_probe_read_kernel(&map, sizeof(map), used + i);
		told->map[i] = BPF_CORE_READ(map, id);
		wanted |= 1ull << (told->map[i] & 63);
	}
	find_map_fds(told, wanted);
}

/* How many fds an fd_array has is for the instructions to say: what is read may be more. */
static __always_inline void tell_fd_array(struct load_event *told)
{
	unsigned long long array = quad(&told->bpf, 120);

	if (!array)
		return;
	for (unsigned int i = 0; i < FD_ARRAY_MAX; i++) {
		if (bpf_probe_read_user(&told->array_fd[i], sizeof(int), (void *)(array + sizeof(int) * i)))
			break;
		told->array_fds = i + 1;
	}
}

/* An fd of which add_fact is asked later; those that were named first stay. */
static __always_inline void name_fd(struct event *event, int fd)
{
	unsigned int facts = event->facts;

	if (facts >= FACTS_MAX)
		return;
	event->fact[facts % FACTS_MAX].fd = fd;
	event->facts = facts + 1;
}

/* A refusal may come of the instructions, and of the maps that they name, also by a place in the fd_array. */
static __always_inline void tell_refused(struct load_event *told, struct task_struct *task)
{
	unsigned long long bytes = 8ull * word(&told->bpf, 4);
	struct event *event = &told->bpf.event;
	unsigned int found;

	tell_fd_array(told);
	if (LOAD_HAS_BTF(&told->bpf))
		name_fd(event, word(&told->bpf, 72));
	if (word(&told->bpf, 112))
		name_fd(event, word(&told->bpf, 112));
	if (word(&told->bpf, 44) & TOKEN_FD)
		name_fd(event, word(&told->bpf, 144));
	asm volatile("" : "+r"(bytes));
	if (bytes > sizeof(told->insn))
		bytes = sizeof(told->insn);
	if (!bpf_probe_read_user(told->insn, bytes, (void *)quad(&told->bpf, 8)))
		told->insns = bytes / 8;
	for (unsigned int i = 0; i < INSNS_MAX; i++) {
		unsigned int source, named;

		if (i >= told->insns)
			break;
		source = told->insn[i] >> 12 & 0xf;
		named = told->insn[i] >> 32;
		if ((told->insn[i] & 0xff) != LD_IMM64)
			continue;
		if (source == BPF_PSEUDO_MAP_FD || source == BPF_PSEUDO_MAP_VALUE)
			name_fd(event, named);
		else if ((source == BPF_PSEUDO_MAP_IDX || source == BPF_PSEUDO_MAP_IDX_VALUE) &&
			 named < told->array_fds)
			name_fd(event, told->array_fd[named % FD_ARRAY_MAX]);
	}
	for (unsigned int i = 0; i < FD_ARRAY_MAX; i++) {
		/* Where not all are here, none is told. */
		if (i >= word(&told->bpf, 148) || word(&told->bpf, 148) > told->array_fds)
			break;
		name_fd(event, told->array_fd[i]);
	}
	found = event->facts;
	for (unsigned int i = 0; i < FACTS_MAX && i < found; i++)
		add_fact(event, i, task, event->fact[i].fd);
}

static __always_inline void tell_load(struct task_struct *task, const struct call *call, long long ret)
{
	struct load_event *told = reserve(sizeof(*told));

	if (!told)
		return;
	begin_bpf(&told->bpf, task, call, ret, ATTR_MAX);
	/* Where there is such a field the kernel wrote it: what the caller had there is gone, and was not read. */
	if (bpf_core_field_exists(((union bpf_attr___true *)0)->log_true_size))
		*(unsigned int *)(told->bpf.attr + 140) = 0;
	__builtin_memset(told->tag, 0, sizeof(told->tag));
	told->maps = 0;
	told->found = 0;
	told->enforced = 0;
	told->insns = 0;
	told->array_fds = 0;
	if (ret >= 0) {
		add_fact(&told->bpf.event, 0, task, ret);
		if (LOAD_HAS_BTF(&told->bpf))
			add_fact(&told->bpf.event, 1, task, word(&told->bpf, 72));
		tell_loaded(told, task, ret);
	} else {
		tell_refused(told, task);
	}
	submit(told);
}

SEC("tracepoint/syscalls/sys_exit_bpf")
int leave_bpf(struct leave *leave)
{
	struct task_struct *task = current_task();
	struct call call = {};

	if (!bpf_arguments(task, &call))
		return 0;
	switch (call.a) {
	case BPF_MAP_CREATE:
		tell_map(task, &call, leave->ret);
		break;
	case BPF_PROG_LOAD:
		tell_load(task, &call, leave->ret);
		break;
	case BPF_PROG_QUERY:
		tell_query(task, &call, leave->ret);
		break;
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET:
		tell_pin(task, &call, leave->ret);
		break;
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
		tell_element(task, &call, leave->ret);
		break;
	default:
		tell_call(task, &call, leave->ret);
	}
	return 0;
}

/* Calls on one or two fds. What an fd is, is seen before the call. */

static __always_inline int keep(long long a, long long b, long long c, int fd, int to)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct task_struct *task = current_task();
	struct call call = { .a = a, .b = b, .c = c };

	if (!is_holder(task))
		return 0;
	call.fact_kind = object_at(task, fd, &call.fact_id);
	if (to >= 0 && to != fd)
		call.to_kind = object_at(task, to, &call.to_id);
	if (is_told(call.fact_kind) || is_told(call.to_kind))
		bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
}

/*
 * A close is told before it is done: whatever it answers the number is free then, and another thread
 * may have it again before this one returns.
 */
SEC("tracepoint/syscalls/sys_enter_close")
int enter_close(struct enter *enter)
{
	struct task_struct *task = current_task();
	unsigned int fd = enter->args[0];
	unsigned long long id;
	unsigned int kind;

	if (!is_holder(task))
		return 0;
	kind = object_at(task, fd, &id);
	if (is_told(kind))
		tell_fd(task, EVENT_CLOSE, 0, fd, 0, fd, kind, id);
	return 0;
}

static __always_inline int leave_dup(struct leave *leave, int cloexec)
{
	struct call call;

	if (!kept(&call) || leave->ret < 0)
		return 0;
	if (is_told(call.to_kind))
		tell_fd(current_task(), EVENT_CLOSE, 0, leave->ret, 0, leave->ret, call.to_kind, call.to_id);
	if (is_told(call.fact_kind))
		tell_fd(current_task(), EVENT_DUP, leave->ret, call.a, cloexec >= 0 ? cloexec : call.b, call.a,
			call.fact_kind, call.fact_id);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_dup")
int enter_dup(struct enter *enter)
{
	return keep(enter->args[0], 0, 0, enter->args[0], -1);
}

SEC("tracepoint/syscalls/sys_exit_dup")
int leave_dup1(struct leave *leave)
{
	return leave_dup(leave, 0);
}

SEC("tracepoint/syscalls/sys_enter_dup2")
int enter_dup2(struct enter *enter)
{
	if (enter->args[0] == enter->args[1])
		return 0;
	return keep(enter->args[0], 0, 0, enter->args[0], enter->args[1]);
}

SEC("tracepoint/syscalls/sys_exit_dup2")
int leave_dup2(struct leave *leave)
{
	return leave_dup(leave, 0);
}

SEC("tracepoint/syscalls/sys_enter_dup3")
int enter_dup3(struct enter *enter)
{
	return keep(enter->args[0], (enter->args[2] & O_CLOEXEC) != 0, 0, enter->args[0], enter->args[1]);
}

SEC("tracepoint/syscalls/sys_exit_dup3")
int leave_dup3(struct leave *leave)
{
	return leave_dup(leave, -1);
}

SEC("tracepoint/syscalls/sys_enter_fcntl")
int enter_fcntl(struct enter *enter)
{
	unsigned int cmd = enter->args[1];

	if (cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC && cmd != F_SETFD)
		return 0;
	return keep(enter->args[0], cmd == F_SETFD ? enter->args[2] & 1 : cmd == F_DUPFD_CLOEXEC, cmd,
		    enter->args[0], -1);
}

SEC("tracepoint/syscalls/sys_exit_fcntl")
int leave_fcntl(struct leave *leave)
{
	struct call call;

	if (!kept(&call) || leave->ret < 0)
		return 0;
	if (call.c == F_SETFD)
		tell_fd(current_task(), EVENT_CLOEXEC, 0, call.a, call.b, call.a, call.fact_kind, call.fact_id);
	else
		tell_fd(current_task(), EVENT_DUP, leave->ret, call.a, call.b, call.a, call.fact_kind, call.fact_id);
	return 0;
}

/* One of many fds that go, or become close-on-exec. */
__noinline int close_of(unsigned int fd, unsigned int kind)
{
	struct task_struct *task = current_task();
	unsigned long long id;
	unsigned int object = object_at(task, fd, &id);

	if (is_told(object))
		tell_fd(task, kind, 0, fd, 1, fd, object, id);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_close_range")
int enter_close_range(struct enter *enter)
{
	struct task_struct *task = current_task();
	unsigned int first = enter->args[0], last = enter->args[1], flags = enter->args[2];

	if (!is_holder(task) || first > last)
		return 0;
	for (unsigned int i = 0; i < WALK_MAX && first + i <= last; i++)
		close_of(first + i, flags & CLOSE_RANGE_CLOEXEC ? EVENT_CLOEXEC : EVENT_CLOSE);
	return 0;
}

/* Opens of cgroup directories. */

static __always_inline int leave_open(struct leave *leave)
{
	unsigned long long id;
	struct task_struct *task;
	struct file *file;

	if (leave->ret < 0 || is_self())
		return 0;
	task = current_task();
	if (object_at(task, leave->ret, &id) != OBJECT_CGROUP)
		return 0;
	file = TYPED(file, file_at(task, leave->ret));
	/* What stands for a place, and is not open for reading, asks for no right to read. */
	if (file && FIELD(file, f_flags) & O_PATH)
		tell_fd(task, EVENT_RECEIVED, 0, leave->ret, is_cloexec(task, leave->ret), leave->ret, OBJECT_CGROUP, id);
	else
		tell_fd(task, EVENT_OPEN_CGROUP, leave->ret, 0, is_cloexec(task, leave->ret), leave->ret,
			OBJECT_CGROUP, id);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_open")
int leave_open1(struct leave *leave)
{
	return leave_open(leave);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int leave_openat(struct leave *leave)
{
	return leave_open(leave);
}

SEC("tracepoint/syscalls/sys_exit_openat2")
int leave_openat2(struct leave *leave)
{
	return leave_open(leave);
}

/* Fds that come from another process. */

__noinline int receive(unsigned int fd)
{
	struct task_struct *task = current_task();
	unsigned long long id;
	unsigned int kind = object_at(task, fd, &id);

	if (kind == OBJECT_MAP)
		note_map(task, fd);
	if (is_told(kind))
		tell_fd(task, EVENT_RECEIVED, 0, fd, is_cloexec(task, fd), fd, kind, id);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_pidfd_getfd")
int leave_pidfd_getfd(struct leave *leave)
{
	return leave->ret < 0 || is_self() ? 0 : receive(leave->ret);
}

struct message {
	unsigned long long name;
	unsigned int name_length;
	unsigned int pad;
	unsigned long long iov;
	unsigned long long iov_length;
	unsigned long long control;
	unsigned long long control_length;
};

struct control {
	unsigned long long length;
	int level;
	int type;
	int fd[RECEIVED_MAX];
};

SEC("tracepoint/syscalls/sys_enter_recvmsg")
int enter_recvmsg(struct enter *enter)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct call call = { .pointer = enter->args[1] };
	unsigned long long control = 0;

	if (is_self())
		return 0;
	bpf_probe_read_user(&control, sizeof(control),
			    (void *)(enter->args[1] + __builtin_offsetof(struct message, control)));
	if (control)
		bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_recvmsg")
int leave_recvmsg(struct leave *leave)
{
	struct message message = {};
	struct control control = {};
	struct call call;
	unsigned long long bytes;

	if (!kept(&call) || leave->ret < 0)
		return 0;
	bpf_probe_read_user(&message, sizeof(message), (void *)call.pointer);
	if (message.control_length < 20)
		return 0;
	if (bpf_probe_read_user(&control, 16, (void *)message.control))
		return 0;
	if (control.level != SOL_SOCKET || control.type != SCM_RIGHTS || control.length < 20)
		return 0;
	bytes = control.length - 16;
	asm volatile("" : "+r"(bytes));
	if (bytes > sizeof(control.fd))
		bytes = sizeof(control.fd);
	bpf_probe_read_user(control.fd, bytes, (void *)(message.control + 16));
	for (unsigned int i = 0; i < RECEIVED_MAX; i++) {
		if (i >= bytes / 4)
			break;
		receive(control.fd[i]);
	}
	return 0;
}

/* Processes. */

SEC("raw_tracepoint/sched_process_fork")
int forked(struct bpf_raw_tracepoint_args *args)
{
	struct task_struct *parent = TYPED(task_struct, args->args[0]);
	struct task_struct *child = TYPED(task_struct, args->args[1]);
	unsigned int from = FIELD(parent, tgid), to = FIELD(child, tgid);
	struct event *event;

	if (from == to || !is_holder(parent))
		return 0;
	holders[to % PIDS_MAX] = holders[from % PIDS_MAX];
	event = reserve(sizeof(*event));
	if (!event)
		return 0;
	begin(event, current_task(), EVENT_FORK);
	event->ret = to;
	event->a = to;
	event->b = FIELD(parent, files) == FIELD(child, files);
	submit(event);
	return 0;
}

static __always_inline void tell_process(unsigned int kind)
{
	struct event *event = reserve(sizeof(*event));

	if (!event)
		return;
	begin(event, current_task(), kind);
	submit(event);
}

SEC("raw_tracepoint/sched_process_exec")
int executed(void *args)
{
	if (is_holder(current_task()))
		tell_process(EVENT_EXEC);
	return 0;
}

/* The last thread of a process goes, as do_exit() counts it; its fds are still there. */
SEC("raw_tracepoint/sched_process_exit")
int exited(struct bpf_raw_tracepoint_args *args)
{
	struct task_struct *task = TYPED(task_struct, args->args[0]);

	if (!is_holder(task) || BPF_CORE_READ(task, signal, live.counter))
		return 0;
	tell_process(EVENT_EXIT);
	return 0;
}

#define CLONE_FILES 0x400

/* It may be refused, so it is told when it returns. */
SEC("tracepoint/syscalls/sys_enter_unshare")
int enter_unshare(struct enter *enter)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct call call = {};

	if (enter->args[0] & CLONE_FILES && is_holder(current_task()))
		bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_unshare")
int leave_unshare(struct leave *leave)
{
	struct call call;

	if (kept(&call) && leave->ret >= 0)
		tell_process(EVENT_UNSHARE);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_umask")
int enter_umask(struct enter *enter)
{
	struct task_struct *task = current_task();

	struct fs_struct *fs;

	if (!is_holder(task))
		return 0;
	fs = FIELD(task, fs);
	tell_fd(task, EVENT_UMASK, 0, enter->args[0] & 0777, FIELD(fs, umask), 0, OBJECT_NONE, 0);
	return 0;
}

/* Cgroups. */

static __always_inline int tell_cgroup(unsigned int kind, struct cgroup *cgroup, const char *path,
				       unsigned int pid)
{
	struct path_event *told;

	/* Hierarchies of cgroup v1 have numbers of their own. */
	if (BPF_CORE_READ(cgroup, root, hierarchy_id))
		return 0;
	told = reserve(sizeof(*told));
	if (!told)
		return 0;
	begin(&told->event, current_task(), kind);
	if (pid)
		told->event.pid = told->event.tid = pid;
	told->id = BPF_CORE_READ(cgroup, kn, id);
	told->path[0] = 0;
	told->to[0] = 0;
	told->from.depth = -1;
	told->to_from.depth = -1;
	if (path)
		bpf_probe_read_kernel_str(told->path, sizeof(told->path), path);
	submit(told);
	return 0;
}

SEC("raw_tracepoint/cgroup_mkdir")
int made_cgroup(struct bpf_raw_tracepoint_args *args)
{
	return tell_cgroup(EVENT_MKDIR, (void *)args->args[0], (void *)args->args[1], 0);
}

SEC("raw_tracepoint/cgroup_rmdir")
int removed_cgroup(struct bpf_raw_tracepoint_args *args)
{
	return tell_cgroup(EVENT_RMDIR, (void *)args->args[0], (void *)args->args[1], 0);
}

SEC("raw_tracepoint/cgroup_attach_task")
int joined(struct bpf_raw_tracepoint_args *args)
{
	struct task_struct *task = TYPED(task_struct, args->args[2]);
	unsigned int pid = FIELD(task, tgid);

	if (FIELD(task, pid) != (int)pid || !is_holder(task))
		return 0;
	return tell_cgroup(EVENT_JOIN, (void *)args->args[0], (void *)args->args[1], pid);
}

/*
 * Mounts. The reader resolves paths by what is mounted when it reads, and a device number is used
 * again: so it is woken, and takes a mount for gone when it comes to the call that made it so. It is
 * the last such call when none has begun since.
 */
unsigned long long mount_calls = 0;

static __always_inline int tell_mounts(void)
{
	struct event *event = reserve(sizeof(*event));

	if (!event)
		return 0;
	event->kind = EVENT_MOUNTS;
	event->a = mount_calls;
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
	return 0;
}

#define MOUNT_CALL(call)                                                                             \
	SEC("tracepoint/syscalls/sys_enter_" #call)                                                  \
	int enter_##call(struct enter *enter)                                                        \
	{                                                                                            \
		__sync_fetch_and_add(&mount_calls, 1);                                               \
		return 0;                                                                            \
	}                                                                                            \
	SEC("tracepoint/syscalls/sys_exit_" #call)                                                   \
	int leave_##call(struct leave *leave)                                                        \
	{                                                                                            \
		return tell_mounts();                                                                \
	}

MOUNT_CALL(mount)
MOUNT_CALL(umount)
MOUNT_CALL(move_mount)

/* Names on a bpffs; of cgroup2 those calls that the tracepoints of cgroups do not tell. */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, unsigned long long);
	__type(value, struct path_event);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, struct path_event);
} name_scratch SEC(".maps");

/*
 * Where bpffs and cgroup2 are mounted, each with a slash at its end and with the end of the path there;
 * set by the reader. The values are of enum mount_kind.
 */
struct mount_key {
	unsigned int bits;
	char path[MOUNT_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 2 * (MOUNTS_MAX + 1));
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mount_key);
	__type(value, unsigned char);
} mounts SEC(".maps");

/* `bits` and `path` of a call are such a key. */
static __always_inline int mount_below(struct path_event *told)
{
	unsigned char *kind;

	told->bits = 8 * MOUNT_LEN;
	kind = bpf_map_lookup_elem(&mounts, &told->bits);
	return kind ? *kind : MOUNT_NONE;
}

/* The cgroup that is the root of cgroup2 for the caller: that of its cgroup namespace. */
static __always_inline unsigned long long visible_root(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, cgroup_ns, root_cset, dfl_cgrp, kn, id);
}

/* @param is_fd whether an empty path is the fd itself (AT_EMPTY_PATH, and calls without a path) */
static __always_inline int keep_name(unsigned int which, long long more, int dirfd, const char *path,
				     int is_fd, int to_dirfd, const char *to)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct task_struct *task = current_task();
	unsigned int zero = 0;
	struct path_event *told = bpf_map_lookup_elem(&name_scratch, &zero);
	int on;

	if (!told || is_self())
		return 0;
	told->from.depth = told->to_from.depth = -1;
	told->to[0] = 0;
	told->path[0] = 0;
	if (path && bpf_probe_read_user_str(told->path, PATH_LEN, path) < 0)
		return 0;
	if (!told->path[0] && !is_fd)
		return 0;
	on = start_of(task, dirfd, told->path, &told->from);
	if (!on && told->path[0] == '/') {
		on = mount_below(told);
		/* Who holds objects may use a bpffs that was mounted a moment ago, before the reader knows of it. */
		if (!on && is_holder(task))
			on = MOUNT_BPFFS;
		told->from.cgroup = visible_root(task);
	}
	if (!on || (on == MOUNT_CGROUP2 && which != NAME_CHMOD && which != NAME_CHOWN))
		return 0;
	if (to) {
		bpf_probe_read_user_str(told->to, PATH_LEN, to);
		/* What a symlink leads to is a text of its own, whatever directory its maker stands in. */
		if (which != NAME_SYMLINK)
			start_of(task, to_dirfd, told->to, &told->to_from);
	}
	told->event.a = which;
	told->event.b = more;
	bpf_map_update_elem(&names, &thread, told, BPF_ANY);
	return 0;
}

static __always_inline int leave_name(struct leave *leave)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct path_event *call = bpf_map_lookup_elem(&names, &thread);
	struct path_event *told;

	if (!call)
		return 0;
	told = reserve(sizeof(*told));
	if (told) {
		begin(&told->event, current_task(), EVENT_NAME);
		told->event.ret = leave->ret;
		told->event.a = call->event.a;
		told->event.b = call->event.b;
		told->id = 0;
		__builtin_memcpy(told->path, call->path, PATH_LEN);
		__builtin_memcpy(told->to, call->to, PATH_LEN);
		told->from = call->from;
		told->to_from = call->to_from;
		submit(told);
	}
	bpf_map_delete_elem(&names, &thread);
	return 0;
}

#define NAME_CALL_AT(call, which, more, dirfd, path, is_fd, to_dirfd, to)                            \
	SEC("tracepoint/syscalls/sys_enter_" #call)                                                  \
	int enter_##call(struct enter *enter)                                                        \
	{                                                                                            \
		return keep_name(which, more, dirfd, (const char *)(path), is_fd, to_dirfd,          \
				 (const char *)(to));                                                \
	}                                                                                            \
	SEC("tracepoint/syscalls/sys_exit_" #call)                                                   \
	int leave_##call(struct leave *leave)                                                        \
	{                                                                                            \
		return leave_name(leave);                                                            \
	}

#define NAME_CALL(call, which, more, dirfd, path, to_dirfd, to)                                      \
	NAME_CALL_AT(call, which, more, dirfd, path, 0, to_dirfd, to)
/* A call on one file, by its path or by its fd. */
#define FILE_CALL(call, which, more, dirfd, path, is_fd)                                             \
	NAME_CALL_AT(call, which, more, dirfd, path, is_fd, 0, 0)

#define ARG(n) (enter->args[n])
#define REMOVEDIR 0x200
#define MODE(n) (ARG(n) & 07777)
#define IS_EMPTY_FD(n) ((ARG(n) & AT_EMPTY_PATH) != 0)

NAME_CALL(unlink, NAME_UNLINK, 0, AT_FDCWD, ARG(0), 0, 0)
NAME_CALL(unlinkat, ARG(2) & REMOVEDIR ? NAME_RMDIR : NAME_UNLINK, 0, ARG(0), ARG(1), 0, 0)
NAME_CALL(mkdir, NAME_MKDIR, MODE(1), AT_FDCWD, ARG(0), 0, 0)
NAME_CALL(mkdirat, NAME_MKDIR, MODE(2), ARG(0), ARG(1), 0, 0)
NAME_CALL(rmdir, NAME_RMDIR, 0, AT_FDCWD, ARG(0), 0, 0)
NAME_CALL(rename, NAME_RENAME, 0, AT_FDCWD, ARG(0), AT_FDCWD, ARG(1))
NAME_CALL(renameat, NAME_RENAME, 0, ARG(0), ARG(1), ARG(2), ARG(3))
NAME_CALL(renameat2, NAME_RENAME, ARG(4), ARG(0), ARG(1), ARG(2), ARG(3))
NAME_CALL(link, NAME_LINK, 0, AT_FDCWD, ARG(0), AT_FDCWD, ARG(1))
NAME_CALL(linkat, NAME_LINK, 0, ARG(0), ARG(1), ARG(2), ARG(3))
NAME_CALL(symlink, NAME_SYMLINK, 0, AT_FDCWD, ARG(1), 0, ARG(0))
NAME_CALL(symlinkat, NAME_SYMLINK, 0, ARG(1), ARG(2), 0, ARG(0))
FILE_CALL(chmod, NAME_CHMOD, MODE(1), AT_FDCWD, ARG(0), 0)
FILE_CALL(fchmod, NAME_CHMOD, MODE(1), ARG(0), 0, 1)
FILE_CALL(fchmodat, NAME_CHMOD, MODE(2), ARG(0), ARG(1), 0)
FILE_CALL(fchmodat2, NAME_CHMOD, MODE(2), ARG(0), ARG(1), IS_EMPTY_FD(3))
FILE_CALL(chown, NAME_CHOWN, (int)ARG(1), AT_FDCWD, ARG(0), 0)
FILE_CALL(lchown, NAME_CHOWN, (int)ARG(1), AT_FDCWD, ARG(0), 0)
FILE_CALL(fchown, NAME_CHOWN, (int)ARG(1), ARG(0), 0, 1)
FILE_CALL(fchownat, NAME_CHOWN, (int)ARG(2), ARG(0), ARG(1), IS_EMPTY_FD(4))
