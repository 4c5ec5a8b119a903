/**
 * A process with one keep-alive connection, which asks one thing after the other and holds nothing.
 * Answers each path by milliseconds, from the request to the last byte of its answer. A process that
 * holds a log collects its own garbage, for 10 to 20 ms, while it measures.
 */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';

const [url] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

process.on('message', async (path: string) => {
  const start = performance.now();
  const [answer] = (await once(request(new URL(path, url), { agent }).end(), 'response')) as [
    IncomingMessage,
  ];
  if (answer.statusCode !== 200) throw new Error(`${path} was answered by ${answer.statusCode}`);
  await once(answer.resume(), 'end');
  process.send?.(performance.now() - start);
});
