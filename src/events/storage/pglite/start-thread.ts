/** Starts threads, from the built program and from the sources, which a thread cannot load alone. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread.
 *
 * @param module what it runs, without the ending that says whether it is built
 * @param workerData what it is started with
 */
export function startThread(module: URL, workerData: unknown): Worker {
  const options = { workerData, execArgv: [] };
  const file = new URL(module.href + extname(import.meta.url));
  if (file.pathname.endsWith('.js')) return new Worker(file, options);
  const compiler = import.meta.resolve('tsx/esm/api');
  const program = `import(${JSON.stringify(compiler)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(file.href)});
  });`;
  return new Worker(program, { ...options, eval: true });
}
