/**
 * Raw instructions: programs that are good, that name maps in every way, and that have something
 * wrong with them which the kernel's passes find before the verifier reasons about anything.
 */
import { AFTER_VERIFIER } from '../../../domain/code/verdict.ts';
import { decide } from '../../../domain/decide.ts';
import { isRefusal } from '../../../domain/outcome.ts';
import type { CodeLine } from '../../golden/code.ts';
import type { Step } from '../../golden/scenario.ts';
import { callOf } from '../../golden/translate.ts';
import { type FdField, mapToName, NOTHING, type Scene } from '../scene.ts';

const MOV = 0xb7;
const MOV32 = 0xb4;
const MOV_REG = 0xbf;
const LD64 = 0x18;
const LOADS = [0x61, 0x69, 0x71, 0x79] as const;
const STORES = [0x63, 0x6b, 0x73, 0x7b, 0x62, 0x7a] as const;
const CALL = 0x85;
const EXIT = 0x95;
const JUMPS = [0x05, 0x15, 0x1d, 0x06, 0x16] as const;
/** Programs that are tried until the model knows all of one. */
const TRIES = 20;

interface Raw {
  readonly code: readonly CodeLine[];
  readonly fd_array?: readonly FdField[];
  readonly fd_array_cnt?: number;
}

/** Instructions for a step of PROG_LOAD of which the model knows what the kernel says. */
export function rawCode(scene: Scene, proc: string, step: Step): Step {
  for (let tries = 0; tries < TRIES; tries++) {
    const { ret: _, maps: __, ref_only: ___, ...rest } = step;
    const raw: Step = { ...rest, op: step.op, ...program(scene, proc) };
    const call = callOf(raw, scene.labels);
    const { outcome } = decide(scene.kernel, scene.labels.pid(proc), call);
    const isKnown = isRefusal(outcome)
      ? !AFTER_VERIFIER.includes(outcome.rule)
      : outcome.verified !== false;
    if (isKnown) return raw;
  }
  return step;
}

function program(scene: Scene, proc: string): Raw {
  const { random } = scene;
  const lines: CodeLine[] = [];
  const fd_array = random.chance(0.25)
    ? Array.from({ length: 1 + random.below(3) }, () => mapToName(scene, proc))
    : undefined;
  for (let n = random.below(4); n > 0; n--) lines.push(...filler(scene, proc, fd_array));
  lines.push([MOV, 0, 0, 0, random.pick([0, 1, 1, 1, 2, 3, 4])], [EXIT]);
  const code = random.chance(0.35) ? addFlaw(scene, lines) : lines;
  if (fd_array === undefined) return { code };
  const counted = random.chance(0.5) ? { fd_array_cnt: 1 + random.below(fd_array.length) } : {};
  return { code, fd_array, ...counted };
}

/** Some lines that do no harm where they are right. */
function filler(
  scene: Scene,
  proc: string,
  fdArray: readonly FdField[] | undefined,
): readonly CodeLine[] {
  const { random } = scene;
  const register = random.pick([0, 2, 3, 4, 5, 6, 9]);
  switch (random.below(6)) {
    case 0:
      return [[random.pick([MOV, MOV32]), register, 0, 0, random.below(100)]];
    case 1:
      return [[MOV_REG, register, random.pick([1, 1, 10, 2])]];
    case 2:
      return [[LD64, register, 0, 0, 7], [0]];
    case 3:
      return [[random.pick(LOADS), register, 1, random.pick([0, 4, 8, 12, 24, 48, 76, 200, -4])]];
    case 4:
      return [[random.pick(STORES), random.pick([10, 10, 1]), 1, random.pick([-8, -16, -512, 0])]];
    default:
      return mapLoad(scene, proc, fdArray);
  }
}

function mapLoad(
  scene: Scene,
  proc: string,
  fdArray: readonly FdField[] | undefined,
): readonly CodeLine[] {
  const { random } = scene;
  const byIndex = fdArray === undefined ? random.chance(0.03) : random.chance(0.6);
  const ofValue = random.chance(0.2);
  const source = (byIndex ? 5 : 1) + (ofValue ? 1 : 0);
  const map = mapToName(scene, proc);
  const named = typeof map === 'number' ? map : (map ?? NOTHING);
  const imm = byIndex ? random.below(fdArray?.length ?? 1) : named;
  const offset = ofValue ? random.pick([0, 0, 4, 8, 2 ** 29]) : random.chance(0.03) ? 1 : 0;
  return [
    [LD64, random.pick([0, 2, 3]), source, 0, imm],
    [0, 0, 0, 0, offset],
  ];
}

/** One thing wrong with a program. */
function addFlaw({ random }: Scene, lines: readonly CodeLine[]): readonly CodeLine[] {
  const at = random.below(lines.length);
  const insertLine = (...line: CodeLine) => lines.toSpliced(at, 0, line);
  switch (random.below(8)) {
    case 0:
      return lines.slice(0, at);
    case 1:
      return insertLine(random.below(256), random.below(16), random.below(16));
    case 2:
      return insertLine(0);
    case 3:
      return insertLine(EXIT);
    case 4:
      return insertLine(random.pick(JUMPS), 0, 0, random.below(8) - 3, random.below(6) - 2);
    case 5:
      return insertLine(CALL, 0, random.pick([0, 0, 0, 1]), 0, random.below(230));
    case 6:
      return insertLine(MOV_REG, random.pick([0, 10, 11]), random.pick([0, 1, 5, 11, 15]));
    default:
      return [...lines, ...lines];
  }
}
