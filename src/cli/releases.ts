/** `bpfledger releases`: the kernels that are modelled, and what the one that runs here does. */

import { release as unameRelease } from 'node:os';
import { countText } from '../domain/count-text.ts';
import { describeSwitches, evidenceText } from '../domain/release/describe.ts';
import {
  knownReleases,
  type Release,
  releaseOf,
  unknownRelease,
} from '../domain/release/release.ts';
import type { SwitchName } from '../domain/release/switches.ts';
import { differing } from '../recorders/release-probe/measure.ts';
import { command, type Invocation } from './command.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { measureKernel } from './measured-kernel.ts';

const FLAGS = {
  release: {
    value: 'R',
    about: 'for probe: the release to compare with, in place of what uname says',
  },
  json: { about: 'one JSON object a line; of probe, the record' },
} as const;

type ReleasesInvocation = Invocation<typeof FLAGS>;

export const releases = command({
  usage: 'list | show R | probe [options]',
  about:
    'Lists the kernel releases that are modelled, and how each is known; shows the switches of one;\n' +
    'or measures, as root, those of the kernel that runs here, by short probes in a cgroup and a\n' +
    'bpffs of its own that it removes afterwards. A vendor’s kernel carries backports, so its number\n' +
    'says little: give what probe finds otherwise as switches to hosts create. The exit code of probe\n' +
    'is 0 only when the kernel does what its release says.',
  flags: FLAGS,
  example: 'sudo /opt/bpfledger/dist/cli/bpfledger.js releases probe',
  async run(invocation) {
    const [verb = 'list', name, extra] = invocation.words;
    if (invocation.flags.release !== undefined && verb !== 'probe') {
      throw new UsageError('--release goes with releases probe');
    }
    if (verb === 'list' && name === undefined) return list(invocation);
    if (verb === 'show' && name !== undefined && extra === undefined) return show(invocation, name);
    if (verb === 'probe' && name === undefined) return probe(invocation);
    throw new UsageError('type releases list, releases show R, or releases probe');
  },
});

function list({ flags, print }: ReleasesInvocation): ExitCode {
  const ids = new Set(knownReleases().map((name) => requireRelease(name).id));
  for (const id of ids) {
    const { basis } = requireRelease(id);
    print.out(flags.json ? JSON.stringify({ id, basis }) : `${id.padEnd(10)} ${basis}`);
  }
  return EXIT.done;
}

const EVIDENCE =
  'Each rule is measured (on a running kernel), read (in the source) or remembered (and not yet checked).';

function show({ flags, print }: ReleasesInvocation, name: string): ExitCode {
  const release = requireRelease(name);
  const { id, basis, note } = release;
  const switches = describeSwitches(release);
  if (flags.json) {
    print.out(JSON.stringify({ id, basis, note, switches }));
    return EXIT.done;
  }
  print.out(`${id}  ${basis}`);
  if (note !== undefined) print.out(note);
  print.out(EVIDENCE);
  for (const described of switches) {
    const { name: of, value, meaning, since } = described;
    print.out(`  ${of} = ${value}  since ${since}, ${evidenceText(described)}: ${meaning}`);
  }
  return EXIT.done;
}

async function probe({ flags, print }: ReleasesInvocation): Promise<ExitCode> {
  const uname = unameRelease();
  const assumed = requireRelease(flags.release ?? uname);
  const { switches, not_measured } = await measureKernel(assumed);
  const differs = differing(switches, assumed.switches);
  const same = Object.keys(differs).length === 0;
  if (flags.json) {
    print.out(JSON.stringify({ uname, release: assumed.id, switches, differs, not_measured }));
    return same ? EXIT.done : EXIT.differs;
  }
  const names = Object.keys(switches) as SwitchName[];
  for (const name of names) {
    const said = name in differs ? `  (${assumed.id}: ${assumed.switches[name]})` : '';
    print.out(`${name} = ${switches[name]}${said}`);
  }
  for (const [name, why] of Object.entries(not_measured))
    print.out(`${name}: not measured: ${why}`);
  if (!same) {
    const config = JSON.stringify({ switches: differs });
    print.out(`hosts create NAME --release ${assumed.id} --config '${config}'`);
  }
  print.out(
    `${countText(names.length, 'switch', 'switches')} measured on ${uname}, ${countText(Object.keys(differs).length, 'differs', 'differ')} from ${assumed.id}`,
  );
  return same ? EXIT.done : EXIT.differs;
}

function requireRelease(name: string): Release {
  const release = releaseOf(name);
  if (release !== undefined) return release;
  throw new UsageError(`${unknownRelease(name)}; bpfledger releases list shows all`);
}
