// Prints a snapshot of the kernel that runs here: a process of its own, so that those who test are
// in it, too.

import { takeSnapshot } from '../../src/executor/survey/snapshot.ts';
import { bindKernel } from '../../src/native/syscall.ts';
import { THINGS } from '../../src/recorders/snapshot/snapshot.ts';

const kernel = await bindKernel();
process.stdout.write(JSON.stringify({ ...takeSnapshot(kernel), covers: THINGS }));
