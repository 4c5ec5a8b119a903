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
#define F_DUPFD 0
#define LD_IMM64 0x18
#define F_SETFD 2
#define F_DUPFD_CLOEXEC 1030
#define O_CLOEXEC 02000000
#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define MSG_CMSG_CLOEXEC 0x40000000

/* Fds that are looked at when a whole table is walked, at close_range and exit. */
#define WALK_MAX 1024
/* Fds that one message may carry and that are looked at; the kernel allows 253. */
#define RECEIVED_MAX 32
/* Numbers at which the maps of a program that is loaded are looked for. */
#define MAP_FDS_MAX 256

/* The collector itself and who reads it, which are not told of. */
const volatile unsigned int self = 0;
const volatile unsigned int reader = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

/* Events that found no room in the ring buffer: they are lost, and the reader is told. */
unsigned long long lost = 0;

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

struct bpf_call {
	unsigned int cmd;
	unsigned int size;
	unsigned long long pointer;
	unsigned char attr[ATTR_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, unsigned long long);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, unsigned long long);
	__type(value, struct bpf_call);
} bpf_calls SEC(".maps");

/* Processes that were told of, or hold something: only of these are fork, exec and exit told. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, unsigned int);
	__type(value, unsigned char);
} holders SEC(".maps");

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

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, struct bpf_call);
} scratch SEC(".maps");

static __always_inline int is_self(void)
{
	unsigned int pid = bpf_get_current_pid_tgid() >> 32;

	return pid == self || pid == reader;
}

static __always_inline struct file *file_at(struct task_struct *task, unsigned int fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slots;
	struct file *file = 0;

	if (!table || fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	slots = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	return file;
}

static __always_inline int is_cloexec(struct task_struct *task, unsigned int fd)
{
	unsigned long word = 0;
	unsigned long *words = BPF_CORE_READ(task, files, fdt, close_on_exec);

	bpf_probe_read_kernel(&word, sizeof(word), words + fd / 64);
	return (word >> (fd % 64)) & 1;
}

/* What a file is. The names are those that anon_inode_getfd is called with, in kernel/bpf/syscall.c. */
static __always_inline unsigned int object_of(struct file *file, unsigned long long *id)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	unsigned long magic = BPF_CORE_READ(inode, i_sb, s_magic);
	char name[9] = {};
	void *private;

	*id = 0;
	if (magic == CGROUP2_SUPER_MAGIC) {
		struct kernfs_node *node;

		if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFDIR)
			return OBJECT_NONE;
		node = BPF_CORE_READ(inode, i_private);
		*id = BPF_CORE_READ(node, id);
		return OBJECT_CGROUP;
	}
	if (magic != ANON_INODE_FS_MAGIC)
		return OBJECT_NONE;
	bpf_probe_read_kernel(name, sizeof(name) - 1, BPF_CORE_READ(file, f_path.dentry, d_name.name));
	if (name[0] != 'b' || name[1] != 'p' || name[2] != 'f')
		return OBJECT_NONE;
	private = BPF_CORE_READ(file, private_data);
	if (name[4] == 'p' && name[5] == 'r' && name[6] == 'o' && name[7] == 'g') {
		*id = BPF_CORE_READ((struct bpf_prog *)private, aux, id);
		return OBJECT_PROG;
	}
	if (name[4] == 'm' && name[5] == 'a' && name[6] == 'p' && name[7] == 0) {
		*id = BPF_CORE_READ((struct bpf_map *)private, id);
		return OBJECT_MAP;
	}
	if (name[4] == 'l' && name[5] == 'i' && name[6] == 'n' && name[7] == 'k') {
		/* Links on anything but cgroups are none of the log's. */
		if (BPF_CORE_READ((struct bpf_link *)private, type) != BPF_LINK_TYPE_CGROUP)
			return OBJECT_OTHER;
		*id = BPF_CORE_READ((struct bpf_link *)private, id);
		return OBJECT_LINK;
	}
	return OBJECT_NONE;
}

static __always_inline unsigned int object_at(struct task_struct *task, unsigned int fd, unsigned long long *id)
{
	struct file *file = file_at(task, fd);

	*id = 0;
	return file ? object_of(file, id) : OBJECT_NONE;
}

/* An object of the log, or a cgroup. */
static __always_inline int is_told(unsigned int kind)
{
	return kind != OBJECT_NONE && kind != OBJECT_OTHER;
}

