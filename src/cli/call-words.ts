/** A call typed as words: `link_create prog_fd=3 target_path=/pod1 flags=multi,before`. */
import { UsageError } from './exit-code.ts';

/** Fields that hold a list, also when it is a single number. */
const LISTS: readonly string[] = ['caps', 'map_fds'];
/** Fields that hold a list of names, or a number. */
const FLAG_WORDS: readonly string[] = ['flags', 'query_flags'];

/** Calls that name a cgroup as their target. */
const TARGETED: readonly string[] = ['prog_attach', 'prog_detach', 'prog_query', 'link_create'];

const NUMBER = /^-?\d+$/u;

/**
 * The request that words and `--pid` spell; JSON may spell the whole request.
 *
 * @param command the name of the command, for its errors
 * @throws UsageError
 */
export function requestFromWords(
  command: string,
  words: readonly string[],
  pid: string | undefined,
): object {
  if (words.length === 0) {
    throw new UsageError(`which call? try ${command} HOST mkdir path=/pod1`);
  }
  const call = callFromWords(words);
  if (pid !== undefined && !/^\d+$/u.test(pid))
    throw new UsageError(`--pid ${pid} is not a number`);
  const who = pid === undefined ? {} : { pid: Number(pid) };
  return 'call' in call ? { ...call, ...who } : { ...who, call };
}

/**
 * The call that words spell: its name and `field=value` pairs, or one JSON object.
 *
 * Numbers, true and false stand for themselves, lists are separated by commas, and what begins with
 * `{`, `[` or `"` is JSON.
 *
 * @throws UsageError
 */
function callFromWords(words: readonly string[]): object {
  const [name = '', ...pairs] = words;
  if (name.startsWith('{')) {
    if (pairs.length === 0) return jsonOf(name) as object;
    throw new UsageError('a call in JSON stands alone, without field=value');
  }
  const call: Record<string, unknown> = { name };
  for (const pair of pairs) {
    const [field = '', ...value] = pair.split('=');
    if (field === '' || value.length === 0) {
      throw new UsageError(
        pair.startsWith('/')
          ? `${name} needs ${TARGETED.includes(name) ? 'target_path' : 'path'}=${pair}`
          : `${pair} is not a field of the call; type field=value`,
      );
    }
    if (field in call) throw new UsageError(`${field} is there twice`);
    call[field] = fieldValue(field, value.join('='));
  }
  return call;
}

function fieldValue(field: string, text: string): unknown {
  if (/^[[{"]/u.test(text)) return jsonOf(text);
  if (LISTS.includes(field)) return items(text);
  if (NUMBER.test(text)) return Number(text);
  if (FLAG_WORDS.includes(field)) return items(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

function items(text: string): unknown[] {
  if (text === '') return [];
  return text.split(',').map((item) => (NUMBER.test(item) ? Number(item) : item));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${text} is not JSON`);
  }
}
