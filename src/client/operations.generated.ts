// Generated of openapi.yaml by `npm run openapi`: do not edit.

export type Health = {
  /** The status of the response, or of the service. */
  readonly status: "ok";
  /** The version of the program. */
  readonly version: string;
  /** Where the logs are. */
  readonly storage: {
  /** What kind of object it is. */
  readonly kind: "pglite" | "postgresql";
  /** What the storage survives. */
  readonly survives: string;
};
};
export type Problem = {
  /** What kind of problem it is: `urn:bpfledger:problem:…`; it is stable. */
  readonly type: string;
  /** What kind of problem it is. */
  readonly title: string;
  /** The status of the response, or of the service. */
  readonly status: number;
  /** What is wrong with this request, in a sentence. */
  readonly detail: string;
  /** The field at fault, dotted from the top of the body; or the parameter or header. */
  readonly field?: string;
  /** Each field that is wrong. */
  readonly errors?: readonly ({
  /** The field at fault, dotted from the top of the body; or the parameter or header. */
  readonly field: string;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** The limit that was passed. */
  readonly limit?: number;
})[];
  /** The limit that was passed. */
  readonly limit?: number;
  /** The line at fault, from 1. */
  readonly line?: number;
  /** A position of the log of the host. */
  readonly position?: number;
  /** Seconds after which trying again makes sense. */
  readonly retry_after?: number;
  /** The methods that the path has. */
  readonly allow?: readonly (string)[];
};
export type Ready = {
  /** The status of the response, or of the service. */
  readonly status: "ready";
};
export type ReleaseList = {
  /** The rows of the page. */
  readonly items: readonly (ReleaseWithSwitches)[];
};
export type ReleaseWithSwitches = {
  /** The release. */
  readonly id: string;
  /** measured: this exact version was recorded; vendor: it carries backports, so that its number says little; else inferred from its neighbours */
  readonly basis: "measured" | "inferred" | "vendor";
  /** What else there is to know. */
  readonly note?: string;
  /** The points in which kernels differ. */
  readonly switches: readonly ({
  /** Its name. */
  readonly name: string;
  /** The value. */
  readonly value: boolean | number | string;
  /** What is so when the switch is on. */
  readonly meaning: string;
  /** From which release on. */
  readonly since: string;
  /** How the value is known. */
  readonly evidence: "measured" | "read" | "remembered" | "inferred" | "vendor";
  /** The recording that shows it. */
  readonly measured_in?: string;
  /** Where it is said: a function of the kernel, or a commit. */
  readonly source: string;
  /** Whether it is a bug of the kernel. */
  readonly bug: boolean;
})[];
};
export type ReleaseDifferences = {
  /** The older one of two. */
  readonly from: string;
  /** The newer one of two. */
  readonly to: string;
  /** What differs. */
  readonly differences: readonly ({
  /** The name of the switch. */
  readonly name: string;
  /** The older one of two. */
  readonly from: boolean | number | string;
  /** The newer one of two. */
  readonly to: boolean | number | string;
  /** The same in a sentence. */
  readonly sentence: string;
  /** Whether it is a bug of the kernel. */
  readonly bug: boolean;
})[];
};
/** Events of all hosts. `next` is there when more may follow. */
export type HostEventPage = {
  /** The rows of the page. */
  readonly items: readonly (HostEvent)[];
  /** Events of damaged logs, which are left out. */
  readonly unreadable?: readonly (UnreadableEvent)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
  /** The end of the page: a stream goes on `after` it. */
  readonly last?: string;
};
export type HostEvent = {
  readonly position: Position;
  readonly recorded_at: Timestamp;
  readonly at: Timestamp;
  /** Where it is from: `decided` by the model, `observed`, or `inferred` from what was observed. */
  readonly source: "decided" | "observed" | "inferred";
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** Who sent it: `token:NAME`, or `local`. */
  readonly actor: string;
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: Call | BootCall | Sighting;
  /** What the kernel answered. */
  readonly outcome: Outcome;
  /** What followed from the call, in order; applied to the state before, they give the state after. */
  readonly effects: readonly (Effect)[];
  /** The rules' answer, where the kernel's was another. */
  readonly expected?: Outcome;
  /** When an inferred event must have happened; without `from` since the boot. */
  readonly between?: {
  readonly from?: Timestamp;
  readonly to: Timestamp;
};
  /** The thread that made the call, where it is not the first of its process. */
  readonly tid?: number;
  /** A user id. */
  readonly uid?: number;
  /** Path of the caller's cgroup. */
  readonly cgroup?: string;
  /** As the path of the cgroup tells it. */
  readonly container_id?: string;
  /** The systemd unit, as the path of the cgroup tells it. */
  readonly unit?: string;
  /** The host that it is of. */
  readonly host: string;
};
/** A place in a host's log: 1, 2, 3 … without gaps. */
export type Position = number;
/** RFC 3339, UTC, microseconds. */
export type Timestamp = string;
export type ProgType = "unspec" | "socket_filter" | "kprobe" | "sched_cls" | "sched_act" | "tracepoint" | "xdp" | "perf_event" | "cgroup_skb" | "cgroup_sock" | "lwt_in" | "lwt_out" | "lwt_xmit" | "sock_ops" | "sk_skb" | "cgroup_device" | "sk_msg" | "raw_tracepoint" | "cgroup_sock_addr" | "lwt_seg6local" | "lirc_mode2" | "sk_reuseport" | "flow_dissector" | "cgroup_sysctl" | "raw_tracepoint_writable" | "cgroup_sockopt" | "tracing" | "struct_ops" | "ext" | "lsm" | "sk_lookup" | "syscall" | "netfilter" | number;
export type AttachType = "cgroup_inet_ingress" | "cgroup_inet_egress" | "cgroup_inet_sock_create" | "cgroup_sock_ops" | "sk_skb_stream_parser" | "sk_skb_stream_verdict" | "cgroup_device" | "sk_msg_verdict" | "cgroup_inet4_bind" | "cgroup_inet6_bind" | "cgroup_inet4_connect" | "cgroup_inet6_connect" | "cgroup_inet4_post_bind" | "cgroup_inet6_post_bind" | "cgroup_udp4_sendmsg" | "cgroup_udp6_sendmsg" | "lirc_mode2" | "flow_dissector" | "cgroup_sysctl" | "cgroup_udp4_recvmsg" | "cgroup_udp6_recvmsg" | "cgroup_getsockopt" | "cgroup_setsockopt" | "trace_raw_tp" | "trace_fentry" | "trace_fexit" | "modify_return" | "lsm_mac" | "trace_iter" | "cgroup_inet4_getpeername" | "cgroup_inet6_getpeername" | "cgroup_inet4_getsockname" | "cgroup_inet6_getsockname" | "xdp_devmap" | "cgroup_inet_sock_release" | "xdp_cpumap" | "sk_lookup" | "xdp" | "sk_skb_verdict" | "sk_reuseport_select" | "sk_reuseport_select_or_migrate" | "perf_event" | "trace_kprobe_multi" | "lsm_cgroup" | "struct_ops" | "netfilter" | "tcx_ingress" | "tcx_egress" | "trace_uprobe_multi" | "cgroup_unix_connect" | "cgroup_unix_sendmsg" | "cgroup_unix_recvmsg" | "cgroup_unix_getpeername" | "cgroup_unix_getsockname" | "netkit_primary" | "netkit_peer" | number;
export type ObjectName = string;
export type Comm = string;
/** An absolute path: at most 4096 bytes, 128 names deep. */
export type Path = string;
export type AttachFlags = readonly ("override" | "multi" | "replace" | "before" | "after" | "id" | "preorder" | "link" | number)[];
export type QueryFlags = readonly ("effective" | number)[];
export type MapType = "unspec" | "hash" | "array" | "prog_array" | "perf_event_array" | "percpu_hash" | "percpu_array" | "stack_trace" | "cgroup_array" | "lru_hash" | "lru_percpu_hash" | "lpm_trie" | "array_of_maps" | "hash_of_maps" | "devmap" | "sockmap" | "cpumap" | "xskmap" | "sockhash" | "cgroup_storage" | "reuseport_sockarray" | "percpu_cgroup_storage" | "queue" | "stack" | "sk_storage" | "devmap_hash" | "struct_ops" | "ringbuf" | "inode_storage" | "task_storage" | "bloom_filter" | "user_ringbuf" | "cgrp_storage" | "arena" | number;
/** What a `boot` event carries in place of a call. */
export type BootCall = {
  /** Its name. */
  readonly name: "boot";
  /** The kernel release. */
  readonly release: string;
  /** The random id of one run of the kernel. */
  readonly boot_id: string;
  /** What else the boot fixes. */
  readonly config: BootConfig;
};
export type BootConfig = {
  /** The id of the root of the cgroup tree. */
  readonly root_cgroup_id: number;
  /** The id of the first cgroup that is made. */
  readonly first_cgroup_id: number;
  /** The id of the first program. */
  readonly first_prog_id: number;
  /** The id of the first link. */
  readonly first_link_id: number;
  /** The id of the first map. */
  readonly first_map_id: number;
  /** The pid of the first process after the boot process. */
  readonly first_pid: number;
  /** The sysctl: 0 everybody may load programs, 1 and 2 only the privileged. */
  readonly unprivileged_bpf_disabled: number;
  /** How many fds the process may have. */
  readonly nofile: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The points in which kernels differ. */
  readonly switches?: Switches;
};
export type Switches = {
  /** the kernel is built with CONFIG_CGROUP_BPF; without it attach, detach, query, link and cgroup storage are EINVAL */
  readonly cgroup_bpf?: boolean;
  /** cgroups have the control file cgroup.kill */
  readonly cgroup_kill?: boolean;
  /** attach types below this number exist; others are EINVAL */
  readonly attach_type_count?: number;
  /** program types below this number exist; loading others is EINVAL */
  readonly prog_type_count?: number;
  /** where PROG_ATTACH's last field ends; bytes after it must be zero */
  readonly prog_attach_attr_end?: number;
  /** where PROG_DETACH's last field ends; bytes after it must be zero */
  readonly prog_detach_attr_end?: number;
  /** where PROG_QUERY's last field ends; bytes after it must be zero */
  readonly prog_query_attr_end?: number;
  /** where LINK_CREATE's last field ends, the fields of other kinds of link included */
  readonly link_create_attr_end?: number;
  /** OBJ_PIN and OBJ_GET take BPF_F_PATH_FD */
  readonly path_fd?: boolean;
  /** close_range(2) exists; before, it is ENOSYS */
  readonly close_range?: boolean;
  /** close_range(2) knows CLOSE_RANGE_CLOEXEC; before, the flag is EINVAL */
  readonly close_range_cloexec?: boolean;
  /** LINK_CREATE takes flags 0, override or multi, and they set the mode of the list */
  readonly link_flags_choose_mode?: boolean;
  /** where links set the mode, LINK_CREATE refuses other flag bits with EINVAL */
  readonly link_unknown_flags_refused?: boolean;
  /** errno of an attach or link that meets a link in a none or override list */
  readonly link_conflict_errno?: "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "EIO" | "ENXIO" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "ENOMEM" | "EACCES" | "EFAULT" | "ENOTBLK" | "EBUSY" | "EEXIST" | "EXDEV" | "ENODEV" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ENOTTY" | "ETXTBSY" | "EFBIG" | "ENOSPC" | "ESPIPE" | "EROFS" | "EMLINK" | "EPIPE" | "EDOM" | "ERANGE" | "EDEADLK" | "ENAMETOOLONG" | "ENOLCK" | "ENOSYS" | "ENOTEMPTY" | "ELOOP" | "ENODATA" | "ETIME" | "ENOLINK" | "EPROTO" | "EBADMSG" | "EOVERFLOW" | "EBADFD" | "EUSERS" | "ENOTSOCK" | "EMSGSIZE" | "EPROTONOSUPPORT" | "EOPNOTSUPP" | "ENOBUFS" | "ETIMEDOUT" | "ECONNREFUSED" | "EALREADY" | "ESTALE" | "EDQUOT" | "ECANCELED" | "EKEYREVOKED" | "EKEYREJECTED" | "ENOTSUPP";
  /** errno of PROG_DETACH on a none or override list whose entry is a link */
  readonly link_prog_detach_errno?: "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "EIO" | "ENXIO" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "ENOMEM" | "EACCES" | "EFAULT" | "ENOTBLK" | "EBUSY" | "EEXIST" | "EXDEV" | "ENODEV" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ENOTTY" | "ETXTBSY" | "EFBIG" | "ENOSPC" | "ESPIPE" | "EROFS" | "EMLINK" | "EPIPE" | "EDOM" | "ERANGE" | "EDEADLK" | "ENAMETOOLONG" | "ENOLCK" | "ENOSYS" | "ENOTEMPTY" | "ELOOP" | "ENODATA" | "ETIME" | "ENOLINK" | "EPROTO" | "EBADMSG" | "EOVERFLOW" | "EBADFD" | "EUSERS" | "ENOTSOCK" | "EMSGSIZE" | "EPROTONOSUPPORT" | "EOPNOTSUPP" | "ENOBUFS" | "ETIMEDOUT" | "ECONNREFUSED" | "EALREADY" | "ESTALE" | "EDQUOT" | "ECANCELED" | "EKEYREVOKED" | "EKEYREJECTED" | "ENOTSUPP";
  /** LINK_UPDATE never gives back its reference, so the link outlives its last fd */
  readonly link_update_leaks_reference?: boolean;
  /** links have ids, can be fetched by id, walked, and asked for info */
  readonly link_ids?: boolean;
  /** LINK_DETACH exists; before, the command is EINVAL */
  readonly link_detach?: boolean;
  /** what LINK_UPDATE answers for a link that lost its cgroup */
  readonly link_update_defunct_errno?: "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "EIO" | "ENXIO" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "ENOMEM" | "EACCES" | "EFAULT" | "ENOTBLK" | "EBUSY" | "EEXIST" | "EXDEV" | "ENODEV" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ENOTTY" | "ETXTBSY" | "EFBIG" | "ENOSPC" | "ESPIPE" | "EROFS" | "EMLINK" | "EPIPE" | "EDOM" | "ERANGE" | "EDEADLK" | "ENAMETOOLONG" | "ENOLCK" | "ENOSYS" | "ENOTEMPTY" | "ELOOP" | "ENODATA" | "ETIME" | "ENOLINK" | "EPROTO" | "EBADMSG" | "EOVERFLOW" | "EBADFD" | "EUSERS" | "ENOTSOCK" | "EMSGSIZE" | "EPROTONOSUPPORT" | "EOPNOTSUPP" | "ENOBUFS" | "ETIMEDOUT" | "ECONNREFUSED" | "EALREADY" | "ESTALE" | "EDQUOT" | "ECANCELED" | "EKEYREVOKED" | "EKEYREJECTED" | "ENOTSUPP";
  /** LINK_UPDATE refuses an old_prog_fd without the flag replace */
  readonly link_update_old_prog_needs_replace?: boolean;
  /** LINK_UPDATE to a program with other cgroup storage maps is EINVAL */
  readonly link_update_compares_storage?: boolean;
  /** LINK_CREATE takes a cgroup_skb program for every cgroup hook */
  readonly skb_links_fit_any_hook?: boolean;
  /** LINK_CREATE checks the attach type before prog_fd */
  readonly link_create_checks_type_first?: boolean;
  /** OBJ_GET of a link pin with RDONLY or WRONLY is EINVAL */
  readonly link_get_refuses_access_flags?: boolean;
  /** PROG_ATTACH may replace a program by itself; before, EINVAL */
  readonly replace_by_itself?: boolean;
  /** PROG_ATTACH takes the flag preorder */
  readonly preorder?: boolean;
  /** the flags before, after, id and link order entries, and links may be preorder */
  readonly anchors?: boolean;
  /** expected_revision is compared and PROG_QUERY reports the revision */
  readonly revisions?: boolean;
  /** PROG_ATTACH looks up the program for hooks of tracing and LSM; before, they are unknown */
  readonly attach_knows_tracing?: boolean;
  /** PROG_QUERY takes the hooks of sockmaps; before, they are unknown to it */
  readonly sockmap_query?: boolean;
  /** an effective PROG_QUERY reports the mode of the cgroup's own list; where it does not, it also refuses prog_attach_flags */
  readonly effective_query_reports_mode?: boolean;
  /** PROG_QUERY writes revision at byte 56 even when the attr is shorter */
  readonly query_writes_revision_past_attr?: boolean;
  /** LINK_UPDATE writes the effective slot counted in list order, ignoring preorder */
  readonly link_update_miscounts_preorder?: boolean;
  /** CAP_BPF exists and takes the place of CAP_SYS_ADMIN for loading; a link of a cgroup_skb program wants CAP_NET_ADMIN */
  readonly cap_bpf?: boolean;
  /** PROG_ATTACH and PROG_DETACH want CAP_NET_ADMIN before anything else */
  readonly attach_needs_net_admin?: boolean;
  /** LINK_CREATE wants CAP_NET_ADMIN before anything else */
  readonly link_create_needs_net_admin?: boolean;
  /** CAP_SYS_ADMIN stands in for CAP_NET_ADMIN in attach, detach, link create and query */
  readonly sys_admin_is_net_admin?: boolean;
  /** unprivileged_bpf_disabled makes every bpf command EPERM, not only load and create */
  readonly gate_shuts_all_commands?: boolean;
  /** unprivileged_bpf_disabled takes 0, 1 and 2 while the kernel runs, unless it is 1; before, it takes 1 alone */
  readonly unprivileged_sysctl_goes_back?: boolean;
  /** PROG_LOAD and MAP_CREATE check flags and types before privileges */
  readonly form_before_privilege?: boolean;
  /** maps and programs count as locked memory of their user, and RLIMIT_MEMLOCK bounds it: EPERM; later, they are memory of a cgroup */
  readonly memlock_is_charged?: boolean;
  /** the program tag is made with SHA-256; before, with SHA-1 */
  readonly tag_is_sha256?: boolean;
  /** the verifier lets bind4 and bind6 programs return 2 and 3 */
  readonly bind_may_return_3?: boolean;
  /** the flags of PROG_LOAD that exist, as a word; others are EINVAL */
  readonly prog_flags?: number;
  /** instructions may name maps by their index in fd_array */
  readonly fd_array?: boolean;
  /** PROG_LOAD takes fd_array_cnt; before, its bytes must be zero */
  readonly fd_array_cnt?: boolean;
  /** map types below this number exist; creating others is EINVAL */
  readonly map_type_count?: number;
  /** the errno of a percpu map whose value is larger than 32768 bytes */
  readonly percpu_value_too_large_errno?: "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "EIO" | "ENXIO" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "ENOMEM" | "EACCES" | "EFAULT" | "ENOTBLK" | "EBUSY" | "EEXIST" | "EXDEV" | "ENODEV" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ENOTTY" | "ETXTBSY" | "EFBIG" | "ENOSPC" | "ESPIPE" | "EROFS" | "EMLINK" | "EPIPE" | "EDOM" | "ERANGE" | "EDEADLK" | "ENAMETOOLONG" | "ENOLCK" | "ENOSYS" | "ENOTEMPTY" | "ELOOP" | "ENODATA" | "ETIME" | "ENOLINK" | "EPROTO" | "EBADMSG" | "EOVERFLOW" | "EBADFD" | "EUSERS" | "ENOTSOCK" | "EMSGSIZE" | "EPROTONOSUPPORT" | "EOPNOTSUPP" | "ENOBUFS" | "ETIMEDOUT" | "ECONNREFUSED" | "EALREADY" | "ESTALE" | "EDQUOT" | "ECANCELED" | "EKEYREVOKED" | "EKEYREJECTED" | "ENOTSUPP";
  /** PROG_BIND_MAP exists; before, the command is EINVAL */
  readonly prog_bind_map?: boolean;
  /** percpu arrays have MAP_LOOKUP_BATCH and MAP_UPDATE_BATCH; before, ENOTSUPP */
  readonly percpu_array_batches?: boolean;
  /** maps of maps have the commands on many elements; before, ENOTSUPP */
  readonly map_of_maps_batches?: boolean;
  /** the programs of a prog_array must have one expected attach type */
  readonly prog_array_compares_hook?: boolean;
  /** a program with cgroup storage is in a prog_array only if the first one has it as well */
  readonly prog_array_compares_storage?: boolean;
  /** most types of map fit into a map of maps with any number of entries */
  readonly inner_maps_of_any_entries?: boolean;
  /** programs share a storage map, storages outlive a detach, and keys may have 8 bytes */
  readonly storage_is_shared?: boolean;
  /** largest value of a shared storage map, in bytes; more is E2BIG */
  readonly storage_value_max?: number;
  /** largest value of a percpu storage map, in bytes; more is E2BIG */
  readonly percpu_storage_value_max?: number;
};
export type Found = {
  /** Its name. */
  readonly name: "found";
  /** A process. */
  readonly process?: {
  /** A user id. */
  readonly uid?: number;
  /** Capabilities of the process. */
  readonly caps?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  readonly cgroup?: Path;
};
  /** A cgroup. */
  readonly cgroup?: {
  readonly path: Path;
  /** Its id, unique in one boot. */
  readonly id?: number;
};
  /** A BPF program. */
  readonly prog?: {
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The type of the program. */
  readonly prog_type?: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type?: AttachType;
  /** The name of the program. */
  readonly prog_name?: ObjectName;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: string;
  /** A user id. */
  readonly uid?: number;
  /** The maps that the program uses. */
  readonly map_ids?: readonly (number)[];
};
  /** A BPF map. */
  readonly map?: {
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The type of the map. */
  readonly map_type?: MapType;
  /** Bytes of a key. */
  readonly key_size?: number;
  /** Bytes of a value. */
  readonly value_size?: number;
  /** How many elements the map can hold. */
  readonly max_entries?: number;
  /** The name of the map. */
  readonly map_name?: ObjectName;
};
  /** One program in the list of a cgroup. */
  readonly entry?: {
  readonly cgroup: Path;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
  /** A BPF link. */
  readonly link?: {
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  readonly cgroup?: Path;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
  /** A name in the bpffs. */
  readonly pin?: {
  readonly path: Path;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "dir";
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** A file descriptor. */
  readonly fd?: {
  /** A file descriptor. */
  readonly fd: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id?: number;
  readonly path?: Path;
  /** Whether exec closes the fd. */
  readonly cloexec?: boolean;
};
};
export type Gone = {
  /** Its name. */
  readonly name: "gone";
  /** A process. */
  readonly process?: {
};
  /** A cgroup. */
  readonly cgroup?: {
  readonly path: Path;
};
  /** A BPF program. */
  readonly prog?: {
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** A BPF map. */
  readonly map?: {
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** A BPF link. */
  readonly link?: {
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** One program in the list of a cgroup. */
  readonly entry?: {
  readonly cgroup: Path;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
};
  /** A name in the bpffs. */
  readonly pin?: {
  readonly path: Path;
};
  /** A file descriptor. */
  readonly fd?: {
  /** A file descriptor. */
  readonly fd: number;
};
};
/** A hole in the record, as far as the recorder knows it. */
export type Lost = {
  /** Its name. */
  readonly name: "lost";
  /** Events, in the order of the log. */
  readonly events?: number;
  readonly from?: Timestamp;
  readonly to?: Timestamp;
  /** Why nobody saw it. */
  readonly cause?: string;
};
export type Outcome = Success | Refusal;
export type Success = {
  /** The return value. */
  readonly ret: number;
  /** What PROG_QUERY reports. */
  readonly query?: QueryOutputs;
  /** What OBJ_GET_INFO_BY_FD writes. */
  readonly info?: ObjectInfo;
  /** The next id that there is. */
  readonly next_id?: number;
  /** The next key that there is. */
  readonly next_key?: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value?: number;
  /** What a command on many elements hands back, also with an errno. */
  readonly batch?: BatchOutputs;
  /** Whether the recorder does not know what the call returned. */
  readonly lost?: true;
  /** Whether the verifier accepted the program. */
  readonly verified?: false;
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** The id of a map, unique in one boot. */
  readonly map_id?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
};
export type QueryOutputs = {
  /** How many programs, or room for so many. */
  readonly prog_cnt: number;
  /** Ids of programs, in the order in which they run. */
  readonly prog_ids: readonly (number)[];
  /** The mode of the list, as PROG_QUERY reports it. */
  readonly attach_flags: number;
  /** Flags of each entry, or room for them. */
  readonly prog_attach_flags?: readonly (number)[];
  /** The counter of the list: each change adds one. */
  readonly revision?: number;
};
export type ObjectInfo = ObjectInfoLink | ObjectInfoProg | ObjectInfoMap;
export type BatchOutputs = {
  /** How many there are. */
  readonly count: number;
  /** Keys. */
  readonly keys?: readonly (number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
})[];
  /** The values of the elements, in the order of their keys. */
  readonly values?: readonly (number)[];
};
/** The kernel refused: by which rule, about which objects, and why in a sentence. */
export type Refusal = {
  /** The name of the errno, such as `EPERM`. */
  readonly errno: "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "EIO" | "ENXIO" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "ENOMEM" | "EACCES" | "EFAULT" | "ENOTBLK" | "EBUSY" | "EEXIST" | "EXDEV" | "ENODEV" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ENOTTY" | "ETXTBSY" | "EFBIG" | "ENOSPC" | "ESPIPE" | "EROFS" | "EMLINK" | "EPIPE" | "EDOM" | "ERANGE" | "EDEADLK" | "ENAMETOOLONG" | "ENOLCK" | "ENOSYS" | "ENOTEMPTY" | "ELOOP" | "ENODATA" | "ETIME" | "ENOLINK" | "EPROTO" | "EBADMSG" | "EOVERFLOW" | "EBADFD" | "EUSERS" | "ENOTSOCK" | "EMSGSIZE" | "EPROTONOSUPPORT" | "EOPNOTSUPP" | "ENOBUFS" | "ETIMEDOUT" | "ECONNREFUSED" | "EALREADY" | "ESTALE" | "EDQUOT" | "ECANCELED" | "EKEYREVOKED" | "EKEYREJECTED" | "ENOTSUPP";
  /** The rule that refused it (docs/kernel-semantics.md). */
  readonly rule: "helper-unknown-to-type" | "instructions-malformed" | "instruction-not-allowed" | "fd-array-missing" | "fd-array-short" | "map-has-no-address" | "arena-not-mapped" | "fd-is-no-token" | "load-needs-btf" | "sleepable-does-not-fit" | "too-many-maps" | "map-key-too-large" | "map-entries-too-many" | "map-needs-btf" | "map-needs-net-admin" | "zero-seed-needs-sys-admin" | "map-cannot-be-inner" | "map-type-unknown" | "map-flags" | "map-key-size" | "map-value-size" | "map-value-too-large" | "map-max-entries" | "memlock-too-low" | "map-locks-too-much" | "map-has-no-batch" | "batch-at-end" | "map-full" | "index-out-of-range" | "program-unlike-owner" | "load-unlike-owner" | "map-unlike-inner" | "element-exists" | "no-element" | "no-next-key" | "elements-stay" | "sysctl-not-writable" | "sysctl-value" | "sysctl-locked" | "cgroup-name-is-file" | "no-such-control-file" | "cgroup-not-readable" | "control-file-not-writable" | "cgroup-domain-invalid" | "cgroup-cannot-be-threaded" | "cgroup-is-threaded" | "value-not-taken" | "cgroup-exists" | "cgroup-name-newline" | "cgroup-busy" | "cgroup-root" | "bounding-set-shrinks" | "may-not-inherit" | "memlock-is-raised" | "may-not-be-ambient" | "no-such-process" | "pid-in-use" | "init-stays" | "credentials-cannot-grow" | "no-free-fd" | "fd-not-open" | "dup-onto-itself" | "dup-from-over-limit" | "range-is-backwards" | "no-such-call" | "may-not-trace" | "may-not-kill" | "fd-over-limit" | "nofile-over-nr-open" | "mailbox-empty" | "prog-fd-not-open" | "prog-fd-is-no-program" | "prog-type-differs" | "link-fd-not-open" | "link-fd-is-no-link" | "map-fd-not-open" | "map-fd-is-no-map" | "map-fd-restricted" | "target-fd-not-open" | "target-fd-is-no-cgroup" | "target-cgroup-removed" | "no-such-cgroup" | "unprivileged-bpf-disabled" | "needs-net-admin" | "needs-sys-admin" | "skb-attach-needs-net-admin" | "skb-link-needs-net-admin" | "load-needs-bpf" | "load-needs-net-admin" | "load-needs-perfmon" | "map-needs-bpf" | "command-unknown" | "attr-too-large" | "bytes-after-last-field" | "flags-unknown" | "attach-type-unknown" | "anchor-fields-not-for-cgroups" | "target-of-other-subsystem" | "target-is-no-perf-event" | "built-without-cgroup-bpf" | "expected-type-differs" | "prog-flags-unknown" | "too-many-instructions" | "expected-type-does-not-fit" | "prog-type-unknown" | "object-name" | "helper-not-for-type" | "return-out-of-range" | "two-storage-maps" | "storage-map-has-owner" | "override-and-multi" | "replace-needs-multi" | "replace-with-anchor" | "link-cannot-replace" | "revision-stale" | "hierarchy-exclusive-ancestor" | "list-mode-differs" | "list-full" | "link-holds-single-entry" | "program-already-attached" | "replaced-program-not-attached" | "before-and-after" | "anchor-needs-one-side" | "anchor-of-other-kind" | "anchor-id-unknown" | "anchor-link-fd-0" | "anchor-not-in-list" | "anchor-preorder-differs" | "detach-takes-no-flags" | "detach-names-no-program" | "program-not-attached" | "nothing-attached" | "effective-query-takes-no-flags-buffer" | "lsm-query-needs-flags-buffer" | "query-buffer-short" | "old-prog-without-replace" | "link-defunct" | "link-runs-other-program" | "storage-maps-differ" | "no-such-path" | "not-a-directory" | "is-a-directory" | "directory-not-empty" | "path-exists" | "mount-point" | "other-file-system" | "rename-into-itself" | "name-with-dot" | "component-too-long" | "directory-not-searchable" | "directory-not-writable" | "directory-is-sticky" | "path-fd-without-flag" | "path-fd-is-no-directory" | "not-the-owner" | "pin-needs-bpf-object" | "get-takes-no-fd" | "rdonly-and-wronly" | "pin-not-permitted" | "path-is-no-pin" | "link-has-no-access-mode" | "no-object-with-id" | "no-id-after" | "start-id-too-large" | "info-fd-not-open" | "info-needs-bpf-object" | "no-info-on-links" | "info-too-long" | "link-keeps-program" | "link-stays" | "link-is-no-iterator" | "btf-needs-bpf" | "stats-unknown" | "prog-cannot-be-tried" | "test-takes-no-data" | "packet-too-short" | "map-frozen" | "not-modelled" | "beyond-these-rules" | "kernel-said-so";
  /** The objects that the refusal is about. */
  readonly about?: { readonly [key: string]: string | number };
  /** `open`: the path of the target was refused. */
  readonly stage?: "open";
  /** What PROG_QUERY reports. */
  readonly query?: QueryOutputs;
  /** What a command on many elements hands back, also with an errno. */
  readonly batch?: BatchOutputs;
  /** What is wrong, in a sentence. */
  readonly message: string;
};
export type Effect = EffectBooted | EffectProcessSpawned | EffectProcessForked | EffectProcessExecuted | EffectFilesUnshared | EffectProcessExited | EffectCredentialsChanged | EffectNofileLimited | EffectMemlockLimited | EffectUmaskSet | EffectSysctlSet | EffectProcessMoved | EffectFdOpened | EffectFdDuplicated | EffectFdCopied | EffectFdClosed | EffectFdSent | EffectFdReceived | EffectFdLost | EffectCloexecChanged | EffectHoldersForgotten | EffectProgLoaded | EffectProgFreed | EffectProgIdBurned | EffectLinkCreated | EffectLinkUpdated | EffectLinkSevered | EffectLinkFreed | EffectLinkIdBurned | EffectLinkReferenceLeaked | EffectMapCreated | EffectMapBound | EffectMapFrozen | EffectMapFreed | EffectMapIdBurned | EffectStorageMade | EffectStorageRemoved | EffectElementUpdated | EffectElementDeleted | EffectEffectiveSlotWritten | EffectPinCreated | EffectPinRemoved | EffectPinLinked | EffectDirectoryMade | EffectDirectoryRemoved | EffectPathMoved | EffectPathsExchanged | EffectOwnerChanged | EffectModeChanged | EffectCgroupMade | EffectCgroupOwnerChanged | EffectCgroupModeChanged | EffectCgroupThreaded | EffectCgroupRemoved | EffectCgroupEmptied | {
  /** Which kind it is. */
  readonly type: "EntryInserted";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
} | {
  /** Which kind it is. */
  readonly type: "EntryInserted";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
} | {
  /** Which kind it is. */
  readonly type: "EntryReplaced";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The program that ran there before. */
  readonly was_prog_id: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
} | {
  /** Which kind it is. */
  readonly type: "EntryReplaced";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The program that ran there before. */
  readonly was_prog_id: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
} | {
  /** Which kind it is. */
  readonly type: "EntryRemoved";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
} | {
  /** Which kind it is. */
  readonly type: "EntryRemoved";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
/** `last_fd_closed`: the last fd was closed; `process_exited`: a process that held it exited; `process_executed`: a process that held it called exec; `in_flight_dropped`: an fd was dropped before anyone received it; `unpinned`: the last pin was removed; `pin_replaced`: another pin was renamed over its pin; `cgroup_removed`: the cgroup was removed; `link_detach`: LINK_DETACH; `prog_detach`: PROG_DETACH; `entry_replaced`: another program took its entry; `link_updated`: the link was given another program; `link_freed`: the link that held it was freed; `prog_freed`: the program that held it was freed; `element_deleted`: the element that held it was deleted, or cleared with its map’s last fd and pin; `element_replaced`: another object took its element; `map_freed`: the map that held it was freed; `unseen`: it is gone, and how was not seen */
export type Reason = "last_fd_closed" | "process_exited" | "process_executed" | "in_flight_dropped" | "unpinned" | "pin_replaced" | "cgroup_removed" | "link_detach" | "prog_detach" | "entry_replaced" | "link_updated" | "link_freed" | "prog_freed" | "element_deleted" | "element_replaced" | "map_freed" | "unseen";
/** An event that cannot be read, since the log of the host is damaged there. */
export type UnreadableEvent = {
  /** The host that it is of. */
  readonly host: string;
  readonly position: Position;
};
export type HostPattern = string;
export type HostEventMessage = HostEventMessageEvent | HostEventMessageBookmark | HostEventMessageUnreadable | HostEventMessageHistoryChanged;
export type HostProgramPage = {
  /** The rows of the page. */
  readonly items: readonly (HostProgram)[];
  /** The `next` of the following page. */
  readonly next?: string;
  /** How many there are in all, with `count=true`. */
  readonly count?: number;
  /** On how many hosts, with `count=true`. */
  readonly hosts?: number;
};
export type HostProgram = {
  /** The host that it is on. */
  readonly host: string;
  /** The boot of the host that its ids are of. */
  readonly boot: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type: AttachType;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** A user id. */
  readonly uid: number;
  /** Position from which it reads as it does here. */
  readonly position_from: Position;
  /** The time of that. */
  readonly since: Timestamp;
};
export type Majority = {
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** Hosts that have a cgroup at the path. */
  readonly hosts: number;
  /** No chain is that of most: several are of as many hosts as the first. */
  readonly tie: boolean;
  /** What hosts run, and how many do; what most run comes first. */
  readonly chains: readonly (ChainCount)[];
  /** Hosts that run something else than the first chain, by name. */
  readonly differing: readonly (HostChain)[];
  /** The `next` of the following page. */
  readonly next?: string;
};
export type ChainCount = {
  /** How many hosts. */
  readonly hosts: number;
  readonly chain: ProgramChain;
};
/** Programs in the order in which they run. */
export type ProgramChain = readonly (ProgramName)[];
export type ProgramName = {
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
};
export type HostChain = {
  /** The name of the host. */
  readonly host: string;
  readonly chain: ProgramChain;
};
export type HostSlotPage = {
  /** The rows of the page. */
  readonly items: readonly (HostSlot)[];
  /** The `next` of the following page. */
  readonly next?: string;
};
/** A place of an effective array that runs the program. */
export type HostSlot = {
  /** The host that it is on. */
  readonly host: string;
  /** The boot of the host that its ids are of. */
  readonly boot: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The cgroup on which it is effective. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Its place in the effective array, from 0. */
  readonly slot: number;
  /** The length of the effective array. */
  readonly slots: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** The cgroup in whose list it stands; left out where a kernel bug wrote the array. */
  readonly attached_to?: string;
};
export type MadeRule = {
  /** Which rule of alerts it is. */
  readonly rule_id: number;
  /** Its name. */
  readonly name: string;
  /** Who made it: it sees what this token may see. */
  readonly actor: string;
  readonly created_at: Timestamp;
  /** Where alerts are posted to. */
  readonly url: string;
  /** Which events are meant. */
  readonly filter: { readonly [key: string]: unknown };
  /** What must become so, as the events make it. */
  readonly condition?: { readonly [key: string]: unknown };
  /** The token that made it counts no more: nothing is evaluated or delivered. */
  readonly suspended: boolean;
  /** Deliveries that wait. */
  readonly pending: number;
  /** Deliveries that were given up. */
  readonly dead: number;
  /** Is never answered again. */
  readonly secret: string;
};
/** What to watch for, and where to tell of it. */
export type RuleRequest = {
  /** Its name. */
  readonly name: string;
  /** Where alerts are posted to. */
  readonly url: string;
  /** Signs the deliveries. Left out: the service makes one and answers it this once. */
  readonly secret?: string;
  readonly filter?: AlertFilter;
  /** What must become so, as the events make it. */
  readonly condition?: AlertCondition;
};
/** Conditions of an event, as GET /v1/events has them; all must hold. */
export type AlertFilter = {
  /** Only hosts of this name, `*` for any part. May be given up to 20 times: any of the values. */
  readonly host?: readonly (HostPattern)[];
  /** Name of the call. May be given up to 20 times: any of the values. */
  readonly call?: readonly (string)[];
  /** Errno of the outcome; `none` for calls that succeeded. May be given up to 20 times: any of the values. */
  readonly errno?: readonly (string)[];
  /** Rule by which the call was refused. May be given up to 20 times: any of the values. */
  readonly rule?: readonly (string)[];
  /** Type of an effect: `EntryRemoved`. May be given up to 20 times: any of the values. */
  readonly effect?: readonly (string)[];
  /** Why something ended by the event. May be given up to 20 times: any of the values. */
  readonly reason?: readonly (Reason)[];
  /** An attach type, in any spelling, that the call, an effect or the refusal names. May be given up to 20 times: any of the values. */
  readonly attach_type?: readonly (string)[];
  /** Name of the process. May be given up to 20 times: any of the values. */
  readonly comm?: readonly (string)[];
  /** Who sent it. May be given up to 20 times: any of the values. */
  readonly actor?: readonly (string)[];
  /** Who says so: the model, a recorder, or what a recorder said by implication. May be given up to 20 times: any of the values. */
  readonly source?: readonly ("decided" | "observed" | "inferred")[];
  /** `true`: only events in which the kernel answered otherwise than the rules. */
  readonly drift?: boolean;
};
export type AlertCondition = LeftCondition | EmptyCondition | ReplacedCondition;
/** A program ran on a cgroup, which is still there, and does not any more. */
export type LeftCondition = {
  /** What kind of object it is. */
  readonly kind: "left";
  readonly program: AlertProgram;
  /** A path; `*` is any part of one name of it, `**` any part of the path. */
  readonly cgroup: Path;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: string;
};
/** The programs for which all that is given holds. */
export type AlertProgram = {
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The name of the program. */
  readonly prog_name?: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: string;
};
/** The last program left the array of a cgroup, and for so long no other came. */
export type EmptyCondition = {
  /** What kind of object it is. */
  readonly kind: "empty";
  /** A path; `*` is any part of one name of it, `**` any part of the path. */
  readonly cgroup: Path;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: string;
  /** For how many milliseconds it must have been so. */
  readonly longer_than_ms: number;
};
/** A process replaced what a process of another name (`comm`) had put there. */
export type ReplacedCondition = {
  /** What kind of object it is. */
  readonly kind: "replaced";
  /** A path; `*` is any part of one name of it, `**` any part of the path. */
  readonly cgroup?: Path;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: string;
};
export type RuleList = {
  /** The rows of the page. */
  readonly items: readonly (Rule)[];
};
export type Rule = {
  /** Which rule of alerts it is. */
  readonly rule_id: number;
  /** Its name. */
  readonly name: string;
  /** Who made it: it sees what this token may see. */
  readonly actor: string;
  readonly created_at: Timestamp;
  /** Where alerts are posted to. */
  readonly url: string;
  /** Which events are meant. */
  readonly filter: { readonly [key: string]: unknown };
  /** What must become so, as the events make it. */
  readonly condition?: { readonly [key: string]: unknown };
  /** The token that made it counts no more: nothing is evaluated or delivered. */
  readonly suspended: boolean;
  /** Deliveries that wait. */
  readonly pending: number;
  /** Deliveries that were given up. */
  readonly dead: number;
};
export type DeliveryPage = {
  /** The rows of the page. */
  readonly items: readonly (Delivery)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Delivery = {
  /** Which delivery it is. */
  readonly delivery_id: number;
  /** The `webhook-id` that the receiver sees. */
  readonly message_id: string;
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The whole state of one boot. */
  readonly state: "pending" | "delivered" | "dead";
  /** How often it was sent. */
  readonly attempts: number;
  readonly created_at: Timestamp;
  /** When a pending one is tried next. */
  readonly next_at?: Timestamp;
  /** When it was delivered or given up. */
  readonly settled_at?: Timestamp;
  /** What the last attempt failed of. */
  readonly fault?: string;
};
export type Retried = {
  /** Deliveries that are pending again. */
  readonly retried: number;
};
export type HostPage = {
  /** The rows of the page. */
  readonly items: readonly (HostRow)[];
  /** How many there are in all, with `count=true`. */
  readonly count?: number;
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type HostRow = {
  /** Its name. */
  readonly name: string;
  readonly created_at: Timestamp;
  readonly position: Position;
  readonly recorded_at: Timestamp;
  readonly origin?: Origin;
  readonly imported?: ImportedLog;
};
/** For a branch: its origin, and the last position that they share. Left out when the token is not for the origin. */
export type Origin = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
};
/** Which events of the log were recorded elsewhere, and how they came here. */
export type ImportedLog = {
  readonly position_from: Position;
  readonly position_to: Position;
  readonly imported_at: Timestamp;
  /** Who sent it: `token:NAME`, or `local`. */
  readonly actor: string;
  /** The name that the host had where the log was exported. */
  readonly exported_as: string;
  /** Keys. */
  readonly keys: readonly (string)[];
};
export type HostName = string;
export type Host = {
  /** Its name. */
  readonly name: string;
  readonly created_at: Timestamp;
  readonly position: Position;
  readonly recorded_at: Timestamp;
  readonly origin?: Origin;
  readonly imported?: ImportedLog;
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** The kernel release. */
  readonly release: string;
  /** The boots of the host, oldest first. */
  readonly boots: readonly ({
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** The random id of one run of the kernel. */
  readonly boot_id: string;
  /** The kernel release. */
  readonly release: string;
  /** What else the boot fixes. */
  readonly config: BootConfig;
  readonly position_from: Position;
})[];
};
export type Event = {
  readonly position: Position;
  readonly recorded_at: Timestamp;
  readonly at: Timestamp;
  /** Where it is from: `decided` by the model, `observed`, or `inferred` from what was observed. */
  readonly source: "decided" | "observed" | "inferred";
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** Who sent it: `token:NAME`, or `local`. */
  readonly actor: string;
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: Call | BootCall | Sighting;
  /** What the kernel answered. */
  readonly outcome: Outcome;
  /** What followed from the call, in order; applied to the state before, they give the state after. */
  readonly effects: readonly (Effect)[];
  /** The rules' answer, where the kernel's was another. */
  readonly expected?: Outcome;
  /** When an inferred event must have happened; without `from` since the boot. */
  readonly between?: {
  readonly from?: Timestamp;
  readonly to: Timestamp;
};
  /** The thread that made the call, where it is not the first of its process. */
  readonly tid?: number;
  /** A user id. */
  readonly uid?: number;
  /** Path of the caller's cgroup. */
  readonly cgroup?: string;
  /** As the path of the cgroup tells it. */
  readonly container_id?: string;
  /** The systemd unit, as the path of the cgroup tells it. */
  readonly unit?: string;
};
export type HostRequest = {
  /** Its name. */
  readonly name: HostName;
  readonly release: Release;
  /** What else the boot fixes. */
  readonly config?: BootConfigRequest;
  /** What /proc/sys/kernel/random/boot_id has; default: a random one. */
  readonly boot_id?: string;
  readonly at?: Time;
};
/** `v2-series`, a version from 5.7 to 7.3, or what `uname -r` prints. */
export type Release = string;
export type BootConfigRequest = {
  /** The id of the root of the cgroup tree. */
  readonly root_cgroup_id?: number;
  /** The id of the first cgroup that is made. */
  readonly first_cgroup_id?: number;
  /** The id of the first program. */
  readonly first_prog_id?: number;
  /** The id of the first link. */
  readonly first_link_id?: number;
  /** The id of the first map. */
  readonly first_map_id?: number;
  /** The pid of the first process after the boot process. */
  readonly first_pid?: number;
  /** The sysctl: 0 everybody may load programs, 1 and 2 only the privileged. */
  readonly unprivileged_bpf_disabled?: number;
  /** How many fds the process may have. */
  readonly nofile?: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The points in which kernels differ. */
  readonly switches?: Switches;
};
/** An RFC 3339 time. */
export type Time = string;
/** Fields that are left out stay as in the boot before. */
export type RebootRequest = {
  readonly release?: Release;
  /** What else the boot fixes. */
  readonly config?: BootConfigRequest;
  /** What /proc/sys/kernel/random/boot_id has; default: a random one. */
  readonly boot_id?: string;
  readonly at?: Time;
};
export type RecordedEvents = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** Events, in the order of the log. */
  readonly events: readonly (Event)[];
};
/** A call and who makes it: `pid` defaults to the boot process (1), `at` to the time of arrival. `comm` is the name of the process, when it is not the name that the ledger knows. With an `outcome` it is an observation of a real kernel, and the other fields tell what was seen beside it. */
export type SyscallRequest = {
  readonly pid?: Reference;
  /** The name of the process, 15 bytes at most. */
  readonly comm?: Comm;
  readonly at?: Time;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: CallRequest;
  readonly outcome?: ObservedOutcome;
  /** The thread that made the call, where it is not the first of its process. */
  readonly tid?: number;
  /** A user id. */
  readonly uid?: number;
  readonly cgroup?: Path;
  readonly since?: Time;
  /** File descriptors. */
  readonly fds?: { readonly [key: string]: {
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "bpffs" | "other";
  /** Its id, unique in one boot. */
  readonly id?: number;
  readonly path?: Path;
} };
};
/** A 32-bit number, or the result of an earlier call of the same batch. */
export type Reference = number | ResultOf;
export type CallRequest = CallRequestProgLoad | CallRequestSpawn | CallRequestFork | CallRequestUnshare | CallRequestExec | CallRequestExit | CallRequestKill | CallRequestCapset | CallRequestSetrlimit | CallRequestUmask | CallRequestSysctl | CallRequestJoin | CallRequestOpenCgroup | CallRequestOpenOther | CallRequestClose | CallRequestDup | CallRequestDup2 | CallRequestDup3 | CallRequestFcntl | CallRequestCloseRange | CallRequestPidfdGetfd | CallRequestSendFd | CallRequestRecvFd | CallRequestMkdir | CallRequestRmdir | CallRequestCgroupChown | CallRequestCgroupChmod | CallRequestCgroupWrite | CallRequestBpffsMkdir | CallRequestBpffsRmdir | CallRequestUnlink | CallRequestRename | CallRequestLink | CallRequestChown | CallRequestChmod | CallRequestProgAttach | CallRequestProgDetach | CallRequestProgQuery | CallRequestProgTestRun | CallRequestProgBindMap | CallRequestLinkCreate | CallRequestLinkUpdate | CallRequestLinkDetach | CallRequestForeignLinkCreate | CallRequestIterCreate | CallRequestObjPin | CallRequestObjGet | CallRequestObjGetInfoByFd | CallRequestProgGetFdById | CallRequestLinkGetFdById | CallRequestMapGetFdById | CallRequestBtfLoad | CallRequestEnableStats | CallRequestProgGetNextId | CallRequestLinkGetNextId | CallRequestMapGetNextId | CallRequestMapCreate | CallRequestMapFreeze | CallRequestMapLookupElem | CallRequestMapUpdateElem | CallRequestMapDeleteElem | CallRequestMapUpdateBatch | CallRequestMapDeleteBatch | CallRequestMapLookupBatch | CallRequestMapLookupAndDeleteBatch | CallRequestMapGetNextKey;
/** A program type: `cgroup_skb`, `BPF_PROG_TYPE_CGROUP_SKB`, or its number. */
export type ProgTypeInput = string | number;
/** An attach type: `cgroup_inet_egress`, `BPF_CGROUP_INET_EGRESS`, `egress` (bpftool), `cgroup_skb/egress` (libbpf section), or its number. A number that has a name becomes the name. */
export type AttachTypeInput = string | number;
/** Capabilities by name, with or without `CAP_`: bpf, net_admin, sys_admin, perfmon, dac_override, sys_resource. */
export type CapabilitiesInput = readonly (string)[];
/** Flags by name (`multi`, `BPF_F_ALLOW_MULTI`) or number in a list, or one number. */
export type AttachFlagsInput = readonly (string | number)[] | number;
/** Query flags by name (`effective`) or number in a list, or one number. */
export type QueryFlagsInput = readonly (string | number)[] | number;
/** A map type: `cgroup_storage`, `BPF_MAP_TYPE_CGROUP_STORAGE`, or its number. */
export type MapTypeInput = string | number;
/** What a real kernel answered: `ret` with what else it gave, or `errno`. */
export type ObservedOutcome = {
  /** The return value. */
  readonly ret?: number;
  /** What PROG_QUERY reports. */
  readonly query?: QueryOutputs;
  /** What OBJ_GET_INFO_BY_FD writes. */
  readonly info?: ObjectInfo;
  /** The next id that there is. */
  readonly next_id?: number;
  /** The next key that there is. */
  readonly next_key?: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value?: number;
  /** What a command on many elements hands back, also with an errno. */
  readonly batch?: BatchOutputs;
  /** Whether the recorder does not know what the call returned. */
  readonly lost?: true;
  /** Whether the verifier accepted the program. */
  readonly verified?: false;
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** The id of a map, unique in one boot. */
  readonly map_id?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The name of the errno, such as `EPERM`. */
  readonly errno?: string;
};
/** What a recorder knows that no call tells, and of which process. */
export type SightingRequest = {
  readonly pid?: Reference;
  /** The name of the process, 15 bytes at most. */
  readonly comm?: Comm;
  readonly at?: Time;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: {
  /** Its name. */
  readonly name: "found";
  /** A process. */
  readonly process?: {
  /** A user id. */
  readonly uid?: number;
  readonly caps?: CapabilitiesInput;
  readonly cgroup?: Path;
};
  /** A cgroup. */
  readonly cgroup?: {
  readonly path: Path;
  /** Its id, unique in one boot. */
  readonly id?: number;
};
  /** A BPF program. */
  readonly prog?: {
  /** Its id, unique in one boot. */
  readonly id: number;
  readonly prog_type?: ProgTypeInput;
  readonly expected_attach_type?: AttachTypeInput;
  /** The name of the program. */
  readonly prog_name?: ObjectName;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: string;
  /** A user id. */
  readonly uid?: number;
  /** The maps that the program uses. */
  readonly map_ids?: readonly (number)[];
};
  /** A BPF map. */
  readonly map?: {
  /** Its id, unique in one boot. */
  readonly id: number;
  readonly map_type?: MapTypeInput;
  /** Bytes of a key. */
  readonly key_size?: number;
  /** Bytes of a value. */
  readonly value_size?: number;
  /** How many elements the map can hold. */
  readonly max_entries?: number;
  /** The name of the map. */
  readonly map_name?: ObjectName;
};
  /** One program in the list of a cgroup. */
  readonly entry?: {
  readonly cgroup: Path;
  readonly attach_type: AttachTypeInput;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
  /** A BPF link. */
  readonly link?: {
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  readonly attach_type: AttachTypeInput;
  readonly cgroup?: Path;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
  /** A name in the bpffs. */
  readonly pin?: {
  readonly path: Path;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "dir";
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** A file descriptor. */
  readonly fd?: {
  /** A file descriptor. */
  readonly fd: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id?: number;
  readonly path?: Path;
  /** Whether exec closes the fd. */
  readonly cloexec?: boolean;
};
} | {
  /** Its name. */
  readonly name: "gone";
  /** A process. */
  readonly process?: {
};
  /** A cgroup. */
  readonly cgroup?: {
  readonly path: Path;
};
  /** A BPF program. */
  readonly prog?: {
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** A BPF map. */
  readonly map?: {
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** A BPF link. */
  readonly link?: {
  /** Its id, unique in one boot. */
  readonly id: number;
};
  /** One program in the list of a cgroup. */
  readonly entry?: {
  readonly cgroup: Path;
  readonly attach_type: AttachTypeInput;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
};
  /** A name in the bpffs. */
  readonly pin?: {
  readonly path: Path;
};
  /** A file descriptor. */
  readonly fd?: {
  /** A file descriptor. */
  readonly fd: number;
};
} | {
  /** Its name. */
  readonly name: "lost";
  /** Events, in the order of the log. */
  readonly events?: number;
  readonly from?: Time;
  readonly to?: Time;
  /** Why nobody saw it. */
  readonly cause?: string;
};
  /** The thread that made the call, where it is not the first of its process. */
  readonly tid?: number;
  /** A user id. */
  readonly uid?: number;
  readonly cgroup?: Path;
  readonly since?: Time;
};
/** Calls that are recorded together, all or none. */
export type SyscallRequests = readonly (SyscallRequest | SightingRequest)[];
export type Plan = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** What each call would answer, in order. */
  readonly calls: readonly ({
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: Call;
  /** What the kernel answered. */
  readonly outcome: Outcome;
  /** What followed from the call, in order; applied to the state before, they give the state after. */
  readonly effects: readonly (Effect)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What is so before. */
  readonly before: readonly ({
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
  /** Absent where the program has no name. */
  readonly prog_name?: string;
})[];
  /** What would be so after the calls. */
  readonly after: readonly ({
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
  /** Absent where the program has no name. */
  readonly prog_name?: string;
})[];
})[];
  /** What the caller may not intend. */
  readonly warnings: readonly ({
  /** Index of the call that the warning is about. */
  readonly call: number;
  /** What kind of object it is. */
  readonly kind: "appends-beside-old" | "replaces-unasked" | "cuts-off-descendants" | "hidden-below" | "list-nearly-full" | "link-dies-with-process" | "order-inverted" | "list-empties-between" | "entry-of-another" | "removal-takes-attachments" | "kernel-bug";
  /** The same in a sentence. */
  readonly sentence: string;
  /** The objects that the refusal is about. */
  readonly about: { readonly [key: string]: string | number };
  /** Events that attached the entries that the warning is about. */
  readonly positions: readonly (Position)[];
})[];
  /** There are more changed arrays or warnings than listed. */
  readonly truncated: boolean;
};
export type Call = CallProgLoad | CallSpawn | CallFork | CallUnshare | CallExec | CallExit | CallKill | CallCapset | CallSetrlimit | CallUmask | CallSysctl | CallJoin | CallOpenCgroup | CallOpenOther | CallClose | CallDup | CallDup2 | CallDup3 | CallFcntl | CallCloseRange | CallPidfdGetfd | CallSendFd | CallRecvFd | CallMkdir | CallRmdir | CallCgroupChown | CallCgroupChmod | CallCgroupWrite | CallBpffsMkdir | CallBpffsRmdir | CallUnlink | CallRename | CallLink | CallChown | CallChmod | CallProgAttach | CallProgDetach | CallProgQuery | CallProgTestRun | CallProgBindMap | CallLinkCreate | CallLinkUpdate | CallLinkDetach | CallForeignLinkCreate | CallIterCreate | CallObjPin | CallObjGet | CallObjGetInfoByFd | CallProgGetFdById | CallLinkGetFdById | CallMapGetFdById | CallBtfLoad | CallEnableStats | CallProgGetNextId | CallLinkGetNextId | CallMapGetNextId | CallMapCreate | CallMapFreeze | CallMapLookupElem | CallMapUpdateElem | CallMapDeleteElem | CallMapUpdateBatch | CallMapDeleteBatch | CallMapLookupBatch | CallMapLookupAndDeleteBatch | CallMapGetNextKey;
export type Replay = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The kernel release. */
  readonly release: string;
  readonly compared_to: Position;
  /** The rows of the page. */
  readonly items: readonly (ReplayDifference)[];
  /** The `next` of the following page. */
  readonly next?: number;
};
export type ReplayDifference = {
  /** An event of the log. */
  readonly event: Event;
  /** The release that the event was recorded under. */
  readonly recorded_under: string;
  /** What the other release answers. */
  readonly replayed: {
  /** What the kernel answered. */
  readonly outcome: Outcome;
  /** What followed from the call, in order; applied to the state before, they give the state after. */
  readonly effects: readonly (Effect)[];
};
  /** release: its rules answer differently on the recorded state; earlier: they answer the same, but an earlier difference changed the state. */
  readonly because: "release" | "earlier";
  /** The points in which kernels differ. */
  readonly switches: readonly ({
  /** Its name. */
  readonly name: string;
  /** The same in a sentence. */
  readonly sentence: string;
  /** Whether it is a bug of the kernel. */
  readonly bug: boolean;
})[];
  /** The same in a sentence. */
  readonly sentence: string;
};
export type ReplayRequest = {
  readonly release: Release;
  /** The moment that it is about. */
  readonly at?: MomentField;
  /** Only differences after this position. */
  readonly after?: number;
  /** The `next` of the page before. */
  readonly next?: number;
  /** How many differences, at most. */
  readonly limit?: number;
  /** Also calls that differ only because an earlier call differs. */
  readonly consequences?: boolean;
  /** Also compare program tags, which newer kernels make with SHA-256. */
  readonly tags?: boolean;
};
export type MomentField = number | Moment;
/** a position (42), an RFC 3339 time, or the end of a boot (boot:2). */
export type Moment = string;
export type BranchPage = {
  /** The rows of the page. */
  readonly items: readonly (Branch)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Branch = {
  /** Its name. */
  readonly name: string;
  readonly created_at: Timestamp;
  readonly position: Position;
  readonly recorded_at: Timestamp;
  readonly origin: Origin;
};
export type BranchRequest = {
  /** Its name. */
  readonly name: HostName;
  /** The last moment that it shares with its origin; default: the head. */
  readonly at?: MomentField;
};
export type EventMessage = EventMessageEvent | EventMessageBookmark | EventMessageHistoryChanged;
export type EventPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Event)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type State = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The whole state of one boot. */
  readonly state: {
  /** Which boot of the host it is, from 1. */
  readonly boot: {
  /** Which one it is, counted from 1. */
  readonly number: number;
  /** The random id of one run of the kernel. */
  readonly boot_id: string;
  /** The kernel release. */
  readonly release: string;
  /** What else the boot fixes. */
  readonly config: BootConfig;
};
  /** Cgroups. */
  readonly cgroups: readonly ({
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The id of the cgroup above it. */
  readonly parent_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** How many child cgroups it has. */
  readonly children: number;
  /** Processes. */
  readonly processes: number;
  /** The lists of the cgroup itself. */
  readonly attached: readonly ({
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** What is attached, in the order of attaching. */
  readonly entries: readonly (Entry)[];
})[];
  /** What runs, by attach type. */
  readonly effective: readonly ({
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What runs, in order. */
  readonly slots: readonly (Slot)[];
})[];
})[];
  /** BPF programs. */
  readonly programs: readonly ({
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced: boolean;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** A user id. */
  readonly uid: number;
  /** The maps that the program uses. */
  readonly map_ids: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids: readonly (number)[];
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
})[];
  /** BPF links. */
  readonly links: readonly ({
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
})[];
  /** BPF maps. */
  readonly maps: readonly ({
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The type of the map. */
  readonly map_type: MapType;
  /** Bytes of a key. */
  readonly key_size: number;
  /** Bytes of a value. */
  readonly value_size: number;
  /** How many elements the map can hold. */
  readonly max_entries: number;
  /** The name of the map. */
  readonly map_name: string;
  /** What the map holds. */
  readonly elements: readonly ({
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
})[];
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
})[];
  /** The names in the bpffs: pins and directories. */
  readonly bpffs: readonly ({
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "dir";
  /** The id of what is pinned. */
  readonly object_id: number;
  /** A user id. */
  readonly uid: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
})[];
  /** Processes. */
  readonly processes: readonly (Process)[];
};
};
export type Entry = {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
/** One place of an effective array, with the entry that it comes from. */
export type Slot = {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
export type Holders = {
  /** File descriptors. */
  readonly fds: readonly ({
  /** The process that made the call. */
  readonly pid: number;
  /** A file descriptor. */
  readonly fd: number;
})[];
  /** Pids of the processes that a copy of an fd waits for. */
  readonly in_flight_to: readonly (number)[];
  /** Names in the bpffs. */
  readonly pins: readonly (string)[];
};
export type Process = {
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** How many fds the process may have. */
  readonly nofile: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The pid of the thread group, for a thread. */
  readonly tgid?: number;
  /** Pids of the processes that share the table of fds. */
  readonly shares_fds_with?: readonly (number)[];
  /** File descriptors. */
  readonly fds: readonly ({
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Open files that were sent to the process and that it did not receive yet. */
  readonly mailbox: readonly ({
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
};
export type ProcessPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Process)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type ProcessAnswer = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A process. */
  readonly process: ProcessDetail;
};
export type ProcessDetail = {
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** How many fds the process may have. */
  readonly nofile: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The pid of the thread group, for a thread. */
  readonly tgid?: number;
  /** Pids of the processes that share the table of fds. */
  readonly shares_fds_with?: readonly (number)[];
  /** File descriptors. */
  readonly fds: readonly ({
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Open files that were sent to the process and that it did not receive yet. */
  readonly mailbox: readonly ({
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** The path of its cgroup. */
  readonly cgroup?: string;
  /** What runs on its cgroup, so for it. */
  readonly effective: readonly ({
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What runs, in order. */
  readonly slots: readonly (Slot)[];
})[];
  /** What its exit would end: what nothing else holds, and what hangs on that. */
  readonly exit_ends: readonly (Effect)[];
};
/** Events that made, changed, held, released or ended the thing, and refused calls about it; `ended` says why it ended with that event. In the history of a link, `held_by` says who keeps it alive after the event. */
export type History = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly ({
  /** An event of the log. */
  readonly event: Event;
  /** What it is about. */
  readonly what: string;
  /** Why the object ended with this event. */
  readonly ended?: string;
  readonly held_by?: LinkHolders;
})[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
/** Who keeps a link alive: fds, copies in flight, pins. */
export type LinkHolders = {
  /** File descriptors. */
  readonly fds: readonly ({
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** A file descriptor. */
  readonly fd: number;
})[];
  /** Pids of the processes that a copy of an fd waits for. */
  readonly in_flight_to: readonly (number)[];
  /** Names in the bpffs. */
  readonly pins: readonly (string)[];
};
export type CgroupPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (CgroupRow)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
  /** How many there are in all, with `count=true`. */
  readonly count?: number;
};
export type CgroupRow = {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The id of the cgroup above it. */
  readonly parent_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  readonly position_from: Position;
  /** With `attached=true`: its own lists. */
  readonly attached?: readonly ({
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** What is attached, in the order of attaching. */
  readonly entries: readonly (Entry)[];
})[];
};
export type BpftoolCgroupTree = readonly ({
  /** A cgroup. */
  readonly cgroup: string;
  /** BPF programs. */
  readonly programs: readonly ({
  /** The id of the program. */
  readonly id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The mode of the list, as PROG_QUERY reports it. */
  readonly attach_flags?: string;
  /** Its name. */
  readonly name: string;
  /** As bpftool prints it: the hook of an LSM program. */
  readonly attach_btf_name: "";
  /** As bpftool prints it: the BTF object of the hook. */
  readonly attach_btf_obj_id: 0;
  /** As bpftool prints it: the BTF id of the hook of an LSM program. */
  readonly attach_btf_id: 0;
})[];
})[];
export type CgroupAnswer = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A cgroup. */
  readonly cgroup: Cgroup;
};
export type Cgroup = {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The id of the cgroup above it. */
  readonly parent_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  readonly position_from: Position;
  /** The lists of the cgroup itself. */
  readonly attached: readonly ({
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The counter of the list: each change adds one. */
  readonly revision: number;
  /** What is attached, in the order of attaching. */
  readonly entries: readonly (Entry)[];
  readonly position_from: Position;
})[];
  /** What runs, by attach type. */
  readonly effective: readonly ({
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What runs, in order. */
  readonly slots: readonly (Slot)[];
})[];
};
export type BpftoolCgroupShow = readonly ({
  /** The id of the program. */
  readonly id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The mode of the list, as PROG_QUERY reports it. */
  readonly attach_flags?: string;
  /** Its name. */
  readonly name: string;
  /** As bpftool prints it: the hook of an LSM program. */
  readonly attach_btf_name: "";
  /** As bpftool prints it: the BTF object of the hook. */
  readonly attach_btf_obj_id: 0;
  /** As bpftool prints it: the BTF id of the hook of an LSM program. */
  readonly attach_btf_id: 0;
})[];
export type EffectiveArray = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What runs, in order. */
  readonly slots: readonly (BlamedSlot)[];
};
/** One place of an effective array: who loaded the program, who put it there (`put_by`), who last gave the link its program (`updated_by`), and who keeps the link alive (`held_by`). */
export type BlamedSlot = {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
  /** The name of the program. */
  readonly prog_name: string;
  readonly loaded_by: EventRef;
  readonly put_by: EventRef;
  readonly updated_by?: EventRef;
  readonly held_by?: LinkHolders;
};
/** An event in short; …/events/{position} has all of it. */
export type EventRef = {
  readonly position: Position;
  readonly at: Timestamp;
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** Who sent it: `token:NAME`, or `local`. */
  readonly actor: string;
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: string;
};
export type SlotMessage = SlotMessageADDED | SlotMessageCHANGED | SlotMessageREMOVED | SlotMessageBOOKMARK | SlotMessageHistoryChanged;
export type LinkMessage = LinkMessageADDED | LinkMessageCHANGED | LinkMessageREMOVED | LinkMessageBOOKMARK | LinkMessageHistoryChanged;
export type ArrayTimeline = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  readonly from: Position;
  readonly to: Position;
  /** The rows of the page. */
  readonly items: readonly (ArrayVersion)[];
  /** Names of the programs of all slots, by boot. */
  readonly programs: readonly ({
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The name of the program. */
  readonly prog_name: string;
})[];
  /** There are more than 1000 versions: the `next` of the following page. */
  readonly next?: Position;
};
export type ArrayVersion = {
  /** From here on; the start of the span for an older version. */
  readonly position: Position;
  readonly at: Timestamp;
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** Absent while there is no such cgroup. */
  readonly cgroup_id?: number;
  /** What runs, in order. */
  readonly slots: readonly (Slot)[];
  /** The event at the position. */
  readonly by: EventRef;
};
export type Timeline = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  readonly from: Position;
  readonly to: Position;
  /** Positions of a bucket; the last one may have fewer. */
  readonly width: number;
  /** When the last event of the span happened. */
  readonly until: Timestamp;
  /** The rows of the page. */
  readonly items: readonly (Bucket)[];
};
/** Neighbouring positions, with what happened at them. */
export type Bucket = {
  readonly position_from: Position;
  readonly position_to: Position;
  /** When the first event of the bucket happened. */
  readonly at: Timestamp;
  /** Events, in the order of the log. */
  readonly events: number;
  /** Changes of lists of entries. */
  readonly changes: number;
  /** Calls that the kernel refused. */
  readonly refusals: number;
  /** Calls that the kernel answered otherwise than the rules. */
  readonly drift: number;
  /** Removed cgroups. */
  readonly rmdirs: number;
  /** Boots of the host. */
  readonly boots: number;
  /** Events that tell of a lost part of the record. */
  readonly holes: number;
};
export type LinkPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Link)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Link = {
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly position_from: Position;
};
export type BpftoolLink = {
  /** Its id, unique in one boot. */
  readonly id: number;
  /** Which kind it is. */
  readonly type: "cgroup";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
};
export type LinkAnswer = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A BPF link. */
  readonly link: Link;
};
export type ProgramPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Program)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Program = {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced: boolean;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** A user id. */
  readonly uid: number;
  /** The maps that the program uses. */
  readonly map_ids: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids: readonly (number)[];
  readonly position_from: Position;
};
export type BpftoolProg = {
  /** Its id, unique in one boot. */
  readonly id: number;
  /** Which kind it is. */
  readonly type: ProgType;
  /** Its name. */
  readonly name?: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** Seconds since the epoch. */
  readonly loaded_at: number;
  /** A user id. */
  readonly uid: number;
  /** The maps that the program uses. */
  readonly map_ids?: readonly (number)[];
};
export type ProgramAnswer = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A BPF program. */
  readonly program: Program;
};
export type MapPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Map)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Map = {
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The type of the map. */
  readonly map_type: MapType;
  /** Bytes of a key. */
  readonly key_size: number;
  /** Bytes of a value. */
  readonly value_size: number;
  /** How many elements the map can hold. */
  readonly max_entries: number;
  /** The name of the map. */
  readonly map_name: string;
  readonly position_from: Position;
};
export type MapAnswer = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A BPF map. */
  readonly map: Map;
};
export type StoragePageRequest = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Storage)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Storage = {
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
  /** The value. */
  readonly value: number;
  readonly made_at: Position;
  readonly position_from: Position;
};
export type ElementPageRequest = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Element)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Element = {
  /** The key of an element. */
  readonly key: number;
  /** The value. */
  readonly value: number;
  readonly position_from: Position;
};
export type PinPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Pin)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type Pin = {
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map";
  /** The id of what is pinned. */
  readonly object_id: number;
  /** A user id. */
  readonly uid: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
  readonly position_from: Position;
};
export type Lease = {
  /** Send it with every report. */
  readonly lease: string;
  readonly expires_at: Timestamp;
  /** Reports renew the lease by so much; empty ones do too. */
  readonly lease_ms: number;
  /** The log is applied up to there; 0: nothing is. */
  readonly reported_position: number;
};
export type LeaseRequest = {
  /** What it calls itself. */
  readonly executor: string;
  /** What no other process that runs has for its own: only the same one, by the same token, may take its lease again before that ends. */
  readonly instance: string;
  readonly place: ExecutorPlace;
};
/** Where an executor works. */
export type ExecutorPlace = {
  /** `uname -r`. */
  readonly kernel: string;
  /** The directory that is `/` of the log. */
  readonly cgroup_root: string;
  /** The names in the bpffs: pins and directories. */
  readonly bpffs: string;
  /** Whether all of it goes with the executor. */
  readonly ephemeral: boolean;
};
export type ReportsAnswer = {
  /** The log is applied up to there; 0: nothing is. */
  readonly reported_position: number;
  readonly expires_at: Timestamp;
  /** Reports of this batch that disagree with the log. */
  readonly disagree: number;
};
export type ReportsRequest = {
  /** What `/executor/lease` gave. */
  readonly lease: string;
  /** What the kernel answered, in the order of the log. */
  readonly reports: readonly (Report)[];
  /** All that differs now; absent when nothing changed. */
  readonly standing?: readonly (Difference)[];
  /** What was put back on the kernel since the last report. */
  readonly repairs?: readonly (Repair)[];
};
export type Report = {
  readonly position: Position;
  readonly how: ReportHow;
  /** What the kernel answered. */
  readonly outcome: KernelOutcome;
  /** The ids that the kernel gave, by what they are of. */
  readonly kernel_ids?: { readonly [key: string]: number };
  /** What else there is to know. */
  readonly note?: string;
  /** Microseconds. */
  readonly duration?: number;
};
/** `performed`; `found` done already after a restart; `withheld`: outside of its place, or it would have touched what the executor did not make. */
export type ReportHow = "performed" | "found" | "withheld";
export type KernelOutcome = Success | {
  /** The name of the errno, such as `EPERM`. */
  readonly errno: "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "EIO" | "ENXIO" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "ENOMEM" | "EACCES" | "EFAULT" | "ENOTBLK" | "EBUSY" | "EEXIST" | "EXDEV" | "ENODEV" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ENOTTY" | "ETXTBSY" | "EFBIG" | "ENOSPC" | "ESPIPE" | "EROFS" | "EMLINK" | "EPIPE" | "EDOM" | "ERANGE" | "EDEADLK" | "ENAMETOOLONG" | "ENOLCK" | "ENOSYS" | "ENOTEMPTY" | "ELOOP" | "ENODATA" | "ETIME" | "ENOLINK" | "EPROTO" | "EBADMSG" | "EOVERFLOW" | "EBADFD" | "EUSERS" | "ENOTSOCK" | "EMSGSIZE" | "EPROTONOSUPPORT" | "EOPNOTSUPP" | "ENOBUFS" | "ETIMEDOUT" | "ECONNREFUSED" | "EALREADY" | "ESTALE" | "EDQUOT" | "ECANCELED" | "EKEYREVOKED" | "EKEYREJECTED" | "ENOTSUPP";
  /** The rule that refused it (docs/kernel-semantics.md). */
  readonly rule: "helper-unknown-to-type" | "instructions-malformed" | "instruction-not-allowed" | "fd-array-missing" | "fd-array-short" | "map-has-no-address" | "arena-not-mapped" | "fd-is-no-token" | "load-needs-btf" | "sleepable-does-not-fit" | "too-many-maps" | "map-key-too-large" | "map-entries-too-many" | "map-needs-btf" | "map-needs-net-admin" | "zero-seed-needs-sys-admin" | "map-cannot-be-inner" | "map-type-unknown" | "map-flags" | "map-key-size" | "map-value-size" | "map-value-too-large" | "map-max-entries" | "memlock-too-low" | "map-locks-too-much" | "map-has-no-batch" | "batch-at-end" | "map-full" | "index-out-of-range" | "program-unlike-owner" | "load-unlike-owner" | "map-unlike-inner" | "element-exists" | "no-element" | "no-next-key" | "elements-stay" | "sysctl-not-writable" | "sysctl-value" | "sysctl-locked" | "cgroup-name-is-file" | "no-such-control-file" | "cgroup-not-readable" | "control-file-not-writable" | "cgroup-domain-invalid" | "cgroup-cannot-be-threaded" | "cgroup-is-threaded" | "value-not-taken" | "cgroup-exists" | "cgroup-name-newline" | "cgroup-busy" | "cgroup-root" | "bounding-set-shrinks" | "may-not-inherit" | "memlock-is-raised" | "may-not-be-ambient" | "no-such-process" | "pid-in-use" | "init-stays" | "credentials-cannot-grow" | "no-free-fd" | "fd-not-open" | "dup-onto-itself" | "dup-from-over-limit" | "range-is-backwards" | "no-such-call" | "may-not-trace" | "may-not-kill" | "fd-over-limit" | "nofile-over-nr-open" | "mailbox-empty" | "prog-fd-not-open" | "prog-fd-is-no-program" | "prog-type-differs" | "link-fd-not-open" | "link-fd-is-no-link" | "map-fd-not-open" | "map-fd-is-no-map" | "map-fd-restricted" | "target-fd-not-open" | "target-fd-is-no-cgroup" | "target-cgroup-removed" | "no-such-cgroup" | "unprivileged-bpf-disabled" | "needs-net-admin" | "needs-sys-admin" | "skb-attach-needs-net-admin" | "skb-link-needs-net-admin" | "load-needs-bpf" | "load-needs-net-admin" | "load-needs-perfmon" | "map-needs-bpf" | "command-unknown" | "attr-too-large" | "bytes-after-last-field" | "flags-unknown" | "attach-type-unknown" | "anchor-fields-not-for-cgroups" | "target-of-other-subsystem" | "target-is-no-perf-event" | "built-without-cgroup-bpf" | "expected-type-differs" | "prog-flags-unknown" | "too-many-instructions" | "expected-type-does-not-fit" | "prog-type-unknown" | "object-name" | "helper-not-for-type" | "return-out-of-range" | "two-storage-maps" | "storage-map-has-owner" | "override-and-multi" | "replace-needs-multi" | "replace-with-anchor" | "link-cannot-replace" | "revision-stale" | "hierarchy-exclusive-ancestor" | "list-mode-differs" | "list-full" | "link-holds-single-entry" | "program-already-attached" | "replaced-program-not-attached" | "before-and-after" | "anchor-needs-one-side" | "anchor-of-other-kind" | "anchor-id-unknown" | "anchor-link-fd-0" | "anchor-not-in-list" | "anchor-preorder-differs" | "detach-takes-no-flags" | "detach-names-no-program" | "program-not-attached" | "nothing-attached" | "effective-query-takes-no-flags-buffer" | "lsm-query-needs-flags-buffer" | "query-buffer-short" | "old-prog-without-replace" | "link-defunct" | "link-runs-other-program" | "storage-maps-differ" | "no-such-path" | "not-a-directory" | "is-a-directory" | "directory-not-empty" | "path-exists" | "mount-point" | "other-file-system" | "rename-into-itself" | "name-with-dot" | "component-too-long" | "directory-not-searchable" | "directory-not-writable" | "directory-is-sticky" | "path-fd-without-flag" | "path-fd-is-no-directory" | "not-the-owner" | "pin-needs-bpf-object" | "get-takes-no-fd" | "rdonly-and-wronly" | "pin-not-permitted" | "path-is-no-pin" | "link-has-no-access-mode" | "no-object-with-id" | "no-id-after" | "start-id-too-large" | "info-fd-not-open" | "info-needs-bpf-object" | "no-info-on-links" | "info-too-long" | "link-keeps-program" | "link-stays" | "link-is-no-iterator" | "btf-needs-bpf" | "stats-unknown" | "prog-cannot-be-tried" | "test-takes-no-data" | "packet-too-short" | "map-frozen" | "not-modelled" | "beyond-these-rules" | "kernel-said-so";
  /** The objects that the refusal is about. */
  readonly about?: { readonly [key: string]: string | number };
  /** `open`: the path of the target was refused. */
  readonly stage?: "open";
  /** What PROG_QUERY reports. */
  readonly query?: QueryOutputs;
  /** What a command on many elements hands back, also with an errno. */
  readonly batch?: BatchOutputs;
};
/** Where the kernel is otherwise than the log says. */
export type Difference = {
  /** `cgroup`, `attached`, `effective`, `program`, `link`, `map`, `pin`. */
  readonly what: string;
  /** Where it is, in words. */
  readonly where: string;
  /** What the log says. */
  readonly log: string;
  /** What the kernel has. */
  readonly kernel: string;
};
export type Repair = {
  /** `cgroup`, `entry`, `link`, `pin`. */
  readonly what: string;
  /** Where it is, in words. */
  readonly where: string;
  /** What was put back, or the errno that refused it. */
  readonly did: string;
};
export type ExecutorState = {
  /** The name of the host. */
  readonly host: string;
  /** The last position of the log. */
  readonly head: number;
  /** The executor, by the name that it gives itself. */
  readonly executor: {
  /** Its name. */
  readonly name: string;
  /** Who it was: `token:NAME`, or `local`. */
  readonly actor: string | null;
  readonly place: ExecutorPlace;
  readonly leased_at: Timestamp;
  readonly expires_at: Timestamp;
  /** The lease has not ended. */
  readonly alive: boolean;
} | null;
  /** The log is applied up to there; 0: nothing is. */
  readonly reported_position: number;
  /** What the kernel answered, in the order of the log. */
  readonly reports: number;
  /** How many reports disagree with the log. */
  readonly disagreeing: number;
};
/** Where a real kernel and the log disagree. */
export type Drift = {
  /** The name of the host. */
  readonly host: string;
  /** The log is applied up to there; 0: nothing is. */
  readonly reported_position: number;
  /** How the kernel differed when it was last looked at. */
  readonly standing: readonly (Difference)[];
  /** When the kernel was compared with the log. */
  readonly standing_at: Timestamp | null;
  /** The rows of the page. */
  readonly items: readonly ({
  /** A position of the log of the host. */
  readonly position: number;
  readonly how: ReportHow;
  /** The call's name. */
  readonly call: string;
  /** What the log says. */
  readonly log: KernelOutcome;
  /** What the kernel has. */
  readonly kernel: KernelOutcome;
  /** What else there is to know. */
  readonly note: string;
  /** The executor, by the name that it gives itself. */
  readonly executor: string;
  /** Who it was: `token:NAME`, or `local`. */
  readonly actor: string | null;
  readonly reported_at: Timestamp;
})[];
  /** What the executor put back, newest first. */
  readonly repairs: readonly ({
  /** What kind of object it is. */
  readonly kind: "repair";
  /** `cgroup`, `entry`, `link`, `pin`. */
  readonly what: string;
  /** Where it is, in words. */
  readonly where: string;
  /** What was put back, or the errno that refused it. */
  readonly did: string;
  /** How far the log was reported then. */
  readonly position: number;
  /** The executor, by the name that it gives itself. */
  readonly executor: string;
  /** Who it was: `token:NAME`, or `local`. */
  readonly actor: string | null;
  readonly repaired_at: Timestamp;
})[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
export type DriftMessage = {
  /** An event of the log. */
  readonly event: "drift";
  /** JSON: Drift. */
  readonly data: Drift;
};
/** The reason in a word (`why`) and a sentence; the event that caused it; the entry of the program, now or before; the entry in its way; the smallest change that would reverse the answer; and every place where the program is attached. */
export type Explanation = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** A BPF program. */
  readonly program: number;
  /** The name of the program. */
  readonly prog_name?: string;
  /** What runs, by attach type. */
  readonly effective: boolean;
  /** The reason, in a word. */
  readonly why: "effective" | "never_loaded" | "no_such_cgroup" | "cgroup_removed" | "never_attached" | "attach_refused" | "detached" | "link_detached" | "link_freed" | "replaced" | "link_updated" | "overridden" | "unseen" | "kernel_bug";
  /** The same in a sentence. */
  readonly sentence: string;
  /** What kind of change it is. */
  readonly change?: string;
  readonly event?: EventRef;
  readonly later_refusal?: EventRef;
  readonly reason?: Reason;
  /** The kernel ended the entry a moment after the call. */
  readonly eventually?: true;
  /** One program in the list of a cgroup. */
  readonly entry?: {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
  readonly put_by?: EventRef;
};
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: "none" | "override" | "multi";
  /** What prevents it. */
  readonly in_the_way?: {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
  readonly put_by?: EventRef;
};
  /** Holes of the record since the boot, the latest 20: what happened there is not known. */
  readonly holes: readonly (Hole)[];
  /** Where it stands: the cgroup and the place. */
  readonly stands_at: readonly ({
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
})[];
};
/** Where a recorder lost events: more may have happened there. */
export type Hole = {
  /** A position of the log of the host. */
  readonly position: number;
  readonly at: Timestamp;
  /** Events, in the order of the log. */
  readonly events?: number;
  readonly from?: Timestamp;
  readonly to?: Timestamp;
  /** Why nobody saw it. */
  readonly cause?: string;
};
export type Gaps = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** A BPF program. */
  readonly program?: number;
  readonly from: Position;
  readonly to: Position;
  /** The rows of the page. */
  readonly items: readonly (Gap)[];
  /** Of all gaps but those that are not known. */
  readonly total_micros: number;
  /** Holes of the record in the span, the latest 20. */
  readonly holes: readonly (Hole)[];
};
/** From the event that opened it to the event that closed it, by the times of the kernel. Without `opened_by` it began before the span; without `closed_by` it is still open. Of `…_not_known` nothing was seen: the cgroup, or a program in the array, was found at its end, and was there before. */
export type Gap = {
  /** The reason, in a word. */
  readonly why: "empty" | "program_missing" | "no_cgroup" | "cgroup_not_known" | "array_not_known";
  readonly position_from: Position;
  readonly position_to: Position;
  readonly since: Timestamp;
  readonly until: Timestamp;
  /** Microseconds. */
  readonly micros: number;
  readonly opened_by?: EventRef;
  readonly closed_by?: EventRef;
};
/** `found` is missing when the condition never held. `at_start`: it already held at `from`. `monotone`: it held from there to the end. */
export type Bisection = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  readonly from: Position;
  readonly to: Position;
  /** Holes of the record in the span, the latest 20. */
  readonly holes: readonly (Hole)[];
  /** The first position at which the condition holds; null when it never does. */
  readonly found?: {
  readonly position: Position;
  readonly event: EventRef;
  /** What is so before. */
  readonly before?: readonly (Slot)[];
  /** What runs, in order. */
  readonly slots: readonly (Slot)[];
  /** Whether the condition held at the beginning of the span. */
  readonly at_start: boolean;
  /** Whether the condition held from then on, so that there is one such position only. */
  readonly monotone: boolean;
};
};
/** lacks:PROGRAM, has:PROGRAM, empty, filled or differs:HOST. */
export type Condition = string;
/** Applied to the state at `from`, it gives the state at `to`. `because` of each change has the positions of the newest 100 events that made it, and `events` has these events. After a reboot (`boot`) everything before it is removed and everything after it is added. */
export type Diff = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  readonly from: Position;
  readonly to: Position;
  /** The host that the position `from` belongs to. */
  readonly against?: string;
  /** Which boot of the host it is, from 1. */
  readonly boot?: {
  /** What was there at the beginning of the span. */
  readonly was: {
  /** Which one it is, counted from 1. */
  readonly number: number;
  /** The random id of one run of the kernel. */
  readonly boot_id: string;
  /** The kernel release. */
  readonly release: string;
  /** What else the boot fixes. */
  readonly config: BootConfig;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** Which one it is, counted from 1. */
  readonly number: number;
  /** The random id of one run of the kernel. */
  readonly boot_id: string;
  /** The kernel release. */
  readonly release: string;
  /** What else the boot fixes. */
  readonly config: BootConfig;
};
};
  /** Cgroups. */
  readonly cgroups: {
  /** What is there at the end of the span, and was not at its beginning. */
  readonly added: readonly ({
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The id of the cgroup above it. */
  readonly parent_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** How many child cgroups it has. */
  readonly children: number;
  /** Processes. */
  readonly processes: number;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What was there at the beginning of the span, and is not at its end. */
  readonly removed: readonly ({
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The id of the cgroup above it. */
  readonly parent_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** How many child cgroups it has. */
  readonly children: number;
  /** Processes. */
  readonly processes: number;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The key of an element. */
  readonly key: number | string;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The id of the cgroup above it. */
  readonly parent_id?: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path?: string;
  /** How many child cgroups it has. */
  readonly children?: number;
  /** Processes. */
  readonly processes?: number;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The id of the cgroup above it. */
  readonly parent_id?: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path?: string;
  /** How many child cgroups it has. */
  readonly children?: number;
  /** Processes. */
  readonly processes?: number;
};
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
};
  /** Changes of the lists of cgroups. */
  readonly lists: readonly (ListChange)[];
  /** What runs, by attach type. */
  readonly effective: readonly (ArrayChange)[];
  /** BPF programs. */
  readonly programs: {
  /** What is there at the end of the span, and was not at its beginning. */
  readonly added: readonly ({
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced: boolean;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** A user id. */
  readonly uid: number;
  /** The maps that the program uses. */
  readonly map_ids: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids: readonly (number)[];
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What was there at the beginning of the span, and is not at its end. */
  readonly removed: readonly ({
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced: boolean;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** A user id. */
  readonly uid: number;
  /** The maps that the program uses. */
  readonly map_ids: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids: readonly (number)[];
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The key of an element. */
  readonly key: number | string;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The type of the program. */
  readonly prog_type?: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type?: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced?: boolean;
  /** The name of the program. */
  readonly prog_name?: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: string;
  /** A user id. */
  readonly uid?: number;
  /** The maps that the program uses. */
  readonly map_ids?: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids?: readonly (number)[];
  /** How many fds, pins and attachments hold it. */
  readonly refs?: number;
  /** Who keeps it alive. */
  readonly held_by?: Holders;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The type of the program. */
  readonly prog_type?: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type?: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced?: boolean;
  /** The name of the program. */
  readonly prog_name?: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: string;
  /** A user id. */
  readonly uid?: number;
  /** The maps that the program uses. */
  readonly map_ids?: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids?: readonly (number)[];
  /** How many fds, pins and attachments hold it. */
  readonly refs?: number;
  /** Who keeps it alive. */
  readonly held_by?: Holders;
};
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
};
  /** BPF links. */
  readonly links: {
  /** What is there at the end of the span, and was not at its beginning. */
  readonly added: readonly ({
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What was there at the beginning of the span, and is not at its end. */
  readonly removed: readonly ({
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The key of an element. */
  readonly key: number | string;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** How many fds, pins and attachments hold it. */
  readonly refs?: number;
  /** Who keeps it alive. */
  readonly held_by?: Holders;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** How many fds, pins and attachments hold it. */
  readonly refs?: number;
  /** Who keeps it alive. */
  readonly held_by?: Holders;
};
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
};
  /** BPF maps. */
  readonly maps: {
  /** What is there at the end of the span, and was not at its beginning. */
  readonly added: readonly ({
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The type of the map. */
  readonly map_type: MapType;
  /** Bytes of a key. */
  readonly key_size: number;
  /** Bytes of a value. */
  readonly value_size: number;
  /** How many elements the map can hold. */
  readonly max_entries: number;
  /** The name of the map. */
  readonly map_name: string;
  /** What the map holds. */
  readonly elements: readonly ({
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
})[];
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What was there at the beginning of the span, and is not at its end. */
  readonly removed: readonly ({
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The type of the map. */
  readonly map_type: MapType;
  /** Bytes of a key. */
  readonly key_size: number;
  /** Bytes of a value. */
  readonly value_size: number;
  /** How many elements the map can hold. */
  readonly max_entries: number;
  /** The name of the map. */
  readonly map_name: string;
  /** What the map holds. */
  readonly elements: readonly ({
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
})[];
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
  /** Who keeps it alive. */
  readonly held_by: Holders;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The key of an element. */
  readonly key: number | string;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The id of a map, unique in one boot. */
  readonly map_id?: number;
  /** The type of the map. */
  readonly map_type?: MapType;
  /** Bytes of a key. */
  readonly key_size?: number;
  /** Bytes of a value. */
  readonly value_size?: number;
  /** How many elements the map can hold. */
  readonly max_entries?: number;
  /** The name of the map. */
  readonly map_name?: string;
  /** What the map holds. */
  readonly elements?: readonly ({
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
})[];
  /** How many fds, pins and attachments hold it. */
  readonly refs?: number;
  /** Who keeps it alive. */
  readonly held_by?: Holders;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** The id of a map, unique in one boot. */
  readonly map_id?: number;
  /** The type of the map. */
  readonly map_type?: MapType;
  /** Bytes of a key. */
  readonly key_size?: number;
  /** Bytes of a value. */
  readonly value_size?: number;
  /** How many elements the map can hold. */
  readonly max_entries?: number;
  /** The name of the map. */
  readonly map_name?: string;
  /** What the map holds. */
  readonly elements?: readonly ({
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
})[];
  /** How many fds, pins and attachments hold it. */
  readonly refs?: number;
  /** Who keeps it alive. */
  readonly held_by?: Holders;
};
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
};
  /** The names in the bpffs: pins and directories. */
  readonly bpffs: {
  /** What is there at the end of the span, and was not at its beginning. */
  readonly added: readonly ({
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "dir";
  /** The id of what is pinned. */
  readonly object_id: number;
  /** A user id. */
  readonly uid: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What was there at the beginning of the span, and is not at its end. */
  readonly removed: readonly ({
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "dir";
  /** The id of what is pinned. */
  readonly object_id: number;
  /** A user id. */
  readonly uid: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The key of an element. */
  readonly key: number | string;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path?: string;
  /** What kind of object it is. */
  readonly kind?: "prog" | "link" | "map" | "dir";
  /** The id of what is pinned. */
  readonly object_id?: number;
  /** A user id. */
  readonly uid?: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: number;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path?: string;
  /** What kind of object it is. */
  readonly kind?: "prog" | "link" | "map" | "dir";
  /** The id of what is pinned. */
  readonly object_id?: number;
  /** A user id. */
  readonly uid?: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: number;
};
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
};
  /** Processes. */
  readonly processes: {
  /** What is there at the end of the span, and was not at its beginning. */
  readonly added: readonly ({
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** How many fds the process may have. */
  readonly nofile: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The pid of the thread group, for a thread. */
  readonly tgid?: number;
  /** Pids of the processes that share the table of fds. */
  readonly shares_fds_with?: readonly (number)[];
  /** File descriptors. */
  readonly fds: readonly ({
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Open files that were sent to the process and that it did not receive yet. */
  readonly mailbox: readonly ({
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What was there at the beginning of the span, and is not at its end. */
  readonly removed: readonly ({
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: string;
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** How many fds the process may have. */
  readonly nofile: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The pid of the thread group, for a thread. */
  readonly tgid?: number;
  /** Pids of the processes that share the table of fds. */
  readonly shares_fds_with?: readonly (number)[];
  /** File descriptors. */
  readonly fds: readonly ({
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Open files that were sent to the process and that it did not receive yet. */
  readonly mailbox: readonly ({
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
  /** What is otherwise at the end of the span. */
  readonly changed: readonly ({
  /** The key of an element. */
  readonly key: number | string;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The process that made the call. */
  readonly pid?: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm?: string;
  /** A user id. */
  readonly uid?: number;
  /** Capabilities of the process. */
  readonly caps?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** How many fds the process may have. */
  readonly nofile?: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The pid of the thread group, for a thread. */
  readonly tgid?: number;
  /** Pids of the processes that share the table of fds. */
  readonly shares_fds_with?: readonly (number)[];
  /** File descriptors. */
  readonly fds?: readonly ({
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Open files that were sent to the process and that it did not receive yet. */
  readonly mailbox?: readonly ({
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
};
  /** What is there at the end of the span. */
  readonly is: {
  /** The process that made the call. */
  readonly pid?: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm?: string;
  /** A user id. */
  readonly uid?: number;
  /** Capabilities of the process. */
  readonly caps?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** How many fds the process may have. */
  readonly nofile?: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The pid of the thread group, for a thread. */
  readonly tgid?: number;
  /** Pids of the processes that share the table of fds. */
  readonly shares_fds_with?: readonly (number)[];
  /** File descriptors. */
  readonly fds?: readonly ({
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
  /** Open files that were sent to the process and that it did not receive yet. */
  readonly mailbox?: readonly ({
  /** Which open file description it is; fds with the same number share it. */
  readonly file: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** How many fds, pins and attachments hold it. */
  readonly refs: number;
})[];
};
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
})[];
};
  /** Events, in the order of the log. */
  readonly events: readonly (EventRef)[];
};
export type ListChange = {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What was there at the beginning of the span. */
  readonly was?: {
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The counter of the list: each change adds one. */
  readonly revision: number;
};
  /** What is there at the end of the span. */
  readonly is?: {
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: "none" | "override" | "multi";
  /** The counter of the list: each change adds one. */
  readonly revision: number;
};
  /** What is attached, in the order of attaching. */
  readonly entries: readonly (ListChangeEntriesAdded | ListChangeEntriesRemoved | ListChangeEntriesChanged)[];
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
};
/** `same_in`: cgroups below it whose arrays were the same and changed in the same way. */
export type ArrayChange = {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** A path, from the root of the cgroup tree or of the bpffs. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** What runs, in order. */
  readonly slots: readonly (ArrayChangeSlotsAdded | ArrayChangeSlotsRemoved | ArrayChangeSlotsChanged)[];
  /** Ids of cgroups below it whose arrays changed in the same way. */
  readonly same_in: readonly (number)[];
  /** Positions of the events that made the change. */
  readonly because: readonly (Position)[];
};
export type CheckpointPage = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** The rows of the page. */
  readonly items: readonly (Checkpoint)[];
  /** There may be more: the `next` of the following page. */
  readonly next?: string;
};
/** The signature (Ed25519) covers the lines `bpfledger checkpoint v2`, host, log_id (`-` for null), position, hash, recorded_from, recorded_at, signed_at, number and previous, each with its newline, the times in microseconds. Without `chained` it covers `bpfledger checkpoint v1`, host, position, hash, recorded_at and signed_at. */
export type Checkpoint = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** SHA-256 of the event and of all before it, in hexadecimal digits. */
  readonly hash: string;
  readonly recorded_at: Timestamp;
  readonly signed_at: Timestamp;
  /** Which key signed it. */
  readonly key_id: string;
  /** The Ed25519 signature, in base64. */
  readonly signature: string;
  /** What ties it to the checkpoint before it; absent in format 1. */
  readonly chained?: {
  /** Which one it is, counted from 1. */
  readonly number: number;
  /** The hash of the text and signature of the checkpoint before it; zeros for the first. */
  readonly previous: string;
  /** Which log it is, whatever its host is called. */
  readonly log_id: string | null;
  readonly recorded_from: Position;
};
  /** Whether the key is trusted here. */
  readonly trusted: boolean;
};
export type KeyList = {
  /** The rows of the page. */
  readonly items: readonly ({
  /** Which key signed it. */
  readonly key_id: string;
  /** The public key, in PEM. */
  readonly public_key: string;
  /** Whether the service signs with it now. */
  readonly current: boolean;
})[];
};
export type Verification = {
  /** The name of the host. */
  readonly host: string;
  /** Whether nothing is wrong. */
  readonly holds: boolean;
  /** The verdict on the chain of hashes. */
  readonly chain: {
  /** Whether nothing is wrong. */
  readonly holds: boolean;
  /** A position of the log of the host. */
  readonly position: number;
  /** SHA-256 of the event and of all before it, in hexadecimal digits. */
  readonly hash: string;
  /** Signed heads. */
  readonly checkpoints: number;
  /** The last position that a signature vouches for. */
  readonly proven_to: number;
  /** How many faults there are; some of them are listed. */
  readonly fault_count: number;
  /** What is wrong. */
  readonly faults: readonly ({
  /** The first position of the span. */
  readonly position_from?: number;
  /** The last position of the span. */
  readonly position_to?: number;
  /** The line at fault, from 1. */
  readonly line?: number;
  /** What is wrong, in a sentence. */
  readonly message: string;
})[];
  /** Keys. */
  readonly keys: readonly (string)[];
  /** Checkpoints of keys that are not trusted here: they prove nothing. */
  readonly untrusted: number;
  /** Keys that are not trusted here. */
  readonly untrusted_keys: readonly (string)[];
  /** How many of the heads that were kept outside the database the log holds. */
  readonly kept: number;
  /** Checkpoints of format 1, which do not name the one before them. */
  readonly unchained: number;
  /** Sealed segments of the log. */
  readonly segments: number;
};
  /** The verdict on the projections: the log gives the same rows. */
  readonly projections: {
  /** Whether nothing is wrong. */
  readonly holds: boolean;
  /** A position of the log of the host. */
  readonly position: number;
  /** How many rows. */
  readonly rows: number;
  /** How many rows differ. */
  readonly differing: number;
  /** Each table of the projections. */
  readonly tables: readonly ({
  /** The name of the table. */
  readonly table: string;
  /** How many rows. */
  readonly rows: number;
  /** How many rows differ. */
  readonly differing: number;
})[];
} | {
  /** Whether nothing is wrong. */
  readonly holds: false;
  /** Why it was not read to the end. */
  readonly stopped: string;
};
  /** The verdict on what was decided: today the rules give the same. */
  readonly outcomes: {
  /** Whether nothing is wrong. */
  readonly holds: boolean;
  /** A position of the log of the host. */
  readonly position: number;
  /** How many differences there are; some of them are listed. */
  readonly difference_count: number;
  /** What differs. */
  readonly differences: readonly ({
  /** A position of the log of the host. */
  readonly position: number;
  /** Where it is from: `decided` by the model, `observed`, or `inferred` from what was observed. */
  readonly source: "decided" | "observed";
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: string;
  /** What the log has. */
  readonly recorded: {
  /** The return value. */
  readonly ret?: number;
  /** The name of the errno, such as `EPERM`. */
  readonly errno?: string;
  /** The rule that refused it (docs/kernel-semantics.md). */
  readonly rule?: string;
};
  /** What the rules of today give. */
  readonly today: {
  /** The return value. */
  readonly ret?: number;
  /** The name of the errno, such as `EPERM`. */
  readonly errno?: string;
  /** The rule that refused it (docs/kernel-semantics.md). */
  readonly rule?: string;
};
  /** Whether the outcome is the same and only the effects differ. */
  readonly effects_only: boolean;
})[];
} | {
  /** Whether nothing is wrong. */
  readonly holds: false;
  /** Why it was not read to the end. */
  readonly stopped: string;
};
  /** The verdict on the stored states. */
  readonly snapshots: {
  /** Whether nothing is wrong. */
  readonly holds: boolean;
  /** How many there are. */
  readonly count: number;
  /** How many faults there are; some of them are listed. */
  readonly fault_count: number;
  /** What is wrong. */
  readonly faults: readonly ({
  /** A position of the log of the host. */
  readonly position: number;
  /** What is wrong, in a sentence. */
  readonly message: string;
})[];
};
  readonly imported?: ImportedLog;
  /** What this cannot exclude, in sentences. */
  readonly not_excluded: readonly (string)[];
};
export type ImportedBundle = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
  /** SHA-256 of the event and of all before it, in hexadecimal digits. */
  readonly hash: string;
  /** Signed heads. */
  readonly checkpoints: number;
  /** The last position that a signature vouches for. */
  readonly proven_to: number;
  /** Checkpoints of keys that are not trusted here: they prove nothing. */
  readonly untrusted: number;
};
export type ImportProgress = {
  /** Which kind it is. */
  readonly type: "progress";
  /** 1: all is read and checked; 2: it is recorded. */
  readonly pass: number;
  /** Bytes that were read so far. */
  readonly bytes: number;
  /** Bytes in all. */
  readonly of: number;
  /** Events, in the order of the log. */
  readonly events: number;
};
export type ImportedRecording = {
  /** Which kind it is. */
  readonly type: "imported";
  /** The name of the host. */
  readonly host: string;
  /** Whether the host was made by this import. */
  readonly made_host: boolean;
  /** How many of the events an earlier request recorded. */
  readonly recorded_before: number;
  /** Time of the event before, where the recording begins earlier than that. */
  readonly begins_before?: Timestamp;
  readonly position_from: Position;
  readonly position: Position;
  /** Events, in the order of the log. */
  readonly events: number;
  /** Events in which the rules would have answered otherwise. */
  readonly drift: number;
  /** What the recording holds. */
  readonly summary: {
  /** Lines that were read. */
  readonly lines: number;
  /** Events that the recording shows. */
  readonly observed: number;
  /** Events that must have happened unseen. */
  readonly inferred: number;
  /** Queries, which record nothing. */
  readonly queries: number;
  /** Answers of queries that the log does not explain. */
  readonly divergences: {
  /** How many there are. */
  readonly count: number;
  /** The first one. */
  readonly first: readonly ({
  /** The line at fault, from 1. */
  readonly line: number;
  /** What was asked of the kernel: the call with its arguments. */
  readonly call: string;
  /** Events that the recording shows. */
  readonly observed: string;
  /** What the log would have answered. */
  readonly expected: string;
})[];
};
  /** By kind: how often, and the first lines. */
  readonly left_out: { readonly [key: string]: {
  /** How many there are. */
  readonly count: number;
  /** Lines that were read. */
  readonly lines: readonly (number)[];
} };
  /** By kind: how often, and the first lines. */
  readonly unreadable: { readonly [key: string]: {
  /** How many there are. */
  readonly count: number;
  /** Lines that were read. */
  readonly lines: readonly (number)[];
} };
  /** By kind: how often, and the first lines. */
  readonly abbreviated: { readonly [key: string]: {
  /** How many there are. */
  readonly count: number;
  /** Lines that were read. */
  readonly lines: readonly (number)[];
} };
  /** Numbers of the lines that have more than one reading. */
  readonly ambiguous: readonly (number)[];
  /** Calls whose end the recording does not have. */
  readonly cut_off?: number;
};
};
/** How far a filtered stream is. */
export type Bookmark = {
  readonly position: Position;
};
/** How far a filtered stream of all hosts is. */
export type FleetBookmark = {
  /** The place that the stream has come to. */
  readonly last: string;
};
/** The place that was sent is not there any more: the database went back. */
export type FleetHistoryChange = {
  /** The place that was sent. */
  readonly known: string;
};
/** The log that was followed went back. */
export type HistoryChange = {
  /** The end of the log before, or the position that was sent back. */
  readonly known: number;
  /** The end of the log now. */
  readonly position: number;
};
/** A link as it is now; a removed one as it was. */
export type LinkChange = {
  /** The name of the host. */
  readonly host: string;
  /** After which it is so. */
  readonly position: Position;
  /** The event that made the change; left out for what was there at the beginning. */
  readonly cause?: EventRef;
  /** A BPF link. */
  readonly link: Link;
};
/** The return value of an earlier call of the same batch, counted from 0. */
export type ResultOf = {
  /** Which earlier call of the list it is, from 0. */
  readonly result_of: number;
};
/** What a recorder knows that no call tells (docs/observations.md). */
export type Sighting = Found | Gone | Lost;
/** A slot as it is now; a removed one as it was. */
export type SlotChange = {
  /** The name of the host. */
  readonly host: string;
  /** After which it is so. */
  readonly position: Position;
  /** The event that made the change; left out for what was there at the beginning. */
  readonly cause?: EventRef;
  /** The slot. */
  readonly slot: {
  /** The cgroup whose array it is. */
  readonly path: string;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Its place in the effective array, from 0. */
  readonly slot: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The place of the entry in the list of its cgroup, from 0. */
  readonly index?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
  /** The name of the program. */
  readonly prog_name: string;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
};
};
/** All that was told is so at this position. */
export type StateBookmark = {
  /** The name of the host. */
  readonly host: string;
  readonly position: Position;
};
export type ObjectInfoLink = {
  /** What kind of object it is. */
  readonly kind: "link";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
};
export type ObjectInfoProg = {
  /** What kind of object it is. */
  readonly kind: "prog";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** The name of the program. */
  readonly prog_name: string;
  /** Who loaded the program. */
  readonly created_by_uid: number;
  /** The maps that the program uses. */
  readonly map_ids: readonly (number)[];
};
export type ObjectInfoMap = {
  /** What kind of object it is. */
  readonly kind: "map";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** The type of the map. */
  readonly map_type: MapType;
  /** The name of the map. */
  readonly map_name: string;
  /** Bytes of a key. */
  readonly key_size: number;
  /** Bytes of a value. */
  readonly value_size: number;
  /** How many elements the map can hold. */
  readonly max_entries: number;
};
export type EffectBooted = {
  /** Which kind it is. */
  readonly type: "Booted";
  /** Which boot of the host it is, from 1. */
  readonly boot: number;
  /** The random id of one run of the kernel. */
  readonly boot_id: string;
  /** The kernel release. */
  readonly release: string;
  /** What else the boot fixes. */
  readonly config: BootConfig;
};
export type EffectProcessSpawned = {
  /** Which kind it is. */
  readonly type: "ProcessSpawned";
  /** The process that made the call. */
  readonly pid: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm: Comm;
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
};
export type EffectProcessForked = {
  /** Which kind it is. */
  readonly type: "ProcessForked";
  /** The process that made the call. */
  readonly pid: number;
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** Whether the table of fds is shared (CLONE_FILES). */
  readonly clone_files?: true;
  /** Whether the child is a thread of the caller (CLONE_THREAD). */
  readonly clone_thread?: true;
};
export type EffectProcessExecuted = {
  /** Which kind it is. */
  readonly type: "ProcessExecuted";
  /** The name of the process, 15 bytes at most. */
  readonly comm: Comm;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** The process that made the call. */
  readonly pid?: number;
};
export type EffectFilesUnshared = {
  /** Which kind it is. */
  readonly type: "FilesUnshared";
};
export type EffectProcessExited = {
  /** Which kind it is. */
  readonly type: "ProcessExited";
  /** The process that made the call. */
  readonly pid?: number;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectCredentialsChanged = {
  /** Which kind it is. */
  readonly type: "CredentialsChanged";
  /** A user id. */
  readonly uid: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** The capability bounding set. */
  readonly bounding?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** Inheritable capabilities. */
  readonly inheritable?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** Ambient capabilities. */
  readonly ambient?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
};
export type EffectNofileLimited = {
  /** Which kind it is. */
  readonly type: "NofileLimited";
  /** How many fds the process may have. */
  readonly nofile: number;
};
export type EffectMemlockLimited = {
  /** Which kind it is. */
  readonly type: "MemlockLimited";
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock: number;
};
export type EffectUmaskSet = {
  /** Which kind it is. */
  readonly type: "UmaskSet";
  /** The bits of a mode that the process does not give. */
  readonly mask: number;
};
export type EffectSysctlSet = {
  /** Which kind it is. */
  readonly type: "SysctlSet";
  /** The name of the sysctl. */
  readonly variable: "unprivileged_bpf_disabled";
  /** The value. */
  readonly value: number;
};
export type EffectProcessMoved = {
  /** Which kind it is. */
  readonly type: "ProcessMoved";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The process that made the call. */
  readonly pid?: number;
};
export type EffectFdOpened = {
  /** Which kind it is. */
  readonly type: "FdOpened";
  /** A file descriptor. */
  readonly fd: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** Whether exec closes the fd. */
  readonly cloexec?: false;
};
export type EffectFdDuplicated = {
  /** Which kind it is. */
  readonly type: "FdDuplicated";
  /** A file descriptor. */
  readonly fd: number;
  /** The fd to give. */
  readonly to_fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec?: true;
};
export type EffectFdCopied = {
  /** Which kind it is. */
  readonly type: "FdCopied";
  /** A file descriptor. */
  readonly fd: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** Whose fd was copied. */
  readonly from_pid: number;
  /** The fd that was copied. */
  readonly from_fd: number;
};
export type EffectFdClosed = {
  /** Which kind it is. */
  readonly type: "FdClosed";
  /** A file descriptor. */
  readonly fd: number;
};
export type EffectFdSent = {
  /** Which kind it is. */
  readonly type: "FdSent";
  /** A file descriptor. */
  readonly fd: number;
  /** The process that it goes to. */
  readonly to_pid: number;
};
export type EffectFdReceived = {
  /** Which kind it is. */
  readonly type: "FdReceived";
  /** A file descriptor. */
  readonly fd: number;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map" | "cgroup" | "other";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** Whether exec closes the fd. */
  readonly cloexec?: true;
};
export type EffectFdLost = {
  /** Which kind it is. */
  readonly type: "FdLost";
};
export type EffectCloexecChanged = {
  /** Which kind it is. */
  readonly type: "CloexecChanged";
  /** A file descriptor. */
  readonly fd: number;
  /** Whether exec closes the fd. */
  readonly cloexec: boolean;
};
export type EffectHoldersForgotten = {
  /** Which kind it is. */
  readonly type: "HoldersForgotten";
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map";
  /** Its id, unique in one boot. */
  readonly id: number;
};
export type EffectProgLoaded = {
  /** Which kind it is. */
  readonly type: "ProgLoaded";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** A file descriptor. */
  readonly fd?: number;
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type: AttachType;
  /** Whether the kernel compares the expected attach type with that of an attach. */
  readonly enforced: boolean;
  /** The name of the program. */
  readonly prog_name: ObjectName;
  /** The tag of the program: a hash of its instructions. */
  readonly tag: string;
  /** A user id. */
  readonly uid: number;
  /** The maps that the program uses. */
  readonly map_ids: readonly (number)[];
  /** The cgroup storage maps that the program uses. */
  readonly storage_map_ids: readonly (number)[];
  /** Pages of memory that its instructions lock, where they are more than one. */
  readonly pages?: number;
};
export type EffectProgFreed = {
  /** Which kind it is. */
  readonly type: "ProgFreed";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectProgIdBurned = {
  /** Which kind it is. */
  readonly type: "ProgIdBurned";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
};
export type EffectLinkCreated = {
  /** Which kind it is. */
  readonly type: "LinkCreated";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** A file descriptor. */
  readonly fd?: number;
};
export type EffectLinkUpdated = {
  /** Which kind it is. */
  readonly type: "LinkUpdated";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The program that ran there before. */
  readonly was_prog_id: number;
  /** The counter of the list: each change adds one. */
  readonly revision: number;
};
export type EffectLinkSevered = {
  /** Which kind it is. */
  readonly type: "LinkSevered";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectLinkFreed = {
  /** Which kind it is. */
  readonly type: "LinkFreed";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectLinkIdBurned = {
  /** Which kind it is. */
  readonly type: "LinkIdBurned";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
};
export type EffectLinkReferenceLeaked = {
  /** Which kind it is. */
  readonly type: "LinkReferenceLeaked";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
};
export type EffectMapCreated = {
  /** Which kind it is. */
  readonly type: "MapCreated";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** A file descriptor. */
  readonly fd?: number;
  /** The type of the map. */
  readonly map_type: MapType;
  /** Bytes of a key. */
  readonly key_size: number;
  /** Bytes of a value. */
  readonly value_size: number;
  /** How many elements the map can hold. */
  readonly max_entries: number;
  /** The name of the map. */
  readonly map_name: ObjectName;
  /** How it was opened, where that was not for reading and writing. */
  readonly access?: "read" | "write";
  /** Flags of the map. */
  readonly map_flags?: number;
  /** The map that describes the inner maps. */
  readonly inner_map_id?: number;
};
export type EffectMapBound = {
  /** Which kind it is. */
  readonly type: "MapBound";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
};
export type EffectMapFrozen = {
  /** Which kind it is. */
  readonly type: "MapFrozen";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
};
export type EffectMapFreed = {
  /** Which kind it is. */
  readonly type: "MapFreed";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectMapIdBurned = {
  /** Which kind it is. */
  readonly type: "MapIdBurned";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
};
export type EffectStorageMade = {
  /** Which kind it is. */
  readonly type: "StorageMade";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
export type EffectStorageRemoved = {
  /** Which kind it is. */
  readonly type: "StorageRemoved";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
  readonly reason: Reason;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectElementUpdated = {
  /** Which kind it is. */
  readonly type: "ElementUpdated";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
  /** What kind of object it is. */
  readonly kind?: "prog" | "map";
};
export type EffectElementDeleted = {
  /** Which kind it is. */
  readonly type: "ElementDeleted";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** What kind of object it is. */
  readonly kind?: "prog" | "map";
  /** Its id, unique in one boot. */
  readonly id?: number;
  /** The kernel does it a moment after the call: until then all is as before. */
  readonly eventually?: true;
};
export type EffectEffectiveSlotWritten = {
  /** Which kind it is. */
  readonly type: "EffectiveSlotWritten";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Ids of programs, in the order in which they run. */
  readonly prog_ids: readonly (number)[];
};
export type EffectPinCreated = {
  /** Which kind it is. */
  readonly type: "PinCreated";
  readonly path: Path;
  /** What kind of object it is. */
  readonly kind: "prog" | "link" | "map";
  /** Its id, unique in one boot. */
  readonly id: number;
  /** A user id. */
  readonly uid: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type EffectPinRemoved = {
  /** Which kind it is. */
  readonly type: "PinRemoved";
  readonly path: Path;
  readonly reason: Reason;
};
export type EffectPinLinked = {
  /** Which kind it is. */
  readonly type: "PinLinked";
  readonly path: Path;
  readonly to: Path;
};
export type EffectDirectoryMade = {
  /** Which kind it is. */
  readonly type: "DirectoryMade";
  readonly path: Path;
  /** A user id. */
  readonly uid?: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: number;
};
export type EffectDirectoryRemoved = {
  /** Which kind it is. */
  readonly type: "DirectoryRemoved";
  readonly path: Path;
};
export type EffectPathMoved = {
  /** Which kind it is. */
  readonly type: "PathMoved";
  readonly path: Path;
  readonly to: Path;
};
export type EffectPathsExchanged = {
  /** Which kind it is. */
  readonly type: "PathsExchanged";
  readonly path: Path;
  readonly to: Path;
};
export type EffectOwnerChanged = {
  /** Which kind it is. */
  readonly type: "OwnerChanged";
  readonly path: Path;
  /** A user id. */
  readonly uid: number;
};
export type EffectModeChanged = {
  /** Which kind it is. */
  readonly type: "ModeChanged";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type EffectCgroupMade = {
  /** Which kind it is. */
  readonly type: "CgroupMade";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly path: Path;
  /** A user id. */
  readonly uid?: number;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: number;
};
export type EffectCgroupOwnerChanged = {
  /** Which kind it is. */
  readonly type: "CgroupOwnerChanged";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** Which open file description it is; fds with the same number share it. */
  readonly file?: string;
  /** A user id. */
  readonly uid: number;
};
export type EffectCgroupModeChanged = {
  /** Which kind it is. */
  readonly type: "CgroupModeChanged";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** Which open file description it is; fds with the same number share it. */
  readonly file?: string;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type EffectCgroupThreaded = {
  /** Which kind it is. */
  readonly type: "CgroupThreaded";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
};
export type EffectCgroupRemoved = {
  /** Which kind it is. */
  readonly type: "CgroupRemoved";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
};
export type EffectCgroupEmptied = {
  /** Which kind it is. */
  readonly type: "CgroupEmptied";
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
};
export type HostEventMessageEvent = {
  /** An event of the log. */
  readonly event: "event";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: HostEvent. */
  readonly data: HostEvent;
};
export type HostEventMessageBookmark = {
  /** An event of the log. */
  readonly event: "bookmark";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: FleetBookmark. */
  readonly data: FleetBookmark;
};
export type HostEventMessageUnreadable = {
  /** An event of the log. */
  readonly event: "unreadable";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: UnreadableEvent. */
  readonly data: UnreadableEvent;
};
export type HostEventMessageHistoryChanged = {
  /** An event of the log. */
  readonly event: "history-changed";
  /** JSON: FleetHistoryChange. */
  readonly data: FleetHistoryChange;
};
export type CallRequestProgLoad = {
  /** Its name. */
  readonly name: "prog_load";
  readonly prog_type: ProgTypeInput;
  readonly expected_attach_type?: AttachTypeInput;
  /** Flags of the load. */
  readonly prog_flags?: number;
  /** The name of the program. */
  readonly prog_name?: ObjectName;
  /** The instructions, in base64. */
  readonly insns?: string;
  /** The return value. */
  readonly ret?: number;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: {
  /** The tag as older kernels make it: 8 bytes of a SHA-1. */
  readonly sha1: string;
  /** The tag as newer kernels make it: 8 bytes of a SHA-256. */
  readonly sha256: string;
};
  /** How many instructions; derived from `insns` when it is left out. */
  readonly insn_cnt?: number;
  /** Fds of the maps that the program uses. */
  readonly map_fds?: readonly (Reference)[];
  /** Fds of maps that the program names by index. */
  readonly fd_array?: readonly (Reference)[];
  /** How many of `fd_array` the program uses whether or not its instructions name them. */
  readonly fd_array_cnt?: number;
  /** Whether the program mentions its maps without calling a helper on them. */
  readonly map_ref_only?: boolean;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestSpawn = {
  /** Its name. */
  readonly name: "spawn";
  /** The pid of the child; default: the next free one. */
  readonly child_pid?: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm?: Comm;
  /** A user id. */
  readonly uid?: number;
  readonly caps?: CapabilitiesInput;
};
export type CallRequestFork = {
  /** Its name. */
  readonly name: "fork";
  /** The pid of the child; default: the next free one. */
  readonly child_pid?: number;
  /** A user id. */
  readonly uid?: number;
  readonly caps?: CapabilitiesInput;
  /** Whether the table of fds is shared (CLONE_FILES). */
  readonly clone_files?: true;
  /** Whether the child is a thread of the caller (CLONE_THREAD). */
  readonly clone_thread?: true;
};
export type CallRequestUnshare = {
  /** Its name. */
  readonly name: "unshare";
  /** Whether the table of fds is shared (CLONE_FILES). */
  readonly clone_files: true;
};
export type CallRequestExec = {
  /** Its name. */
  readonly name: "exec";
  /** The name of the process, 15 bytes at most. */
  readonly comm?: Comm;
};
export type CallRequestExit = {
  /** Its name. */
  readonly name: "exit";
  /** Whether only the calling thread exits. */
  readonly thread?: true;
};
export type CallRequestKill = {
  /** Its name. */
  readonly name: "kill";
  readonly to_pid: Reference;
};
export type CallRequestCapset = {
  /** Its name. */
  readonly name: "capset";
  /** A user id. */
  readonly uid?: number;
  readonly caps: CapabilitiesInput;
  readonly bounding?: CapabilitiesInput;
  readonly inheritable?: CapabilitiesInput;
  readonly ambient?: CapabilitiesInput;
};
export type CallRequestSetrlimit = {
  /** Its name. */
  readonly name: "setrlimit";
  /** How many fds the process may have. */
  readonly nofile?: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
};
export type CallRequestUmask = {
  /** Its name. */
  readonly name: "umask";
  /** The bits of a mode that the process does not give. */
  readonly mask: number;
};
export type CallRequestSysctl = {
  /** Its name. */
  readonly name: "sysctl";
  /** The name of the sysctl. */
  readonly variable: "unprivileged_bpf_disabled";
  /** The value. */
  readonly value: number;
};
export type CallRequestJoin = {
  /** Its name. */
  readonly name: "join";
  readonly path: Path;
  readonly target_pid?: Reference;
};
export type CallRequestOpenCgroup = {
  /** Its name. */
  readonly name: "open_cgroup";
  readonly path: Path;
  /** Whether exec closes the fd. */
  readonly cloexec?: false;
};
export type CallRequestOpenOther = {
  /** Its name. */
  readonly name: "open_other";
  /** What kind of object it is. */
  readonly kind: "dir" | "file";
  /** Whether exec closes the fd. */
  readonly cloexec?: false;
};
export type CallRequestClose = {
  /** Its name. */
  readonly name: "close";
  readonly fd: Reference;
};
export type CallRequestDup = {
  /** Its name. */
  readonly name: "dup";
  readonly fd: Reference;
};
export type CallRequestDup2 = {
  /** Its name. */
  readonly name: "dup2";
  readonly fd: Reference;
  readonly to_fd: Reference;
};
export type CallRequestDup3 = {
  /** Its name. */
  readonly name: "dup3";
  readonly fd: Reference;
  readonly to_fd: Reference;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallRequestFcntl = {
  /** Its name. */
  readonly name: "fcntl";
  readonly fd: Reference;
  /** The command of fcntl. */
  readonly cmd: "f_dupfd" | "f_dupfd_cloexec" | "f_getfd" | "f_setfd";
  /** The third argument of fcntl: the lowest fd to give, or the fd flags. */
  readonly arg?: number;
};
export type CallRequestCloseRange = {
  /** Its name. */
  readonly name: "close_range";
  /** The first one. */
  readonly first: number;
  /** The last one. */
  readonly last: number;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallRequestPidfdGetfd = {
  /** Its name. */
  readonly name: "pidfd_getfd";
  readonly target_pid: Reference;
  readonly target_fd: Reference;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallRequestSendFd = {
  /** Its name. */
  readonly name: "send_fd";
  readonly fd: Reference;
  readonly to_pid: Reference;
};
export type CallRequestRecvFd = {
  /** Its name. */
  readonly name: "recv_fd";
  /** Whether exec closes the fd. */
  readonly cloexec?: true;
};
export type CallRequestMkdir = {
  /** Its name. */
  readonly name: "mkdir";
  readonly path: Path;
};
export type CallRequestRmdir = {
  /** Its name. */
  readonly name: "rmdir";
  readonly path: Path;
};
export type CallRequestCgroupChown = {
  /** Its name. */
  readonly name: "cgroup_chown";
  readonly path: Path;
  /** A user id. */
  readonly uid: number;
};
export type CallRequestCgroupChmod = {
  /** Its name. */
  readonly name: "cgroup_chmod";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type CallRequestCgroupWrite = {
  /** Its name. */
  readonly name: "cgroup_write";
  readonly path: Path;
  /** The value. */
  readonly value: string;
};
export type CallRequestBpffsMkdir = {
  /** Its name. */
  readonly name: "bpffs_mkdir";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: number;
};
export type CallRequestBpffsRmdir = {
  /** Its name. */
  readonly name: "bpffs_rmdir";
  readonly path: Path;
};
export type CallRequestUnlink = {
  /** Its name. */
  readonly name: "unlink";
  readonly path: Path;
};
export type CallRequestRename = {
  /** Its name. */
  readonly name: "rename";
  readonly path: Path;
  readonly to: Path;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallRequestLink = {
  /** Its name. */
  readonly name: "link";
  readonly path: Path;
  readonly to: Path;
};
export type CallRequestChown = {
  /** Its name. */
  readonly name: "chown";
  readonly path: Path;
  /** A user id. */
  readonly uid: number;
};
export type CallRequestChmod = {
  /** Its name. */
  readonly name: "chmod";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type CallRequestProgAttach = {
  /** Its name. */
  readonly name: "prog_attach";
  readonly target_fd?: Reference;
  readonly target_path?: Path;
  readonly relative_fd?: Reference;
  /** The id of the program or link that the place is relative to. */
  readonly relative_id?: number;
  /** The revision that the list must have; 0: any. */
  readonly expected_revision?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly attach_bpf_fd?: Reference;
  readonly attach_type: AttachTypeInput;
  readonly flags?: AttachFlagsInput;
  readonly replace_bpf_fd?: Reference;
};
export type CallRequestProgDetach = {
  /** Its name. */
  readonly name: "prog_detach";
  readonly target_fd?: Reference;
  readonly target_path?: Path;
  readonly relative_fd?: Reference;
  /** The id of the program or link that the place is relative to. */
  readonly relative_id?: number;
  /** The revision that the list must have; 0: any. */
  readonly expected_revision?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly attach_bpf_fd?: Reference;
  readonly attach_type: AttachTypeInput;
  readonly flags?: AttachFlagsInput;
  readonly replace_bpf_fd?: Reference;
};
export type CallRequestProgQuery = {
  /** Its name. */
  readonly name: "prog_query";
  readonly target_fd?: Reference;
  readonly target_path?: Path;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly attach_type: AttachTypeInput;
  readonly query_flags?: QueryFlagsInput;
  /** How many programs, or room for so many. */
  readonly prog_cnt?: number;
  /** Whether the caller passes no room for ids. */
  readonly null_prog_ids?: boolean;
  /** Flags of each entry, or room for them. */
  readonly prog_attach_flags?: boolean;
};
export type CallRequestProgTestRun = {
  /** Its name. */
  readonly name: "prog_test_run";
  readonly prog_fd?: Reference;
  /** Bytes of the packet of a test run. */
  readonly data_size_in?: number;
};
export type CallRequestProgBindMap = {
  /** Its name. */
  readonly name: "prog_bind_map";
  readonly prog_fd?: Reference;
  readonly map_fd?: Reference;
  /** Flags of the call. */
  readonly flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestLinkCreate = {
  /** Its name. */
  readonly name: "link_create";
  readonly target_fd?: Reference;
  readonly target_path?: Path;
  readonly relative_fd?: Reference;
  /** The id of the program or link that the place is relative to. */
  readonly relative_id?: number;
  /** The revision that the list must have; 0: any. */
  readonly expected_revision?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly prog_fd?: Reference;
  readonly attach_type: AttachTypeInput;
  readonly flags?: AttachFlagsInput;
};
export type CallRequestLinkUpdate = {
  /** Its name. */
  readonly name: "link_update";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly link_fd?: Reference;
  readonly new_prog_fd?: Reference;
  readonly flags?: AttachFlagsInput;
  readonly old_prog_fd?: Reference;
};
export type CallRequestLinkDetach = {
  /** Its name. */
  readonly name: "link_detach";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly link_fd?: Reference;
};
export type CallRequestForeignLinkCreate = {
  /** Its name. */
  readonly name: "foreign_link_create";
  readonly prog_fd?: Reference;
  readonly attach_type: AttachTypeInput;
};
export type CallRequestIterCreate = {
  /** Its name. */
  readonly name: "iter_create";
  readonly link_fd?: Reference;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallRequestObjPin = {
  /** Its name. */
  readonly name: "obj_pin";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly bpf_fd?: Reference;
  readonly path: Path;
  /** Access flags: 8 read only, 16 write only. */
  readonly file_flags?: number;
  readonly path_fd?: Reference;
};
export type CallRequestObjGet = {
  /** Its name. */
  readonly name: "obj_get";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly path: Path;
  readonly bpf_fd?: Reference;
  /** Access flags: 8 read only, 16 write only. */
  readonly file_flags?: number;
  readonly path_fd?: Reference;
};
export type CallRequestObjGetInfoByFd = {
  /** Its name. */
  readonly name: "obj_get_info_by_fd";
  readonly bpf_fd?: Reference;
  /** Bytes of room for the info. */
  readonly info_len?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestProgGetFdById = {
  /** Its name. */
  readonly name: "prog_get_fd_by_id";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly open_flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestLinkGetFdById = {
  /** Its name. */
  readonly name: "link_get_fd_by_id";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly open_flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapGetFdById = {
  /** Its name. */
  readonly name: "map_get_fd_by_id";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly open_flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestBtfLoad = {
  /** Its name. */
  readonly name: "btf_load";
};
export type CallRequestEnableStats = {
  /** Its name. */
  readonly name: "enable_stats";
  /** Which kind it is. */
  readonly type?: number;
};
export type CallRequestProgGetNextId = {
  /** Its name. */
  readonly name: "prog_get_next_id";
  /** The id after which the next is looked for. */
  readonly start_id: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestLinkGetNextId = {
  /** Its name. */
  readonly name: "link_get_next_id";
  /** The id after which the next is looked for. */
  readonly start_id: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapGetNextId = {
  /** Its name. */
  readonly name: "map_get_next_id";
  /** The id after which the next is looked for. */
  readonly start_id: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapCreate = {
  /** Its name. */
  readonly name: "map_create";
  readonly map_type: MapTypeInput;
  /** Bytes of a key. */
  readonly key_size?: number;
  /** Bytes of a value. */
  readonly value_size?: number;
  /** How many elements the map can hold. */
  readonly max_entries?: number;
  /** Flags of the map. */
  readonly map_flags?: number;
  readonly inner_map_fd?: Reference;
  /** The name of the map. */
  readonly map_name?: ObjectName;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapFreeze = {
  /** Its name. */
  readonly name: "map_freeze";
  readonly map_fd?: Reference;
};
export type CallRequestMapLookupElem = {
  /** Its name. */
  readonly name: "map_lookup_elem";
  readonly map_fd?: Reference;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly attach_type?: AttachTypeInput;
};
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapUpdateElem = {
  /** Its name. */
  readonly name: "map_update_elem";
  readonly map_fd?: Reference;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly attach_type?: AttachTypeInput;
};
  /** The value. */
  readonly value: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapDeleteElem = {
  /** Its name. */
  readonly name: "map_delete_elem";
  readonly map_fd?: Reference;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly attach_type?: AttachTypeInput;
};
  /** The value. */
  readonly value?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallRequestMapUpdateBatch = {
  /** Its name. */
  readonly name: "map_update_batch";
  readonly map_fd?: Reference;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Keys. */
  readonly keys: readonly (number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly attach_type?: AttachTypeInput;
})[];
  /** The values of the elements, in the order of their keys. */
  readonly values: readonly (number)[];
};
export type CallRequestMapDeleteBatch = {
  /** Its name. */
  readonly name: "map_delete_batch";
  readonly map_fd?: Reference;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Keys. */
  readonly keys: readonly (number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly attach_type?: AttachTypeInput;
})[];
};
export type CallRequestMapLookupBatch = {
  /** Its name. */
  readonly name: "map_lookup_batch";
  readonly map_fd?: Reference;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** How many there are. */
  readonly count?: number;
  /** Of an array: the last index that was told; the look goes on after it. */
  readonly in_batch?: number;
};
export type CallRequestMapLookupAndDeleteBatch = {
  /** Its name. */
  readonly name: "map_lookup_and_delete_batch";
  readonly map_fd?: Reference;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** How many there are. */
  readonly count?: number;
  /** Of an array: the last index that was told; the look goes on after it. */
  readonly in_batch?: number;
};
export type CallRequestMapGetNextKey = {
  /** Its name. */
  readonly name: "map_get_next_key";
  readonly map_fd?: Reference;
  /** The key of an element. */
  readonly key?: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  readonly attach_type?: AttachTypeInput;
};
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallProgLoad = {
  /** Its name. */
  readonly name: "prog_load";
  /** The type of the program. */
  readonly prog_type: ProgType;
  /** The attach type that the program was loaded for. */
  readonly expected_attach_type?: AttachType;
  /** Flags of the load. */
  readonly prog_flags?: number;
  /** The name of the program. */
  readonly prog_name?: ObjectName;
  /** The instructions, in base64. */
  readonly insns?: string;
  /** The return value. */
  readonly ret?: number;
  /** The tag of the program: a hash of its instructions. */
  readonly tag?: {
  /** The tag as older kernels make it: 8 bytes of a SHA-1. */
  readonly sha1: string;
  /** The tag as newer kernels make it: 8 bytes of a SHA-256. */
  readonly sha256: string;
};
  /** How many instructions; derived from `insns` when it is left out. */
  readonly insn_cnt?: number;
  /** Fds of the maps that the program uses. */
  readonly map_fds?: readonly (number)[];
  /** Fds of maps that the program names by index. */
  readonly fd_array?: readonly (number)[];
  /** How many of `fd_array` the program uses whether or not its instructions name them. */
  readonly fd_array_cnt?: number;
  /** Whether the program mentions its maps without calling a helper on them. */
  readonly map_ref_only?: boolean;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallSpawn = {
  /** Its name. */
  readonly name: "spawn";
  /** The pid of the child; default: the next free one. */
  readonly child_pid?: number;
  /** The name of the process, 15 bytes at most. */
  readonly comm?: Comm;
  /** A user id. */
  readonly uid?: number;
  /** Capabilities of the process. */
  readonly caps?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
};
export type CallFork = {
  /** Its name. */
  readonly name: "fork";
  /** The pid of the child; default: the next free one. */
  readonly child_pid?: number;
  /** A user id. */
  readonly uid?: number;
  /** Capabilities of the process. */
  readonly caps?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** Whether the table of fds is shared (CLONE_FILES). */
  readonly clone_files?: true;
  /** Whether the child is a thread of the caller (CLONE_THREAD). */
  readonly clone_thread?: true;
};
export type CallUnshare = {
  /** Its name. */
  readonly name: "unshare";
  /** Whether the table of fds is shared (CLONE_FILES). */
  readonly clone_files: true;
};
export type CallExec = {
  /** Its name. */
  readonly name: "exec";
  /** The name of the process, 15 bytes at most. */
  readonly comm?: Comm;
};
export type CallExit = {
  /** Its name. */
  readonly name: "exit";
  /** Whether only the calling thread exits. */
  readonly thread?: true;
};
export type CallKill = {
  /** Its name. */
  readonly name: "kill";
  /** The process that it goes to. */
  readonly to_pid: number;
};
export type CallCapset = {
  /** Its name. */
  readonly name: "capset";
  /** A user id. */
  readonly uid?: number;
  /** Capabilities of the process. */
  readonly caps: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** The capability bounding set. */
  readonly bounding?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** Inheritable capabilities. */
  readonly inheritable?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
  /** Ambient capabilities. */
  readonly ambient?: readonly ("bpf" | "net_admin" | "sys_admin" | "perfmon" | "dac_override" | "sys_resource")[];
};
export type CallSetrlimit = {
  /** Its name. */
  readonly name: "setrlimit";
  /** How many fds the process may have. */
  readonly nofile?: number;
  /** Bytes of memory that the process may lock; -1: no limit. */
  readonly memlock?: number;
};
export type CallUmask = {
  /** Its name. */
  readonly name: "umask";
  /** The bits of a mode that the process does not give. */
  readonly mask: number;
};
export type CallSysctl = {
  /** Its name. */
  readonly name: "sysctl";
  /** The name of the sysctl. */
  readonly variable: "unprivileged_bpf_disabled";
  /** The value. */
  readonly value: number;
};
export type CallJoin = {
  /** Its name. */
  readonly name: "join";
  readonly path: Path;
  /** The process that the call is about. */
  readonly target_pid?: number;
};
export type CallOpenCgroup = {
  /** Its name. */
  readonly name: "open_cgroup";
  readonly path: Path;
  /** Whether exec closes the fd. */
  readonly cloexec?: false;
};
export type CallOpenOther = {
  /** Its name. */
  readonly name: "open_other";
  /** What kind of object it is. */
  readonly kind: "dir" | "file";
  /** Whether exec closes the fd. */
  readonly cloexec?: false;
};
export type CallClose = {
  /** Its name. */
  readonly name: "close";
  /** A file descriptor. */
  readonly fd: number;
};
export type CallDup = {
  /** Its name. */
  readonly name: "dup";
  /** A file descriptor. */
  readonly fd: number;
};
export type CallDup2 = {
  /** Its name. */
  readonly name: "dup2";
  /** A file descriptor. */
  readonly fd: number;
  /** The fd to give. */
  readonly to_fd: number;
};
export type CallDup3 = {
  /** Its name. */
  readonly name: "dup3";
  /** A file descriptor. */
  readonly fd: number;
  /** The fd to give. */
  readonly to_fd: number;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallFcntl = {
  /** Its name. */
  readonly name: "fcntl";
  /** A file descriptor. */
  readonly fd: number;
  /** The command of fcntl. */
  readonly cmd: "f_dupfd" | "f_dupfd_cloexec" | "f_getfd" | "f_setfd";
  /** The third argument of fcntl: the lowest fd to give, or the fd flags. */
  readonly arg?: number;
};
export type CallCloseRange = {
  /** Its name. */
  readonly name: "close_range";
  /** The first one. */
  readonly first: number;
  /** The last one. */
  readonly last: number;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallPidfdGetfd = {
  /** Its name. */
  readonly name: "pidfd_getfd";
  /** The process that the call is about. */
  readonly target_pid: number;
  /** An fd of the cgroup, or of what the call is about. */
  readonly target_fd: number;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallSendFd = {
  /** Its name. */
  readonly name: "send_fd";
  /** A file descriptor. */
  readonly fd: number;
  /** The process that it goes to. */
  readonly to_pid: number;
};
export type CallRecvFd = {
  /** Its name. */
  readonly name: "recv_fd";
  /** Whether exec closes the fd. */
  readonly cloexec?: true;
};
export type CallMkdir = {
  /** Its name. */
  readonly name: "mkdir";
  readonly path: Path;
};
export type CallRmdir = {
  /** Its name. */
  readonly name: "rmdir";
  readonly path: Path;
};
export type CallCgroupChown = {
  /** Its name. */
  readonly name: "cgroup_chown";
  readonly path: Path;
  /** A user id. */
  readonly uid: number;
};
export type CallCgroupChmod = {
  /** Its name. */
  readonly name: "cgroup_chmod";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type CallCgroupWrite = {
  /** Its name. */
  readonly name: "cgroup_write";
  readonly path: Path;
  /** The value. */
  readonly value: string;
};
export type CallBpffsMkdir = {
  /** Its name. */
  readonly name: "bpffs_mkdir";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode?: number;
};
export type CallBpffsRmdir = {
  /** Its name. */
  readonly name: "bpffs_rmdir";
  readonly path: Path;
};
export type CallUnlink = {
  /** Its name. */
  readonly name: "unlink";
  readonly path: Path;
};
export type CallRename = {
  /** Its name. */
  readonly name: "rename";
  readonly path: Path;
  readonly to: Path;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallLink = {
  /** Its name. */
  readonly name: "link";
  readonly path: Path;
  readonly to: Path;
};
export type CallChown = {
  /** Its name. */
  readonly name: "chown";
  readonly path: Path;
  /** A user id. */
  readonly uid: number;
};
export type CallChmod = {
  /** Its name. */
  readonly name: "chmod";
  readonly path: Path;
  /** Of a list: none, override or multi. Of a file: its permission bits. */
  readonly mode: number;
};
export type CallProgAttach = {
  /** Its name. */
  readonly name: "prog_attach";
  /** An fd of the cgroup, or of what the call is about. */
  readonly target_fd?: number;
  readonly target_path?: Path;
  /** An fd of the program or link that the place is relative to. */
  readonly relative_fd?: number;
  /** The id of the program or link that the place is relative to. */
  readonly relative_id?: number;
  /** The revision that the list must have; 0: any. */
  readonly expected_revision?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** An fd of the program to attach or detach. */
  readonly attach_bpf_fd?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Flags of the call. */
  readonly flags?: AttachFlags;
  /** An fd of the program to replace. */
  readonly replace_bpf_fd?: number;
};
export type CallProgDetach = {
  /** Its name. */
  readonly name: "prog_detach";
  /** An fd of the cgroup, or of what the call is about. */
  readonly target_fd?: number;
  readonly target_path?: Path;
  /** An fd of the program or link that the place is relative to. */
  readonly relative_fd?: number;
  /** The id of the program or link that the place is relative to. */
  readonly relative_id?: number;
  /** The revision that the list must have; 0: any. */
  readonly expected_revision?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** An fd of the program to attach or detach. */
  readonly attach_bpf_fd?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Flags of the call. */
  readonly flags?: AttachFlags;
  /** An fd of the program to replace. */
  readonly replace_bpf_fd?: number;
};
export type CallProgQuery = {
  /** Its name. */
  readonly name: "prog_query";
  /** An fd of the cgroup, or of what the call is about. */
  readonly target_fd?: number;
  readonly target_path?: Path;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Flags of the query: 1 effective. */
  readonly query_flags?: QueryFlags;
  /** How many programs, or room for so many. */
  readonly prog_cnt?: number;
  /** Whether the caller passes no room for ids. */
  readonly null_prog_ids?: boolean;
  /** Flags of each entry, or room for them. */
  readonly prog_attach_flags?: boolean;
};
export type CallProgTestRun = {
  /** Its name. */
  readonly name: "prog_test_run";
  /** An fd of a program. */
  readonly prog_fd?: number;
  /** Bytes of the packet of a test run. */
  readonly data_size_in?: number;
};
export type CallProgBindMap = {
  /** Its name. */
  readonly name: "prog_bind_map";
  /** An fd of a program. */
  readonly prog_fd?: number;
  /** An fd of a map. */
  readonly map_fd?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallLinkCreate = {
  /** Its name. */
  readonly name: "link_create";
  /** An fd of the cgroup, or of what the call is about. */
  readonly target_fd?: number;
  readonly target_path?: Path;
  /** An fd of the program or link that the place is relative to. */
  readonly relative_fd?: number;
  /** The id of the program or link that the place is relative to. */
  readonly relative_id?: number;
  /** The revision that the list must have; 0: any. */
  readonly expected_revision?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** An fd of a program. */
  readonly prog_fd?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
  /** Flags of the call. */
  readonly flags?: AttachFlags;
};
export type CallLinkUpdate = {
  /** Its name. */
  readonly name: "link_update";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** An fd of a link. */
  readonly link_fd?: number;
  /** An fd of the program that the link shall run. */
  readonly new_prog_fd?: number;
  /** Flags of the call. */
  readonly flags?: AttachFlags;
  /** An fd of the program that the link must run now. */
  readonly old_prog_fd?: number;
};
export type CallLinkDetach = {
  /** Its name. */
  readonly name: "link_detach";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** An fd of a link. */
  readonly link_fd?: number;
};
export type CallForeignLinkCreate = {
  /** Its name. */
  readonly name: "foreign_link_create";
  /** An fd of a program. */
  readonly prog_fd?: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type: AttachType;
};
export type CallIterCreate = {
  /** Its name. */
  readonly name: "iter_create";
  /** An fd of a link. */
  readonly link_fd?: number;
  /** Flags of the call. */
  readonly flags?: number;
};
export type CallObjPin = {
  /** Its name. */
  readonly name: "obj_pin";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  /** An fd of a program, link or map. */
  readonly bpf_fd?: number;
  readonly path: Path;
  /** Access flags: 8 read only, 16 write only. */
  readonly file_flags?: number;
  /** An fd of the directory that the path begins at. */
  readonly path_fd?: number;
};
export type CallObjGet = {
  /** Its name. */
  readonly name: "obj_get";
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
  readonly path: Path;
  /** An fd of a program, link or map. */
  readonly bpf_fd?: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly file_flags?: number;
  /** An fd of the directory that the path begins at. */
  readonly path_fd?: number;
};
export type CallObjGetInfoByFd = {
  /** Its name. */
  readonly name: "obj_get_info_by_fd";
  /** An fd of a program, link or map. */
  readonly bpf_fd?: number;
  /** Bytes of room for the info. */
  readonly info_len?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallProgGetFdById = {
  /** Its name. */
  readonly name: "prog_get_fd_by_id";
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly open_flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallLinkGetFdById = {
  /** Its name. */
  readonly name: "link_get_fd_by_id";
  /** The id of a link, unique in one boot. */
  readonly link_id: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly open_flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapGetFdById = {
  /** Its name. */
  readonly name: "map_get_fd_by_id";
  /** The id of a map, unique in one boot. */
  readonly map_id: number;
  /** Access flags: 8 read only, 16 write only. */
  readonly open_flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallBtfLoad = {
  /** Its name. */
  readonly name: "btf_load";
};
export type CallEnableStats = {
  /** Its name. */
  readonly name: "enable_stats";
  /** Which kind it is. */
  readonly type?: number;
};
export type CallProgGetNextId = {
  /** Its name. */
  readonly name: "prog_get_next_id";
  /** The id after which the next is looked for. */
  readonly start_id: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallLinkGetNextId = {
  /** Its name. */
  readonly name: "link_get_next_id";
  /** The id after which the next is looked for. */
  readonly start_id: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapGetNextId = {
  /** Its name. */
  readonly name: "map_get_next_id";
  /** The id after which the next is looked for. */
  readonly start_id: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapCreate = {
  /** Its name. */
  readonly name: "map_create";
  /** The type of the map. */
  readonly map_type: MapType;
  /** Bytes of a key. */
  readonly key_size?: number;
  /** Bytes of a value. */
  readonly value_size?: number;
  /** How many elements the map can hold. */
  readonly max_entries?: number;
  /** Flags of the map. */
  readonly map_flags?: number;
  /** An fd of the map that describes the inner maps. */
  readonly inner_map_fd?: number;
  /** The name of the map. */
  readonly map_name?: ObjectName;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapFreeze = {
  /** Its name. */
  readonly name: "map_freeze";
  /** An fd of a map. */
  readonly map_fd?: number;
};
export type CallMapLookupElem = {
  /** Its name. */
  readonly name: "map_lookup_elem";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapUpdateElem = {
  /** Its name. */
  readonly name: "map_update_elem";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapDeleteElem = {
  /** Its name. */
  readonly name: "map_delete_elem";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** The key of an element. */
  readonly key: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** The value. */
  readonly value?: number;
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type CallMapUpdateBatch = {
  /** Its name. */
  readonly name: "map_update_batch";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Keys. */
  readonly keys: readonly (number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
})[];
  /** The values of the elements, in the order of their keys. */
  readonly values: readonly (number)[];
};
export type CallMapDeleteBatch = {
  /** Its name. */
  readonly name: "map_delete_batch";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** Keys. */
  readonly keys: readonly (number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
})[];
};
export type CallMapLookupBatch = {
  /** Its name. */
  readonly name: "map_lookup_batch";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** How many there are. */
  readonly count?: number;
  /** Of an array: the last index that was told; the look goes on after it. */
  readonly in_batch?: number;
};
export type CallMapLookupAndDeleteBatch = {
  /** Its name. */
  readonly name: "map_lookup_and_delete_batch";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** Flags for each element; only F_LOCK is known. */
  readonly elem_flags?: number;
  /** Flags of the call. */
  readonly flags?: number;
  /** How many there are. */
  readonly count?: number;
  /** Of an array: the last index that was told; the look goes on after it. */
  readonly in_batch?: number;
};
export type CallMapGetNextKey = {
  /** Its name. */
  readonly name: "map_get_next_key";
  /** An fd of a map. */
  readonly map_fd?: number;
  /** The key of an element. */
  readonly key?: number | {
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id: number;
  /** The hook of a cgroup: where the program is attached. */
  readonly attach_type?: AttachType;
};
  /** Bytes of the attr that the caller passes; default: all. */
  readonly attr_size?: number;
};
export type EventMessageEvent = {
  /** An event of the log. */
  readonly event: "event";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: Event. */
  readonly data: Event;
};
export type EventMessageBookmark = {
  /** An event of the log. */
  readonly event: "bookmark";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: Bookmark. */
  readonly data: Bookmark;
};
export type EventMessageHistoryChanged = {
  /** An event of the log. */
  readonly event: "history-changed";
  /** JSON: HistoryChange. */
  readonly data: HistoryChange;
};
export type SlotMessageADDED = {
  /** An event of the log. */
  readonly event: "ADDED";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id?: string;
  /** JSON: SlotChange. */
  readonly data: SlotChange;
};
export type SlotMessageCHANGED = {
  /** An event of the log. */
  readonly event: "CHANGED";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id?: string;
  /** JSON: SlotChange. */
  readonly data: SlotChange;
};
export type SlotMessageREMOVED = {
  /** An event of the log. */
  readonly event: "REMOVED";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id?: string;
  /** JSON: SlotChange. */
  readonly data: SlotChange;
};
export type SlotMessageBOOKMARK = {
  /** An event of the log. */
  readonly event: "BOOKMARK";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: StateBookmark. */
  readonly data: StateBookmark;
};
export type SlotMessageHistoryChanged = {
  /** An event of the log. */
  readonly event: "history-changed";
  /** JSON: HistoryChange. */
  readonly data: HistoryChange;
};
export type LinkMessageADDED = {
  /** An event of the log. */
  readonly event: "ADDED";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id?: string;
  /** JSON: LinkChange. */
  readonly data: LinkChange;
};
export type LinkMessageCHANGED = {
  /** An event of the log. */
  readonly event: "CHANGED";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id?: string;
  /** JSON: LinkChange. */
  readonly data: LinkChange;
};
export type LinkMessageREMOVED = {
  /** An event of the log. */
  readonly event: "REMOVED";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id?: string;
  /** JSON: LinkChange. */
  readonly data: LinkChange;
};
export type LinkMessageBOOKMARK = {
  /** An event of the log. */
  readonly event: "BOOKMARK";
  /** Send it back as Last-Event-ID, and the stream goes on after it. */
  readonly id: string;
  /** JSON: StateBookmark. */
  readonly data: StateBookmark;
};
export type LinkMessageHistoryChanged = {
  /** An event of the log. */
  readonly event: "history-changed";
  /** JSON: HistoryChange. */
  readonly data: HistoryChange;
};
export type ListChangeEntriesAdded = {
  /** What kind of change it is. */
  readonly change: "added";
  /** Its place after the change, from 0. */
  readonly place: number;
  /** What is there at the end of the span. */
  readonly is: Entry;
};
export type ListChangeEntriesRemoved = {
  /** What kind of change it is. */
  readonly change: "removed";
  /** Its place before the change, from 0. */
  readonly was_place: number;
  /** What was there at the beginning of the span. */
  readonly was: Entry;
};
export type ListChangeEntriesChanged = {
  /** What kind of change it is. */
  readonly change: "changed" | "moved";
  /** Its place before the change, from 0. */
  readonly was_place: number;
  /** Its place after the change, from 0. */
  readonly place: number;
  /** What was there at the beginning of the span. */
  readonly was: Entry;
  /** What is there at the end of the span. */
  readonly is: Entry;
};
export type ArrayChangeSlotsAdded = {
  /** What kind of change it is. */
  readonly change: "added";
  /** Its place after the change, from 0. */
  readonly place: number;
  /** What is there at the end of the span. */
  readonly is: {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
};
export type ArrayChangeSlotsRemoved = {
  /** What kind of change it is. */
  readonly change: "removed";
  /** Its place before the change, from 0. */
  readonly was_place: number;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
};
export type ArrayChangeSlotsChanged = {
  /** What kind of change it is. */
  readonly change: "changed" | "moved";
  /** Its place before the change, from 0. */
  readonly was_place: number;
  /** Its place after the change, from 0. */
  readonly place: number;
  /** What was there at the beginning of the span. */
  readonly was: {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
  /** What is there at the end of the span. */
  readonly is: {
  /** The id of a program, unique in one boot. */
  readonly prog_id: number;
  /** The id of a cgroup, unique in one boot. */
  readonly cgroup_id?: number;
  /** The id of a link, unique in one boot. */
  readonly link_id?: number;
  /** Whether it runs before what descendants attach. */
  readonly preorder?: true;
};
};

/** All operations; each throws `ServiceRefusal`, or what the network says. */
export interface LedgerOperations {
  /** The process is alive; what its storage survives */
  getHealth(): Promise<Health>;
  /** The database answers and takes writes */
  getReadiness(): Promise<Ready>;
  /** The releases, with every switch, what it means, since when, and the source */
  listReleases(given?: {
    /** Only this release: a `uname -r`, or a name of the list. */
    readonly release?: string | number;
  }): Promise<ReleaseList>;
  /** How two releases differ, in sentences */
  diffReleases(given: {
    /** The release to compare with another. */
    readonly from: string | number;
    /** The other release. */
    readonly to: string | number;
  }): Promise<ReleaseDifferences>;
  /** Events of all hosts, in the order in which they came in */
  listFleetEvents(given?: {
    /** Only hosts of this name, `*` for any part. May be given up to 20 times: any of the values. */
    readonly host?: HostPattern | readonly (HostPattern)[];
    /** Name of the call. May be given up to 20 times: any of the values. */
    readonly call?: string | number | readonly (string | number)[];
    /** Errno of the outcome; `none` for calls that succeeded. May be given up to 20 times: any of the values. */
    readonly errno?: string | number | readonly (string | number)[];
    /** Rule by which the call was refused. May be given up to 20 times: any of the values. */
    readonly rule?: string | number | readonly (string | number)[];
    /** Type of an effect: `EntryRemoved`. May be given up to 20 times: any of the values. */
    readonly effect?: string | number | readonly (string | number)[];
    /** Why something ended by the event. May be given up to 20 times: any of the values. */
    readonly reason?: Reason | readonly (Reason)[];
    /** An attach type, in any spelling, that the call, an effect or the refusal names. May be given up to 20 times: any of the values. */
    readonly attach_type?: string | number | readonly (string | number)[];
    /** Process. May be given up to 20 times: any of the values. */
    readonly pid?: number | readonly (number)[];
    /** Name of the process. May be given up to 20 times: any of the values. */
    readonly comm?: string | number | readonly (string | number)[];
    /** Who sent it. May be given up to 20 times: any of the values. */
    readonly actor?: string | number | readonly (string | number)[];
    /** Boot of the host. May be given up to 20 times: any of the values. */
    readonly boot?: number | readonly (number)[];
    /** Who says so: the model, a recorder, or what a recorder said by implication. May be given up to 20 times: any of the values. */
    readonly source?: "decided" | "observed" | "inferred" | readonly ("decided" | "observed" | "inferred")[];
    /** `true`: only events in which the kernel answered otherwise than the rules. */
    readonly drift?: "true" | "false";
    /** Link that the event names. May be given up to 20 times: any of the values. */
    readonly link?: number | readonly (number)[];
    /** Map that the event names. May be given up to 20 times: any of the values. */
    readonly map?: number | readonly (number)[];
    /** Events of this time or later. */
    readonly from?: string | number;
    /** Events of this time or earlier. */
    readonly to?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** `desc`: the newest first. */
    readonly order?: "asc" | "desc";
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<HostEventPage>;
  /** Follow the events of all hosts as server-sent events */
  followFleetEvents(given?: {
    /** Only hosts of this name, `*` for any part. May be given up to 20 times: any of the values. */
    readonly host?: HostPattern | readonly (HostPattern)[];
    /** Name of the call. May be given up to 20 times: any of the values. */
    readonly call?: string | number | readonly (string | number)[];
    /** Errno of the outcome; `none` for calls that succeeded. May be given up to 20 times: any of the values. */
    readonly errno?: string | number | readonly (string | number)[];
    /** Rule by which the call was refused. May be given up to 20 times: any of the values. */
    readonly rule?: string | number | readonly (string | number)[];
    /** Type of an effect: `EntryRemoved`. May be given up to 20 times: any of the values. */
    readonly effect?: string | number | readonly (string | number)[];
    /** Why something ended by the event. May be given up to 20 times: any of the values. */
    readonly reason?: Reason | readonly (Reason)[];
    /** An attach type, in any spelling, that the call, an effect or the refusal names. May be given up to 20 times: any of the values. */
    readonly attach_type?: string | number | readonly (string | number)[];
    /** Process. May be given up to 20 times: any of the values. */
    readonly pid?: number | readonly (number)[];
    /** Name of the process. May be given up to 20 times: any of the values. */
    readonly comm?: string | number | readonly (string | number)[];
    /** Who sent it. May be given up to 20 times: any of the values. */
    readonly actor?: string | number | readonly (string | number)[];
    /** Boot of the host. May be given up to 20 times: any of the values. */
    readonly boot?: number | readonly (number)[];
    /** Who says so: the model, a recorder, or what a recorder said by implication. May be given up to 20 times: any of the values. */
    readonly source?: "decided" | "observed" | "inferred" | readonly ("decided" | "observed" | "inferred")[];
    /** `true`: only events in which the kernel answered otherwise than the rules. */
    readonly drift?: "true" | "false";
    /** Link that the event names. May be given up to 20 times: any of the values. */
    readonly link?: number | readonly (number)[];
    /** Map that the event names. May be given up to 20 times: any of the values. */
    readonly map?: number | readonly (number)[];
    /** Events of this time or later. */
    readonly from?: string | number;
    /** Events of this time or earlier. */
    readonly to?: string | number;
    /** Start after this place: the `last` of a page, or the id of a message. `now`: only what comes. Default: from the start. */
    readonly after?: string | number;
    /** The id of the last message that the client got: the stream goes on after it. */
    readonly 'last-event-id'?: string | number;
  }): AsyncGenerator<HostEventMessage>;
  /** Programs of all hosts by tag or name */
  listFleetPrograms(given?: {
    /** Tag of the program. May be given up to 20 times: any of the values. */
    readonly tag?: string | number | readonly (string | number)[];
    /** Name of the program. May be given up to 20 times: any of the values. */
    readonly name?: string | number | readonly (string | number)[];
    /** Only hosts of this name, `*` for any part. May be given up to 20 times: any of the values. */
    readonly host?: HostPattern | readonly (HostPattern)[];
    /** What was so at this time, on each host; default: now. */
    readonly at?: string | number;
    /** `true`: the answer has the number of all of them too. */
    readonly count?: "true" | "false";
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<HostProgramPage>;
  /** What most hosts run on a cgroup for an attach type, and which run something else */
  getMajority(given: {
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** The path of a cgroup; hosts without one are left out. */
    readonly cgroup: string | number;
    /** Only hosts of this name, `*` for any part. May be given up to 20 times: any of the values. */
    readonly host?: HostPattern | readonly (HostPattern)[];
    /** What was so at this time, on each host; default: now. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<Majority>;
  /** Where a program is effective: on which hosts, cgroups, attach types and slots */
  getEffectiveEverywhere(given?: {
    /** Tag of the program. May be given up to 20 times: any of the values. */
    readonly program_tag?: string | number | readonly (string | number)[];
    /** Name of the program. May be given up to 20 times: any of the values. */
    readonly program_name?: string | number | readonly (string | number)[];
    /** Any spelling that calls accept. */
    readonly attach_type?: string | number;
    /** Only on the cgroup at this path. */
    readonly cgroup?: string | number;
    /** Only hosts of this name, `*` for any part. May be given up to 20 times: any of the values. */
    readonly host?: HostPattern | readonly (HostPattern)[];
    /** What was so at this time, on each host; default: now. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<HostSlotPage>;
  /** Be told of events by a webhook */
  addRule(given: {
    readonly body: RuleRequest;
  }): Promise<MadeRule>;
  /** The rules that this token made; of an administrator of all hosts, all rules */
  listRules(): Promise<RuleList>;
  /** One rule */
  getRule(given: {
    /** The `rule_id`. */
    readonly rule: number;
  }): Promise<Rule>;
  /** Remove a rule, with the deliveries that wait */
  removeRule(given: {
    /** The `rule_id`. */
    readonly rule: number;
  }): Promise<void>;
  /** What is delivered for a rule, was, or was given up; the oldest first */
  listDeliveries(given: {
    /** The `rule_id`. */
    readonly rule: number;
    /** Only deliveries in this state. */
    readonly state?: "pending" | "delivered" | "dead";
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** The `next` of the page before. */
    readonly next?: number;
  }): Promise<DeliveryPage>;
  /** Try the deliveries again that were given up */
  retryDeliveries(given: {
    /** The `rule_id`. */
    readonly rule: number;
  }): Promise<Retried>;
  /** Hosts by name */
  listHosts(given?: {
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** `true`: the answer has the number of all of them too. */
    readonly count?: "true" | "false";
    /** Only what comes after this one: the `next` of the page before. */
    readonly after?: HostName;
    /** The `next` of the page before. */
    readonly next?: string | number;
    /** Only hosts whose names contain this text. */
    readonly search?: string | number;
  }): Promise<HostPage>;
  /** Make a host and boot it */
  createHost(given: {
    /** Sent twice, the write is done once and both get the same answer; kept 24 hours. */
    readonly 'idempotency-key'?: string | number;
    /** Only if there is no such host: else 412, and not 409. */
    readonly 'if-none-match'?: "*";
    readonly body: HostRequest;
  }): Promise<Event>;
  /** One host: its boots, and where its log stood at a moment */
  getHost(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<Host>;
  /** Boot a host again */
  rebootHost(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Sent twice, the write is done once and both get the same answer; kept 24 hours. */
    readonly 'idempotency-key'?: string | number;
    /** Write only if the head still has this ETag, else 412. */
    readonly 'if-match'?: string | number;
    readonly body: RebootRequest;
  }): Promise<Event>;
  /** Record syscalls and answer them */
  postSyscalls(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Sent twice, the write is done once and both get the same answer; kept 24 hours. */
    readonly 'idempotency-key'?: string | number;
    /** Write only if the head still has this ETag, else 412. */
    readonly 'if-match'?: string | number;
    readonly body: SyscallRequest | SightingRequest | SyscallRequests;
  }): Promise<Event | RecordedEvents>;
  /** What syscalls would do, without recording them */
  planSyscalls(given: {
    /** The name of the host. */
    readonly host: HostName;
    readonly body: SyscallRequest | SyscallRequests;
  }): Promise<Plan>;
  /** What another kernel would have answered */
  replayHost(given: {
    /** The name of the host. */
    readonly host: HostName;
    readonly body: ReplayRequest;
  }): Promise<Replay>;
  /** The direct branches of a host, by name */
  listBranches(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this one: the `next` of the page before. */
    readonly after?: HostName;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<BranchPage>;
  /** A host that shares the log of another up to a moment */
  createBranch(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Sent twice, the write is done once and both get the same answer; kept 24 hours. */
    readonly 'idempotency-key'?: string | number;
    readonly body: BranchRequest;
  }): Promise<Branch>;
  /** Hide a branch */
  dropBranch(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The name of the branch. */
    readonly name: HostName;
  }): Promise<void>;
  /** Follow the log as server-sent events */
  followEvents(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Name of the call. May be given up to 20 times: any of the values. */
    readonly call?: string | number | readonly (string | number)[];
    /** Errno of the outcome; `none` for calls that succeeded. May be given up to 20 times: any of the values. */
    readonly errno?: string | number | readonly (string | number)[];
    /** Rule by which the call was refused. May be given up to 20 times: any of the values. */
    readonly rule?: string | number | readonly (string | number)[];
    /** Type of an effect: `EntryRemoved`. May be given up to 20 times: any of the values. */
    readonly effect?: string | number | readonly (string | number)[];
    /** Why something ended by the event. May be given up to 20 times: any of the values. */
    readonly reason?: Reason | readonly (Reason)[];
    /** An attach type, in any spelling, that the call, an effect or the refusal names. May be given up to 20 times: any of the values. */
    readonly attach_type?: string | number | readonly (string | number)[];
    /** Process. May be given up to 20 times: any of the values. */
    readonly pid?: number | readonly (number)[];
    /** Name of the process. May be given up to 20 times: any of the values. */
    readonly comm?: string | number | readonly (string | number)[];
    /** Who sent it. May be given up to 20 times: any of the values. */
    readonly actor?: string | number | readonly (string | number)[];
    /** Boot of the host. May be given up to 20 times: any of the values. */
    readonly boot?: number | readonly (number)[];
    /** Who says so: the model, a recorder, or what a recorder said by implication. May be given up to 20 times: any of the values. */
    readonly source?: "decided" | "observed" | "inferred" | readonly ("decided" | "observed" | "inferred")[];
    /** `true`: only events in which the kernel answered otherwise than the rules. */
    readonly drift?: "true" | "false";
    /** Link that the event names. May be given up to 20 times: any of the values. */
    readonly link?: number | readonly (number)[];
    /** Map that the event names. May be given up to 20 times: any of the values. */
    readonly map?: number | readonly (number)[];
    /** Events that touch the program of this id: its load, attachments and links, and what ends them. May be given up to 20 times: any of the values. */
    readonly program?: number | readonly (number)[];
    /** The same of the programs with this tag. May be given up to 20 times: any of the values. */
    readonly tag?: string | number | readonly (string | number)[];
    /** The same of the programs with this name. May be given up to 20 times: any of the values. */
    readonly prog_name?: string | number | readonly (string | number)[];
    /** Events that touch the cgroup at this path, or one below it. */
    readonly cgroup?: string | number;
    /** Events of this time or later; from this position on; or from where a boot begins. */
    readonly from?: string | number;
    /** Events of this time or earlier; up to this position; or to where a boot ends. */
    readonly to?: string | number;
    /** Start after this position; default 0: from the start. */
    readonly after?: number;
    /** The id of the last message that the client got: the stream goes on after it. */
    readonly 'last-event-id'?: string | number;
  }): AsyncGenerator<EventMessage>;
  /** Pages of the log */
  listEvents(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Name of the call. May be given up to 20 times: any of the values. */
    readonly call?: string | number | readonly (string | number)[];
    /** Errno of the outcome; `none` for calls that succeeded. May be given up to 20 times: any of the values. */
    readonly errno?: string | number | readonly (string | number)[];
    /** Rule by which the call was refused. May be given up to 20 times: any of the values. */
    readonly rule?: string | number | readonly (string | number)[];
    /** Type of an effect: `EntryRemoved`. May be given up to 20 times: any of the values. */
    readonly effect?: string | number | readonly (string | number)[];
    /** Why something ended by the event. May be given up to 20 times: any of the values. */
    readonly reason?: Reason | readonly (Reason)[];
    /** An attach type, in any spelling, that the call, an effect or the refusal names. May be given up to 20 times: any of the values. */
    readonly attach_type?: string | number | readonly (string | number)[];
    /** Process. May be given up to 20 times: any of the values. */
    readonly pid?: number | readonly (number)[];
    /** Name of the process. May be given up to 20 times: any of the values. */
    readonly comm?: string | number | readonly (string | number)[];
    /** Who sent it. May be given up to 20 times: any of the values. */
    readonly actor?: string | number | readonly (string | number)[];
    /** Boot of the host. May be given up to 20 times: any of the values. */
    readonly boot?: number | readonly (number)[];
    /** Who says so: the model, a recorder, or what a recorder said by implication. May be given up to 20 times: any of the values. */
    readonly source?: "decided" | "observed" | "inferred" | readonly ("decided" | "observed" | "inferred")[];
    /** `true`: only events in which the kernel answered otherwise than the rules. */
    readonly drift?: "true" | "false";
    /** Link that the event names. May be given up to 20 times: any of the values. */
    readonly link?: number | readonly (number)[];
    /** Map that the event names. May be given up to 20 times: any of the values. */
    readonly map?: number | readonly (number)[];
    /** Events that touch the program of this id: its load, attachments and links, and what ends them. May be given up to 20 times: any of the values. */
    readonly program?: number | readonly (number)[];
    /** The same of the programs with this tag. May be given up to 20 times: any of the values. */
    readonly tag?: string | number | readonly (string | number)[];
    /** The same of the programs with this name. May be given up to 20 times: any of the values. */
    readonly prog_name?: string | number | readonly (string | number)[];
    /** Events that touch the cgroup at this path, or one below it. */
    readonly cgroup?: string | number;
    /** Events of this time or later; from this position on; or from where a boot begins. */
    readonly from?: string | number;
    /** Events of this time or earlier; up to this position; or to where a boot ends. */
    readonly to?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Events after this position. */
    readonly after?: number;
    /** `desc`: the newest first. */
    readonly order?: "asc" | "desc";
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<EventPage>;
  /** One event */
  getEvent(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The position of the event. */
    readonly position: number;
  }): Promise<Event>;
  /** The whole state at a moment */
  getState(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<State>;
  /** Living processes by pid, with their fds */
  listProcesses(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<ProcessPage>;
  /** One process: what it holds, what applies to it, and what its exit would end */
  getProcess(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The pid of the process. */
    readonly pid: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<ProcessAnswer>;
  /** The life of the pins at a path, in the boot of the moment */
  getPinHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
    /** An absolute path: at most 4096 bytes, 128 names deep. */
    readonly path: Path;
  }): Promise<History>;
  /** The lives of the cgroups at a path, in the boot of the moment */
  getCgroupsHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
    /** An absolute path: at most 4096 bytes, 128 names deep. */
    readonly path: Path;
  }): Promise<History>;
  /** The life of a link, in the boot of the moment */
  getLinkHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<History>;
  /** The life of a program, in the boot of the moment */
  getProgramHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<History>;
  /** The life of a map, in the boot of the moment */
  getMapHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<History>;
  /** The life of a cgroup, in the boot of the moment */
  getCgroupHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<History>;
  /** The life of a process, in the boot of the moment */
  getProcessHistory(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<History>;
  /** Living cgroups by id */
  listCgroups(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
    /** `true`: the answer has the number of all of them too. */
    readonly count?: "true" | "false";
    /** With `format=bpftool`: what runs on a cgroup, not what is attached to it. */
    readonly effective?: "true" | "false";
    /** With `format=bpftool`: the directory before each path; default `/sys/fs/cgroup`. */
    readonly cgroup_root?: string | number;
    /** Only the cgroup at this path. */
    readonly path?: string | number;
    /** Only the cgroup at this path and those below it. */
    readonly under?: string | number;
    /** `true`: each with its own lists. */
    readonly attached?: "true" | "false";
  }): Promise<CgroupPage>;
  /** One cgroup: its lists and what runs on it */
  getCgroup(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the cgroup. */
    readonly cgroup_id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** With `format=bpftool`: what runs on a cgroup, not what is attached to it. */
    readonly effective?: "true" | "false";
  }): Promise<CgroupAnswer>;
  /** The effective array of a cgroup for an attach type, with who put each program there */
  getEffective(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup. */
    readonly cgroup: string | Path | number;
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<EffectiveArray>;
  /** Follow the effective array of a cgroup, slot by slot */
  followEffective(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup. */
    readonly cgroup: string | Path | number;
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** The id of the last message that the client got: the stream goes on after it. */
    readonly 'last-event-id'?: string | number;
  }): AsyncGenerator<SlotMessage>;
  /** Follow the living links */
  followLinks(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the last message that the client got: the stream goes on after it. */
    readonly 'last-event-id'?: string | number;
  }): AsyncGenerator<LinkMessage>;
  /** The versions of an effective array over a span */
  getArrayTimeline(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup. */
    readonly cgroup: string | Path | number;
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** Where to begin; default: the first position. */
    readonly from?: string | number;
    /** Where to end; default: the head. */
    readonly to?: string | number;
    /** The `next` of the page before, in the place of `from`. */
    readonly next?: number;
  }): Promise<ArrayTimeline>;
  /** What happened over a span, counted in buckets of positions */
  getTimeline(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Where to begin; default: the first position. */
    readonly from?: string | number;
    /** Where to end; default: the head. */
    readonly to?: string | number;
    /** Buckets at most; a bucket has one position or more. */
    readonly buckets?: number;
  }): Promise<Timeline>;
  /** Living links by id */
  listLinks(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
    /** Only links that run the program with this id. */
    readonly prog_id?: number;
    /** The id of the cgroup. */
    readonly cgroup_id?: number;
  }): Promise<LinkPage>;
  /** One link */
  getLink(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<LinkAnswer>;
  /** Living programs by id */
  listPrograms(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<ProgramPage>;
  /** One program */
  getProgram(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<ProgramAnswer>;
  /** Living maps by id */
  listMaps(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<MapPage>;
  /** One map */
  getMap(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<MapAnswer>;
  /** The cgroup storages of a map, newest first */
  listStorages(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<StoragePageRequest>;
  /** The elements of a plain map by key */
  listElements(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The id of the object. */
    readonly id: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: a whole number. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
  }): Promise<ElementPageRequest>;
  /** Pins by path */
  listPins(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this: an absolute path. */
    readonly after?: string | number;
    /** The `next` of the page before. */
    readonly next?: string | number;
    /** Only the pin at this path. */
    readonly path?: string | number;
    /** Only pins of such objects. */
    readonly kind?: "prog" | "link" | "map";
    /** Only pins of the object with this id. */
    readonly object_id?: number;
  }): Promise<PinPage>;
  /** Become the one executor of a host's log */
  takeExecutorLease(given: {
    /** The name of the host. */
    readonly host: HostName;
    readonly body: LeaseRequest;
  }): Promise<Lease>;
  /** Report what the kernel answered, and renew the lease */
  postExecutorReports(given: {
    /** The name of the host. */
    readonly host: HostName;
    readonly body: ReportsRequest;
  }): Promise<ReportsAnswer>;
  /** Who applies the log, where, and how far */
  getExecutor(given: {
    /** The name of the host. */
    readonly host: HostName;
  }): Promise<ExecutorState>;
  /** Where a real kernel and the log disagree */
  getDrift(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this one: the `next` of the page before. */
    readonly after?: number;
    /** The `next` of the page before. */
    readonly next?: number;
  }): Promise<Drift>;
  /** Follow the drift as server-sent events */
  followDrift(given: {
    /** The name of the host. */
    readonly host: HostName;
  }): AsyncGenerator<DriftMessage>;
  /** Why a program is, or is not, effective on a cgroup */
  explain(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup. */
    readonly cgroup: string | Path | number;
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** Id of the program, in the boot of the moment. */
    readonly program: number;
    /** The moment that the answer is about; default: the head. */
    readonly at?: string | number;
  }): Promise<Explanation>;
  /** When an effective array was empty, or lacked a program */
  getGaps(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup. */
    readonly cgroup: string | Path | number;
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** Gaps of this program; default: of any program. */
    readonly program?: number;
    /** Where to begin; default: the first position. */
    readonly from?: string | number;
    /** Where to end; default: the head. */
    readonly to?: string | number;
  }): Promise<Gaps>;
  /** The first position at which a condition on an effective array holds */
  bisect(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup. */
    readonly cgroup: string | Path | number;
    /** Any spelling that calls accept. */
    readonly attach_type: string | number;
    /** lacks:PROGRAM, has:PROGRAM, empty, filled or differs:HOST. */
    readonly condition: Condition;
    /** Where to begin; default: the first position. */
    readonly from?: string | number;
    /** Where to end; default: the head. */
    readonly to?: string | number;
  }): Promise<Bisection>;
  /** What changed between two moments, or differs between a branch and its origin */
  getDiff(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Where to begin; default: the first position. */
    readonly from?: string | number;
    /** Where to end; default: the head. */
    readonly to?: string | number;
    /** A host that shares a part of its log with this one, such as the origin of a branch: the difference from that host at `from` (default: its head) to this host at `to`. */
    readonly against?: string | number;
  }): Promise<Diff>;
  /** Signed checkpoints of a log */
  listCheckpoints(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Rows of the page, at most. */
    readonly limit?: number;
    /** Only what comes after this one: the `next` of the page before. */
    readonly after?: number;
    /** The `next` of the page before. */
    readonly next?: number;
  }): Promise<CheckpointPage>;
  /** Sign the head of the log */
  signCheckpoint(given: {
    /** The name of the host. */
    readonly host: HostName;
  }): Promise<Checkpoint>;
  /** The public keys that signed checkpoints here (Ed25519) */
  listKeys(): Promise<KeyList>;
  /** Whether the log, the projections and the rules agree */
  verifyHost(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Earlier heads of the log that you kept: `POSITION:HASH`, separated by commas. */
    readonly kept?: string | number;
  }): Promise<Verification>;
  /** The log as NDJSON, CSV, audit records, or a bundle */
  exportLog(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Name of the call. May be given up to 20 times: any of the values. */
    readonly call?: string | number | readonly (string | number)[];
    /** Errno of the outcome; `none` for calls that succeeded. May be given up to 20 times: any of the values. */
    readonly errno?: string | number | readonly (string | number)[];
    /** Rule by which the call was refused. May be given up to 20 times: any of the values. */
    readonly rule?: string | number | readonly (string | number)[];
    /** Type of an effect: `EntryRemoved`. May be given up to 20 times: any of the values. */
    readonly effect?: string | number | readonly (string | number)[];
    /** Why something ended by the event. May be given up to 20 times: any of the values. */
    readonly reason?: Reason | readonly (Reason)[];
    /** An attach type, in any spelling, that the call, an effect or the refusal names. May be given up to 20 times: any of the values. */
    readonly attach_type?: string | number | readonly (string | number)[];
    /** Process. May be given up to 20 times: any of the values. */
    readonly pid?: number | readonly (number)[];
    /** Name of the process. May be given up to 20 times: any of the values. */
    readonly comm?: string | number | readonly (string | number)[];
    /** Who sent it. May be given up to 20 times: any of the values. */
    readonly actor?: string | number | readonly (string | number)[];
    /** Boot of the host. May be given up to 20 times: any of the values. */
    readonly boot?: number | readonly (number)[];
    /** Who says so: the model, a recorder, or what a recorder said by implication. May be given up to 20 times: any of the values. */
    readonly source?: "decided" | "observed" | "inferred" | readonly ("decided" | "observed" | "inferred")[];
    /** `true`: only events in which the kernel answered otherwise than the rules. */
    readonly drift?: "true" | "false";
    /** Link that the event names. May be given up to 20 times: any of the values. */
    readonly link?: number | readonly (number)[];
    /** Map that the event names. May be given up to 20 times: any of the values. */
    readonly map?: number | readonly (number)[];
    /** Events that touch the program of this id: its load, attachments and links, and what ends them. May be given up to 20 times: any of the values. */
    readonly program?: number | readonly (number)[];
    /** The same of the programs with this tag. May be given up to 20 times: any of the values. */
    readonly tag?: string | number | readonly (string | number)[];
    /** The same of the programs with this name. May be given up to 20 times: any of the values. */
    readonly prog_name?: string | number | readonly (string | number)[];
    /** Events that touch the cgroup at this path, or one below it. */
    readonly cgroup?: string | number;
    /** Events of this time or later; from this position on; or from where a boot begins. */
    readonly from?: string | number;
    /** Events of this time or earlier; up to this position; or to where a boot ends. */
    readonly to?: string | number;
    /** The form of the lines; `bundle`: the whole log with its proofs. */
    readonly format?: "ndjson" | "csv" | "audit" | "bundle";
    /** Events after this position. */
    readonly after?: number;
  }): AsyncGenerator<string>;
  /** Import an exported log as a new host */
  importBundle(given: {
    /** Name of the new host; default: the name in the bundle. */
    readonly host?: string | number;
    readonly body: string | Uint8Array;
  }): Promise<ImportedBundle>;
  /** Import a recording of strace */
  importRecording(given: {
    /** The name of the host. */
    readonly host: HostName;
    /** Of a host that is made; default: what is recorded. Of another host: the one that it runs. */
    readonly release?: string | number;
    /** Default: as the recording looks. */
    readonly cgroup_mount?: string | number;
    /** Default: `/sys/fs/bpf`. */
    readonly bpffs_mount?: string | number;
    /** Sent twice, the write is done once and both get the same answer; kept 24 hours. */
    readonly 'idempotency-key'?: string | number;
    readonly body: string | Uint8Array;
  }): AsyncGenerator<ImportProgress | ImportedRecording>;
}

export const OPERATIONS = {
  getHealth: { method: 'GET', path: '/healthz', query: [], headers: [], form: 'json' },
  getReadiness: { method: 'GET', path: '/readyz', query: [], headers: [], form: 'json' },
  listReleases: { method: 'GET', path: '/v1/releases', query: ["release"], headers: [], form: 'json' },
  diffReleases: { method: 'GET', path: '/v1/releases/diff', query: ["from","to"], headers: [], form: 'json' },
  listFleetEvents: { method: 'GET', path: '/v1/events', query: ["host","call","errno","rule","effect","reason","attach_type","pid","comm","actor","boot","source","drift","link","map","from","to","limit","order","next"], headers: [], form: 'json' },
  followFleetEvents: { method: 'GET', path: '/v1/events/stream', query: ["host","call","errno","rule","effect","reason","attach_type","pid","comm","actor","boot","source","drift","link","map","from","to","after"], headers: ["last-event-id"], form: 'messages' },
  listFleetPrograms: { method: 'GET', path: '/v1/programs', query: ["tag","name","host","at","count","limit","next"], headers: [], form: 'json' },
  getMajority: { method: 'GET', path: '/v1/effective/majority', query: ["attach_type","cgroup","host","at","limit","next"], headers: [], form: 'json' },
  getEffectiveEverywhere: { method: 'GET', path: '/v1/effective', query: ["program_tag","program_name","attach_type","cgroup","host","at","limit","next"], headers: [], form: 'json' },
  addRule: { method: 'POST', path: '/v1/rules', query: [], headers: [], form: 'json', body: 'application/json' },
  listRules: { method: 'GET', path: '/v1/rules', query: [], headers: [], form: 'json' },
  getRule: { method: 'GET', path: '/v1/rules/{rule}', query: [], headers: [], form: 'json' },
  removeRule: { method: 'DELETE', path: '/v1/rules/{rule}', query: [], headers: [], form: 'none' },
  listDeliveries: { method: 'GET', path: '/v1/rules/{rule}/deliveries', query: ["state","limit","next"], headers: [], form: 'json' },
  retryDeliveries: { method: 'POST', path: '/v1/rules/{rule}/deliveries/retry', query: [], headers: [], form: 'json' },
  listHosts: { method: 'GET', path: '/v1/hosts', query: ["limit","count","after","next","search"], headers: [], form: 'json' },
  createHost: { method: 'POST', path: '/v1/hosts', query: [], headers: ["idempotency-key","if-none-match"], form: 'json', body: 'application/json' },
  getHost: { method: 'GET', path: '/v1/hosts/{host}', query: ["at"], headers: [], form: 'json' },
  rebootHost: { method: 'POST', path: '/v1/hosts/{host}/reboot', query: [], headers: ["idempotency-key","if-match"], form: 'json', body: 'application/json' },
  postSyscalls: { method: 'POST', path: '/v1/hosts/{host}/syscalls', query: [], headers: ["idempotency-key","if-match"], form: 'json', body: 'application/json' },
  planSyscalls: { method: 'POST', path: '/v1/hosts/{host}/plan', query: [], headers: [], form: 'json', body: 'application/json' },
  replayHost: { method: 'POST', path: '/v1/hosts/{host}/replays', query: [], headers: [], form: 'json', body: 'application/json' },
  listBranches: { method: 'GET', path: '/v1/hosts/{host}/branches', query: ["limit","after","next"], headers: [], form: 'json' },
  createBranch: { method: 'POST', path: '/v1/hosts/{host}/branches', query: [], headers: ["idempotency-key"], form: 'json', body: 'application/json' },
  dropBranch: { method: 'DELETE', path: '/v1/hosts/{host}/branches/{name}', query: [], headers: [], form: 'none' },
  followEvents: { method: 'GET', path: '/v1/hosts/{host}/events/stream', query: ["call","errno","rule","effect","reason","attach_type","pid","comm","actor","boot","source","drift","link","map","program","tag","prog_name","cgroup","from","to","after"], headers: ["last-event-id"], form: 'messages' },
  listEvents: { method: 'GET', path: '/v1/hosts/{host}/events', query: ["at","call","errno","rule","effect","reason","attach_type","pid","comm","actor","boot","source","drift","link","map","program","tag","prog_name","cgroup","from","to","limit","after","order","next"], headers: [], form: 'json' },
  getEvent: { method: 'GET', path: '/v1/hosts/{host}/events/{position}', query: [], headers: [], form: 'json' },
  getState: { method: 'GET', path: '/v1/hosts/{host}/state', query: ["at"], headers: [], form: 'json' },
  listProcesses: { method: 'GET', path: '/v1/hosts/{host}/processes', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getProcess: { method: 'GET', path: '/v1/hosts/{host}/processes/{pid}', query: ["at"], headers: [], form: 'json' },
  getPinHistory: { method: 'GET', path: '/v1/hosts/{host}/pins/history', query: ["at","limit","after","next","path"], headers: [], form: 'json' },
  getCgroupsHistory: { method: 'GET', path: '/v1/hosts/{host}/cgroups/history', query: ["at","limit","after","next","path"], headers: [], form: 'json' },
  getLinkHistory: { method: 'GET', path: '/v1/hosts/{host}/links/{id}/history', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getProgramHistory: { method: 'GET', path: '/v1/hosts/{host}/programs/{id}/history', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getMapHistory: { method: 'GET', path: '/v1/hosts/{host}/maps/{id}/history', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getCgroupHistory: { method: 'GET', path: '/v1/hosts/{host}/cgroups/{id}/history', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getProcessHistory: { method: 'GET', path: '/v1/hosts/{host}/processes/{id}/history', query: ["at","limit","after","next"], headers: [], form: 'json' },
  listCgroups: { method: 'GET', path: '/v1/hosts/{host}/cgroups', query: ["at","limit","after","next","count","effective","cgroup_root","path","under","attached"], headers: [], form: 'json' },
  getCgroup: { method: 'GET', path: '/v1/hosts/{host}/cgroups/{cgroup_id}', query: ["at","effective"], headers: [], form: 'json' },
  getEffective: { method: 'GET', path: '/v1/hosts/{host}/effective', query: ["cgroup","attach_type","at"], headers: [], form: 'json' },
  followEffective: { method: 'GET', path: '/v1/hosts/{host}/effective/stream', query: ["cgroup","attach_type"], headers: ["last-event-id"], form: 'messages' },
  followLinks: { method: 'GET', path: '/v1/hosts/{host}/links/stream', query: [], headers: ["last-event-id"], form: 'messages' },
  getArrayTimeline: { method: 'GET', path: '/v1/hosts/{host}/effective/timeline', query: ["cgroup","attach_type","from","to","next"], headers: [], form: 'json' },
  getTimeline: { method: 'GET', path: '/v1/hosts/{host}/timeline', query: ["from","to","buckets"], headers: [], form: 'json' },
  listLinks: { method: 'GET', path: '/v1/hosts/{host}/links', query: ["at","limit","after","next","prog_id","cgroup_id"], headers: [], form: 'json' },
  getLink: { method: 'GET', path: '/v1/hosts/{host}/links/{id}', query: ["at"], headers: [], form: 'json' },
  listPrograms: { method: 'GET', path: '/v1/hosts/{host}/programs', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getProgram: { method: 'GET', path: '/v1/hosts/{host}/programs/{id}', query: ["at"], headers: [], form: 'json' },
  listMaps: { method: 'GET', path: '/v1/hosts/{host}/maps', query: ["at","limit","after","next"], headers: [], form: 'json' },
  getMap: { method: 'GET', path: '/v1/hosts/{host}/maps/{id}', query: ["at"], headers: [], form: 'json' },
  listStorages: { method: 'GET', path: '/v1/hosts/{host}/maps/{id}/storages', query: ["at","limit","after","next"], headers: [], form: 'json' },
  listElements: { method: 'GET', path: '/v1/hosts/{host}/maps/{id}/elements', query: ["at","limit","after","next"], headers: [], form: 'json' },
  listPins: { method: 'GET', path: '/v1/hosts/{host}/pins', query: ["at","limit","after","next","path","kind","object_id"], headers: [], form: 'json' },
  takeExecutorLease: { method: 'POST', path: '/v1/hosts/{host}/executor/lease', query: [], headers: [], form: 'json', body: 'application/json' },
  postExecutorReports: { method: 'POST', path: '/v1/hosts/{host}/executor/reports', query: [], headers: [], form: 'json', body: 'application/json' },
  getExecutor: { method: 'GET', path: '/v1/hosts/{host}/executor', query: [], headers: [], form: 'json' },
  getDrift: { method: 'GET', path: '/v1/hosts/{host}/drift', query: ["limit","after","next"], headers: [], form: 'json' },
  followDrift: { method: 'GET', path: '/v1/hosts/{host}/drift/stream', query: [], headers: [], form: 'messages' },
  explain: { method: 'GET', path: '/v1/hosts/{host}/explain', query: ["cgroup","attach_type","program","at"], headers: [], form: 'json' },
  getGaps: { method: 'GET', path: '/v1/hosts/{host}/gaps', query: ["cgroup","attach_type","program","from","to"], headers: [], form: 'json' },
  bisect: { method: 'GET', path: '/v1/hosts/{host}/bisect', query: ["cgroup","attach_type","condition","from","to"], headers: [], form: 'json' },
  getDiff: { method: 'GET', path: '/v1/hosts/{host}/diff', query: ["from","to","against"], headers: [], form: 'json' },
  listCheckpoints: { method: 'GET', path: '/v1/hosts/{host}/checkpoints', query: ["limit","after","next"], headers: [], form: 'json' },
  signCheckpoint: { method: 'POST', path: '/v1/hosts/{host}/checkpoints', query: [], headers: [], form: 'json' },
  listKeys: { method: 'GET', path: '/v1/keys', query: [], headers: [], form: 'json' },
  verifyHost: { method: 'GET', path: '/v1/hosts/{host}/verify', query: ["kept"], headers: [], form: 'json' },
  exportLog: { method: 'GET', path: '/v1/hosts/{host}/export', query: ["call","errno","rule","effect","reason","attach_type","pid","comm","actor","boot","source","drift","link","map","program","tag","prog_name","cgroup","from","to","format","after"], headers: [], form: 'text' },
  importBundle: { method: 'POST', path: '/v1/bundles', query: ["host"], headers: [], form: 'json', body: 'application/vnd.bpfledger.bundle+ndjson' },
  importRecording: { method: 'POST', path: '/v1/hosts/{host}/import', query: ["release","cgroup_mount","bpffs_mount"], headers: ["idempotency-key"], form: 'lines', body: 'text/plain' },
} as const;