/* What capable() asks: those of the first user namespace. */
static __always_inline unsigned long long capabilities(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, cred);
	unsigned long long caps = 0;

	if (BPF_CORE_READ(cred, user_ns, level))
		return 0;
	bpf_probe_read_kernel(&caps, sizeof(caps), __builtin_preserve_access_index(&cred->cap_effective));
	return caps;
}

static __always_inline void begin(struct event *event, unsigned int kind)
{
	unsigned long long id = bpf_get_current_pid_tgid();
	unsigned int pid = id >> 32;
	unsigned char yes = 1;

	event->kind = kind;
	event->pid = id >> 32;
	event->tid = id;
	event->uid = bpf_get_current_uid_gid();
	event->pad = 0;
	event->caps = capabilities();
	event->at = bpf_ktime_get_ns();
	event->cgroup = bpf_get_current_cgroup_id();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->ret = 0;
	event->a = 0;
	event->b = 0;
	event->facts = 0;
	/* Whoever is told of once is told of until it ends. */
	if (kind == EVENT_EXIT)
		bpf_map_delete_elem(&holders, &pid);
	else
		bpf_map_update_elem(&holders, &pid, &yes, BPF_ANY);
}

static __always_inline void *reserve(unsigned long size)
{
	void *room = bpf_ringbuf_reserve(&events, size, 0);

	if (!room)
		__sync_fetch_and_add(&lost, 1);
	return room;
}

/* A small event about one fd. */
static __always_inline void tell_fd(unsigned int kind, long long ret, long long a, long long b,
				    int fd, unsigned int object, unsigned long long id)
{
	struct event *event = reserve(sizeof(*event));

	if (!event)
		return;
	begin(event, kind);
	event->ret = ret;
	event->a = a;
	event->b = b;
	event->facts = 1;
	event->fact[0].fd = fd;
	event->fact[0].kind = object;
	event->fact[0].id = id;
	bpf_ringbuf_submit(event, 0);
}

/* bpf(2) */

SEC("tracepoint/syscalls/sys_enter_bpf")
int enter_bpf(struct enter *enter)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	unsigned int zero = 0;
	unsigned long long size;
	struct bpf_call *call;

	if (is_self())
		return 0;
	call = bpf_map_lookup_elem(&scratch, &zero);
	if (!call)
		return 0;
	call->cmd = enter->args[0];
	call->pointer = enter->args[1];
	call->size = enter->args[2];
	size = call->size;
	__builtin_memset(call->attr, 0, sizeof(call->attr));
	/* The verifier has to see the bound on the register that is passed. */
	asm volatile("" : "+r"(size));
	if (size > ATTR_MAX)
		size = ATTR_MAX;
	bpf_probe_read_user(call->attr, size, (void *)enter->args[1]);
	bpf_map_update_elem(&bpf_calls, &thread, call, BPF_ANY);
	return 0;
}

static __always_inline void add_fact(struct event *event, struct task_struct *task, int fd)
{
	unsigned int at = event->facts;

	if (at >= FACTS_MAX)
		return;
	event->fact[at].fd = fd;
	event->fact[at].kind = object_at(task, fd, &event->fact[at].id);
	/* A refusal may come of what an fd is not. */
	if (!event->fact[at].kind && file_at(task, fd))
		event->fact[at].kind = OBJECT_OTHER;
	event->facts = at + 1;
}

static __always_inline unsigned int word(const struct bpf_call *call, unsigned int offset)
{
	return *(const unsigned int *)(call->attr + offset);
}

static __always_inline unsigned long long quad(const struct bpf_call *call, unsigned int offset)
{
	return *(const unsigned long long *)(call->attr + offset);
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
}

