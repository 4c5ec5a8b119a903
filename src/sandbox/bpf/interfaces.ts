/** The network interfaces of this machine, by which programs name what they attach to. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether this machine has a network interface with an index. */
export function isInterface(index: number): boolean {
  const root = '/sys/class/net';
  return readdirSync(root).some(
    (name) => Number(readFileSync(join(root, name, 'ifindex'), 'utf8')) === index,
  );
}
