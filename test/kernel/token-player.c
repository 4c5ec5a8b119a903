/*
 * Plays the calls of test/kernel/tokens.test.ts: processes with user namespaces of their own, a bpffs
 * with delegation, tokens. Each line of the input is PROCESS CALL ARGUMENTS…; each line of the output
 * is what the call returned, or its errno below zero, and what it told.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 8
/* Where a process has its end of the pair, above every number that a call may get. */
#define OWN_END 900
#define CONTEXT 899

static int mains_end[MOST], process_end[MOST];
static pid_t pids[MOST];

static long result(long answer) { return answer < 0 ? -errno : answer; }
static long bpf(int cmd, void *attr) { return result(syscall(SYS_bpf, cmd, attr, 168)); }

static void put(unsigned char *attr, int at, uint32_t value) { memcpy(attr + at, &value, 4); }
static void put64(unsigned char *attr, int at, const void *value)
{
	uint64_t address = (uintptr_t)value;
	memcpy(attr + at, &address, 8);
}

/* A message with a number, a text and perhaps an fd. */
struct message { long answer; char text[400]; };

static void tell(int to, long answer, const char *text, int fd)
{
	struct message message = { answer, "" };
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &message, sizeof(message) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	strncpy(message.text, text, sizeof(message.text) - 1);
	if (fd >= 0) {
		header.msg_control = control;
		header.msg_controllen = sizeof(control);
		struct cmsghdr *part = CMSG_FIRSTHDR(&header);
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(part), &fd, sizeof(int));
	}
	if (sendmsg(to, &header, MSG_NOSIGNAL) < 0 && fd >= 0) tell(to, -EBADF, text, -1);
}

/* The fd that came along, or -1. */
static int hear(int from, struct message *message)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { message, sizeof(*message) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control) };
	int fd = -1;
	if (recvmsg(from, &header, 0) <= 0) {
		message->answer = -ESRCH;
		message->text[0] = 0;
		return -1;
	}
	struct cmsghdr *part = CMSG_FIRSTHDR(&header);
	if (part && part->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(part), sizeof(int));
	return fd;
}

static long change_caps(unsigned long long caps)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ caps, caps, 0 }, { caps >> 32, caps >> 32, 0 } };
	return result(syscall(SYS_capset, &header, data));
}

static long load(uint32_t type, uint32_t hook, uint32_t flags, uint32_t token)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT } };
	unsigned char attr[168] = { 0 };
	put(attr, 0, type);
	put(attr, 4, 2);
	put64(attr, 8, insns);
	put64(attr, 16, "GPL");
	put(attr, 44, flags);
	put(attr, 68, hook);
	put(attr, 144, token);
	return bpf(BPF_PROG_LOAD, attr);
}

static long make_map(const long *n)
{
	unsigned char attr[168] = { 0 };
	put(attr, 0, n[0]);
	put(attr, 4, n[1]);
	put(attr, 8, n[2]);
	put(attr, 12, n[3]);
	put(attr, 16, n[4]);
	put(attr, 76, n[5]);
	return bpf(BPF_MAP_CREATE, attr);
}

static long load_btf(uint32_t flags, uint32_t token)
{
	struct { uint16_t magic; uint8_t version, flags; uint32_t length, type_at, types, text_at, texts;
		uint32_t name, info, size, of; char text[4]; } btf =
		{ 0xeb9f, 1, 0, 24, 0, 16, 16, 3, 1, 1 << 24, 4, 32, "\0i" };
	unsigned char attr[168] = { 0 };
	put64(attr, 0, &btf);
	put(attr, 16, 24 + 16 + 3);
	put(attr, 32, flags);
	put(attr, 36, token);
	return bpf(BPF_BTF_LOAD, attr);
}

static long by_id(int cmd, uint32_t id, uint32_t flags, uint32_t token)
{
	unsigned char attr[168] = { 0 };
	put(attr, 0, id);
	put(attr, 8, flags);
	put(attr, 12, token);
	return bpf(cmd, attr);
}

