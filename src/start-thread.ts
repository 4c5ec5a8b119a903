/** Starts threads, from the built program and from the sources, which a thread cannot load alone. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * MiB of young objects in a thread. Its messages live shortly, and what V8 would take for them, up
 * to 48, a quiet thread does not give back: docs/performance.md#memory-that-an-idle-process-keeps
 */
const YOUNG_MIB = 12;

/**
 * Starts a thread.
 *
 * @param module the module to run, without its ending (.ts or .js)
 * @param workerData the data that the thread starts with
 */
export function startThread(module: URL, workerData: unknown): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MIB };
  const options = { workerData, execArgv: [], resourceLimits };
  const file = new URL(module.href + extname(import.meta.url));
  if (file.pathname.endsWith('.js')) return new Worker(file, options);
  const compiler = import.meta.resolve('tsx/esm/api');
  const program = `import(${JSON.stringify(compiler)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(file.href)});
  });`;
  return new Worker(program, { ...options, eval: true });
}
