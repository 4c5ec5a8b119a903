/** What an observation says on stderr. */
import type { Told } from '../../recorders/observe/observe.ts';
import type { Printer } from '../command.ts';
import { sentenceOf } from '../exit-code.ts';

/** Kinds of refusals that are told one by one. */
const REFUSALS_TOLD = 100;

/** Says what an operator of an observation wants to know. */
export function observationTeller(host: string, print: Printer): Told {
  let away = '';
  const kinds = new Set<string>();
  return {
    onHeader: ({ collector, release = 'an unknown release' }) =>
      print.err(`${collector} watches a kernel ${release}`),
    onSurveyed: ({ isQuiet, tries }) => {
      if (isQuiet) print.err(`read what is there${tries === 1 ? '' : ` (at try ${tries})`}`);
      else print.err('the kernel never rested: what changed while it was read may be told twice');
    },
    onAdopted: ({ host: how, lines }) =>
      print.err(`host ${host} is ${how}: ${lines.length} sightings`),
    onRefused(line, why) {
      const kind = `${nameIn(line)}: ${why.replace(/\d+/g, 'N')}`;
      if (kinds.has(kind) || kinds.size >= REFUSALS_TOLD) return;
      kinds.add(kind);
      print.err(`the service refused a line: ${why}: ${line.slice(0, 300)}`);
    },
    onAway(error) {
      const why = sentenceOf(error);
      if (why !== away) print.err(`lines wait in the spool: ${why}`);
      away = why;
    },
    onBack() {
      away = '';
      print.err('the service takes lines again');
    },
  };
}

function nameIn(line: string): string {
  return /"name":"([a-z_0-9]+)"/.exec(line)?.[1] ?? 'a line';
}
