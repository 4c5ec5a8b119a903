/** What the fields about user namespaces and tokens mean, by name. */
const SET = 'a bit for each number, in hexadecimal.';
const TOLD = '`any`, or a bit for each number, in hexadecimal.';

export const TOKEN_MEANINGS: Readonly<Record<string, string>> = {
  allowed_attachs: `Attach types that the token allows: ${SET}`,
  allowed_cmds: `Commands that the token allows: ${SET}`,
  allowed_maps: `Map types that the token allows: ${SET}`,
  allowed_progs: `Program types that the token allows: ${SET}`,
  attachs: `Attach types that are delegated: ${SET}`,
  bpffs_fd: 'An fd that is open on the top of a bpffs.',
  btf_flags: 'Flags of BTF_LOAD.',
  btf_token_fd: 'An fd of the token to load types with.',
  by_pid: 'The process that sets the options of the bpffs.',
  clone_newuser: 'Whether a user namespace is made (CLONE_NEWUSER).',
  cmds: `Commands that are delegated: ${SET}`,
  delegate_attachs: `Attach types to delegate: ${TOLD}`,
  delegate_cmds: `Commands to delegate: ${TOLD}`,
  delegate_maps: `Map types to delegate: ${TOLD}`,
  delegate_progs: `Program types to delegate: ${TOLD}`,
  map_token_fd: 'An fd of the token to create the map with.',
  prog_token_fd: 'An fd of the token to load the program with.',
  progs: `Program types that are delegated: ${SET}`,
  token_fd: 'An fd of the token to fetch with.',
  token_user_id: 'The user namespace of the token that the program was loaded with.',
  top: 'Whether the directory is the top of its bpffs.',
  user_id: 'The user namespace; 0 is that of the host.',
};
