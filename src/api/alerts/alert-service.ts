/** What the routes need to know of alerts. */
import type { Principal } from '../guard/tokens.ts';
import type { WebhookAllowed } from './public-address.ts';

export interface AlertService {
  /** What rules may deliver to beyond public addresses. */
  readonly allowed: WebhookAllowed;
  /** Who made a rule and still may have one; undefined otherwise. */
  owner(actor: string): Principal | undefined;
  /** There may be something to do. */
  wake(): void;
}
