/** A golden step of PROG_LOAD as a call of the model. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Call } from '../../domain/call.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import { type CodeLine, encodedCode } from './code.ts';
import type { LabelBook } from './labels.ts';
import { pickFields, type Step } from './scenario.ts';

/** Fields that a step tells as the call does. */
const TOLD = [
  ...['func_info_cnt', 'line_info_cnt', 'attach_btf_id', 'signature_size', 'keyring_id'],
  ...['fd_array_cnt', 'prog_flags', 'log_level', 'log_size', 'log_buf', 'log_true_size'],
];

/** The call of a step; a program is named after its label. */
export function progLoad(step: Step, labels: LabelBook): Call {
  const fd = (field: string) => labels.fd(step.proc, step[field]) ?? 0;
  const maps = (step.maps ?? []) as readonly unknown[];
  return {
    name: 'prog_load',
    prog_type: step.prog_type as ProgType,
    expected_attach_type: (step.expected_attach_type ?? 0) as AttachType,
    prog_name: String(step.name ?? step.fd),
    ...(step.ret === undefined ? {} : { ret: Number(step.ret) }),
    ...(maps.length === 0
      ? {}
      : { map_fds: maps.map((label) => labels.fd(step.proc, label) ?? 0) }),
    ...(step.ref_only === true ? { map_ref_only: true } : {}),
    ...(step.code === undefined
      ? {}
      : encodedCode(step.code as readonly CodeLine[], (label) => labels.fd(step.proc, label) ?? 0)),
    ...(step.fd_array === undefined
      ? {}
      : {
          fd_array: (step.fd_array as unknown[]).map((label) => labels.fd(step.proc, label) ?? 0),
        }),
    ...(step.btf === undefined ? {} : { prog_btf_fd: fd('btf') }),
    ...(step.target === undefined ? {} : { attach_prog_fd: fd('target') }),
    ...pickFields(step, ...TOLD),
  };
}
