// Builds dist/ from src/, dist/page from src/web, dist/docs from the documentation, and dist/collector from
// collector/ where its tools are, unless it is newer
// than everything it is built from. `npm ci` runs this through `prepare`, so a fresh checkout has a
// working command; so does the first `npx bpfledger`, perhaps while a service runs from dist/, which must
// not lose its files then.
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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildCollector } from './build-collector.js';
import { listPages } from './docs-site/pages.js';
import { writeSite } from './docs-site/site.js';
import { writeTypedClient } from './typed-client.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { bin, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const command = join(root, bin.bpfledger);
const page = join('dist', 'page');
const site = join('dist', 'docs', 'site.json.br');
const TOOLS = ['typescript', '@types/node', 'vite', 'preact', 'minisearch', 'marked'];

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

function isSiteUpToDate() {
  if (!existsSync(join(root, site))) return false;
  const built = statSync(join(root, site)).mtimeMs;
  const folders = ['scripts/docs-site', 'docs', 'docs/adr', 'docs/errno', 'docs/incidents'];
  const scripts = readdirSync(join(root, 'scripts/docs-site')).map((name) =>
    join('scripts/docs-site', name),
  );
  const sources = [...listPages(root).map(({ file }) => file), ...folders, ...scripts];
  return sources
    .filter((path) => existsSync(join(root, path)))
    .every((path) => statSync(join(root, path)).mtimeMs < built);
}

/**
 * @typedef {(folder: string) => Promise<number>} Build is told the folder whose node_modules has the
 *   tools, and gives an exit code
 */

/** @param {Build} build */
async function withTools(build) {
  const isHere = TOOLS.every((name) => existsSync(join(root, 'node_modules', name)));
  return isHere ? build(root) : withToolsApart(build);
}

/**
 * After `npm ci --omit=dev` the tools are not there: they come, and go, in a folder of their own.
 *
 * @param {Build} build
 */
async function withToolsApart(build) {
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
    return await build(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @type {Build} */
async function buildAll(tools) {
  const typeRoots = ['--typeRoots', join(tools, 'node_modules', '@types')];
  const compiler = join(tools, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', 'tsconfig.json', ...(tools === root ? [] : typeRoots)];
  return run(root, [compiler, ...options]) || buildPage(tools) || (await buildSite(tools));
}

/** @type {Build} */
async function buildSite(tools) {
  const marked = join(tools, 'node_modules', 'marked', 'lib', 'marked.esm.js');
  const { Marked } = await import(pathToFileURL(marked).href);
  writeSite(Marked, root);
  return 0;
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
  const status = await withTools(buildAll);
  if (status !== 0) process.exit(status);
  chmodSync(command, 0o755);
} else if (!isSiteUpToDate()) {
  process.exitCode = await withTools(buildSite);
}

buildCollector(root);

// A first start unpacks this; without it, it would make and migrate a database for seconds.
const { writePrepared } = await import(join(root, 'dist/events/storage/pglite/prepare.js'));
await writePrepared();
