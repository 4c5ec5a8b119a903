/** What the fields about logs and signatures of programs mean, and about maps for one program, by name. */
export const SIGNED_MEANINGS: Readonly<Record<string, string>> = {
  excl_prog_hash: 'Whether the hash of the only program that may use the map is passed.',
  excl_prog_hash_size: 'Bytes of the hash of the only program that may use the map: 32.',
  keyring_id: 'Where the keys are that a signature is verified with.',
  log_buf: 'Whether a buffer for the log of the verifier is passed.',
  log_level:
    'What the verifier prints: 1 or 2, 4 for its statistics; 8: the beginning of the log is kept.',
  log_size: 'Bytes of the buffer for the log.',
  log_true_size: 'What stands where the kernel writes how long the log is.',
  signature_size: 'Bytes of the signature of the instructions.',
};
