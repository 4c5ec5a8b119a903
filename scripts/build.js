// Builds dist/ from src/. `npm ci` runs it through `prepare`, so a fresh checkout has a working
// command. Migrations and openapi.yaml are not copied: dist/ has the same depth as src/, and both
// find them at the root of the package.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function compile() {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

if (existsSync(join(root, 'src'))) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const status = compile();
  if (status !== 0) process.exit(status);
  const command = join(root, bin.bpfledger);
  if (existsSync(command)) chmodSync(command, 0o755);
} else {
  console.log('bpfledger: there is no src/ yet, nothing to build');
}
