/* SPDX-License-Identifier: (GPL-2.0 OR MIT) */
/*
 * The fields of kernel structures that the collector reads, and no others. Offsets are those of the
 * running kernel: libbpf relocates each access by its BTF (CO-RE), so one object serves all kernels.
 */
#ifndef COLLECTOR_KERNEL_H
#define COLLECTOR_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct qstr {
	const unsigned char *name;
};

struct super_block {
	unsigned int s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	void *i_private;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct path {
	struct dentry *dentry;
};

struct file {
	unsigned int f_flags;
	struct inode *f_inode;
	void *private_data;
	struct path f_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	int umask;
	struct path pwd;
};

struct signal_struct {
	struct {
		int counter;
	} live;
};

struct user_namespace {
	int level;
};

/* Two words of 32 bits before 6.3, one of 64 since. */
struct kernel_cap_struct {
	unsigned int cap[2];
};

struct cred {
	struct {
		unsigned int val;
	} uid;
	struct kernel_cap_struct cap_effective;
	struct user_namespace *user_ns;
};

/* Where a process is, in the hierarchy of cgroup2. */
struct css_set {
	struct cgroup *dfl_cgrp;
};

/* What a process sees as the root of cgroup2. */
struct cgroup_namespace {
	struct css_set *root_cset;
};

struct nsproxy {
	struct cgroup_namespace *cgroup_ns;
};

struct task_struct {
	struct cred *cred;
	struct css_set *cgroups;
	struct nsproxy *nsproxy;
	char comm[16];
	int pid;
	int tgid;
	struct files_struct *files;
	struct fs_struct *fs;
	struct signal_struct *signal;
};

struct kernfs_node {
	unsigned long long id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct bpf_map {
	unsigned int id;
	enum bpf_map_type map_type;
};

struct bpf_prog_aux {
	unsigned int id;
	unsigned int used_map_cnt;
	struct bpf_map **used_maps;
};

struct bpf_prog {
	unsigned short enforce_expected_attach_type : 1;
	unsigned char tag[8];
	struct bpf_prog_aux *aux;
};

struct btf {
	unsigned int id;
};

struct bpf_link {
	unsigned int id;
	enum bpf_link_type type;
	struct bpf_prog *prog;
};

/* Eight bytes, as a number. */
struct rb_node {
	unsigned long __rb_parent_color;
};

/* Of a system call: where its arguments are. */
struct pt_regs___x86 {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
};

struct pt_regs___arm64 {
	unsigned long regs[31];
	unsigned long orig_x0;
};

/* What the kernel writes how long a log was, since it does (6.4). */
union bpf_attr___true {
	unsigned int log_true_size;
} __attribute__((preserve_access_index));

#pragma clang attribute pop

#endif
