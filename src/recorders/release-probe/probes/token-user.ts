/** A process in a user namespace of its own, with a token that allows all that the kernel has. */
import { NotMeasured, type ProbeBench } from '../bench.ts';

export interface TokenUser {
  readonly pid: number;
  /** Its fd of the token; undefined where there are no tokens. */
  readonly token: number | undefined;
}

const ALL = {
  delegate_cmds: 'any',
  delegate_maps: 'any',
  delegate_progs: 'any',
  delegate_attachs: 'any',
} as const;

/**
 * Makes one. A machine of one process cannot.
 *
 * @throws NotMeasured where no process is put into a user namespace
 */
export async function makeTokenUser(bench: ProbeBench): Promise<TokenUser> {
  const pid = await enterUserNamespace(bench);
  const { ret: bpffs_fd } = await bench.does({ name: 'fsmount', by_pid: 1, ...ALL }, pid);
  if ((await bench.ask({ name: 'token_create', bpffs_fd }, pid)) !== 'ok') {
    return { pid, token: undefined };
  }
  const { ret: token } = await bench.does({ name: 'token_create', bpffs_fd }, pid);
  return { pid, token };
}

async function enterUserNamespace(bench: ProbeBench): Promise<number> {
  try {
    const { ret } = await bench.does({ name: 'fork', clone_newuser: true, clone_newns: true });
    return ret;
  } catch {
    throw new NotMeasured('no process is put into a user namespace here');
  }
}
