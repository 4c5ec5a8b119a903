// Dead files, exports and dependencies. The ways in are the command, the composition root, tests and
// scripts.
export default {
  entry: ['src/{main,cli/bpfledger}.ts', 'test/**/*.ts', 'scripts/**/*.{js,ts}'],
  project: ['{src,test,scripts}/**/*.{js,ts}'],
  // The kernel's own tools, which tests judge by (`.ci/run` installs bpftool).
  ignoreBinaries: ['mount', 'umount', 'bpftool'],
  ignoreExportsUsedInFile: { interface: true, type: true },
};
