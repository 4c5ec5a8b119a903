/** The flags that choose events: the filters of the API, under the same names. */
import type { Flags, Typed } from './command.ts';
import { programFilter } from './named/programs.ts';

export const EVENT_FILTERS = {
  call: { value: 'NAME', about: 'only this call' },
  errno: { value: 'E', about: 'only with this errno; none: calls that succeeded' },
  rule: { value: 'NAME', about: 'only what was refused by this rule' },
  effect: { value: 'TYPE', about: 'only with an effect of this type: EntryRemoved' },
  reason: { value: 'WHY', about: 'only what ended something for this reason' },
  'attach-type': { value: 'TYPE', about: 'only what names this attach type' },
  boot: { value: 'N', about: 'only of this boot' },
  pid: { value: 'N', about: 'only of this process' },
  comm: { value: 'NAME', about: 'only of processes of this name' },
  actor: { value: 'WHO', about: 'only recorded by this actor' },
  source: { value: 'S', about: 'only decided, observed or inferred events' },
  drift: { value: 'BOOL', about: 'true: only where the kernel answered otherwise than the rules' },
  program: { value: 'PROGRAM', about: 'only what names this program: its name, tag or id' },
  tag: { value: 'TAG', about: 'only what touches programs with this tag' },
  'prog-name': { value: 'NAME', about: 'only what touches programs of this name' },
  link: { value: 'ID', about: 'only what names this link' },
  map: { value: 'ID', about: 'only what names this map' },
  cgroup: { value: 'PATH', about: 'only what touches this cgroup (or /pods/*) or one below it' },
  from: { value: 'TIME', about: 'only at this time or later (03:12, 10m ago, RFC 3339)' },
  to: { value: 'TIME', about: 'only at this time or earlier' },
} as const satisfies Flags;

/** The filters that were typed, as query parameters. */
export function filterOf(flags: Typed<typeof EVENT_FILTERS>): Record<string, string> {
  const { program, ...named } = EVENT_FILTERS;
  const names = Object.keys(named) as (keyof typeof named)[];
  const given = names.map((name) => [name.replaceAll('-', '_'), flags[name]] as const);
  const filter = Object.fromEntries(
    given.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return flags.program === undefined ? filter : { ...filter, ...programFilter(flags.program) };
}
