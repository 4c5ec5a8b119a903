/** What an observation says on stderr. */
import { countText } from '../../domain/count-text.ts';
import type { ObserveListener } from '../../recorders/observe/observe.ts';
import { sentenceOf } from '../exit-code.ts';
import type { Voice } from '../run/voice.ts';

/** Kinds of refusals that are told one by one. */
const REFUSALS_TOLD = 100;

/** Says what an operator of an observation wants to know. */
export function observationTeller(host: string, { tell, warn }: Voice): ObserveListener {
  let away = '';
  const kinds = new Set<string>();
  return {
    onHeader: ({ collector, release = 'an unknown release' }) =>
      tell(`${collector} watches a kernel ${release}`),
    onSurveyed: ({ isQuiet, tries }) => {
      if (isQuiet) tell(`read what is there${tries === 1 ? '' : ` (at try ${tries})`}`);
      else warn('the kernel never rested: what changed while it was read may be recorded twice');
    },
    onAdopted: ({ host: how, lines }) =>
      tell(`host ${host} is ${how}: ${countText(lines.length, 'sighting')}`),
    onRefused(line, why) {
      const kind = `${nameIn(line)}: ${why.replace(/\d+/g, 'N')}`;
      if (kinds.has(kind) || kinds.size >= REFUSALS_TOLD) return;
      kinds.add(kind);
      warn(`the service refused a line: ${why}: ${line.slice(0, 300)}`);
    },
    onAway(error) {
      const why = sentenceOf(error);
      if (why !== away) warn(`lines wait in the spool: ${why}`);
      away = why;
    },
    onBack() {
      away = '';
      warn('the service takes lines again');
    },
  };
}

function nameIn(line: string): string {
  return /"name":"([a-z_0-9]+)"/.exec(line)?.[1] ?? 'a line';
}
