// Requests for every operation that nobody would write by hand (test/hostile makes them). Whatever is
// asked, the answer is one that openapi.yaml tells of, word for word, and the service does not fail.
// `npm run hostile` asks for longer.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { faultOf } from '../hostile/answers.ts';
import { answerOf, type Send } from '../hostile/exchange.ts';
import { makeWorld } from '../hostile/hosts.ts';
import { operations, Requests } from '../hostile/requests.ts';
import { seedOfRun } from '../support/seed.ts';
import { startTestService, type TestService } from './running.ts';

/** Requests of each operation. `BPFLEDGER_CONTRACT_REQUESTS=250` makes more than 20,000. */
const REQUESTS = Number(process.env.BPFLEDGER_CONTRACT_REQUESTS ?? 6);

const seed = seedOfRun(20260512);
let service: TestService;
let requests: Requests;
const send: Send = async (url, sent) => answerOf(await service.app.request(url, sent));

beforeAll(async () => {
  service = await startTestService();
  requests = new Requests(randomFrom(seed), await makeWorld(send, 'h'));
}, 60_000);
afterAll(() => service.close());

const NAME = `each answer is as the document says, seed ${seed}`;

it(NAME, { timeout: 120_000 + REQUESTS * 5000 }, async () => {
  const answered = new Set<string>();
  for (let round = 0; round < REQUESTS; round++) {
    for (const operation of operations) {
      const [url, sent] = requests.requestOf(operation);
      const answer = await send(url, sent);
      const asked = `${sent.method} ${url} ${sent.body ?? ''} -> ${answer.status}`;
      if (answer.status < 400) answered.add(operation.operationId);
      const again = (other: string) => send(other, sent);
      const fault = await faultOf(operation, { url, answer, again });
      expect(fault, asked.slice(0, 1000)).toBeUndefined();
    }
  }
  if (REQUESTS > 6)
    console.info(`${operations.length * REQUESTS} answers, each as the document says`);
  // Most operations are asked something that they do answer.
  expect(answered.size).toBeGreaterThan(operations.length / 2);
  expect(service.faults).toEqual([]);
});
