/** The version of this package, as its manifest says. */
import { readFileSync } from 'node:fs';

const MANIFEST = new URL('../package.json', import.meta.url);

/** Such as `1.0.0`. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string }).version;
}
