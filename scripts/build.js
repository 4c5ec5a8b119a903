// Builds dist/ from src/ unless it is newer than everything it is built from. `npm ci` runs this
// through `prepare`, so a fresh checkout has a working command; so does the first `npx bpfledger`,
// perhaps while a service runs from dist/, which must not lose its files then. Migrations and openapi.yaml are not copied: dist/ has the same depth as src/, and both
// find them at the root of the package.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const command = join(root, bin.bpfledger);

/** Folders count as well: a file that was removed changes the time of its folder. */
function isUpToDate() {
  if (!existsSync(command)) return false;
  const built = statSync(command).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return [
    'package.json',
    'tsconfig.json',
    'src',
    ...sources.map((path) => join('src', path)),
  ].every((path) => statSync(join(root, path)).mtimeMs < built);
}

function compile() {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

if (!isUpToDate()) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const status = compile();
  if (status !== 0) process.exit(status);
  chmodSync(command, 0o755);
}

// A first start unpacks this; without it, it would make and migrate a database for seconds.
const { writePrepared } = await import(join(root, 'dist/events/pglite/prepare.js'));
await writePrepared();
