/** Why a live kernel cannot be driven here; the message says what is missing and what helps. */
export class ExecutorUnavailable extends Error {
  override readonly name = 'ExecutorUnavailable';
}
