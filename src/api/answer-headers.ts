/** The headers of answers, as the OpenAPI document says them; docs/api.md has those of every answer. */
import { z } from 'zod';
import { REPEATED } from './request/write-headers.ts';

const etag = z
  .string()
  .describe('The host and the position that the answer reflects, and a mark of its history.');

/** Headers of the answer to a write or a plan. */
export const TAGGED = z.object({ etag });

/** Headers of the answer to a read. */
export const READ = z.object({
  etag,
  'cache-control': z.string().describe('How long the answer stays true: for ever at a position.'),
});

/** For a read that also reflects another host: no tag of this host holds the other's position. */
export const READ_OF_TWO = READ.partial({ etag: true });

const repeated = {
  [REPEATED]: z
    .literal('true')
    .optional()
    .describe('An earlier request with the same Idempotency-Key was given this answer.'),
};

/** Headers of an answer that recorded something. */
export const RECORDED = z.object({ etag, ...repeated });

/** Of an answer that is sent while the log is written: its last line says the position. */
export const SENT_WHILE_RECORDED = z.object({});

/** Headers of an answer that created something. */
export const MADE = z.object({
  etag,
  ...repeated,
  location: z.string().optional().describe('Where what was made is found.'),
});

/** Headers of a read without a position. */
export const ASKED_AGAIN = z.object({ 'cache-control': z.literal('no-cache') });

/** Headers of an answer that no cache may keep. */
export const UNKEPT = z.object({ 'cache-control': z.literal('no-store') });

/** Headers of server-sent events. */
export const STREAMED = UNKEPT.extend({
  'x-accel-buffering': z.literal('no').describe('Asks a proxy not to buffer the answer.'),
});

/** Headers of a file. */
export const ATTACHED = UNKEPT.extend({
  'content-disposition': z.string().describe('A file name.'),
});

/** Headers of problems. */
export const REFUSED = UNKEPT.extend({
  'retry-after': z.string().optional().describe('Seconds after which trying again makes sense.'),
  'www-authenticate': z.string().optional().describe('With 401.'),
  etag: z.string().optional().describe('With 412: the tag of the head now.'),
  allow: z.string().optional().describe('With 405: the methods that there are.'),
});
