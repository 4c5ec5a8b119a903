/** A host that is written to while something else is measured. */
import { openConnection } from '../harness/connection.ts';

/** Milliseconds between two calls. */
const PAUSE_MS = 10;

/** What `measure` finds while a cgroup of the host is made and removed, a call at a time. */
export async function writeWhile<T>(
  port: number,
  host: string,
  measure: () => Promise<T>,
): Promise<T> {
  const connection = await openConnection(port);
  let goesOn = true;
  const writing = (async () => {
    for (let i = 0; goesOn; i++) {
      const call = { name: i % 2 === 0 ? 'mkdir' : 'rmdir', path: '/written' };
      const { status, body } = await connection.post(
        `/v1/hosts/${host}/syscalls`,
        JSON.stringify({ call }),
      );
      if (status !== 200) throw new Error(`a write was answered by ${status}: ${body}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  try {
    return await measure();
  } finally {
    goesOn = false;
    await writing;
    connection.close();
  }
}
