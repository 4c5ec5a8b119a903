// Builds dist/ from src/, and dist/page from src/web, unless it is newer than everything it is built
// from. `npm ci` runs this through `prepare`, so a fresh checkout has a working command; so does the
// first `npx bpfledger`, perhaps while a service runs from dist/, which must not lose its files then.
// Migrations and openapi.yaml are not copied: dist/ has the same depth as src/, and both find them at
// the root of the package.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
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
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeTypedClient } from './typed-client.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { bin, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const command = join(root, bin.bpfledger);
const page = join('dist', 'page');
const TOOLS = ['typescript', '@types/node', 'vite', 'preact'];

/** Folders count as well: a file that was removed changes the time of its folder. */
function isUpToDate() {
  if (!existsSync(command) || !existsSync(join(root, page, 'index.html'))) return false;
  const built = statSync(command).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return [
    'package.json',
    'tsconfig.json',
    'src',
    ...sources.map((path) => join('src', path)),
  ].every((path) => statSync(join(root, path)).mtimeMs < built);
}

/** @param {(folder: string) => number} build is told the folder whose node_modules has the tools */
function withTools(build) {
  const { resolve } = createRequire(import.meta.url);
  try {
    for (const name of TOOLS) resolve(`${name}/package.json`);
  } catch {
    return withToolsApart(build);
  }
  return build(root);
}

/**
 * After `npm ci --omit=dev` the tools are not there: they come, and go, in a folder of their own.
 *
 * @param {(folder: string) => number} build
 */
function withToolsApart(build) {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-build-'));
  try {
    const needed = TOOLS.map((name) => [name, devDependencies[name]]);
    const manifest = { private: true, type: 'module', dependencies: Object.fromEntries(needed) };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    // What it says of versions and hashes holds here too.
    copyFileSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
    const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev'];
    const { status } = spawnSync('npm', npm, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) {
      console.error('dist/ is not built: its tools, development dependencies, cannot be fetched');
      return status ?? 1;
    }
    return build(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} tools */
function buildAll(tools) {
  const typeRoots = ['--typeRoots', join(tools, 'node_modules', '@types')];
  const compiler = join(tools, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', 'tsconfig.json', ...(tools === root ? [] : typeRoots)];
  return run(root, [compiler, ...options]) || buildPage(tools);
}

/**
 * What the page imports must be found above it, so it is built where the tools are.
 *
 * @param {string} tools
 */
function buildPage(tools) {
  const source = join('src', 'web');
  if (tools !== root) {
    cpSync(join(root, source), join(tools, source), { recursive: true });
    // The page's own configuration extends it.
    copyFileSync(join(root, 'tsconfig.json'), join(tools, 'tsconfig.json'));
  }
  const vite = join(tools, 'node_modules', 'vite', 'bin', 'vite.js');
  const options = ['build', '--config', join(source, 'vite.config.ts'), '--logLevel', 'warn'];
  const status = run(tools, [vite, ...options]);
  if (status === 0 && tools !== root) {
    cpSync(join(tools, page), join(root, page), { recursive: true });
  }
  return status;
}

/** @param {string} cwd @param {string[]} script with its arguments */
function run(cwd, script) {
  const { status } = spawnSync(process.execPath, script, { cwd, stdio: 'inherit' });
  return status ?? 1;
}

const inRoot = (/** @type {string} */ path) => pathToFileURL(join(root, path));
writeTypedClient(inRoot('openapi.yaml'), inRoot('src/client/operations.generated.ts'));
if (!isUpToDate()) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const status = withTools(buildAll);
  if (status !== 0) process.exit(status);
  chmodSync(command, 0o755);
}

// A first start unpacks this; without it, it would make and migrate a database for seconds.
const { writePrepared } = await import(join(root, 'dist/events/storage/pglite/prepare.js'));
await writePrepared();