/* The directory that a relative path starts from, when it lies on a bpffs; else nothing. */
static __always_inline int bpffs_start(struct task_struct *task, int dirfd, struct start *out)
{
	struct dentry *dentry;

	out->depth = -1;
	out->device = 0;
	out->skip = 0;

	if (dirfd == AT_FDCWD) {
		dentry = BPF_CORE_READ(task, fs, pwd.dentry);
	} else {
		struct file *file = file_at(task, dirfd);

		if (!file)
			return 0;
		dentry = BPF_CORE_READ(file, f_path.dentry);
	}
	if (BPF_CORE_READ(dentry, d_sb, s_magic) != BPF_FS_MAGIC)
		return 0;
	out->device = BPF_CORE_READ(dentry, d_sb, s_dev);
	directory_of(dentry, out);
	return 1;
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
	if (path[0] != '/')
		return bpffs_start(task, dirfd, out);
	for (unsigned int i = 0; i < PROC_FD_LEN; i++)
		if (path[i] != PROC_FD[i])
			return 0;
	for (; digits < FD_DIGITS; digits++) {
		char c = path[PROC_FD_LEN + digits];

		if (c < '0' || c > '9')
			break;
		fd = fd * 10 + c - '0';
	}
	if (!digits || (path[PROC_FD_LEN + digits] && path[PROC_FD_LEN + digits] != '/'))
		return 0;
	found = bpffs_start(task, fd, out);
	out->skip = PROC_FD_LEN + digits;
	return found;
}

SEC("tracepoint/syscalls/sys_exit_bpf")
int leave_bpf(struct leave *leave)
{
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct bpf_call *call = bpf_map_lookup_elem(&bpf_calls, &thread);
	struct task_struct *task = (void *)bpf_get_current_task();
	struct bpf_event *told;
	struct event *event;
	unsigned int cmd;

	if (!call)
		return 0;
	cmd = call->cmd;
	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET:
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_PROG_QUERY:
	case BPF_LINK_CREATE:
	case BPF_LINK_UPDATE:
	case BPF_LINK_GET_FD_BY_ID:
	case BPF_LINK_DETACH:
	case BPF_PROG_BIND_MAP:
		break;
	default:
		goto out;
	}
	told = reserve(sizeof(*told));
	if (!told)
		goto out;
	event = &told->event;
	begin(event, EVENT_BPF);
	event->ret = leave->ret;
	told->cmd = cmd;
	told->attr_size = call->size;
	__builtin_memcpy(told->attr, call->attr, ATTR_MAX);
	told->maps = 0;
	told->prog_cnt = 0;
	told->enforced = 0;
	told->insns = 0;
	told->path[0] = 0;
	told->from.depth = -1;
	__builtin_memset(told->tag, 0, sizeof(told->tag));
	switch (cmd) {
	case BPF_PROG_ATTACH: /* target_fd, attach_bpf_fd, …, replace_bpf_fd, relative_fd */
		add_fact(event, task, word(call, 0));
		add_fact(event, task, word(call, 4));
		add_fact(event, task, word(call, 16));
		add_fact(event, task, word(call, 20));
		break;
	case BPF_PROG_DETACH:
		add_fact(event, task, word(call, 0));
		add_fact(event, task, word(call, 4));
		add_fact(event, task, word(call, 20));
		break;
	case BPF_PROG_QUERY:
		add_fact(event, task, word(call, 0));
		if (leave->ret == 0) {
			unsigned int count = 0;

			/* What the kernel wrote back: prog_cnt and attach_flags, revision, and the ids. */
			bpf_probe_read_user(told->attr, 64, (void *)call->pointer);
			count = *(unsigned int *)(told->attr + 24);
			if (count > 64)
				count = 64;
			told->prog_cnt = count;
			if (quad(call, 16))
				bpf_probe_read_user(told->prog_id, (count & 127) * 4, (void *)quad(call, 16));
		}
		break;
	case BPF_LINK_CREATE: /* prog_fd, target_fd, attach_type, flags, relative_fd, expected_revision */
		add_fact(event, task, word(call, 0));
		add_fact(event, task, word(call, 4));
		add_fact(event, task, word(call, 16));
		break;
	case BPF_LINK_UPDATE: /* link_fd, new_prog_fd, flags, old_prog_fd */
		add_fact(event, task, word(call, 0));
		add_fact(event, task, word(call, 4));
		add_fact(event, task, word(call, 12));
		break;
	case BPF_LINK_DETACH:
		add_fact(event, task, word(call, 0));
		break;
	case BPF_PROG_BIND_MAP:
		add_fact(event, task, word(call, 0));
		add_fact(event, task, word(call, 4));
		break;
	case BPF_OBJ_PIN: /* pathname, bpf_fd */
		add_fact(event, task, word(call, 8));
		/* fallthrough */
	case BPF_OBJ_GET:
		bpf_probe_read_user_str(told->path, sizeof(told->path), (void *)quad(call, 0));
		start_of(task, word(call, 12) & (1 << 14) ? (int)word(call, 16) : AT_FDCWD, told->path, &told->from);
		break;
	}
	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_OBJ_GET:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_LINK_CREATE:
	case BPF_LINK_GET_FD_BY_ID:
		if (leave->ret >= 0)
			add_fact(event, task, leave->ret);
	}
	if (cmd == BPF_PROG_LOAD && leave->ret >= 0) {
		struct file *file = file_at(task, leave->ret);
		struct bpf_prog *prog = BPF_CORE_READ(file, private_data);
		struct bpf_map **used = BPF_CORE_READ(prog, aux, used_maps);

		BPF_CORE_READ_INTO(&told->tag, prog, tag);
		told->enforced = BPF_CORE_READ_BITFIELD_PROBED(prog, enforce_expected_attach_type);
		told->maps = BPF_CORE_READ(prog, aux, used_map_cnt);
		for (unsigned int i = 0; i < MAPS_MAX; i++) {
			struct bpf_map *map = 0;

			if (i >= told->maps)
				break;
			bpf_probe_read_kernel(&map, sizeof(map), used + i);
			told->map[i] = BPF_CORE_READ(map, id);
			told->map_fd[i] = -1;
		}
		/* The call names maps by fds, inside its instructions; the loader still has them open. */
		for (unsigned int fd = 0; fd < MAP_FDS_MAX; fd++) {
			unsigned long long id;

			if (!told->maps)
				break;
			if (object_at(task, fd, &id) != OBJECT_MAP)
				continue;
			for (unsigned int i = 0; i < MAPS_MAX; i++)
				if (i < told->maps && told->map[i] == id && told->map_fd[i] < 0)
					told->map_fd[i] = fd;
		}
	}
	if (cmd == BPF_PROG_LOAD && leave->ret < 0) {
		unsigned long long bytes = 8ull * word(call, 4);

		asm volatile("" : "+r"(bytes));
		if (bytes > sizeof(told->insn))
			bytes = sizeof(told->insn);
		if (!bpf_probe_read_user(told->insn, bytes, (void *)quad(call, 8)))
			told->insns = bytes / 8;
		/* The maps that it names: it may have been refused for what these fds are not. */
		for (unsigned int i = 0; i < INSNS_MAX; i++) {
			unsigned int source;

			if (i >= told->insns)
				break;
			source = told->insn[i] >> 12 & 0xf;
			if ((told->insn[i] & 0xff) == LD_IMM64 &&
			    (source == BPF_PSEUDO_MAP_FD || source == BPF_PSEUDO_MAP_VALUE))
				add_fact(event, task, told->insn[i] >> 32);
		}
	}
	bpf_ringbuf_submit(told, 0);
