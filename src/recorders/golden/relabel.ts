/** Which process and fd labels a step makes, moves and forgets (golden README, "Labels"). */
import type { Success } from '../../domain/outcome.ts';
import type { LabelBook } from './labels.ts';
import type { Step } from './scenario.ts';

/**
 * What a successful step does to the labels of processes and fds. A received fd that was lost for
 * want of a free number has no number, so its label names nothing.
 *
 * @param outcome what the call returned: `ret` is the number of the new fd, or the new pid
 */
export function relabel(step: Step, { ret, lost }: Success, labels: LabelBook): void {
  if (lost === true) return;
  const { proc } = step;
  switch (step.op) {
    case 'spawn':
      return labels.addProcess(proc, ret);
    case 'fork':
      return labels.addProcess(step.as, ret, proc);
    case 'exec':
      return labels.exec(proc);
    case 'close':
      return labels.forgetFd(proc, labels.fd(proc, step.fd) ?? 0);
    case 'dup':
    case 'recv_fd':
      return labels.nameFd(proc, step.as, ret, false);
    case 'dup2': {
      const same = labels.fd(proc, step.fd) === ret;
      const cloexec = same && labels.isCloexec(proc, step.fd);
      return labels.nameFd(proc, step.as ?? step.to, ret, cloexec);
    }
    case 'prog_load':
    case 'link_create':
    case 'map_create':
      return labels.nameFd(proc, step.fd, ret, true);
    case 'obj_get':
    case 'prog_by_id':
    case 'link_by_id':
    case 'map_by_id':
    case 'open_cg':
    case 'open_other':
      return labels.nameFd(proc, step.as, ret, true);
    default:
      return;
  }
}
