/*
 * How often a second the running kernel does a pair of syscalls that leaves things as they were, or
 * one syscall for which something is made ready before, with the clock stopped.
 *
 *     kernel-speed PAIR CGROUP MILLISECONDS
 *
 * PAIR is a name of `pairs` below; CGROUP is an empty cgroup2 directory. It prints pairs a second, and
 * the median of the microseconds of a pair.
 * Raw bpf(2), so that no library stands between the clock and the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The clock is read once in so many pairs. */
#define PAIRS_A_LOOK 16
/* Looks that the median is of: those of the end are left out of it. */
#define LOOKS_MAX (1 << 20)

static int directory;

static long must(long result, const char *what)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* r0 = 1; exit */
static int load(void)
{
	struct bpf_insn insns[2] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
	attr.expected_attach_type = BPF_CGROUP_INET_EGRESS;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = 2;
	attr.license = (unsigned long)"GPL";
	return must(bpf(BPF_PROG_LOAD, &attr), "prog_load");
}

static int link_to(int prog)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = directory;
	attr.link_create.attach_type = BPF_CGROUP_INET_EGRESS;
	return must(bpf(BPF_LINK_CREATE, &attr), "link_create");
}

static void update(int link, int prog)
{
	union bpf_attr attr = { 0 };

	attr.link_update.link_fd = link;
	attr.link_update.new_prog_fd = prog;
	must(bpf(BPF_LINK_UPDATE, &attr), "link_update");
}

static int progs[2], updated;

static void link_create_close(void)
{
	close(link_to(progs[0]));
}

/* Half a pair: the next call puts the other program back. */
static void link_update(void)
{
	static int turn;

	update(updated, progs[turn ^= 1]);
}

static void prog_load_close(void)
{
	close(load());
}

static void attach_detach(void)
{
	union bpf_attr attr = { 0 };

	attr.target_fd = directory;
	attr.attach_bpf_fd = progs[0];
	attr.attach_type = BPF_CGROUP_INET_EGRESS;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	must(bpf(BPF_PROG_ATTACH, &attr), "prog_attach");
	attr.attach_flags = 0;
	must(bpf(BPF_PROG_DETACH, &attr), "prog_detach");
}

/* Fds that are made ready to be closed. */
static int ready[PAIRS_A_LOOK], at;

static void ready_of(int fd)
{
	for (at = 0; at < PAIRS_A_LOOK; at++)
		ready[at] = must(dup(fd), "dup");
}

static void ready_progs(void)
{
	ready_of(progs[0]);
}

static void ready_files(void)
{
	ready_of(0);
}

static void close_ready(void)
{
	close(ready[--at]);
}

static void other_call(void)
{
	syscall(SYS_getppid);
}

/* Under a listener, a call that is answered without a look at anything. */
static void bare_call(void)
{
	syscall(SYS_getuid);
}

/* Another program keeps the hook in use: the first and the last of a machine patch its code. */
static void hook_in_use(void)
{
	if (!updated)
		updated = link_to(progs[1]);
}

static void mkdir_rmdir(void)
{
	must(mkdirat(directory, "pod", 0755), "mkdir");
	must(unlinkat(directory, "pod", AT_REMOVEDIR), "rmdir");
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Seconds of each look. */
static double looks[LOOKS_MAX];

static int by_size(const void *one, const void *other)
{
	double difference = *(const double *)one - *(const double *)other;

	return (difference > 0) - (difference < 0);
}

static double median(long count)
{
	qsort(looks, count, sizeof(*looks), by_size);
	return looks[count / 2];
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*make)(void);
		void (*prepare)(void);
	} pairs[] = {
		{ "link_create", link_create_close },
		{ "link_update", link_update },
		{ "prog_load", prog_load_close },
		{ "mkdir", mkdir_rmdir },
		{ "attach", attach_detach, hook_in_use },
		{ "close_prog", close_ready, ready_progs },
		{ "close_file", close_ready, ready_files },
		{ "bare", bare_call },
		{ "other", other_call },
	};
	double start, look, elapsed = 0;
	long made = 0, counted = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: kernel-speed PAIR CGROUP MILLISECONDS\n");
		return 2;
	}
	directory = must(open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC), argv[2]);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (strcmp(pairs[i].name, argv[1]) != 0)
			continue;
		progs[0] = load();
		progs[1] = load();
		if (pairs[i].make == link_update)
			updated = link_to(progs[0]);
		while (elapsed * 1000 < atof(argv[3])) {
			if (pairs[i].prepare)
				pairs[i].prepare();
			start = seconds();
			for (int n = 0; n < PAIRS_A_LOOK; n++, made++)
				pairs[i].make();
			look = seconds() - start;
			elapsed += look;
			if (counted < LOOKS_MAX)
				looks[counted++] = look;
		}
		printf("%.1f %.4f\n", made / elapsed, median(counted) / PAIRS_A_LOOK * 1e6);
		return 0;
	}
	fprintf(stderr, "no such pair: %s\n", argv[1]);
	return 2;
}
