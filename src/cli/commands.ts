/** The commands that there are; one is loaded when it is meant. */
import type { Command } from './command.ts';

export const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  serve: {
    summary: 'run the service',
    load: async () => (await import('./serve.ts')).serve,
  },
  migrate: {
    summary: "update a database's tables to this version",
    load: async () => (await import('./migrate.ts')).migrate,
  },
  token: {
    summary: 'make, list and revoke the tokens of a service',
    load: async () => (await import('./token.ts')).token,
  },
  rebuild: {
    summary: 'derive the projections from the log again, or compare them with it',
    load: async () => (await import('./rebuild.ts')).rebuild,
  },
  conform: {
    summary: 'compare the model, or a service, with what real kernels answered',
    load: async () => (await import('./conform.ts')).conform,
  },
  drift: {
    summary: 'show where an executor’s kernel and the log disagree',
    load: async () => (await import('./drift.ts')).drift,
  },
  executor: {
    summary: "apply a host's log to the kernel that runs here",
    load: async () => (await import('./executor.ts')).executor,
  },
  adopt: {
    summary: 'begin a log with what the kernel that runs here has, or compare them',
    load: async () => (await import('./adopt.ts')).adopt,
  },
  observe: {
    summary: 'record what the kernel that runs here does',
    load: async () => (await import('./observe.ts')).observe,
  },
  run: {
    summary: 'run a program, and answer its bpf calls as a kernel of any release does',
    load: async () => (await import('./run.ts')).run,
  },
  fuzz: {
    summary: 'compare the model with the kernel that runs here, by random calls',
    load: async () => (await import('./fuzz.ts')).fuzz,
  },
  golden: {
    summary: 'record what the kernel that runs here answers, as golden files',
    load: async () => (await import('./golden.ts')).golden,
  },
  releases: {
    summary: 'list kernel releases, or measure the kernel that runs here',
    load: async () => (await import('./releases.ts')).releases,
  },
  hosts: {
    summary: 'list hosts, or create one',
    load: async () => (await import('./hosts.ts')).hosts,
  },
  retention: {
    summary: 'cut the log of a host, or show where it is cut',
    load: async () => (await import('./retention.ts')).retention,
  },
  reboot: {
    summary: 'boot a host again, on the same kernel or another',
    load: async () => (await import('./reboot.ts')).reboot,
  },
  syscall: {
    summary: 'record syscalls and print what the kernel answers',
    load: async () => (await import('./syscall.ts')).syscall,
  },
  events: {
    summary: 'list the events of a host, or follow them',
    load: async () => (await import('./events.ts')).events,
  },
  rules: {
    summary: 'send events to webhooks, and show what was delivered',
    load: async () => (await import('./rules.ts')).rules,
  },
  plan: {
    summary: 'show what syscalls would do, with warnings, and record nothing',
    load: async () => (await import('./plan.ts')).plan,
  },
  branch: {
    summary: 'try things out on a host that shares the past of another',
    load: async () => (await import('./branch.ts')).branch,
  },
  replay: {
    summary: 'show what another kernel release would have answered',
    load: async () => (await import('./replay.ts')).replay,
  },
  verify: {
    summary: 'check that a log, or an exported file, is what was recorded',
    load: async () => (await import('./verify.ts')).verify,
  },
  export: {
    summary: 'write the log of a host to a file',
    load: async () => (await import('./export.ts')).exportLog,
  },
  import: {
    summary: 'make what strace recorded, or an exported log, the log of a host',
    load: async () => (await import('./import.ts')).importLog,
  },
  checkpoint: {
    summary: 'sign the head of a log, or list what was signed',
    load: async () => (await import('./checkpoint.ts')).checkpoint,
  },
  proof: {
    summary: 'prove that an event is in a signed log, or that the log continues what it was',
    load: async () => (await import('./proof.ts')).proof,
  },
  witness: {
    summary: 'cosign checkpoints of a log that only grew, with a key of its own',
    load: async () => (await import('./witness.ts')).witness,
  },
  cgroups: {
    summary: 'show the cgroup tree with what is attached and effective',
    load: async () => (await import('./cgroups.ts')).cgroups,
  },
  at: {
    summary: 'show the state of a host at a moment',
    load: async () => (await import('./at.ts')).at,
  },
  tree: {
    summary: 'show what is attached at a moment, as bpftool cgroup tree does',
    load: async () => (await import('./tree.ts')).tree,
  },
  diff: {
    summary: 'show what changed between two moments, and who changed it',
    load: async () => (await import('./diff.ts')).diff,
  },
  blame: {
    summary: 'show which programs run on a cgroup, and who attached each',
    load: async () => (await import('./blame.ts')).blame,
  },
  explain: {
    summary: 'explain why a program runs on a cgroup, or does not',
    load: async () => (await import('./explain.ts')).explain,
  },
  'explain-call': {
    summary: 'show what a call takes, and its errnos in the order of the checks',
    load: async () => (await import('./explain-call.ts')).explainCall,
  },
  history: {
    summary: 'show the history of a link, program, map, cgroup, process or pin',
    load: async () => (await import('./history.ts')).history,
  },
  'who-removed': {
    summary: 'show which event took programs from a cgroup, why, and when they came back',
    load: async () => (await import('./who-removed.ts')).whoRemoved,
  },
  gaps: {
    summary: 'show when no program, or not a given one, ran on a cgroup',
    load: async () => (await import('./gaps.ts')).gaps,
  },
  bisect: {
    summary: 'find the first position at which a condition holds on a cgroup',
    load: async () => (await import('./bisect.ts')).bisect,
  },
  incident: {
    summary: 'list recorded incidents, or record one on a new host',
    load: async () => (await import('./incident.ts')).incident,
  },
  context: {
    summary: 'name services, and choose which one the commands ask',
    load: async () => (await import('./context.ts')).context,
  },
  completion: {
    summary: 'complete commands and options in bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completionOf(COMMANDS),
  },
};
