/** What a bpf(2) call turns out to be. */
import type { CallName, CallOf } from '../../domain/call.ts';
import type { Errno } from '../../domain/errno.ts';
import type { AskedCall } from '../fallible.ts';

/** What a call passes that the model does not keep; it is read once, for the process may change it. */
export interface Passed {
  readonly value?: Buffer;
  readonly license?: string;
  readonly types?: Buffer;
  readonly tracepoint?: string;
}

export type Decoded =
  | { readonly is: 'call'; readonly call: AskedCall; readonly passed: Passed }
  /**
   * Refused before any rule of the model looks at it: memory, the size of the attr, or what the release
   * does not have. `log`: what the verifier prints.
   */
  | { readonly is: 'refused'; readonly errno: Errno; readonly why: string; readonly log?: string }
  /** A command that the model has no word for, or with a field of which that is so. */
  | { readonly is: 'unknown'; readonly command: string };

export const isCall = (call: AskedCall, passed: Passed = {}): Decoded => ({
  is: 'call',
  call,
  passed,
});
export const refuseDecoded = (errno: Errno, why: string): Decoded => ({
  is: 'refused',
  errno,
  why,
});
export const FAULT: Decoded = refuseDecoded('EFAULT', 'the process has no memory there');

/** A call that gets its fields one after the other. */
export type Building<N extends CallName> = { -readonly [F in keyof CallOf<N>]: CallOf<N>[F] };

/** The same as `some`, for calls that agents make all day: a spread costs more. */
export function setField<C extends object, F extends keyof C>(
  call: C,
  field: F,
  value: C[F] & number,
) {
  if (value !== 0) call[field] = value;
}

/** A field that is told where it is not zero. */
export function some<N extends string>(name: N, value: number): { readonly [K in N]?: number } {
  return (value === 0 ? {} : { [name]: value }) as { readonly [K in N]?: number };
}

/** A name that is told where there is one. */
export function nameField<N extends string>(name: N, text: string): { readonly [K in N]?: string } {
  return (text === '' ? {} : { [name]: text }) as { readonly [K in N]?: string };
}
