// The seed of a run. `BPFLEDGER_SEED=N` repeats a run of any test that draws random numbers.

const SEEDS = 2 ** 31;

/**
 * Reads BPFLEDGER_SEED.
 *
 * @param unasked the seed of a run that nobody asks for: by default a new one each time, so that
 *   runs see new calls
 * @throws Error when it is set to something else than a number
 */
export function seedOfRun(unasked = Math.floor(Math.random() * SEEDS)): number {
  const asked = process.env.BPFLEDGER_SEED;
  if (asked === undefined || asked === '') return unasked;
  if (!/^\d{1,10}$/u.test(asked)) throw new Error(`BPFLEDGER_SEED is not a number: ${asked}`);
  return Number(asked);
}
