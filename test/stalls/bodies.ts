// JSON that is cheap to send and dear to check: each a text of about the size that is asked for.

/** An object of so many bytes, all of it fields that nobody knows. */
function unknownFields(bytes: number, name = (i: number) => `prog_f${i.toString(36)}`): string {
  const parts: string[] = [];
  for (let size = 0, i = 0; size < bytes; i++) {
    const part = `"${name(i)}":1`;
    parts.push(part);
    size += part.length + 1;
  }
  return `{${parts.join(',')}}`;
}

function listOf(bytes: number, item: string): string {
  return `[${Array(Math.floor(bytes / (item.length + 1)))
    .fill(item)
    .join(',')}]`;
}

/** Instructions of a program, in base64. */
function insns(count: number): string {
  return Buffer.alloc(count * 8, 0xb7).toString('base64');
}

const load = (text: string) =>
  `{"call":{"name":"prog_load","prog_type":"cgroup_skb","insns":"${text}"}}`;
const link = (fields: string) =>
  `{"call":{"name":"link_create","prog_fd":3,"attach_type":"egress",${fields}}}`;

/** Bodies of POST …/syscalls and …/plan, by what is wrong with them. */
export function wrongBodies(bytes: number): Readonly<Record<string, string>> {
  return {
    'unknown fields beside a call': unknownFields(bytes),
    'unknown fields in a call': `{"call":{"name":"close","fd":3,${unknownFields(bytes).slice(1)}}`,
    'a list of wrong calls': listOf(bytes, '{"x":1}'),
    '1,000 calls of unknown fields': `[${Array(1000)
      .fill(`{"call":{"name":"close",${unknownFields(bytes / 1000 - 40).slice(1)}}`)
      .join(',')}]`,
    'a deep list': '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
    'a deep call': `${'{"call":'.repeat(bytes / 9)}1${'}'.repeat(bytes / 9)}`,
    'a long number': `{"call":{"name":"close","fd":${'9'.repeat(bytes)}}}`,
    'a long path': `{"call":{"name":"mkdir","path":"/${'x'.repeat(bytes)}"}}`,
    'a long name': `{"call":{"name":"${'x'.repeat(bytes)}"}}`,
    'a long list of flags': link(`"flags":${listOf(bytes, '"multy"')}`),
    'a long list of capabilities': `{"call":{"name":"capset","caps":${listOf(bytes, '"cap_bfp"')}}}`,
    'a long list of maps': `{"call":{"name":"prog_load","prog_type":"cgroup_skb","map_fds":${listOf(bytes, '"x"')}}}`,
    'instructions without end': load(insns(Math.floor(bytes / 11))),
  };
}

/** Right ones that are heavy. */
export function heavyBodies(bytes: number): Readonly<Record<string, string>> {
  const each = Math.floor((bytes / 1000 - 80) / 11);
  return {
    '1,000 programs': `[${Array(1000)
      .fill(load(insns(each)))
      .join(',')}]`,
    '1,000 cgroups': `[${Array.from(
      { length: 1000 },
      (_, i) => `{"call":{"name":"mkdir","path":"/planned-${i}"}}`,
    ).join(',')}]`,
  };
}

/** A body of POST …/executor/reports. */
export function reports(bytes: number): string {
  const report = `{"position":1,"how":"x",${unknownFields(bytes / 1000 - 60).slice(1)}`;
  return `{"lease":"x","reports":[${Array(1000).fill(report).join(',')}]}`;
}
