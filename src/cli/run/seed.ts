/** The state that a run starts from: the end of an exported log, or a host of a service at a position. */

import { createReadStream, existsSync, statSync } from 'node:fs';
import { hostPath } from '../../client/host-path.ts';
import { type RestClient, restClient } from '../../client/rest-client.ts';
import { emptyKernel } from '../../domain/boot.ts';
import { countText } from '../../domain/count-text.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { readBundle } from '../../events/bundle/read-bundle.ts';
import { ChainCheck } from '../../events/proof/chain-check.ts';
import { fold } from '../../events/reading/host-state.ts';
import { InputError, UsageError } from '../exit-code.ts';
import { beginsAsBundle } from '../import/format.ts';
import { type ServiceFlags, serviceFrom } from '../service-flags.ts';

/** One more than the highest pid that a machine gives (`PID_MAX_LIMIT`). */
const PID_END = 2 ** 22;

/**
 * Makes the state that `--seed-state` names.
 *
 * @param text a file that `export` wrote, or HOST@POSITION
 * @throws InputError when the log is damaged, or does not reach the position
 */
export async function seededKernel(text: string, service: ServiceFlags): Promise<Kernel> {
  if (existsSync(text)) {
    if (service.url !== undefined || service['token-file'] !== undefined) {
      throw new UsageError('--url and --token-file go with --seed-state HOST@POSITION');
    }
    if (statSync(text).isDirectory()) {
      throw new InputError(
        `--seed-state ${text} is a directory: give a file that bpfledger export wrote, or ` +
          'HOST@POSITION as web1@812',
      );
    }
    if (!(await beginsAsBundle(text))) {
      throw new InputError(`--seed-state ${text} is not a bundle, as bpfledger export writes it`);
    }
    return stateOf(text, createReadStream(text), undefined);
  }
  const [, host, at] = /^([^@]+)@([1-9]\d{0,14})$/u.exec(text) ?? [];
  if (host === undefined) {
    throw new UsageError(
      `--seed-state ${text} is neither a file nor HOST@POSITION, such as web1@812`,
    );
  }
  const client = restClient(serviceFrom(service));
  return stateOf(text, await openExport(client, host), Number(at));
}

async function openExport(client: RestClient, host: string): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await client.open(`${hostPath(host)}/export?format=bundle`);
  if (body === null) throw new Error('the service answered without a body');
  return body;
}

async function stateOf(
  text: string,
  chunks: AsyncIterable<Uint8Array>,
  to: number | undefined,
): Promise<Kernel> {
  const kernel = emptyKernel();
  const check = new ChainCheck({});
  let reached = 0;
  for await (const parts of readBundle(chunks, check)) {
    for (const part of parts) {
      if (part.part !== 'row' || part.event.position > (to ?? Number.POSITIVE_INFINITY)) continue;
      fold(kernel, [part.event]);
      reached = part.event.position;
    }
  }
  if (!check.report().holds) throw new InputError(`${text}: the log is damaged: bpfledger verify`);
  if (reached === 0 || (to !== undefined && reached < to)) {
    throw new InputError(`${text}: the log has ${countText(reached, 'event')}`);
  }
  setApart(kernel);
  return kernel;
}

/** Its processes get pids that no process of this machine has: those of the run are real. */
function setApart(kernel: Kernel): void {
  const movePid = (pid: number) => (pid === BOOT_PID ? pid : PID_END + pid);
  for (const process of [...kernel.processes.values()]) {
    const { pid, tgid, threads, shared_with } = process;
    if (pid === BOOT_PID) continue;
    kernel.processes.delete(pid);
    kernel.processes.set(movePid(pid), {
      ...process,
      pid: movePid(pid),
      tgid: movePid(tgid),
      threads: threads.map(movePid),
      shared_with: shared_with.map(movePid),
    });
  }
}
