/** A decision in the words of golden outcomes (golden README, "Outcomes"). */

import type { Decision } from '../../domain/decision.ts';
import { isObjectKind } from '../../domain/effect.ts';
import type { IdKind } from '../../domain/ids.ts';
import { isRefusal, type ObjectInfo, type Outcome } from '../../domain/outcome.ts';
import type { LabelBook } from './labels.ts';
import type { Header, Step, StepAnswer } from './scenario.ts';

/** Steps whose success is an fd: its number is `ret` when a scenario shows fd numbers. */
const MAKES_FD = new Set([
  'prog_load',
  'link_create',
  'map_create',
  'dup',
  'dup2',
  'dup3',
  'pidfd_getfd',
  'fcntl',
  'foreign_link',
  'iter_create',
  'btf_load',
  'enable_stats',
  'obj_get',
  'prog_by_id',
  'link_by_id',
  'map_by_id',
  'btf_by_id',
  'open_cg',
  'open_other',
  'recv_fd',
]);

export function answerOf(
  step: Step,
  decision: Decision,
  labels: LabelBook,
  { fd_numbers = false, id_distances = false }: Header,
): StepAnswer {
  const { outcome } = decision;
  const answer = {
    ...verdict(step, outcome, fd_numbers),
    ...(id_distances ? burnedField(decision) : {}),
    ...answerOpen(step, decision, labels),
    ...(step.op === 'query' ? answerQuery(step, outcome, labels) : {}),
    ...(outcome.batch === undefined ? {} : { batch: outcome.batch }),
  };
  if (isRefusal(outcome)) {
    const walked = step.op.endsWith('_next_id') && outcome.errno === 'ENOENT';
    return walked ? { ...answer, next: 'none' } : answer;
  }
  return { ...answer, ...outputs(step, outcome, labels) };
}

function verdict(step: Step, outcome: Outcome, fdNumbers: boolean): StepAnswer {
  if (isRefusal(outcome)) {
    const stage = outcome.stage === undefined ? {} : { stage: 'open_cg' };
    return { err: outcome.errno, ...stage };
  }
  if (outcome.lost === true) return { ret: 0, lost: true };
  const isShown = (fdNumbers && MAKES_FD.has(step.op)) || step.cmd === 'f_getfd';
  return { ret: isShown ? outcome.ret : 0 };
}

/** The kind of object of which the call used up an id. */
function burnedField({ effects }: Decision): StepAnswer {
  const kinds = effects.map(({ type }) => /^(Prog|Link|Map|Btf)IdBurned$/u.exec(type)?.[1]);
  const kind = kinds.find((found) => found !== undefined);
  return kind === undefined ? {} : { burned: kind.toLowerCase() };
}

function answerOpen(step: Step, { effects }: Decision, labels: LabelBook): StepAnswer {
  const [effect] = effects;
  if (effect?.type !== 'FdOpened' && effect?.type !== 'FdReceived' && effect?.type !== 'FdCopied') {
    return {};
  }
  const { kind, id } = effect;
  if (step.op === 'btf_by_id') return { obj: labels.labelOf('btf', id) };
  if (!isObjectKind(kind)) return {};
  return effect.type === 'FdReceived' ? { kind } : { kind, obj: labels.labelOf(kind, id) };
}

function answerQuery(step: Step, outcome: Outcome, labels: LabelBook): StepAnswer {
  if (isRefusal(outcome) && outcome.stage !== undefined) return {};
  const flags = step.prog_flags === true ? { prog_flags: [] as readonly number[] } : {};
  const { query } = outcome;
  if (query === undefined) return { cnt: step.cnt ?? 128, progs: [], flags: 0, ...flags };
  return {
    cnt: query.prog_cnt,
    progs: query.prog_ids.map((id) => labels.labelOf('prog', id)),
    flags: query.attach_flags,
    ...(step.prog_flags === true ? { prog_flags: query.prog_attach_flags ?? [] } : {}),
    ...(query.revision ? { revision: query.revision } : {}),
  };
}

function outputs(
  step: Step,
  outcome: Exclude<Outcome, { errno: unknown }>,
  labels: LabelBook,
): StepAnswer {
  if (outcome.info !== undefined) return infoOf(outcome.info, labels);
  if (outcome.next_id !== undefined) {
    const kind = step.op.split('_', 1)[0] as IdKind;
    return { next: labels.labelOf(kind, outcome.next_id) };
  }
  if (step.op === 'task_fd_query') return { prog: labels.labelOf('prog', outcome.prog_id ?? 0) };
  return outcome.value === undefined ? {} : { value: outcome.value };
}

/** What info shows of an object. */
export function infoOf(info: ObjectInfo, labels: LabelBook): StepAnswer {
  if (info.kind === 'token') return { ...info };
  const common = { kind: info.kind, obj: labels.labelOf(info.kind, info.id) };
  switch (info.kind) {
    case 'link': {
      const { prog_id, cgroup_id, attach_type } = info;
      const prog = labels.labelOf('prog', prog_id);
      return { ...common, prog, cg: labels.path(cgroup_id), attach_type };
    }
    case 'prog': {
      const maps = info.map_ids.map((id) => labels.labelOf('map', id));
      const named = { prog_type: info.prog_type, name: info.prog_name };
      return { ...common, ...named, ...(maps.length === 0 ? {} : { maps }) };
    }
    case 'map': {
      const { map_type, key_size, value_size, max_entries } = info;
      return { ...common, map_type, key_size, value_size, max_entries };
    }
    case 'btf': {
      const { kind: _, id: __, ...told } = info;
      return { ...common, ...told };
    }
    default:
      return info satisfies never;
  }
}
