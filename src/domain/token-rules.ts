/** The rules about user namespaces and what is delegated to them. */
import { rule } from './rule.ts';

export const TOKEN_RULES = {
  'user-namespace-is-shared': rule(
    'check_unshare_flags §30',
    'threads {threads} have one user namespace with the caller',
  ),
  'thread-shares-user-namespace': rule(
    'copy_process §30',
    'a new thread has one user namespace with its process',
  ),
  'uid-is-not-mapped': rule(
    'create_user_ns §30',
    'uid {uid} has no number in the user namespace of the caller, so none is made below it',
  ),
  'bpffs-needs-sys-admin': rule(
    'mount_capable §30',
    'process {pid} has no CAP_SYS_ADMIN in the user namespace of the host, which a new bpffs takes',
  ),
  'no-top-of-a-bpffs': rule(
    'bpf_token_create §30',
    'fd {fd} is open on no top directory of a bpffs: {kind}',
  ),
  'bpffs-of-other-users': rule(
    'bpf_token_create §30',
    'the bpffs that fd {fd} is open on is of another user namespace than the caller',
  ),
  'token-needs-bpf': rule('bpf_token_create §30', 'a token takes CAP_BPF'),
  'no-token-of-the-host': rule(
    'bpf_token_create §30',
    'there are no tokens for the user namespace of the host',
  ),
  'nothing-is-delegated': rule(
    'bpf_token_create §30',
    'the bpffs that fd {fd} is open on delegates nothing',
  ),
} as const;
