/** A reader with one keep-alive connection, who asks one thing after the other. */
import { Agent, request } from 'node:http';

export interface Reader {
  /** Milliseconds from the request to the last byte of its answer. Throws unless it is a 200. */
  read(path: string): Promise<number>;
  close(): void;
}

export function readerOf(url: string): Reader {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    read: (path) =>
      new Promise((resolve, reject) => {
        const start = performance.now();
        const asked = request(new URL(path, url), { agent }, (answer) => {
          const told = () => resolve(performance.now() - start);
          answer.on('error', reject);
          if (answer.statusCode === 200) answer.on('end', told).resume();
          else reject(new Error(`${path} was answered by ${answer.statusCode}`));
        });
        asked.on('error', reject).end();
      }),
    close: () => agent.destroy(),
  };
}
