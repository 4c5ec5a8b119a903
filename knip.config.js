// Dead files, exports and dependencies. The ways in are the command, the composition root, tests,
// benches and scripts. Until the command exists nothing of src is reachable, so every file there
// counts as a way in and no dependency is reported.
import { existsSync } from 'node:fs';

const begun = existsSync(new URL('src/cli/bpfledger.ts', import.meta.url));

export default {
  entry: [
    begun ? 'src/{main,cli/bpfledger}.ts' : 'src/**/*.ts',
    'test/**/*.ts',
    'bench/**/*.ts',
    'scripts/**/*.{js,ts}',
  ],
  project: ['{src,test,bench,scripts}/**/*.{js,ts}'],
  ignoreDependencies: begun ? [] : [/.*/],
  // The kernel's own tools, which tests judge by (`.ci/run` installs bpftool).
  ignoreBinaries: ['mount', 'umount', 'bpftool'],
  ignoreExportsUsedInFile: { interface: true, type: true },
};
