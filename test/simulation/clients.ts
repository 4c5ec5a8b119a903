// Clients: each asks for one thing after the other, under one key until there is an answer, or without a
// key and then only once. Some send a request again that was answered, or that is under way.

import { isRemoved } from '../../src/events/log-refusal.ts';
import type { Receipt } from '../../src/events/submission.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import type { Answers } from './answers.ts';
import type { AskedFor, ClientPlan } from './plan.ts';
import { HOST, isExpected, oneOf, type Scene, type Service } from './scene.ts';

/** A client leaves after so long without an answer, and asks again. */
const PATIENCE_MS = 15_000;

/** Asks for all that a client wants. */
export async function runClient(
  scene: Scene,
  answers: Answers,
  { number, requests }: ClientPlan,
): Promise<void> {
  const repeats: Promise<void>[] = [];
  for (const request of requests) {
    if (scene.isLate()) break;
    const random = scene.streams(`client ${number}: ${request.key}`);
    for (const [i, after] of request.repeats.entries())
      repeats.push(repeat(scene, answers, { request, after, i }));
    await askUntilAnswered(scene, answers, { request, random });
    await scene.timeline.sleep(request.pause);
  }
  await Promise.all(repeats);
}

/** Asks under one key until there is an answer; or without a key, and then only once. */
export async function askUntilAnswered(
  scene: Scene,
  answers: Answers,
  { request, random, at }: { request: AskedFor; random: Random; at?: Service },
): Promise<void> {
  for (;;) {
    const service = at ?? oneOf(scene, random.fraction());
    const outcome = await ask(scene, answers, { request, service });
    if (outcome !== 'open' || !request.isKeyed) return;
    await scene.timeline.sleep(50 + random.below(500));
  }
}

/** Sends a request once more, to any service, and takes what comes. */
async function repeat(
  scene: Scene,
  answers: Answers,
  { request, after, i }: { readonly request: AskedFor; readonly after: number; readonly i: number },
): Promise<void> {
  await scene.timeline.sleep(after);
  if (scene.isLate() || !scene.happens('repeats')) return;
  const which = scene.streams(`repeat ${i} of ${request.key}`).fraction();
  answers.repeats++;
  await ask(scene, answers, { request, service: oneOf(scene, which) });
}

/** Sends a request, and waits for as long as a client does. Whatever comes later is remembered too. */
async function ask(
  scene: Scene,
  answers: Answers,
  { request, service }: { readonly request: AskedFor; readonly service: Service },
): Promise<'settled' | 'open'> {
  const { timeline, tell } = scene;
  const { key } = request;
  answers.remember(request, timeline.now);
  tell(`${key} is sent to service ${service.number}`);
  const took = (receipt: Receipt) => {
    const { events, mark, repeated } = receipt;
    answers.note(request, receipt, timeline.now);
    tell(
      `${key} is ${repeated ? 'answered again' : 'answered'} by service ${service.number}: ` +
        `${events[0]?.position}…${events.at(-1)?.position} (${mark})`,
    );
    return 'settled' as const;
  };
  const judgeError = (error: unknown) => {
    tell(`${key} gets an error from service ${service.number}: ${error}`);
    // It was recorded, and removed since.
    if (isRemoved(error)) return 'settled';
    if (isExpected(error)) return 'open';
    scene.accuse('a request is answered', `${key} is refused: ${error}`);
    return 'settled';
  };
  const asked = service.log
    .submit(HOST, submissionOf(request))
    .then(took, judgeError)
    .finally(() => answers.remember(request, timeline.now));
  return Promise.race([asked, timeline.sleep(PATIENCE_MS).then(() => 'open' as const)]);
}

function submissionOf({ key, calls, isKeyed }: AskedFor) {
  const call = { call: { name: 'mkdir', path: `/${key}` } as const };
  const idempotency = { key, fingerprint: key };
  return {
    ...{ actor: 'local', calls: Array.from({ length: calls }, () => call) },
    ...(isKeyed && { idempotency }),
  };
}
