/** Posts lines of NDJSON to a host, so that each is recorded once however often it is sent. */
import { hostPath } from './host-path.ts';
import { linesOf } from './lines.ts';
import {
  type ProblemDocument,
  problemText,
  type RestClient,
  ServiceRefusal,
} from './rest-client.ts';

/** Milliseconds for a piece and its answer. */
const PIECE_MS_MAX = 60_000;

/** What became of lines. */
export interface Posted {
  /** How many are recorded, from the first. */
  readonly recorded: number;
  /** Why the next one is not: it will not be taken if it is sent again. */
  readonly refused?: string;
}

/** An event, or the problem document of a line. */
interface LineProblem extends ProblemDocument {
  readonly status?: number;
}

/**
 * Posts lines in order. Under the same key the same lines may be sent again, also with more after
 * them: those that are recorded already are found again.
 *
 * @throws ServiceRefusal when the service refuses for another reason than a line; what the network
 * says when nobody answers
 */
export async function postLines(
  client: RestClient,
  host: string,
  { key, lines }: { readonly key: string; readonly lines: readonly string[] },
): Promise<Posted> {
  const response = await client
    .open(`${hostPath(host)}/syscalls`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      body: lines.map((line) => `${line}\n`).join(''),
      signal: AbortSignal.timeout(PIECE_MS_MAX),
    })
    .catch((error: unknown) => {
      if (error instanceof ServiceRefusal && isOfLine(error)) return error.message;
      throw error;
    });
  // A status of its own has only what refuses the first line.
  if (typeof response === 'string') return { recorded: 0, refused: response };
  if (response.body === null) throw new Error('the service answered without a body');
  let recorded = 0;
  for await (const line of linesOf(response.body)) {
    const answer = JSON.parse(line) as LineProblem;
    const { status } = answer;
    if (status === undefined) {
      recorded++;
      continue;
    }
    const refusal = new ServiceRefusal(status, problemText(line, status), answer);
    if (isOfLine(refusal)) return { recorded, refused: refusal.message };
    throw refusal;
  }
  if (recorded === lines.length) return { recorded };
  throw new Error(`the service did not answer all lines: ${recorded} of ${lines.length}`);
}

/** Too many requests and a service that breaks are not a fault of the line that came then. */
function isOfLine({ status, line }: ServiceRefusal): boolean {
  return line !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408;
}
