/** Why a call of the log is not made, or what it opened is not kept: it would leave the place. */
export class Withheld extends Error {
  override readonly name = 'Withheld';
}
