/** PROG_LOAD in a request: the tag and other facts about the instructions are derived here. */
import { z } from 'zod';
import { factsOf, namedMaps, type ProgFacts, tagOfReturning } from '../encoding/prog-tag.ts';
import { progLoad } from './prog-calls.ts';
import { REQUESTED } from './vocabulary.ts';

const requested = progLoad(REQUESTED);
type Requested = z.output<typeof requested>;

/** The default return value of a program. */
const DEFAULT_RET = 1;

/** From 2^30 - 1 on the kernel refuses the count unread; below, it reads memory that nobody told. */
const FDS_COUNTED_MAX = 2 ** 30 - 2;

interface LoadFault {
  readonly field: string;
  readonly message: string;
}

/** Fields of the request that contradict its instructions. */
function contradiction(call: Requested, facts: ProgFacts): LoadFault | undefined {
  const { tag, insn_cnt, ret, map_fds, fd_array, insns = '' } = call;
  const differs = (field: string) => ({ field, message: 'differs from the instructions' });
  if (tag !== undefined && (tag.sha1 !== facts.tag.sha1 || tag.sha256 !== facts.tag.sha256)) {
    return differs('tag');
  }
  if (insn_cnt !== undefined && insn_cnt !== facts.insn_cnt) return differs('insn_cnt');
  if (map_fds !== undefined || fd_array !== undefined) {
    const { fds, fdArrayMin } = namedMaps(insns);
    const isNamed = (fd: unknown) => typeof fd !== 'number' || fds.includes(fd);
    if (map_fds !== undefined && !(map_fds as readonly unknown[]).every(isNamed)) {
      return differs('map_fds');
    }
    if (fd_array !== undefined && fd_array.length < fdArrayMin) {
      return { field: 'fd_array', message: `has fewer than the ${fdArrayMin} fds that are named` };
    }
  }
  if (ret !== undefined && facts.ret !== undefined && ret !== facts.ret) return differs('ret');
  return undefined;
}

/** PROG_LOAD with its tags. */
export const progLoadRequest = requested.transform((call, context): Requested => {
  const { fd_array = [], fd_array_cnt = 0 } = call;
  if (fd_array_cnt > fd_array.length && fd_array_cnt <= FDS_COUNTED_MAX && fd_array.length > 0) {
    const message = `counts more fds than the ${fd_array.length} of fd_array`;
    context.addIssue({ code: 'custom', message, path: ['fd_array_cnt'] });
    return z.NEVER;
  }
  if (call.insns === undefined) {
    return { ...call, tag: call.tag ?? tagOfReturning(call.ret ?? DEFAULT_RET) };
  }
  const facts = factsOf(Buffer.from(call.insns, 'base64'));
  const fault = contradiction(call, facts);
  if (fault === undefined) return { ...call, ...facts };
  context.addIssue({ code: 'custom', message: fault.message, path: [fault.field] });
  return z.NEVER;
});
