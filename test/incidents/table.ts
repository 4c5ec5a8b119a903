// Each recorded incident, the one command of ours that answers its question, and what the command
// says. Names are filled in by `fillIn`; `…` stands for anything, also for several lines.

export interface AnsweredIncident {
  readonly incident: string;
  /** Without `bpfledger`. */
  readonly command: string;
  /** In the order in which they are said. */
  readonly says: readonly string[];
}

const POD_GPU = '/kubepods.slice/kubepods-pod3b2.slice/cri-containerd-a1.scope';
const DOCKER = '/system.slice/docker-4f1c9e.scope';

export const ANSWERS: readonly AnsweredIncident[] = [
  {
    incident: 'agent-detaches-foreign-programs',
    command: 'history HOST cgroup /',
    says: [
      '{step:18} at … by cilium-agent-ne[{pid:cilium-agent-new}] prog_detach',
      'program {prog:meter_connect} (meter_connect) removed from cgroup 1 (/)',
      '{step:19} at … refused with ENOENT: program {prog:fw_connect} (fw_connect) is not attached directly',
      '{step:24} at … by meterd[{pid:meterd}] prog_detach … refused with ENOENT',
    ],
  },
  {
    incident: 'attach-failure-reported-as-success',
    command: 'history HOST cgroup /',
    says: [
      '{step:4} at … program {prog:ctlb_v4_old} … for cgroup_inet4_connect at place 0 (none)',
      '{step:10} at … refused with EPERM: / already holds exclusive entries for cgroup_inet4_connect',
      '{step:11} at … refused with EINVAL: … was loaded for cgroup_inet4_connect, which does not fit cgroup_inet6_connect',
      '{step:12} at … link_create … attached to cgroup 1 (/) for cgroup_udp4_sendmsg',
    ],
  },
  {
    incident: 'attach-order-inversion-on-upgrade',
    command: 'history HOST cgroup /kubepods.slice',
    says: [
      '{step:16} at … cilium-agent-ne[{pid:cilium-agent-new}] prog_detach … program {prog:lb_v1}',
      '{step:17} at … program {prog:lb_v2} … at place 1 (multi)',
      '{step:20} at … program {prog:flow_obs} … at place 1 (multi)',
      '{step:23} at … replaced program {prog:lb_v2}',
    ],
  },
  {
    incident: 'attach-without-flags-replaces',
    command: 'who-removed HOST /kubepods egress --around {step:5}',
    says: [
      '{step:5} at …: sensor[{pid:sensor}] prog_attach … took program {prog:policy_a} policy_a',
      'was replaced at {step:5}',
      'back at {step:11}',
    ],
  },
  {
    incident: 'attached-but-the-pin-is-missing',
    command: 'history HOST program {prog:sock_sendmsg4}',
    says: [
      '{step:3} at … pinned at /globals/cgroups_sendmsg4',
      '{step:7} at … bpftool[{pid:bpftool}] prog_attach … attached to cgroup 1 (/)',
      '{step:9} at … unlink … pin /globals/cgroups_sendmsg4 removed',
      '{step:14} at … it was detached by prog_detach',
      '{step:15} at … freed',
    ],
  },
  {
    incident: 'attached-to-the-agents-own-cgroup',
    command:
      'explain HOST --cgroup /kubepods/pod-web --type cgroup_inet4_connect --program {prog:sock_connect4} --at {step:11}',
    says: [
      'is not effective on /kubepods/pod-web',
      'nobody attached it to this cgroup or to one above it; it is attached on /kubepods/pod-cilium/agent',
    ],
  },
  {
    incident: 'cgroups-leak-with-their-programs',
    command: 'events list HOST --cgroup /teleport',
    says: [
      '{step:26}  … EntryRemoved … prog_id={prog:rec_1} … ProgFreed prog_id={prog:rec_1} reason=cgroup_removed',
      '{step:28}  … rmdir(path=/teleport/run-2) = EBUSY … live processes 1, child cgroups 0',
      '{step:30}  … rmdir(path=/teleport/run-3) = EBUSY … live processes 0, child cgroups 1',
      '{step:32}  … ProgFreed prog_id={prog:rec_2} reason=cgroup_removed',
      '{step:34}  … rmdir(path=/teleport/run-3/sub) … ProgFreed prog_id={prog:rec_3}',
    ],
  },
  {
    incident: 'closer-detaches-with-flags',
    command: 'history HOST cgroup /kubepods.slice/pod-9c.slice/cri-app.scope',
    says: [
      '{step:5} at … program {prog:dev_1} … at place 0 (multi)',
      '{step:7} at … program {prog:dev_2} … at place 1 (multi)',
      '{step:9} at … prog_detach … refused with EINVAL: attach_flags',
      '{step:11} at … program {prog:dev_1} … removed from',
    ],
  },
  {
    incident: 'ctlb-stops-at-every-restart',
    command: 'gaps HOST --cgroup / --type cgroup_inet4_connect --from {step:6}',
    says: [
      'gaps: 2',
      'opened by {step:7} at … exit (local)',
      'closed by {step:11} at … link_create (local)',
      'opened by {step:24} at … by init[1] unlink (local)',
      'still open',
    ],
  },
  {
    incident: 'daemon-reload-gap',
    command:
      'gaps HOST --cgroup /system.slice/sshd.service,/system.slice/backup.service --type cgroup_device --from {step:13}',
    says: [
      '/system.slice/sshd.service for cgroup_device, … gaps: 1',
      'opened by {step:14} at … by systemd[{pid:systemd}] prog_detach',
      'closed by {step:21} at … by systemd[{pid:systemd}] prog_attach',
      '/system.slice/backup.service for cgroup_device, … gaps: 1',
      'opened by {step:15} at … by systemd[{pid:systemd}] prog_detach',
      'closed by {step:23} at … by systemd[{pid:systemd}] prog_attach',
    ],
  },
  {
    incident: 'device-filter-lands-on-the-session',
    command: 'history HOST cgroup /user.slice/session-2.scope',
    says: [
      '{step:4} at … snap-confine-1[{pid:snap-confine-1}] prog_attach',
      '{step:9} at … snap-confine-2[{pid:snap-confine-2}] prog_attach … (snap_editor) replaced program {prog:dev_player} (snap_player) … freed: another program replaced it',
      '{step:13} at … operator[{pid:operator}] prog_detach … (snap_editor) removed from',
    ],
  },
  {
    incident: 'device-prog-leak-e2big',
    command: `history HOST cgroup ${DOCKER}`,
    says: [
      '{step:4} at … kubelet … at place 0 (multi)',
      '{step:6} at … kubelet … at place 1 (multi)',
      '{step:130} at … at place 63 (multi)',
      '{step:132} at … refused with E2BIG: … already has 64 entries',
      '{step:134} at … refused with E2BIG',
      '{step:136} at … prog_detach … removed from',
      '{step:137} at … replaced program',
    ],
  },
  {
    incident: 'exclusive-parent-blocks-subtree',
    command: 'history HOST cgroup /system.slice/sshd.service',
    says: [
      '{step:11} at … refused with EPERM: / has a program attached without override or multi, … (cni_egress)',
      '{step:12} at … removed from … its cgroup was removed',
      '{step:15} at … by systemd[{pid:systemd}] … refused with EPERM: / has a program attached … program {prog:cni_egress} (cni_egress)',
      '{step:26} at … attached to cgroup 4 (/system.slice/sshd.service)',
    ],
  },
  {
    incident: 'feature-probe-misread',
    command: 'events list HOST --after 1',
    says: [
      '{step:4}  … runc[{pid:runc}] prog_attach(… flags=["multi","replace"] … = EBADF',
      '{step:7}  … runc[{pid:runc}] link_create(… = EBADF',
      '{step:8}  … runc[{pid:runc}] prog_attach(… flags=["multi","before"] … = EBADF',
      '{step:10}  … prog_load(… expected_attach_type=cgroup_unix_connect … ProgLoaded',
      '{step:16}  … gpu-agent[{pid:gpu-agent}] link_create(… flags=["multi"] … = EINVAL (flags-unknown',
      '{step:17}  … gpu-agent[{pid:gpu-agent}] prog_attach(… EntryInserted',
      '{step:20}  … prog_query(… query={"prog_cnt":1',
    ],
  },
  {
    incident: 'flag-errors',
    command: 'history HOST process {pid:ratelimitd}',
    says: [
      '{step:6} at … refused with ENOENT: program {prog:rl_v1} (rl_v1), which the call replaces, is not attached',
      '{step:7} at … refused with EINVAL: override and multi exclude each other',
      '{step:8} at … refused with EINVAL: replace needs multi',
      '{step:9} at … link_create … refused with EINVAL: flags 2 are unknown',
      '{step:10} at … refused with ENOENT: nothing is attached',
      '{step:11} at … link_update … refused with EINVAL: … not a link',
      '{step:14} at … refused with EINVAL: program {prog:rl_v1} (rl_v1) is already attached',
    ],
  },
  {
    incident: 'gpu-rule-lost-on-container-update',
    command: `history HOST cgroup ${POD_GPU}`,
    says: [
      '{step:34} at … by runc-update[{pid:runc-update}] prog_attach … program {prog:dev_update} … attached',
      '{step:35} at … by runc-update[{pid:runc-update}] … program {prog:dev_gpu} (dev_gpu) removed from',
      '{step:36} at … by runc-update[{pid:runc-update}] … program {prog:sd_gpu} (sd_gpu) removed from',
    ],
  },
  {
    incident: 'hotplug-drops-passthrough-devices',
    command:
      'who-removed HOST /kubepods.slice/pod-vm7.slice/cri-launcher.scope device --around {step:10}',
    says: [
      '{step:10} at …: virt-handler[{pid:virt-handler}] prog_attach … took program {prog:runc_dev} runc_devices',
      'attached at {step:5} by runc',
      'it did not come back',
    ],
  },
  {
    incident: 'legacy-attach-survives-its-process',
    command: 'history HOST cgroup /system.slice/acct.slice',
    says: [
      '{step:4} at … program {prog:acct_1} (acct_egress) attached … at place 0 (multi)',
      '{step:9} at … program {prog:acct_2} (acct_egress) attached … at place 1 (multi)',
      'program {prog:acct_3} (acct_egress) attached … at place 2 (multi)',
      '{step:26} at … by acctd-link[{pid:acctd-link}] exit … link … freed: the process that held it exited',
    ],
  },
  {
    incident: 'link-and-legacy-flag-mix',
    command: 'history HOST cgroup /system.slice/proxy.service',
    says: [
      '{step:7} at … link_create … (multi)',
      '{step:8} at … refused with EPERM: … already holds multi entries … exclusive (no flags) does not match',
      '{step:9} at … refused with EPERM: … already holds multi entries … override does not match',
      '{step:10} at … attached … (multi)',
      '{step:16} at … close … freed: its last fd was closed',
      '{step:18} at … prog_detach … removed from',
      '{step:20} at … attached … at place 0 (none)',
    ],
  },
  {
    incident: 'link-create-takes-no-mode',
    command: 'history HOST process {pid:aya-app}',
    says: [
      '{step:4} at … link_create … refused with EINVAL: flags 1 are unknown',
      '{step:5} at … link_create … refused with EINVAL: flags 2 are unknown',
      '{step:6} at … link {link:dev_link} attached … at place 0 (multi)',
      '{step:8} at … refused with EPERM: … already holds multi entries',
      '{step:9} at … at place 1 (multi)',
    ],
  },
  {
    incident: 'link-not-removable-by-prog-detach',
    command: 'history HOST program {prog:cil_sock4_v1}',
    says: [
      '{step:7} at … by bpf-exporter[{pid:bpf-exporter}] link_get_fd_by_id … opened on link {link:ctlb_link}',
      '{step:11} at … unlink … pin … removed',
      '{step:14} at … refused with ENOENT: … is not attached directly',
      '{step:15} at … refused with ENOENT',
      '{step:17} at … refused with ENOENT',
      '{step:23} at … link_detach … removed from',
    ],
  },
  {
    incident: 'links-pinned-on-a-dying-cgroup',
    command: 'history HOST link {link:link_connect}',
    says: [
      '{step:4} at … link {link:link_connect} attached to cgroup … (/init/bootstrap)',
      '{step:5} at … pinned at /cil_connect',
      '{step:11} at … updated from program {prog:connect_1} … to program {prog:connect_2}',
      '{step:14} at … rmdir … link {link:link_connect} lost its cgroup',
      '{step:18} at … refused with ENOLINK',
    ],
  },
  {
    incident: 'mount-hides-the-pins',
    command: 'events list HOST --after {step:6}',
    says: [
      '{step:7}  … mount(path=/apps)',
      '{step:12}  … obj_get(path=/apps/count) = ENOENT',
      '{step:14}  … LinkCreated … link_id={link:count_link_2}',
      '{step:19}  … umount(path=/apps)',
      '{step:20}  … obj_get(path=/apps/count) = ',
    ],
  },
  {
    incident: 'no-error-no-effect',
    command: 'gaps HOST --cgroup /user.slice/user-1000.slice --type egress',
    says: [
      'closed by {step:6} at … by loader-1',
      'opened by {step:7} at … by loader-1[{pid:loader-1}] close',
      'closed by {step:11} at … by loader-2',
      'opened by {step:13} at … by loader-2[{pid:loader-2}] exit',
      'closed by {step:16} at … by loader-3',
    ],
  },
  {
    incident: 'ordering-before-preorder-revision',
    command: 'events list HOST --cgroup /kubepods.slice/pod-pay',
    says: [
      '{step:14}  … edge[{pid:edge}] link_create … index=0',
      '{step:18}  … ESTALE (… expected_revision is 1, but the list is at revision 3)',
      '{step:19}  … late[{pid:late}] link_create … LinkCreated',
      '{step:20}  … "prog_ids":[{prog:audit_root},{prog:edge_fw},{prog:rate_limit},{prog:late_obs},{prog:root_lb}]',
    ],
  },
  {
    incident: 'override-child-replaces-parent-verdict',
    command:
      'gaps HOST --cgroup /system.slice/ntp.service --type egress --program {prog:slice_deny} --from {step:6}',
    says: [
      'gaps of program {prog:slice_deny}: 2',
      'opened by {step:7} at … by systemd',
      'closed by {step:10} at … prog_detach',
      'opened by {step:12} at … prog_attach',
      'closed by {step:17} at … prog_attach',
    ],
  },
  {
    incident: 'pinned-link-outlives-its-cgroup',
    command: 'events list HOST --after 1',
    says: [
      '{step:12}  … rmdir(path=/kubelet.slice/node-1) … LinkSevered link_id={link:ctlb_v4} reason=cgroup_removed',
      '{step:14}  … prog_query(… "prog_cnt":0',
      '{step:20}  … LinkUpdated link_id={link:ctlb_v6}',
      '{step:21}  … ENOLINK (link-defunct: link {link:ctlb_v4} has lost its cgroup)',
      '{step:22}  … "cgroup_id":0,"id":{link:ctlb_v4}',
      '{step:29}  … LinkUpdated link_id={link:ctlb_v6}',
      '{step:30}  … ENOLINK',
      '{step:36}  … LinkCreated',
    ],
  },
  {
    incident: 'pins-go-with-the-mount',
    command: 'gaps HOST --cgroup / --type cgroup_inet4_connect --from {step:4}',
    says: [
      'gaps: 1',
      'opened by {step:8} at … umount (local)',
      'closed by {step:14} at … agent-2[{pid:agent-2}] link_create',
    ],
  },
  {
    incident: 'query-writes-past-attr',
    command: `events list HOST --call prog_query --cgroup ${DOCKER}`,
    says: [
      '{step:9}  … = 0 … "revision":3}',
      '{step:10}  … attr_size=48) = 0 query={"prog_cnt":2,"prog_ids":[5001,5002],"attach_flags":2}',
    ],
  },
  {
    incident: 'reexec-drops-filters',
    command: 'history HOST process {pid:systemd}',
    says: [
      '{step:10} at … exec … link {link:ri_egress_1} … freed: exec closed the fd that held it … link {link:ri_ingress_1} … freed: exec closed the fd that held it',
      '{step:16} at … link_create … for cgroup_inet_egress',
      '{step:17} at … link_create … for cgroup_inet_ingress',
      '{step:19} at … dup … duplicated',
      '{step:20} at … dup … duplicated',
      '{step:21} at … exec (local)\n   executed systemd\n',
    ],
  },
  {
    incident: 'reloaded-but-hooks-run-old-programs',
    command: 'events list HOST --after 1',
    says: [
      '{step:17}  … rename(path=/np/prog_in_new, to=/np/prog_in)',
      '{step:19}  … rename(path=/np/prog_eg_new, to=/np/prog_eg)',
      '{step:21}  … "prog_ids":[{prog:np_in_v1}]',
      '{step:22}  … "prog_ids":[{prog:np_eg_v1}]',
      '{step:30}  … LinkUpdated … prog_id={prog:np_in_v2}',
      '{step:32}  … LinkUpdated … prog_id={prog:np_eg_v2}',
    ],
  },
  {
    incident: 'replace-flag-lost-appends-silently',
    command: 'history HOST cgroup /kubepods.slice/kubepods-besteffort.slice',
    says: [
      '{step:7} at … at place 1 (multi); replace_bpf_fd names program {prog:v1} (egress_v1), but the kernel ignores it without the flag replace',
      '{step:11} at … at place 2 (multi); replace_bpf_fd names program {prog:v2}',
      '{step:17} at … replaced program {prog:v3}',
    ],
  },
  {
    incident: 'same-program-three-ways',
    command: 'history HOST cgroup /system.slice/watchdog.service',
    says: [
      '{step:5} at … prog_attach … attached',
      '{step:7} at … link {link:wd_link_1} attached',
      '{step:9} at … link {link:wd_link_2} attached',
      '{step:11} at … prog_detach … program … removed from … it was detached by prog_detach',
      '{step:13} at … refused with ENOENT',
      '{step:14} at … link {link:wd_link_1} … freed',
      '{step:17} at … link {link:wd_link_2} … freed',
    ],
  },
  {
    incident: 'start-order-decides-who-runs-first',
    command: 'diff HOST --from {step:8} --to {step:19}',
    says: [
      '~ /node-a for cgroup_sock_ops … [{step:9}, {step:11}]',
      '+ program 5001 (cil_sockops_a) by link 5001 at place 0',
      '~ /node-b for cgroup_sock_ops … [{step:13}, {step:15}, {step:18}, {step:19}]',
      '+ program 5004 (cil_sockops_b) by link 5005 at place 0',
      '{step:9} at … by cilium-a … link_create',
      '{step:13} at … by beyla-b … link_create',
    ],
  },
  {
    incident: 'tree-walk-unknown-type',
    command: 'history HOST process {pid:bpftool}',
    says: [
      '{step:11} at … found no program for cgroup_unix_connect',
      '{step:12} at … refused with EINVAL: a query of lsm_cgroup needs a prog_attach_flags buffer',
      '{step:14} at … refused with EINVAL: this command does not take attach type 4242',
      '{step:15} at … (svc_connect) for cgroup_inet4_connect',
      '{step:16} at … (svc_egress) for cgroup_inet_egress',
    ],
  },
  {
    incident: 'tree-walk-vanished-cgroup',
    command: 'history HOST process {pid:bpftool}',
    says: [
      '{step:11} at … open_cgroup',
      '{step:16} at … refused with ENOENT: the target fd 4 is the directory of cgroup 4, which was removed',
      '{step:23} at … found program {prog:web_ingress} (web_ingress)',
      '{step:25} at … refused with ENOENT',
    ],
  },
  {
    incident: 'two-updaters-race-on-replace',
    command: `history HOST cgroup ${DOCKER}`,
    says: [
      '{step:16} at … runc-update-a … program {prog:dev_a} … replaced program {prog:dev_v0}',
      '{step:17} at … runc-update-b … refused with ENOENT: program {prog:dev_v0} …, which the call replaces, is not attached',
      '{step:18} at … runc-update-b … program {prog:dev_b} … attached',
      '{step:32} at … runc-update-c … program {prog:sd_devices} (sd_devices) removed from',
      '{step:37} at … systemd … attached',
      '{step:40} at … refused with ESTALE: expected_revision is 5',
      '{step:41} at … refused with ENOENT',
    ],
  },
  {
    incident: 'unnamed-programs',
    command: `blame HOST --cgroup ${DOCKER} --type cgroup_device`,
    says: [
      'program {prog:d1} (sd_devices)\n   attached at {step:5} at … by systemd[{pid:systemd}]',
      'program {prog:d3} (without a name)\n   attached at {step:14} at … by security-agent[{pid:security-agent}]',
      'program {prog:d2} (without a name)\n   attached at {step:9} at … by runc[{pid:runc}]',
    ],
  },
  {
    incident: 'wrong-directory-fd',
    command: 'history HOST process {pid:cilium-agent}',
    says: [
      '{step:5} at … link_create … refused with EBADF: … not a cgroup v2 directory',
      '{step:6} at … prog_attach … refused with EBADF',
      '{step:7} at … prog_detach … refused with EBADF',
      '{step:9} at … refused with ENOENT: there is no cgroup',
      '{step:15} at … open_cgroup … opened on cgroup 1 (/)',
      '{step:16} at … link_create … created',
    ],
  },
];