static long info(uint32_t fd, uint32_t length, char *text)
{
	uint64_t told[64] = { 0 };
	unsigned char attr[168] = { 0 };
	put(attr, 0, fd);
	put(attr, 4, length);
	put64(attr, 8, told);
	long answer = bpf(BPF_OBJ_GET_INFO_BY_FD, attr);
	sprintf(text, "%#lx %#lx %#lx %#lx", told[0], told[1], told[2], told[3]);
	return answer;
}

static long attach(int cmd, const long *n)
{
	unsigned char attr[168] = { 0 };
	for (int i = 0; i < 4; i++) put(attr, 4 * i, n[i]);
	return bpf(cmd, attr);
}

static long pin(int cmd, uint32_t fd, const char *path)
{
	unsigned char attr[168] = { 0 };
	put64(attr, 0, path);
	put(attr, 8, fd);
	return bpf(cmd, attr);
}

static long configure(const char *key, const char *value)
{
	if (!strcmp(value, "0")) return 0;
	return result(syscall(SYS_fsconfig, CONTEXT, 1, key, value, 0));
}

static long create(char *words[])
{
	static const char *keys[] = { "delegate_cmds", "delegate_maps", "delegate_progs",
		"delegate_attachs", "mode" };
	long answer = 0;
	for (int i = 0; i < 5 && answer == 0; i++)
		if (words[i]) answer = configure(keys[i], words[i]);
	if (answer == 0) answer = result(syscall(SYS_fsconfig, CONTEXT, 6, NULL, NULL, 0));
	return answer;
}

static long write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) return -errno;
	long answer = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return answer;
}

static void live(int number);

