/** The first line of a collector: who it is, by which contract it speaks, and of which kernel. */

/** The contract of the lines (docs/observations.md); a collector of another one is not read. */
const CONTRACT = 1;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Header {
  readonly collector: string;
  readonly release?: string;
  readonly boot_id?: string;
}

/**
 * Reads the header.
 *
 * @throws Error that says what is wrong with it
 */
export function readHeader(line: string): Header {
  const header = tryParse(line);
  if (typeof header.collector !== 'string') {
    throw new Error(
      'the first line of a collector must be its header, like ' +
        `{"collector":"name","contract":${CONTRACT}}, not ${line.slice(0, 80)}`,
    );
  }
  if (header.contract !== CONTRACT) {
    throw new Error(
      `${header.collector} speaks contract ${String(header.contract)}, and contract ${CONTRACT} is read`,
    );
  }
  const { collector, release, boot_id } = header;
  if (boot_id !== undefined && !(typeof boot_id === 'string' && UUID.test(boot_id))) {
    throw new Error(
      `${collector}: boot_id must be what /proc/sys/kernel/random/boot_id says, not ${JSON.stringify(boot_id)}`,
    );
  }
  return {
    collector,
    ...(typeof release === 'string' && { release }),
    ...(boot_id !== undefined && { boot_id }),
  };
}

function tryParse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
