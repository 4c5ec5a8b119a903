/** A call as the kernel names it. */
import type { Effect } from '../service/answers.ts';

/** Calls that are commands of bpf(2), by the names that differ from them. */
const NOT_BPF =
  /^(?:spawn|fork|unshare|exec|exit|kill|capset|setrlimit|sysctl|join|cgroup_(?:chown|chmod|write)|open_\w+|close\w*|dup\d?|fcntl|pidfd_getfd|send_fd|recv_fd|mkdir|rmdir|bpffs_\w+|unlink|rename|link|symlink|chown|umask|chmod|boot|found|gone|lost)$/;

/** `BPF_PROG_ATTACH` for a command of bpf(2); others are syscalls or the log's own words. */
export function callName(name: string): string {
  return NOT_BPF.test(name) ? name : `BPF_${name.toUpperCase()}`;
}

/** Fields of a call or an effect that are shown, with their values as text. */
export function fieldsOf(told: object, without: string): readonly (readonly [string, string])[] {
  return Object.entries(told)
    .filter(([field, value]) => field !== without && !(Array.isArray(value) && value.length === 0))
    .map(([field, value]) => [field, valueText(value)] as const);
}

/** Characters of a value that are shown. */
const VALUE_MAX = 120;

function valueText(value: unknown): string {
  const text = Array.isArray(value)
    ? value.map(valueText).join(' | ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}

/** `Entry inserted` for `EntryInserted`. */
export function effectName({ type }: Effect): string {
  const words = type.replaceAll(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^Prog\b/, 'Program').replace(/^Nofile/, 'Fds');
}
