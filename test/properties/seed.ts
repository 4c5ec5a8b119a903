// The seed of a run: a new one each time, so that runs see new calls, or the one that is asked for.

const SEEDS = 2 ** 31;

/** Reads BPFLEDGER_SEED. Throws when it is set to something else than a number. */
export function seedOfRun(asked = process.env.BPFLEDGER_SEED): number {
  if (asked === undefined || asked === '') return Math.floor(Math.random() * SEEDS);
  if (!/^\d{1,10}$/u.test(asked)) throw new Error(`BPFLEDGER_SEED is no number: ${asked}`);
  return Number(asked);
}
