/**
 * Names of control files that a cgroup has by the version of the kernel, its build and the controllers
 * that are on above it (Documentation/admin-guide/cgroup-v2.rst and the `cftype` arrays of 5.7 to 7.3).
 * Which of them a host has is not modelled; which of them are nowhere at the root is.
 */

/** Of every cgroup, the root too. */
const ANYWHERE: ReadonlySet<string> = new Set([
  ...['cgroup.pressure', 'cpu.pressure', 'io.pressure', 'irq.pressure', 'memory.pressure'],
  ...['cpu.stat.local', 'cpuset.cpus.effective', 'cpuset.mems.effective'],
  ...['io.prio.class', 'io.stat'],
  ...['memory.numa_stat', 'memory.reclaim', 'memory.stat', 'memory.zswap.writeback'],
  ...['dmem.current', 'misc.current', 'misc.peak'],
]);

const AT_ROOT: ReadonlySet<string> = new Set([
  ...['cpuset.cpus.isolated', 'dmem.capacity', 'io.cost.model', 'io.cost.qos', 'misc.capacity'],
]);

const BELOW_ROOT: ReadonlySet<string> = new Set([
  'cgroup.stat.local',
  ...['cpu.idle', 'cpu.max', 'cpu.max.burst', 'cpu.uclamp.max', 'cpu.uclamp.min'],
  ...['cpu.weight', 'cpu.weight.nice'],
  ...['cpuset.cpus', 'cpuset.cpus.exclusive', 'cpuset.cpus.exclusive.effective'],
  ...['cpuset.cpus.partition', 'cpuset.mems'],
  ...['dmem.low', 'dmem.max', 'dmem.min'],
  ...['io.bfq.weight', 'io.latency', 'io.low', 'io.max', 'io.weight'],
  ...['memory.current', 'memory.events', 'memory.events.local', 'memory.high', 'memory.low'],
  ...['memory.max', 'memory.min', 'memory.oom.group', 'memory.peak'],
  ...['memory.swap.current', 'memory.swap.events', 'memory.swap.high', 'memory.swap.max'],
  ...['memory.swap.peak', 'memory.zswap.current', 'memory.zswap.max'],
  ...['misc.events', 'misc.events.local', 'misc.max'],
  ...['pids.current', 'pids.events', 'pids.events.local', 'pids.max', 'pids.peak'],
  ...['rdma.current', 'rdma.max'],
]);

/** Each size of huge pages that a machine has gives such files: `hugetlb.2MB.max`. */
const OF_HUGE_PAGES =
  /^hugetlb\.\d+[KMG]B\.(?:current|max|events|events\.local|numa_stat|rsvd\.current|rsvd\.max)$/u;
/** What `cgroup_debug` on the command line of the kernel shows. */
const OF_DEBUGGING = '.__DEBUG__.';

/** Whether some kernel has a file of that name in a cgroup, so that it cannot be said here. */
export function isSomeKernelsFile(name: string, isRoot: boolean): boolean {
  if (ANYWHERE.has(name) || name.startsWith(OF_DEBUGGING)) return true;
  if (isRoot) return AT_ROOT.has(name);
  return BELOW_ROOT.has(name) || OF_HUGE_PAGES.test(name);
}

/** Whether a file is there without the controller that it is named for. */
export function isOfNoController(name: string): boolean {
  return name.endsWith('.pressure') || name === 'cpu.stat.local';
}
