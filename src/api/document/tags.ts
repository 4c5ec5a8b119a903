/** In which groups the operations stand, by their paths; the first that fits counts. */

interface Tag {
  readonly name: string;
  readonly description: string;
  readonly paths: RegExp;
}

const TAGS: readonly Tag[] = [
  {
    name: 'service',
    description: 'What the service is and whether it works.',
    paths: /^\/(?:healthz|readyz|v1\/releases)/,
  },
  {
    name: 'fleet',
    description: 'Questions about all hosts that the token may see.',
    paths: /^\/v1\/(?:events|programs|effective|deletions)/,
  },
  {
    name: 'alerts',
    description: 'Rules of what to be told of by webhooks, and their deliveries.',
    paths: /^\/v1\/rules/,
  },
  {
    name: 'proof',
    description: 'Checkpoints, proofs, verification, exports and imports.',
    paths: /\/(?:checkpoints|proofs\/\w+|verify|export|import|bundles|keys)$/,
  },
  {
    name: 'what if',
    description: 'Plans, replays and branches, which change nothing of the host.',
    paths: /\/(?:plan|replays|branches)(?:\/|$)/,
  },
  {
    name: 'executor',
    description: 'A real kernel beside the log.',
    paths: /\/(?:executor|drift)(?:\/|$)/,
  },
  {
    name: 'events',
    description: 'The log of a host: writing, reading and following it.',
    paths: /\/(?:events|syscalls|reboot)(?:\/|$)/,
  },
  {
    name: 'questions',
    description: 'Why, since when, by whom, and what changed.',
    paths: /\/(?:explain|gaps|bisect|diff|history|timeline)$/,
  },
  { name: 'hosts', description: 'Hosts and their boots.', paths: /^\/v1\/hosts(?:\/\{host\})?$/ },
  {
    name: 'state',
    description: 'What a host has, at any moment.',
    paths: /^\/v1\/hosts\/\{host\}\//,
  },
];

/** The group of an operation. Throws for a path that belongs nowhere. */
export function tagOf(path: string): string {
  const tag = TAGS.find(({ paths }) => paths.test(path));
  if (tag === undefined) throw new Error(`no group of operations for ${path}`);
  return tag.name;
}

/** All groups, as the document lists them. */
export const tags = TAGS.map(({ name, description }) => ({ name, description }));
