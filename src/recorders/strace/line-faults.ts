/** What is said of lines that can be read and not be told. */
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { AHEAD_MAX_S } from '../../events/time-ahead.ts';
import type { HalfCall } from './paired-lines.ts';

const LACKING: Readonly<Record<HalfCall['lacks'], string>> = {
  beginning: 'without its beginning',
  end: 'without its end',
  'end-by-death': 'in which its process ended',
  'end-by-stop': 'under way when the recording ended',
};

/** The kind under which a call is counted of which the recording has one half. */
export function halfText(name: string, lacks: HalfCall['lacks']): string {
  return `${name} ${LACKING[lacks]}`;
}

/** Why a line is refused whose time is too far ahead. */
export function aheadText(at: number): string {
  return (
    `its time, ${rfc3339(at)}, is more than ${AHEAD_MAX_S} s ahead of the clock of the service; ` +
    'correct the clock of the machine that recorded it and record again, or that of the service ' +
    'if it is behind; nothing was recorded'
  );
}
