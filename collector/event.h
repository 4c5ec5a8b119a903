/* SPDX-License-Identifier: MIT */
/* What the part in the kernel hands to the part outside: one struct an event, by its kind. */
#ifndef COLLECTOR_EVENT_H
#define COLLECTOR_EVENT_H

#define PIDS_MAX (1 << 22) /* PID_MAX_LIMIT */
#define ATTR_MAX 168
#define ATTR_SHORT 64 /* of commands whose fields end before */
#define ATTR_MAP 96   /* of MAP_CREATE */
#define COMM_LEN 16
#define PATH_LEN 512
#define START_DEPTH 6
#define NAME_LEN 128
#define FACTS_MAX 8
#define MAPS_MAX 16
#define MAP_FDS_MAX 32
#define INSNS_MAX 64
#define FD_ARRAY_MAX 16
#define MOUNTS_MAX 64
#define MOUNT_LEN 128

enum event_kind {
	EVENT_BPF = 1,      /* a bpf(2) that returned */
	EVENT_CLOSE,        /* close(2), or one fd of close_range(2), of an object or a cgroup */
	EVENT_DUP,          /* dup, dup2, dup3, fcntl(F_DUPFD): a = old fd, b = close-on-exec */
	EVENT_CLOEXEC,      /* fcntl(F_SETFD): a = fd, b = close-on-exec */
	EVENT_OPEN_CGROUP,  /* open, openat, openat2 that gave a cgroup's directory */
	EVENT_RECEIVED,     /* an fd came by SCM_RIGHTS or pidfd_getfd, or by O_PATH: a = fd, b = close-on-exec */
	EVENT_FORK,         /* a = the child's pid */
	EVENT_EXEC,
	EVENT_EXIT,
	EVENT_MKDIR,        /* of a cgroup */
	EVENT_RMDIR,        /* of a cgroup */
	EVENT_JOIN,         /* a process moved into a cgroup */
	EVENT_NAME,         /* a call on a name of a bpffs or of cgroup2: a = which, enum name_call; b = mode, owner or flags */
	EVENT_UMASK,        /* a = the mask, b = the one before */
	EVENT_UNSHARE,      /* of the table of fds */
	EVENT_MOUNTS,       /* mount(2), umount(2) or move_mount(2) returned: a = how many have begun; no more is set */
};

enum name_call {
	NAME_UNLINK = 1,
	NAME_RENAME,
	NAME_MKDIR,
	NAME_RMDIR,
	NAME_LINK,
	NAME_CHMOD,
	NAME_CHOWN,
	NAME_SYMLINK /* `to` is the text that it leads to */
};

/* What a mount point is of, as the kernel's part looks it up. */
enum mount_kind { MOUNT_NONE = 0, MOUNT_BPFFS, MOUNT_CGROUP2 };

/* What is known of a process, by bits: it is told of; it has had an fd on a map that holds objects. */
enum holding { HOLDS = 1, HOLDS_HOLDING_MAP = 2 };

/* OTHER and TOKEN are not objects of the log; a token is told apart where a field is to name one. */
enum object_kind {
	OBJECT_NONE = 0,
	OBJECT_PROG,
	OBJECT_MAP,
	OBJECT_LINK,
	OBJECT_CGROUP,
	OBJECT_OTHER,
	OBJECT_BTF,
	OBJECT_TOKEN
};

/*
 * Where a path starts. On a bpffs: the names of the directory, innermost first. On cgroup2: a cgroup,
 * and perhaps the name of a file in it. Depth -1: the path is absolute, and the cgroup is what its
 * caller sees as the root of cgroup2.
 */
struct start {
	int depth;
	unsigned int device; /* of the bpffs */
	unsigned int skip;   /* characters of the path that led here */
	unsigned long long cgroup; /* 0: on a bpffs */
	char name[START_DEPTH][NAME_LEN];
};

/* What an fd of the caller is. */
struct fact {
	int fd;
	unsigned int kind;
	unsigned long long id;
};

struct event {
	unsigned int kind;
	unsigned int pid; /* of the process: its first thread */
	unsigned int tid;
	unsigned int uid;
	unsigned int pad;
	unsigned long long caps;   /* effective; none below the first user namespace */
	unsigned long long at;     /* CLOCK_BOOTTIME or MONOTONIC, ns */
	unsigned long long cgroup; /* the caller's, by id */
	char comm[COMM_LEN];
	long long ret;
	long long a;
	long long b;
	unsigned int facts;
	struct fact fact[FACTS_MAX];
};

/*
 * EVENT_BPF. The commands of the structures below have more; of MAP_CREATE attr ends at ATTR_MAP, of the
 * others at ATTR_SHORT.
 */
struct bpf_event {
	struct event event;
	unsigned int cmd;
	unsigned int size; /* of the attr, as the caller says */
	unsigned char attr[ATTR_MAX];
};

/* PROG_LOAD. */
struct load_event {
	struct bpf_event bpf;
	unsigned char tag[8];
	unsigned int maps; /* that it uses; the first MAPS_MAX ids follow */
	unsigned int map[MAPS_MAX];
	unsigned int found; /* fds of the loader on maps, among them those of the program's */
	struct map_fd {
		unsigned int id;
		int fd;
	} map_fd[MAP_FDS_MAX];
	unsigned int enforced; /* a program that was loaded holds to its expected attach type */
	unsigned int insns;    /* of a program that was refused; the first INSNS_MAX follow */
	unsigned long long insn[INSNS_MAX];
	unsigned int array_fds; /* of its fd_array, as many as can be read; the first FD_ARRAY_MAX follow */
	int array_fd[FD_ARRAY_MAX];
};

/* MAP_UPDATE_ELEM and MAP_DELETE_ELEM of a map whose elements hold programs or maps. */
struct element_event {
	struct bpf_event bpf;
	unsigned int key; /* its first four bytes */
	int value;        /* an fd */
};

/* PROG_QUERY: what the kernel wrote back. */
struct query_event {
	struct bpf_event bpf;
	unsigned int prog_cnt;
	unsigned int prog_id[64];
};

/* OBJ_PIN, OBJ_GET. */
struct pin_event {
	struct bpf_event bpf;
	char path[PATH_LEN]; /* as the caller said */
	struct start from;
};

/* Events with paths: as the caller said them, or of a cgroup from its root. */
struct path_event {
	struct event event;
	unsigned long long id; /* of the cgroup */
	unsigned int bits;     /* of the path, as a key of the mounts */
	char path[PATH_LEN];
	char to[PATH_LEN];
	struct start from;
	struct start to_from;
};

#endif
