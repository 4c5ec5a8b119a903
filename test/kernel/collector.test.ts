// The collector alone: what it prints does not depend on how it reads the kernel, and it says what it
// had no room for.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/needs.ts';
import { until } from './executing.ts';
import { buildCollector, ownFolder } from './observing.ts';
import { buildStory, tellStory } from './story.ts';

const ready = [needs('kernel'), needs('collector')].every(({ ok }) => ok);

interface Line {
  readonly call: { readonly name: string; readonly path?: string };
  readonly at: string;
  readonly pid: number;
}

describe.skipIf(!ready)('the collector', { timeout: 120_000 }, () => {
  const folder = ownFolder();
  let path: string;
  beforeAll(() => {
    buildStory(folder);
    path = buildCollector(join(folder, 'build'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts one, and gives its lines from then on. */
  async function started(...options: string[]) {
    const child: ChildProcess = spawn(path, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: Line[] = [];
    let header = '';
    if (child.stdout === null) throw new Error('no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (header === '') header = line;
      else lines.push(JSON.parse(line) as Line);
    });
    await until('the collector began', () => header !== '');
    return {
      lines,
      async end() {
        const ended = once(child, 'close');
        child.kill('SIGTERM');
        await ended;
        return lines;
      },
    };
  }

  it('prints the same on kernels that let it follow pointers, and on those that do not', async () => {
    const ways = [await started(), await started('--old-reads')];
    const names = await tellStory(folder, [], async ({ cgroup, bpffs }) => {
      // A bpffs that is unmounted has no names any more: all of them are told before that.
      const mark = join(cgroup, 'mark');
      mkdirSync(mark);
      rmdirSync(mark);
      const isTold = ({ call }: Line) => call.name === 'rmdir' && call.path?.endsWith('/mark');
      await until('all is told', () => ways.every(({ lines }) => lines.some(isTold)));
      return [basename(cgroup), basename(bpffs)];
    });
    const told = await Promise.all(ways.map((way) => way.end()));
    const [newer = [], older = []] = told.map((lines) => ofStory(lines, names));
    expect(newer.length).toBeGreaterThan(200);
    expect(older).toEqual(newer);
  });
});

/** The lines of the processes that name something of the story, without what differs by the moment. */
function ofStory(lines: readonly Line[], names: readonly string[]): object[] {
  const isNaming = (line: Line) => names.some((name) => JSON.stringify(line).includes(name));
  const pids = new Set(lines.filter(isNaming).map(({ pid }) => pid));
  return lines.filter(({ pid }) => pids.has(pid)).map(({ at: _, ...rest }) => rest);
}
