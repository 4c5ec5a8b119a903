/** Why a live kernel cannot be driven here; the message says what is missing and what helps. */
export class KernelUnavailable extends Error {
  override readonly name = 'KernelUnavailable';
}