out:
	bpf_map_delete_elem(&bpf_calls, &thread);
	return 0;
}

/* Calls on one or two fds. What an fd is, is seen before the call. */

static __always_inline int keep(long long a, long long b, long long c, int fd, int to)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned long long thread = bpf_get_current_pid_tgid();
	struct call call = { .a = a, .b = b, .c = c };

	if (is_self())
		return 0;
	call.fact_kind = object_at(task, fd, &call.fact_id);
	if (to >= 0 && to != fd)
		call.to_kind = object_at(task, to, &call.to_id);
	if (is_told(call.fact_kind) || is_told(call.to_kind))
		bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
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

/*
 * A close is told before it is done: whatever it answers the number is free then, and another thread
 * may have it again before this one returns.
 */
SEC("tracepoint/syscalls/sys_enter_close")
int enter_close(struct enter *enter)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned int fd = enter->args[0];
	unsigned long long id;
	unsigned int kind = object_at(task, fd, &id);

	if (is_told(kind) && !is_self())
		tell_fd(EVENT_CLOSE, 0, fd, 0, fd, kind, id);
	return 0;
}

static __always_inline int leave_dup(struct leave *leave, int cloexec)
{
	struct call call;

	if (!kept(&call) || leave->ret < 0)
		return 0;
	if (is_told(call.to_kind))
		tell_fd(EVENT_CLOSE, 0, leave->ret, 0, leave->ret, call.to_kind, call.to_id);
	if (is_told(call.fact_kind))
		tell_fd(EVENT_DUP, leave->ret, call.a, cloexec >= 0 ? cloexec : call.b, call.a,
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
		tell_fd(EVENT_CLOEXEC, 0, call.a, call.b, call.a, call.fact_kind, call.fact_id);
	else
		tell_fd(EVENT_DUP, leave->ret, call.a, call.b, call.a, call.fact_kind, call.fact_id);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_close_range")
int enter_close_range(struct enter *enter)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned int first = enter->args[0], last = enter->args[1], flags = enter->args[2];

	if (is_self() || first > last)
		return 0;
	for (unsigned int i = 0; i < WALK_MAX; i++) {
		unsigned long long id;
		unsigned int kind;

		if (first + i > last)
			break;
		kind = object_at(task, first + i, &id);
		if (is_told(kind))
			tell_fd(flags & 4 ? EVENT_CLOEXEC : EVENT_CLOSE, 0, first + i, 1, first + i, kind, id);
	}
	return 0;
}

/* Opens of cgroup directories. */

static __always_inline int leave_open(struct leave *leave)
{
	unsigned long long id;
	struct task_struct *task;

	if (leave->ret < 0 || is_self())
		return 0;
	task = (void *)bpf_get_current_task();
	if (object_at(task, leave->ret, &id) == OBJECT_CGROUP)
		tell_fd(EVENT_OPEN_CGROUP, leave->ret, 0, is_cloexec(task, leave->ret), leave->ret,
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

SEC("tracepoint/syscalls/sys_exit_pidfd_getfd")
int leave_pidfd_getfd(struct leave *leave)
{
	unsigned long long id;
	unsigned int kind;

	if (leave->ret < 0 || is_self())
		return 0;
	kind = object_at((void *)bpf_get_current_task(), leave->ret, &id);
	if (is_told(kind))
		tell_fd(EVENT_RECEIVED, 0, leave->ret, 1, leave->ret, kind, id);
	return 0;
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
	struct task_struct *task = (void *)bpf_get_current_task();
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
		unsigned long long id;
		unsigned int kind;

		if (i >= bytes / 4)
			break;
		kind = object_at(task, control.fd[i], &id);
		if (is_told(kind))
			tell_fd(EVENT_RECEIVED, 0, control.fd[i], is_cloexec(task, control.fd[i]),
				control.fd[i], kind, id);
	}
	return 0;
}

/* Processes. */

SEC("raw_tracepoint/sched_process_fork")
int forked(struct bpf_raw_tracepoint_args *args)
{
	struct task_struct *parent = (void *)args->args[0];
	struct task_struct *child = (void *)args->args[1];
	unsigned int from = BPF_CORE_READ(parent, tgid), to = BPF_CORE_READ(child, tgid);
	unsigned char yes = 1;
	struct event *event;

	if (from == to || from == self || from == reader || !bpf_map_lookup_elem(&holders, &from))
		return 0;
	bpf_map_update_elem(&holders, &to, &yes, BPF_ANY);
	event = reserve(sizeof(*event));
	if (!event)
		return 0;
	begin(event, EVENT_FORK);
	event->ret = to;
	event->a = to;
	event->b = BPF_CORE_READ(parent, files) == BPF_CORE_READ(child, files);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static __always_inline void tell_process(unsigned int kind)
{
	struct event *event = reserve(sizeof(*event));

	if (!event)
		return;
	begin(event, kind);
	bpf_ringbuf_submit(event, 0);
}

SEC("raw_tracepoint/sched_process_exec")
int executed(void *args)
{
	unsigned int pid = bpf_get_current_pid_tgid() >> 32;

	if (bpf_map_lookup_elem(&holders, &pid))
		tell_process(EVENT_EXEC);
	return 0;
}

/* The last thread of a process goes, as do_exit() counts it; its fds are still there. */
SEC("raw_tracepoint/sched_process_exit")
int exited(struct bpf_raw_tracepoint_args *args)
{
	struct task_struct *task = (void *)args->args[0];
	unsigned int pid = BPF_CORE_READ(task, tgid);

	if (BPF_CORE_READ(task, signal, live.counter) || !bpf_map_lookup_elem(&holders, &pid))
		return 0;
	tell_process(EVENT_EXIT);
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
	begin(&told->event, kind);
	if (pid)
		told->event.pid = told->event.tid = pid;
	told->id = BPF_CORE_READ(cgroup, kn, id);
	told->path[0] = 0;
	told->to[0] = 0;
	told->from.depth = -1;
	told->to_from.depth = -1;
	if (path)
		bpf_probe_read_kernel_str(told->path, sizeof(told->path), path);
	bpf_ringbuf_submit(told, 0);
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
	struct task_struct *task = (void *)args->args[2];
	unsigned int pid = BPF_CORE_READ(task, tgid);

	if (BPF_CORE_READ(task, pid) != (int)pid || !bpf_map_lookup_elem(&holders, &pid))
		return 0;
	return tell_cgroup(EVENT_JOIN, (void *)args->args[0], (void *)args->args[1], pid);
}

/* Names on a bpffs. */

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

/* Where bpffs are mounted, each with a slash at its end; set by the reader. */
struct mount_key {
	unsigned int bits;
	char path[MOUNT_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, MOUNTS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mount_key);
	__type(value, unsigned char);
} mounts SEC(".maps");

/* `bits` and `path` of a call are such a key. */
static __always_inline int is_below_mount(struct path_event *told)
{
	told->bits = 8 * MOUNT_LEN;
	return bpf_map_lookup_elem(&mounts, &told->bits) != 0;
}

/* Who holds objects may use a bpffs that was mounted a moment ago, before the reader knows of it. */
static __always_inline int is_holder(void)
{
	unsigned int pid = bpf_get_current_pid_tgid() >> 32;

	return bpf_map_lookup_elem(&holders, &pid) != 0;
}

static __always_inline int keep_name(unsigned int which, int dirfd, const char *path, int to_dirfd,
				     const char *to)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned long long thread = bpf_get_current_pid_tgid();
	unsigned int zero = 0;
	struct path_event *told = bpf_map_lookup_elem(&name_scratch, &zero);

	if (!told || is_self())
		return 0;
	told->from.depth = told->to_from.depth = -1;
	told->to[0] = 0;
	if (bpf_probe_read_user_str(told->path, PATH_LEN, path) < 0)
		return 0;
	if (!start_of(task, dirfd, told->path, &told->from) && 
	    (told->path[0] != '/' || (!is_below_mount(told) && !is_holder())))
		return 0;
	if (to) {
		bpf_probe_read_user_str(told->to, PATH_LEN, to);
		start_of(task, to_dirfd, told->to, &told->to_from);
	}
	told->event.a = which;
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
		begin(&told->event, EVENT_NAME);
		told->event.ret = leave->ret;
		told->event.a = call->event.a;
		told->id = 0;
		__builtin_memcpy(told->path, call->path, PATH_LEN);
		__builtin_memcpy(told->to, call->to, PATH_LEN);
		told->from = call->from;
		told->to_from = call->to_from;
		bpf_ringbuf_submit(told, 0);
	}
	bpf_map_delete_elem(&names, &thread);
	return 0;
}

#define NAME_CALL(call, which, dirfd, path, to_dirfd, to)                                            \
	SEC("tracepoint/syscalls/sys_enter_" #call)                                                  \
	int enter_##call(struct enter *enter)                                                        \
	{                                                                                            \
		return keep_name(which, dirfd, (const char *)(path), to_dirfd, (const char *)(to));  \
	}                                                                                            \
	SEC("tracepoint/syscalls/sys_exit_" #call)                                                   \
	int leave_##call(struct leave *leave)                                                        \
	{                                                                                            \
		return leave_name(leave);                                                            \
	}

#define ARG(n) (enter->args[n])
#define REMOVEDIR 0x200

NAME_CALL(unlink, NAME_UNLINK, AT_FDCWD, ARG(0), 0, 0)
NAME_CALL(unlinkat, ARG(2) & REMOVEDIR ? NAME_RMDIR : NAME_UNLINK, ARG(0), ARG(1), 0, 0)
NAME_CALL(mkdir, NAME_MKDIR, AT_FDCWD, ARG(0), 0, 0)
NAME_CALL(mkdirat, NAME_MKDIR, ARG(0), ARG(1), 0, 0)
NAME_CALL(rmdir, NAME_RMDIR, AT_FDCWD, ARG(0), 0, 0)
NAME_CALL(rename, NAME_RENAME, AT_FDCWD, ARG(0), AT_FDCWD, ARG(1))
NAME_CALL(renameat, NAME_RENAME, ARG(0), ARG(1), ARG(2), ARG(3))
NAME_CALL(renameat2, NAME_RENAME, ARG(0), ARG(1), ARG(2), ARG(3))
