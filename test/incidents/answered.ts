// Incidents as hosts of a service of their own, and commands of ours run on them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../src/cli/command.ts';
import { readLine } from '../../src/cli/command-line.ts';
import { restClient } from '../../src/client/rest-client.ts';
import { configurationOf, type Running, startService } from '../../src/main.ts';
import type { Incident } from '../../src/recorders/golden/incidents.ts';
import { type PostedScenario, postScenario } from '../../src/recorders/golden/post-scenario.ts';

export interface TestedService {
  readonly url: string;
  close(): Promise<void>;
}

/** A service on an embedded database that goes with it. */
export async function startIncidentService(): Promise<TestedService> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-incidents-'));
  const env = { PORT: '0', BPFLEDGER_DATA_DIR: folder, BPFLEDGER_LOG_LEVEL: 'error' };
  const service: Running = await startService(configurationOf(env));
  return {
    url: service.url,
    async close() {
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the host that an incident happened on; it is named after the incident. */
export function postIncident(service: TestedService, incident: Incident): Promise<PostedScenario> {
  return postScenario(restClient({ url: service.url }), incident, incident.header.scenario);
}

/**
 * A text of the table with its names filled in: `HOST`, `{prog:LABEL}`, `{link:LABEL}`,
 * `{pid:LABEL}`, and `{step:N}` for the position at which step N of the recording ended.
 */
export function fillIn(text: string, host: string, { positions, labels }: PostedScenario): string {
  return text.replaceAll('HOST', host).replace(/\{(\w+):([^}]+)\}/g, (_, kind, name: string) => {
    switch (kind) {
      case 'prog':
      case 'link':
        return String(labels.id(kind, name));
      case 'pid':
        return String(labels.pid(name));
      case 'step': {
        const last = positions.get(Number(name))?.at(-1);
        if (last === undefined) throw new Error(`${host} has no step ${name}`);
        return String(last);
      }
      default:
        throw new Error(`{${kind}:${name}} means nothing`);
    }
  });
}

/** Runs a command line (without `bpfledger`) on the service; gives what it prints. */
export async function runLine(service: TestedService, line: string): Promise<string> {
  const [name = '', ...args] = line.split(' ');
  const module = (await import(`../../src/cli/${name}.ts`)) as Record<string, Command>;
  const exported = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const command = module[exported];
  if (command === undefined) throw new Error(`no command ${name}`);
  const printed: string[] = [];
  const print = {
    columns: undefined,
    out: (text: string) => void printed.push(text),
    err: (text: string) => void printed.push(text),
  };
  const { flags, words } = readLine(name, command, [...args, '--url', service.url]);
  await command.run({ flags, words, print });
  return `${printed.join('\n')}\n`;
}
