/**
 * The only way from Node to libc: koffi, an optional package that is loaded here and nowhere else.
 */
import { KernelUnavailable } from './unavailable.ts';

/**
 * Loads koffi.
 *
 * @throws KernelUnavailable when it is not installed
 */
export async function loadKoffi() {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    throw new KernelUnavailable(
      'the optional package koffi, by which system calls are made, is not installed: run npm ci ' +
        `without --omit=optional (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}
