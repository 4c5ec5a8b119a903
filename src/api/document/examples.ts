/** A request of each operation that takes a body, as a reader would send it; a test sends them in this order. */

interface Example {
  readonly operationId: string;
  readonly type: string;
  readonly body: unknown;
}

const json = (operationId: string, body: unknown): Example => ({
  operationId,
  type: 'application/json',
  body,
});

/** The first one makes the host that the others are about. */
export const EXAMPLES: readonly Example[] = [
  json('createHost', { name: 'web1', release: '6.18' }),
  json('postSyscalls', [
    { call: { name: 'mkdir', path: '/pod1' } },
    { call: { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'counter' } },
    {
      call: {
        name: 'link_create',
        prog_fd: { result_of: 1 },
        target_path: '/pod1',
        attach_type: 'egress',
      },
    },
  ]),
  json('planSyscalls', { call: { name: 'rmdir', path: '/pod1' } }),
  json('replayHost', { release: '5.10' }),
  json('createBranch', { name: 'try', at: 3 }),
  json('takeExecutorLease', {
    executor: 'web1-executor',
    instance: '1d4c7e0a',
    place: {
      kernel: '6.18.44',
      cgroup_root: '/sys/fs/cgroup/web1',
      bpffs: '/sys/fs/bpf/web1',
      ephemeral: false,
    },
  }),
  json('postExecutorReports', {
    lease: 'what /executor/lease gave',
    reports: [{ position: 1, how: 'performed', outcome: { ret: 0 } }],
  }),
  json('addRule', {
    name: 'policy-left',
    url: 'https://example.org/hook',
    filter: { host: ['web*'] },
    condition: { kind: 'left', program: { prog_name: 'policy' }, cgroup: '/kubepods/*' },
  }),
  json('rebootHost', { release: '7.3' }),
  {
    operationId: 'importRecording',
    type: 'text/plain',
    body:
      '812 1795337541.115645 mkdir("/sys/fs/cgroup/pod", 0777) = 0\n' +
      '812 1795337541.116341 +++ exited with 0 +++\n',
  },
];

/** The content of a request body with its example. */
export function withExample(
  operationId: string,
  content: Readonly<Record<string, object>>,
): Record<string, object> {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      const found = EXAMPLES.find((one) => one.operationId === operationId && one.type === type);
      return [type, found === undefined ? media : { ...media, example: found.body }];
    }),
  );
}
