/**
 * BPF tokens (6.9; kernel/bpf/token.c; semantics §30): what a bpffs of a user namespace delegates to
 * those who hold an fd of its token. A token that does not allow what is asked is passed over: then the
 * capabilities count as without one.
 */
import { type AttachType, attachTypeNumber } from './attach-type.ts';
import { type Caller, fileAt } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import { TOKEN_FD } from './flags.ts';
import type { Kernel } from './kernel.ts';
import type { Delegation } from './mount-row.ts';
import { HOSTS_NAMESPACE } from './namespace-row.ts';
import type { Refusal } from './outcome.ts';
import { type ProgType, progTypeNumber } from './prog-type.ts';
import type { Switches } from './release/switches.ts';

/** Commands by their numbers, as `delegate_cmds` has them. */
export const DELEGATED_COMMANDS = {
  map_create: 0,
  prog_load: 5,
  btf_load: 18,
  btf_get_fd_by_id: 19,
} as const;

/** What every bit of stands for `any`. */
const ANY = `0x${'f'.repeat(16)}`;

/** A set as it is told: `any` is every number, and nothing is none. */
export function setOf(told: string | undefined): string {
  if (told === 'any') return ANY;
  return `0x${BigInt(told ?? 0).toString(16)}`;
}

export function isEmptySet(set: string): boolean {
  return BigInt(set) === 0n;
}

function includes(set: string, number: number): boolean {
  return number < 64 && ((BigInt(set) >> BigInt(number)) & 1n) === 1n;
}

/** Whether this kernel has tokens. */
export function hasTokens({ prog_flags }: Switches): boolean {
  return (prog_flags & TOKEN_FD) !== 0;
}

/** Kernels without tokens end a command before the field of one (`CHECK_ATTR`): it must be zero. */
export function pastToken(kernel: Kernel, field: number, last_byte: number): Refusal | undefined {
  if (field === 0 || hasTokens(kernel.switches)) return undefined;
  return refusal('EINVAL', 'bytes-after-last-field', { last_byte });
}

/** What the bpffs of a token delegates; a token keeps its mount. */
export function delegationOf({ mounts }: Kernel, mountId: number): Delegation {
  const delegation = mounts.get(mountId)?.delegation;
  if (delegation === undefined) throw new Error(`impossible state: a token of mount ${mountId}`);
  return delegation;
}

/** The token that an fd names (`bpf_token_get_from_fd`): EBADF when closed, EINVAL when it is something else. */
function tokenAt(caller: Caller, fd: number): Delegation | Refusal {
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'fd-is-no-token', { fd });
  if (file.kind !== 'token') return refusal('EINVAL', 'fd-is-no-token', { fd });
  return delegationOf(caller.kernel, file.id);
}

export function allowsCommand({ cmds }: Delegation, command: number): boolean {
  return includes(cmds, command);
}

/** `bpf_token_allow_map_type`. */
export function allowsMap(token: Delegation, type: number): boolean {
  return includes(token.maps, type) && allowsCommand(token, DELEGATED_COMMANDS.map_create);
}

/** `bpf_token_allow_prog_type`; types and hooks that the kernel does not have are not allowed. */
export function allowsLoad(
  { switches }: Kernel,
  token: Delegation,
  program: { readonly type: ProgType; readonly expected: AttachType },
): boolean {
  const type = progTypeNumber(program.type);
  const hook = attachTypeNumber(program.expected);
  const isKnown = type < switches.prog_type_count && hook < switches.attach_type_count;
  const allows = includes(token.progs, type) && includes(token.attachs, hook);
  return isKnown && allows && allowsCommand(token, DELEGATED_COMMANDS.prog_load);
}

/** Where a command asks for capabilities: in which user namespace; or why its token is none. */
export interface AskedNamespace {
  readonly user: number;
  readonly refused: Refusal | undefined;
}

/** Where one asks that has no token. */
export const WITHOUT_TOKEN: AskedNamespace = { user: HOSTS_NAMESPACE, refused: undefined };

/** Where a command asks with the token that an fd names: where it asks without one, if it is not allowed. */
export function findAsked(
  caller: Caller,
  fd: number,
  allows: (token: Delegation) => boolean,
): AskedNamespace {
  const token = tokenAt(caller, fd);
  if (isRefused(token)) return { user: HOSTS_NAMESPACE, refused: token };
  return allows(token) ? { user: token.user, refused: undefined } : WITHOUT_TOKEN;
}
