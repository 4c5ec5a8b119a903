/** PROG_LOAD in a request: the tag and other facts about the instructions are derived here. */
import { z } from 'zod';
import { factsOf, type ProgFacts, tagOfReturning } from '../encoding/prog-tag.ts';
import { progLoad } from './prog-calls.ts';
import { REQUESTED } from './vocabulary.ts';

const requested = progLoad(REQUESTED);
type Requested = z.output<typeof requested>;

/** The default return value of a program. */
const DEFAULT_RET = 1;

interface Fault {
  readonly field: string;
  readonly message: string;
}

/** Fields of the request that contradict its instructions. */
function contradiction(call: Requested, facts: ProgFacts): Fault | undefined {
  const { tag, insn_cnt, ret } = call;
  const differs = (field: string) => ({ field, message: 'differs from the instructions' });
  if (tag !== undefined && (tag.sha1 !== facts.tag.sha1 || tag.sha256 !== facts.tag.sha256)) {
    return differs('tag');
  }
  if (insn_cnt !== undefined && insn_cnt !== facts.insn_cnt) return differs('insn_cnt');
  if (ret !== undefined && facts.ret !== undefined && ret !== facts.ret) return differs('ret');
  return undefined;
}

/** PROG_LOAD with its tags. */
export const progLoadRequest = requested.transform((call, context): Requested => {
  if (call.insns === undefined) {
    return { ...call, tag: call.tag ?? tagOfReturning(call.ret ?? DEFAULT_RET) };
  }
  const facts = factsOf(Buffer.from(call.insns, 'base64'));
  const fault = contradiction(call, facts);
  if (fault === undefined) return { ...call, ...facts };
  context.addIssue({ code: 'custom', message: fault.message, path: [fault.field] });
  return z.NEVER;
});
