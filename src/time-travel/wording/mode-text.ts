import type { Mode } from '../../domain/flags.ts';

/** How an entry is attached so that its list gets a mode. */
export const MODE_TEXT: Readonly<Record<Mode, string>> = {
  none: 'without flags',
  override: 'with override',
  multi: 'with multi',
};
