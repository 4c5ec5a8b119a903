/** Why a live kernel cannot be driven here; the message says what is missing and what helps. */
export class KernelUnavailable extends Error {
  override readonly name = 'KernelUnavailable';
}

/** The kernel answered EAGAIN to what this program itself needs, however often it asked: it says nothing of the kernel. */
export class KernelBusy extends Error {
  override readonly name = 'KernelBusy';
}
