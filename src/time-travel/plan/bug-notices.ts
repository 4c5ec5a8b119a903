/** Bugs of the kernel's release that a planned call would meet; each is a switch. */
import { countText } from '../../domain/count-text.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { SwitchName } from '../../domain/release/switches.ts';
import type { Numbered } from './planned-call.ts';
import type { Notice } from './warning.ts';

/** End of `revision` in PROG_QUERY's attr, in bytes. */
const REVISION_END = 64;

/** The warnings of one call. */
export function bugNotices(before: Kernel, planned: Numbered): Notice[] {
  const { index, call, effects, outcome } = planned;
  const { release } = before.boot;
  const notices: Notice[] = [];
  const add = (name: SwitchName, sentence: string): void => {
    const about = { switch: name, release };
    const told = `a bug of ${release}: ${sentence}`;
    notices.push({ call: index, kind: 'kernel-bug', sentence: told, about, entries: [] });
  };
  const written = effects.filter(({ type }) => type === 'EffectiveSlotWritten').length;
  if (written > 0) {
    const said = `link_update miscounts past preorder entries and overwrites a wrong slot of ${countText(written, 'effective array')}`;
    add('link_update_miscounts_preorder', said);
  }
  const linked = effects.find((effect) => effect.type === 'LinkCreated');
  const type = linked === undefined ? undefined : before.programs.get(linked.prog_id)?.prog_type;
  if (linked !== undefined && cgroupProgType(before.switches, linked.attach_type) !== type) {
    const said = `link_create takes a ${type} program for ${linked.attach_type}`;
    add('skb_links_fit_any_hook', said);
  }
  if (effects.some(({ type }) => type === 'LinkReferenceLeaked')) {
    add('link_update_leaks_reference', 'link_update keeps a reference, so the link is never freed');
  }
  if (
    before.switches.query_writes_revision_past_attr &&
    call.name === 'prog_query' &&
    !isRefusal(outcome) &&
    (call.attr_size ?? REVISION_END) < REVISION_END
  ) {
    const said =
      `prog_query writes the revision up to byte ${REVISION_END}, past the caller's attr of ` +
      `${call.attr_size} bytes`;
    add('query_writes_revision_past_attr', said);
  }
  return notices;
}