/* One call of this process. */
static void play(int number, const char *line, int came)
{
	char copy[400], text[400] = "", *words[16] = { 0 };
	long n[16] = { 0 }, answer = -ENOSYS;
	int count = 0, away = -1;
	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word && count < 16; word = strtok(NULL, " ")) {
		words[count] = word;
		n[count++] = strtoll(word, NULL, 0);
	}
	const char *name = words[0];
	if (!strcmp(name, "unshare")) answer = result(unshare(n[1]));
	else if (!strcmp(name, "caps")) answer = change_caps(strtoull(words[1], NULL, 0));
	else if (!strcmp(name, "become")) {
		prctl(PR_SET_KEEPCAPS, 1);
		answer = result(syscall(SYS_setresgid, n[1], n[1], n[1]));
		if (answer == 0) answer = result(syscall(SYS_setresuid, n[1], n[1], n[1]));
		if (answer == 0) answer = change_caps(strtoull(words[2], NULL, 0));
		prctl(PR_SET_DUMPABLE, 1);
	}
	else if (!strcmp(name, "nofile")) {
		struct rlimit limit = { n[1], 4096 };
		answer = result(setrlimit(RLIMIT_NOFILE, &limit));
	}
	else if (!strcmp(name, "fsopen")) {
		int fd = syscall(SYS_fsopen, "bpf", 1);
		answer = result(fd);
		if (fd >= 0) {
			dup3(fd, CONTEXT, O_CLOEXEC);
			close(fd);
			away = CONTEXT;
			answer = 0;
		}
	}
	else if (!strcmp(name, "create")) {
		if (came >= 0 && came != CONTEXT) { dup3(came, CONTEXT, O_CLOEXEC); close(came); came = -1; }
		answer = create(words + 1);
		if (n[6] == 0) close(CONTEXT);
	}
	else if (!strcmp(name, "fsmount")) {
		int fd = syscall(SYS_fsmount, CONTEXT, 1, 0);
		answer = result(fd);
		if (fd >= 0) {
			dup3(fd, CONTEXT, O_CLOEXEC);
			close(fd);
			answer = result(openat(CONTEXT, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		}
		close(CONTEXT);
	}
	else if (!strcmp(name, "forget")) { close(CONTEXT); answer = 0; }
	else if (!strcmp(name, "open")) answer = result(open(words[1], n[2] | O_CLOEXEC));
	else if (!strcmp(name, "close")) answer = result(close(n[1]));
	else if (!strcmp(name, "dup")) answer = result(fcntl(n[1], F_DUPFD_CLOEXEC, 0));
	else if (!strcmp(name, "send")) { away = n[1]; answer = 0; }
	else if (!strcmp(name, "take")) { answer = came; came = -1; fcntl(answer, F_SETFD, FD_CLOEXEC); }
	else if (!strcmp(name, "token")) {
		unsigned char attr[168] = { 0 };
		put(attr, 0, n[2]);
		put(attr, 4, n[1]);
		put(attr, 8, n[3]);
		answer = bpf(36, attr);
	}
	else if (!strcmp(name, "load")) answer = load(n[1], n[2], n[3], n[4]);
	else if (!strcmp(name, "map")) answer = make_map(n + 1);
	else if (!strcmp(name, "btf")) answer = load_btf(n[1], n[2]);
	else if (!strcmp(name, "by_id")) answer = by_id(n[1], n[2], n[3], n[4]);
	else if (!strcmp(name, "info")) answer = info(n[1], n[2], text);
	else if (!strcmp(name, "attach")) answer = attach(BPF_PROG_ATTACH, n + 1);
	else if (!strcmp(name, "detach")) answer = attach(BPF_PROG_DETACH, n + 1);
	else if (!strcmp(name, "link")) answer = attach(BPF_LINK_CREATE, n + 1);
	else if (!strcmp(name, "query")) answer = attach(BPF_PROG_QUERY, n + 1);
	else if (!strcmp(name, "pin")) answer = pin(BPF_OBJ_PIN, n[1], words[2]);
	else if (!strcmp(name, "get")) answer = pin(BPF_OBJ_GET, 0, words[1]);
	else if (!strcmp(name, "mkdir")) answer = result(mkdir(words[1], 0777));
	else if (!strcmp(name, "rmdir")) answer = result(rmdir(words[1]));
	else if (!strcmp(name, "unlink")) answer = result(unlink(words[1]));
	else if (!strcmp(name, "chmod")) answer = result(chmod(words[1], n[2]));
	else if (!strcmp(name, "mount")) answer = result(mount("bpf", words[1], "bpf", 0, words[2]));
	else if (!strcmp(name, "umount")) answer = result(umount2(words[1], n[2]));
	else if (!strcmp(name, "write")) { for (char *c = words[2]; *c; c++) if (*c == '_') *c = ' '; answer = write_text(words[1], words[2]); }
	else if (!strcmp(name, "kill")) answer = result(kill(n[1], SIGKILL));
	else if (!strcmp(name, "getfd")) {
		int pidfd = syscall(SYS_pidfd_open, n[1], 0);
		dup3(pidfd, 898, O_CLOEXEC);
		close(pidfd);
		answer = result(syscall(SYS_pidfd_getfd, 898, n[2], 0));
		close(898);
	}
	else if (!strcmp(name, "fork")) {
		answer = result(syscall(SYS_clone, n[2] | SIGCHLD, 0, 0, 0, 0));
		if (answer == 0) live(n[1]);
	}
	else if (!strcmp(name, "exec")) {
		char of[16];
		sprintf(of, "%d", number);
		fcntl(OWN_END, F_SETFD, 0);
		for (int i = 0; i < MOST; i++) fcntl(901 + i, F_SETFD, 0);
		execl("/proc/self/exe", "player", of, NULL);
		answer = -errno;
	}
	else if (!strcmp(name, "exit")) exit(0);
	else if (!strcmp(name, "caps?")) {
		struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct data[2];
		answer = result(syscall(SYS_capget, &header, data));
		sprintf(text, "%#llx uid %d", data[0].effective | (unsigned long long)data[1].effective << 32, getuid());
	}
	if (came >= 0) close(came);
	tell(OWN_END, answer, text, away);
}

static void live(int number)
{
	/* Whoever is left behind ends by itself. */
	alarm(120);
	dup3(901 + number, OWN_END, O_CLOEXEC);
	for (;;) {
		struct message message;
		int came = hear(OWN_END, &message);
		if (message.answer == -ESRCH) exit(0);
		play(number, message.text, came);
	}
}

static long ask(int number, const char *line, int fd, struct message *message, int *came)
{
	tell(mains_end[number], 0, line, fd);
	int got = hear(mains_end[number], message);
	if (came) *came = got;
	else if (got >= 0) close(got);
	return message->answer;
}

/* What two processes do together: a bpffs that one opens and mounts, and the other configures. */
static long mounted(int of, int by, const char *options, struct message *message)
{
	char line[420];
	int context = -1;
	long answer = ask(of, "fsopen", -1, message, &context);
	if (answer < 0) return answer;
	sprintf(line, "create %s %d", options, of == by);
	answer = ask(by, line, of == by ? -1 : context, message, NULL);
	close(context);
	return ask(of, answer < 0 ? "forget" : "fsmount", -1, message, NULL), answer < 0 ? answer : message->answer;
}

int main(int argc, char *argv[])
{
	if (argc > 1) {
		int number = atoi(argv[1]);
		fcntl(OWN_END, F_SETFD, FD_CLOEXEC);
		for (int i = 0; i < MOST; i++) fcntl(901 + i, F_SETFD, FD_CLOEXEC);
		tell(OWN_END, 0, "", -1);
		live(number);
	}
	struct rlimit limit = { 4096, 4096 };
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGCHLD, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	struct timeval patience = { 20, 0 };
	for (int i = 0; i < MOST; i++) {
		int pair[2];
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return 1;
		process_end[i] = dup3(pair[1], 901 + i, O_CLOEXEC);
		mains_end[i] = fcntl(pair[0], F_DUPFD_CLOEXEC, 950);
		setsockopt(mains_end[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		close(pair[0]);
		close(pair[1]);
	}
	char line[420];
	while (fgets(line, sizeof(line), stdin)) {
		struct message message = { 0, "" };
		int number, other, at = 0, came = -1;
		long answer;
		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%d %n", &number, &at) < 1) continue;
		const char *call = line + at;
		if (!strncmp(call, "spawn", 5)) {
			pids[number] = fork();
			if (pids[number] == 0) {
				for (int i = 3; i < 890; i++) close(i);
				int null = open("/dev/null", O_RDWR);
				for (int i = 0; i < 3; i++) dup2(null, i);
				close(null);
				for (int i = 950; i < 1000; i++) close(i);
				live(number);
			}
			answer = 0;
		} else if (sscanf(call, "delegated %d %n", &other, &at) == 1) {
			answer = mounted(number, other, call + at, &message);
		} else if (sscanf(call, "give %d %n", &other, &at) == 1) {
			char send[64];
			sprintf(send, "send %s", call + at);
			answer = ask(number, send, -1, &message, &came);
			if (came >= 0) { answer = ask(other, "take", came, &message, NULL); close(came); }
			else answer = -EBADF;
		} else if (sscanf(call, "kill %d", &other) == 1) {
			char of[64];
			struct pollfd end = { syscall(SYS_pidfd_open, pids[other], 0), POLLIN };
			sprintf(of, "kill %d", pids[other]);
			answer = 0;
			/* Who kills itself does not answer. */
			if (other == number) tell(mains_end[number], 0, of, -1);
			else answer = ask(number, of, -1, &message, NULL);
			/* A process that is killed in a wait for a message can still take the next one of its number. */
			if (answer == 0 && end.fd >= 0) poll(&end, 1, -1);
			close(end.fd);
		} else if (sscanf(call, "getfd %d %n", &other, &at) == 1) {
			char of[64];
			sprintf(of, "getfd %d %s", pids[other], call + at);
			answer = ask(number, of, -1, &message, NULL);
		} else if (sscanf(call, "pid %d", &other) == 1) {
			answer = pids[other];
		} else {
			answer = ask(number, call, -1, &message, NULL);
			if (sscanf(call, "fork %d", &other) == 1 && answer > 0) { pids[other] = answer; answer = 0; }
		}
		printf("%ld %s\n", answer, message.text);
	}
	for (int i = 0; i < MOST; i++)
		if (pids[i] > 0) kill(pids[i], SIGKILL);
	return 0;
}
