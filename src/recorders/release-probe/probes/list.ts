/** Probes of lists, their order and queries (`release/boundaries/list.ts`). */
import type { Calls } from '../../../domain/call.ts';
import type { QueryOutputs } from '../../../domain/outcome.ts';
import { CLOSED_FD, EGRESS, NotMeasured, type ProbeBench } from '../bench.ts';
import type { Probes } from '../probe.ts';

/** An attr that ends before the field `revision`. */
const BEFORE_REVISION = 56;

async function query(
  bench: ProbeBench,
  target_path: string,
  how: Partial<Calls['prog_query']> = {},
): Promise<QueryOutputs> {
  const place = { target_path, attach_type: EGRESS } as const;
  const { query: answered } = await bench.does({ name: 'prog_query', ...place, ...how });
  if (answered === undefined) throw new NotMeasured('a query answers nothing');
  return answered;
}

/** A cgroup with a list in multi mode that has one program. */
async function holding(bench: ProbeBench): Promise<{ path: string; fd: number }> {
  const [path, fd] = [await bench.cgroup(), await bench.prog()];
  const answer = await bench.attach(path, fd, ['multi']);
  if (answer !== 'ok') throw new NotMeasured(`prog_attach is refused with ${answer}`);
  return { path, fd };
}

async function hasRevisions(bench: ProbeBench): Promise<boolean> {
  return (await query(bench, (await holding(bench)).path)).revision !== undefined;
}

/** Which place LINK_UPDATE writes when a program of the list runs before the link. */
async function miscounts(bench: ProbeBench): Promise<boolean> {
  const path = await bench.cgroup();
  const { fd: link_fd } = await bench.link(path, await bench.prog());
  const first = await bench.attach(path, await bench.prog(), ['multi', 'preorder']);
  if (first !== 'ok') throw new NotMeasured('there is no flag preorder here');
  const [before] = (await query(bench, path, { query_flags: ['effective'] })).prog_ids;
  await bench.does({ name: 'link_update', link_fd, new_prog_fd: await bench.prog() });
  const [after] = (await query(bench, path, { query_flags: ['effective'] })).prog_ids;
  return before !== after;
}

export const LIST_PROBES = {
  async replace_by_itself(bench) {
    const { path: target_path, fd } = await holding(bench);
    const place = { target_path, attach_type: EGRESS, flags: ['multi', 'replace'] } as const;
    const itself = { attach_bpf_fd: fd, replace_bpf_fd: fd };
    return (await bench.ask({ name: 'prog_attach', ...place, ...itself })) === 'ok';
  },
  async preorder(bench) {
    const path = await bench.cgroup();
    return (await bench.attach(path, await bench.prog(), ['multi', 'preorder'])) === 'ok';
  },
  async anchors(bench) {
    const { path } = await holding(bench);
    return (await bench.attach(path, await bench.prog(), ['multi', 'before'])) === 'ok';
  },
  revisions: hasRevisions,
  async attach_knows_tracing(bench) {
    const closed = { target_fd: CLOSED_FD, attach_bpf_fd: CLOSED_FD } as const;
    const call = { name: 'prog_attach', attach_type: 'trace_fentry', ...closed } as const;
    return (await bench.ask(call)) === 'EBADF';
  },
  async sockmap_query(bench) {
    const call = { name: 'prog_query', attach_type: 'sk_skb_stream_verdict' } as const;
    return (await bench.ask({ ...call, target_fd: CLOSED_FD })) === 'EBADF';
  },
  async effective_query_reports_mode(bench) {
    const { path } = await holding(bench);
    return (await query(bench, path, { query_flags: ['effective'] })).attach_flags !== 0;
  },
  async query_writes_revision_past_attr(bench) {
    if (!(await hasRevisions(bench))) throw new NotMeasured('lists have no revision here');
    const { path } = await holding(bench);
    const { revision } = await query(bench, path, { attr_size: BEFORE_REVISION });
    return revision !== undefined;
  },
  link_update_miscounts_preorder: miscounts,
} as const satisfies Probes;
