/**
 * From which release on each switch has which value: the delta table of
 * docs/kernel-semantics.md §1 and docs/kernel-diffs.md, as data.
 */
import { ATTR_SPECS } from './boundaries/attr.ts';
import { FD_SPECS } from './boundaries/fd.ts';
import { LINK_SPECS } from './boundaries/link.ts';
import { LIST_SPECS } from './boundaries/list.ts';
import { OBJECT_SPECS } from './boundaries/object.ts';
import { PRIVILEGE_SPECS } from './boundaries/privilege.ts';
import type { Specs } from './boundary.ts';

export const SWITCH_SPECS: Specs = {
  ...ATTR_SPECS,
  ...FD_SPECS,
  ...LINK_SPECS,
  ...LIST_SPECS,
  ...PRIVILEGE_SPECS,
  ...OBJECT_SPECS,
};
