// Dead files, exports and dependencies. The ways in are the command, the composition root, the doors
// of the package, what a thread or the build starts by its path, the page, tests, scripts and the
// benchmarks.
export default {
  entry: [
    'src/{main,cli/bpfledger}.ts',
    'src/library/*.ts',
    'src/web/{main,docs/main}.tsx',
    'src/web/vite.config.ts',
    'src/events/storage/pglite/{prepare,thread}.ts',
    'src/sandbox/notify/launch-thread.ts',
    'test/**/*.ts',
    'scripts/**/*.{js,ts}',
  ],
  project: ['{src,test,scripts,bench}/**/*.{js,ts,tsx}'],
  // The kernel's own tools, which tests judge by (`.ci/run` installs bpftool), jq, perl, which makes calls
  // by their numbers, and the compiler of the program that a benchmark asks the kernel with.
  ignoreBinaries: [
    'systemd-analyze',
    'make',
    'mount',
    'umount',
    'unshare',
    'bpftool',
    'gcc',
    'clang',
    'strace',
    'go',
    'openssl',
    'jq',
    'perl',
  ],
  ignoreExportsUsedInFile: { interface: true, type: true },
};
