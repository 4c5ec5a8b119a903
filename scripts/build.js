// Builds dist/ from src/ unless it is newer than everything it is built from. `npm ci` runs this
// through `prepare`, so a fresh checkout has a working command; so does the first `npx bpfledger`,
// perhaps while a service runs from dist/, which must not lose its files then. Migrations and openapi.yaml are not copied: dist/ has the same depth as src/, and both
// find them at the root of the package.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { bin, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

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
  const { resolve } = createRequire(import.meta.url);
  let manifest;
  try {
    manifest = resolve('typescript/package.json');
  } catch {
    return compileApart();
  }
  return run(manifest);
}

/** After `npm ci --omit=dev` the compiler is not there: it comes, and goes, in a folder of its own. */
function compileApart() {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-build-'));
  try {
    const needed = ['typescript', '@types/node'].map((name) => [name, devDependencies[name]]);
    const manifest = { private: true, dependencies: Object.fromEntries(needed) };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    // What it says of versions and hashes holds here too.
    copyFileSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
    const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev'];
    const { status } = spawnSync('npm', npm, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) {
      console.error(
        'dist/ is not built: the compiler, a development dependency, cannot be fetched',
      );
      return status ?? 1;
    }
    const modules = join(folder, 'node_modules');
    const types = ['--typeRoots', join(modules, '@types')];
    return run(join(modules, 'typescript', 'package.json'), types);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} manifest of the compiler @param {string[]} options */
function run(manifest, options = []) {
  const tsc = join(dirname(manifest), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', ...options], {
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
const { writePrepared } = await import(join(root, 'dist/events/storage/pglite/prepare.js'));
await writePrepared();
