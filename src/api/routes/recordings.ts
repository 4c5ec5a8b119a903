/** POST …/import: a recording that another tool made of a host becomes events of its log. */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { strictObject } from '../../events/schema/strict-object.ts';
import { keepHeapSmall } from '../../heap-growth.ts';
import { SENT_WHILE_RECORDED } from '../answer-headers.ts';
import { contentType, NDJSON_TYPE, TEXT_TYPE } from '../content-type.ts';
import type { AccessEnv } from '../guard/access.ts';
import { FIRST_ANSWER_MS, MOUNT_CHARS_MAX, PROGRESS_MS, RECORDINGS, UNREAD_MS } from '../limits.ts';
import { problemOf } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import { bodyChunks } from '../request/body.ts';
import { HeavyReads, type UnderWay } from '../request/heavy-read.ts';
import { type Import, importRecording, type Progress } from '../request/recording-import.ts';
import { spool } from '../request/spool.ts';
import { idempotencyKey } from '../request/write-headers.ts';
import { type App, answers, createRoute, hostParams, writeHeaders } from '../routing.ts';
import type { Service } from '../service.ts';
import { pullStream } from '../streams/pull-stream.ts';
import { release } from '../wire/hosts.ts';
import { importEnd, importLine, importProgress } from '../wire/recording.ts';

const mountPoint = z
  .string()
  .regex(/^(\/[^/\0]+)+$/, 'must be an absolute path without a slash at its end')
  .max(MOUNT_CHARS_MAX);

const route = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/import',
  operationId: 'importRecording',
  access: { role: 'admin', hosts: ['path:host'] },
  summary: 'Import a recording of strace',
  description:
    'The body is what strace wrote (docs/import.md). It is read whole first: what is refused ' +
    'leaves nothing. A host that is not there is made. The answer shows how far it is, a line at ' +
    'a time, and ends with what became of it, or with a problem document; sent again, the same ' +
    'bytes are not recorded twice, and an import that ended on the way goes on.',
  request: {
    params: hostParams,
    query: strictObject({
      release: release
        .optional()
        .describe(
          'Of a host that is made; default: what is recorded. Of another host: the one that it runs.',
        ),
      cgroup_mount: mountPoint.optional().describe('Default: as the recording looks.'),
      bpffs_mount: mountPoint.optional().describe('Default: `/sys/fs/bpf`.'),
    }),
  },
  responses: answers('Progress, and at last what became of it.', importLine, SENT_WHILE_RECORDED),
});

export function recordings(app: App, service: Service): void {
  const reads = new HeavyReads(service, RECORDINGS);
  const { 200: done, default: refused } = route.responses;
  app.describe({
    ...route,
    request: {
      ...route.request,
      headers: writeHeaders.omit({ 'if-match': true }),
      body: { required: true, content: { [TEXT_TYPE]: { schema: z.string() } } },
    },
    responses: {
      200: { ...done, content: { [NDJSON_TYPE]: { schema: importLine } } },
      default: refused,
    },
  });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    const { release, cgroup_mount, bpffs_mount } = c.req.valid('query');
    contentType(c, [TEXT_TYPE]);
    const mounts = {
      ...(cgroup_mount !== undefined && { cgroup: cgroup_mount }),
      ...(bpffs_mount !== undefined && { bpffs: bpffs_mount }),
    };
    const key = idempotencyKey(c);
    const { actor } = c.get('principal');
    // Whoever begins ends: what may be refused is looked at before.
    const under = reads.begin(c);
    const lines = tellImport(c, service, { host, actor, release, mounts, key }, under);
    // While nothing is answered a problem still has a status of its own.
    const first = await lines.next();
    const stream = pullStream(withProblem(first.value ?? '', lines), {
      unreadMs: UNREAD_MS,
      mayGoOn: c.get('mayGoOn'),
      onEnd: () => under.end(),
    });
    // A stream of lines is documented above; the typed response knows only JSON.
    return c.body(stream, 200, { 'content-type': NDJSON_TYPE }) as never;
  });
}

/** Progress now and then, and at last what became of it. */
async function* tellImport(
  c: Context<AccessEnv>,
  service: Service,
  wanted: Omit<Import, 'spool' | 'sha256' | 'signal' | 'onRead'>,
  under: UnderWay,
): AsyncGenerator<string, undefined> {
  // Each line leaves garbage behind, a good part of it among the old objects.
  const growAsUsual = keepHeapSmall();
  try {
    const hash = createHash('sha256');
    const kept = await spool(bodyChunks(c), hash);
    const recording = { spool: kept, sha256: hash.digest('hex') };
    try {
      let far: Progress = { pass: 1, bytes: 0, of: kept.bytes, events: 0 };
      const onRead = (next: Progress): void => {
        far = next;
      };
      const steps = importRecording(service, {
        ...wanted,
        ...recording,
        signal: under.signal,
        onRead,
      });
      let step = nextOf(steps);
      try {
        // At first there is time for a problem to have a status of its own.
        let patienceMs = FIRST_ANSWER_MS;
        let toldAt = 0;
        for (;;) {
          const settled = await within(step, patienceMs);
          if (settled?.done) {
            const ended = { type: 'imported', host: wanted.host, ...settled.value };
            yield `${JSON.stringify(importEnd.parse(ended))}\n`;
            return;
          }
          if (settled !== undefined) step = nextOf(steps);
          if (settled !== undefined && performance.now() - toldAt < PROGRESS_MS) continue;
          toldAt = performance.now();
          patienceMs = PROGRESS_MS;
          yield `${JSON.stringify(importProgress.parse({ type: 'progress', ...far }))}\n`;
        }
      } finally {
        // Whoever left is not told of it; the file is given up when nobody reads it any more.
        await step.catch(() => undefined);
      }
    } finally {
      await kept.close();
    }
  } finally {
    growAsUsual();
    under.leave();
  }
}

/**
 * The next step. It may fail while the client is still reading the line before, when nobody waits
 * for it; whoever waits for it later still gets the error.
 */
function nextOf<T, R>(steps: AsyncGenerator<T, R>): Promise<IteratorResult<T, R>> {
  const step = steps.next();
  step.catch(() => undefined);
  return step;
}

/** What a promise comes to, if it does so in time. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The rest of the answers; a problem on the way is the last line. */
async function* withProblem(
  first: string,
  rest: AsyncGenerator<string, undefined>,
): AsyncGenerator<string, undefined> {
  try {
    yield first;
    yield* rest;
  } catch (error) {
    const { slug, details } = problemFrom(error);
    yield `${JSON.stringify(problemOf(slug, details))}\n`;
  } finally {
    await rest.return(undefined);
  }
}
