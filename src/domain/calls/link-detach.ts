/** LINK_DETACH: semantics §13 (`link_detach`, `bpf_cgroup_link_detach`, 5.9). */
import { readFd } from '../attr.ts';
import type { Calls } from '../call.ts';
import { type Caller, linkAt } from '../caller.ts';
import { type Decision, isRefused, refuse, succeed, unknownCommand } from '../decision.ts';
import { Lifetime } from '../lifetime.ts';
import { foreignLinkDetach, isForeign } from './foreign-links.ts';

/** The link stays and is defunct; a defunct link does not change. */
export function linkDetach(caller: Caller, call: Calls['link_detach']): Decision {
  if (!caller.kernel.switches.link_detach) return unknownCommand('link_detach');
  const link = linkAt(caller, readFd(call.link_fd, 0, call.attr_size), 'link_fd');
  if (isRefused(link)) return refuse(link);
  if (link.cgroup_id === 0) {
    return isForeign(caller, link) ? foreignLinkDetach(link) : succeed();
  }
  const lifetime = new Lifetime(caller.kernel);
  lifetime.unlist(link.id, 'link_detach');
  const severed = { type: 'LinkSevered', link_id: link.id, reason: 'link_detach' } as const;
  return succeed([...lifetime.effects, severed]);
}
