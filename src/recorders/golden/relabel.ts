/** Which process and fd labels a step makes, moves and forgets (golden README, "Labels"). */
import type { Success } from '../../domain/outcome.ts';
import type { LabelBook } from './labels.ts';
import type { Step } from './scenario.ts';
import { isOfFiles } from './translate.ts';

const O_CLOEXEC = 0o2000000;
const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

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
      return labels.addProcess(step.as, ret, proc, step.clone_files === true);
    case 'unshare':
      return isOfFiles(step) ? labels.unshare(proc) : undefined;
    case 'fcntl':
      return relabelByFcntl(step, ret, labels);
    case 'close_range':
      return relabelRange(step, labels);
    case 'exec':
      return labels.exec(proc);
    case 'close':
      return labels.forgetFd(proc, labels.fd(proc, step.fd) ?? 0);
    case 'dup':
      return labels.nameFd(proc, step.as, ret, false);
    case 'recv_fd':
      return labels.nameFd(proc, step.as, ret, step.cloexec === true);
    case 'dup3':
      return labels.nameFd(proc, step.as ?? step.to, ret, step.flags === O_CLOEXEC);
    case 'dup2': {
      const same = labels.fd(proc, step.fd) === ret;
      const cloexec = same && labels.isCloexec(proc, step.fd);
      return labels.nameFd(proc, step.as ?? step.to, ret, cloexec);
    }
    case 'prog_load':
    case 'link_create':
    case 'foreign_link':
    case 'map_create':
      return labels.nameFd(proc, step.fd, ret, true);
    case 'obj_get':
    case 'prog_by_id':
    case 'link_by_id':
    case 'map_by_id':
    case 'btf_by_id':
    case 'pidfd_getfd':
    case 'iter_create':
    case 'btf_load':
    case 'enable_stats':
      return labels.nameFd(proc, step.as, ret, true);
    case 'open_cg':
    case 'open_other':
      return labels.nameFd(proc, step.as, ret, step.cloexec !== false);
    default:
      return;
  }
}

function relabelByFcntl(step: Step, ret: number, labels: LabelBook): void {
  const { proc, cmd } = step;
  const fd = labels.fd(proc, step.fd) ?? 0;
  if (cmd === 'f_setfd') labels.mark(proc, { first: fd, last: fd }, Number(step.arg) % 2 === 1);
  else if (cmd !== 'f_getfd') labels.nameFd(proc, step.as, ret, cmd === 'f_dupfd_cloexec');
}

function relabelRange(step: Step, labels: LabelBook): void {
  const { proc, flags = 0 } = step;
  const range = { first: Number(step.first), last: Number(step.last) };
  if ((Number(flags) & CLOSE_RANGE_UNSHARE) !== 0) labels.unshare(proc);
  if ((Number(flags) & CLOSE_RANGE_CLOEXEC) !== 0) labels.mark(proc, range, true);
  else labels.forgetFds(proc, range);
}
