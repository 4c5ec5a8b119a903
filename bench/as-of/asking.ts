/**
 * A process with one keep-alive connection, which asks one thing after the other and holds nothing.
 * Answers paths by the milliseconds of each, from the request to the last byte of its answer. One that
 * holds a log collects its own garbage, for 10 to 20 ms, while it measures.
 */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';

const [url] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function took(path: string): Promise<number> {
  const start = performance.now();
  const [answer] = (await once(request(new URL(path, url), { agent }).end(), 'response')) as [
    IncomingMessage,
  ];
  if (answer.statusCode !== 200) throw new Error(`${path} was answered by ${answer.statusCode}`);
  await once(answer.resume(), 'end');
  return performance.now() - start;
}

process.on('message', async (paths: readonly string[]) => {
  const times: number[] = [];
  for (const path of paths) times.push(await took(path));
  process.send?.(times);
});
