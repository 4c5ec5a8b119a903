/** The headers of answers, as the OpenAPI document says them; docs/api.md has those of every answer. */
import { z } from 'zod';
import { REPEATED } from './request/write-headers.ts';

const etag = z.string().describe('The host and the position that the answer reflects.');

/** Of what a write or a plan is answered with. */
export const TAGGED = z.object({ etag });

/** Of what a read is answered with. */
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

/** Of what is recorded. */
export const RECORDED = z.object({ etag, ...repeated });

/** Of what is made. */
export const MADE = z.object({
  etag,
  ...repeated,
  location: z.string().optional().describe('Where what was made is found.'),
});

/** Of a read that no position stands for. */
export const ASKED_AGAIN = z.object({ 'cache-control': z.literal('no-cache') });

/** Of what no cache may keep. */
export const UNKEPT = z.object({ 'cache-control': z.literal('no-store') });

/** Of server-sent events. */
export const STREAMED = UNKEPT.extend({
  'x-accel-buffering': z.literal('no').describe('Asks a proxy not to buffer the answer.'),
});

/** Of a file. */
export const ATTACHED = UNKEPT.extend({
  'content-disposition': z.string().describe('A file name.'),
});

/** Of problems. */
export const REFUSED = UNKEPT.extend({
  'retry-after': z.string().optional().describe('Seconds after which trying again makes sense.'),
  'www-authenticate': z.string().optional().describe('With 401.'),
  allow: z.string().optional().describe('With 405: the methods that there are.'),
});
