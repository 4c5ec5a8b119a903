import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool, SpoolTaken } from './spool.ts';

const MIB = 1024 * 1024;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a spool', () => {
  it('gives lines in order, each under the same key until it is sent', async () => {
    const spool = await Spool.open(folder, MIB);
    await spool.append(['a', 'b', 'ü']);
    const first = await spool.next(2);
    expect(first?.lines).toEqual(['a', 'b']);
    expect((await spool.next(3))?.key).toBe(first?.key);
    await spool.markSent(['a', 'b']);
    expect((await spool.next(2))?.lines).toEqual(['ü']);
    expect((await spool.next(2))?.key).not.toBe(first?.key);
    await spool.markSent(['ü']);
    expect(await spool.next(2)).toBeUndefined();
    expect(spool.waiting).toBe(0);
    await spool.close();
  });

  it('goes on in a new process where the last one ended, without a line that was cut off', async () => {
    const spool = await Spool.open(folder, MIB);
    await spool.append(['a', 'b']);
    const key = (await spool.next(1))?.key;
    await spool.close();
    appendFileSync(join(folder, '000000000001.ndjson'), 'half');
    const again = await Spool.open(folder, MIB);
    expect(await again.next(9)).toEqual({ key, lines: ['a', 'b'] });
    await again.append(['c']);
    expect(await again.countLines()).toBe(3);
    await again.markSent(['a', 'b']);
    expect(await again.countLines()).toBe(1);
    expect((await again.next(9))?.lines).toEqual(['c']);
    await again.close();
  });

  it('takes no more than it may, and takes lines again once there is room', async () => {
    const spool = await Spool.open(folder, 10);
    expect(await spool.append(['12345'])).toBe(true);
    expect(await spool.append(['12345'])).toBe(false);
    await spool.markSent(['12345']);
    expect(await spool.append(['12345'])).toBe(true);
    await spool.close();
  });

  it('removes segments that are sent', async () => {
    const spool = await Spool.open(folder, 100 * MIB);
    const line = 'x'.repeat(MIB);
    for (let i = 0; i < 20; i++) await spool.append([line]);
    expect(readdirSync(folder)).toContain('000000000002.ndjson');
    let sent = 0;
    for (let piece = await spool.next(9); piece !== undefined; piece = await spool.next(9)) {
      await spool.markSent(piece.lines);
      sent += piece.lines.length;
    }
    expect(sent).toBe(20);
    expect(readdirSync(folder).sort()).toEqual(['000000000002.ndjson', 'sent.json']);
    await spool.close();
  });

  it('belongs to one process', async () => {
    const spool = await Spool.open(folder, MIB);
    await expect(Spool.open(folder, MIB)).rejects.toThrow(SpoolTaken);
    await spool.close();
    await (await Spool.open(folder, MIB)).close();
  });

  it('begins with what is there when nothing says what was sent', async () => {
    writeFileSync(join(folder, '000000000007.ndjson'), 'a\nb\n');
    const spool = await Spool.open(folder, MIB);
    expect((await spool.next(9))?.lines).toEqual(['a', 'b']);
    await spool.close();
  });
});
