/**
 * Which of several processes evaluates the alert rules and delivers: one at a time, as long as it says
 * that it lives. It saves work and keeps order; what must not happen twice, the rows themselves guard.
 */
import type { Queryable } from '../../events/storage/database.ts';

/** Milliseconds that the duty lasts without being renewed: more than one delivery may take. */
export const DUTY_MS = 15_000;

/**
 * Takes the duty, or renews it.
 *
 * @param holder a text that no other running process has
 * @param now microseconds since the epoch
 * @returns whether the process has it now
 */
export async function takeDuty(
  database: Queryable,
  { holder, now }: { readonly holder: string; readonly now: number },
): Promise<boolean> {
  const rows = await database.query(
    `insert into alert_duty (duty, holder, expires_at) values (1, $1, $3)
     on conflict (duty) do update set holder = excluded.holder, expires_at = excluded.expires_at
     where alert_duty.holder = $1 or alert_duty.expires_at <= $2
     returning duty`,
    [holder, now, now + DUTY_MS * 1000],
  );
  return rows.length === 1;
}

/** Gives the duty back, so that another process need not wait until it ends. */
export async function leaveDuty(database: Queryable, holder: string): Promise<void> {
  await database.query('delete from alert_duty where holder = $1', [holder]);
}
