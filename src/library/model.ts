/**
 * The package's door `bpfledger/model`: the kernel model by itself. It is pure, needs no other
 * package and loads in milliseconds.
 */
export type { AttachType, AttachTypeName } from '../domain/attach-type.ts';
export { boot } from '../domain/boot.ts';
export type { Call, CallName, CallOf } from '../domain/call.ts';
export type { Capability } from '../domain/capability.ts';
export { decide } from '../domain/decide.ts';
export type { Decision } from '../domain/decision.ts';
export type { Effect, EffectOf, EffectType } from '../domain/effect.ts';
export { cgroupAt, effectiveArray, type Slot } from '../domain/effective.ts';
export type { Errno } from '../domain/errno.ts';
export { applyAll } from '../domain/evolve.ts';
export type { Cgroup, Kernel, Link, Process, Program } from '../domain/kernel.ts';
export { isRefusal, type Outcome, type Refusal, type Success } from '../domain/outcome.ts';
export { perform } from '../domain/perform.ts';
export { refusalSentence } from '../domain/refusal-sentence.ts';
export type { BootConfig } from '../domain/release/config.ts';
export { differences, type SwitchDifference as Difference } from '../domain/release/describe.ts';
export { knownReleases, type Release, releaseOf } from '../domain/release/release.ts';
export { restoreKernel, type Snapshot, snapshotOf } from '../domain/snapshot.ts';
