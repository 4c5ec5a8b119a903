// The moment at which each incident went wrong, as the page opens it: the step, and the array that
// tells most of it.

interface WrongMoment {
  readonly step: number;
  readonly cgroup: string;
  readonly type: string;
}

const at = (step: number, cgroup: string, type: string): WrongMoment => ({ step, cgroup, type });

const DOCKER = '/system.slice/docker-4f1c9e.scope';
const POD_GPU = '/kubepods.slice/kubepods-pod3b2.slice/cri-containerd-a1.scope';
const VM = '/kubepods.slice/pod-vm7.slice/cri-launcher.scope';
const BESTEFFORT = '/kubepods.slice/kubepods-besteffort.slice';
const [CONNECT4, SENDMSG4, EGRESS, INGRESS, DEVICE] = [
  ...(['cgroup_inet4_connect', 'cgroup_udp4_sendmsg', 'cgroup_inet_egress'] as const),
  ...(['cgroup_inet_ingress', 'cgroup_device'] as const),
] as const;

const MOMENTS: Readonly<Record<string, WrongMoment>> = {
  'agent-detaches-foreign-programs': at(18, '/', CONNECT4),
  'attach-failure-reported-as-success': at(10, '/', CONNECT4),
  'attach-order-inversion-on-upgrade': at(17, '/kubepods.slice', CONNECT4),
  'attach-without-flags-replaces': at(5, '/kubepods', EGRESS),
  'attached-but-the-pin-is-missing': at(9, '/', SENDMSG4),
  'attached-to-the-agents-own-cgroup': at(8, '/kubepods/pod-cilium/agent', CONNECT4),
  'cgroups-leak-with-their-programs': at(28, '/teleport/run-2', CONNECT4),
  'closer-detaches-with-flags': at(9, '/kubepods.slice/pod-9c.slice/cri-app.scope', DEVICE),
  'ctlb-stops-at-every-restart': at(7, '/', CONNECT4),
  'daemon-reload-gap': at(14, '/system.slice/sshd.service', DEVICE),
  'device-filter-lands-on-the-session': at(9, '/user.slice/session-2.scope', DEVICE),
  'device-prog-leak-e2big': at(132, DOCKER, DEVICE),
  'exclusive-parent-blocks-subtree': at(15, '/system.slice/sshd.service', EGRESS),
  'feature-probe-misread': at(16, DOCKER, DEVICE),
  'flag-errors': at(6, '/system.slice/nginx.service', EGRESS),
  'gpu-rule-lost-on-container-update': at(34, POD_GPU, DEVICE),
  'hotplug-drops-passthrough-devices': at(10, VM, DEVICE),
  'legacy-attach-survives-its-process': at(9, '/system.slice/acct.slice', EGRESS),
  'link-and-legacy-flag-mix': at(8, '/system.slice/proxy.service', EGRESS),
  'link-create-takes-no-mode': at(5, '/system.slice/vm.service', DEVICE),
  'link-not-removable-by-prog-detach': at(14, '/', CONNECT4),
  'links-pinned-on-a-dying-cgroup': at(14, '/init/bootstrap', CONNECT4),
  'mount-hides-the-pins': at(14, '/kubepods', EGRESS),
  'no-error-no-effect': at(7, '/user.slice/user-1000.slice', EGRESS),
  'ordering-before-preorder-revision': at(18, '/kubepods.slice/pod-pay', EGRESS),
  'override-child-replaces-parent-verdict': at(7, '/system.slice/ntp.service', EGRESS),
  'pinned-link-outlives-its-cgroup': at(12, '/kubelet.slice/node-1', CONNECT4),
  'pins-go-with-the-mount': at(8, '/', CONNECT4),
  'query-writes-past-attr': at(10, DOCKER, DEVICE),
  'reexec-drops-filters': at(10, '/system.slice/cups.service', EGRESS),
  'reloaded-but-hooks-run-old-programs': at(17, '/kubepods.slice/pod-cart', INGRESS),
  'replace-flag-lost-appends-silently': at(7, BESTEFFORT, EGRESS),
  'same-program-three-ways': at(11, '/system.slice/watchdog.service', EGRESS),
  'start-order-decides-who-runs-first': at(13, '/node-b', 'cgroup_sock_ops'),
  'tree-walk-unknown-type': at(12, '/system.slice/envoy.service', CONNECT4),
  'tree-walk-vanished-cgroup': at(16, '/machine.slice/crio-c.scope', INGRESS),
  'two-updaters-race-on-replace': at(18, DOCKER, DEVICE),
  'unnamed-programs': at(14, DOCKER, DEVICE),
  'wrong-directory-fd': at(5, '/', CONNECT4),
};

/** The moment of an incident; throws for one that has none. */
export function momentOf(incident: string): WrongMoment {
  const moment = MOMENTS[incident];
  if (moment === undefined) throw new Error(`no moment of ${incident} is chosen`);
  return moment;
}

/** The fragment of the page's address that shows it, with `{step:N}` for the position. */
export function fragmentTo(incident: string): string {
  const { step, cgroup, type } = momentOf(incident);
  return `#/${incident}?at={step:${step}}&cgroup=${cgroup}&type=${type}&view=lanes`;
}
