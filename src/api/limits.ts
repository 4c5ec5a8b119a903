/** Every bound of the HTTP side; what goes past one is refused with the limit's value. */
import { BATCH_CALLS_MAX } from '../events/schema/reference.ts';

/** Calls of one array. */
export const CALLS_MAX = BATCH_CALLS_MAX;
/** Bytes of a JSON body. */
export const JSON_BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Bytes of one NDJSON line: room for a program of the largest size in base64. */
export const NDJSON_LINE_BYTES_MAX = 2 * 1024 * 1024;
/** Lines of one NDJSON body. */
export const NDJSON_LINES_MAX = 10_000_000;
/** Lines of one NDJSON body that are queued at once. */
export const NDJSON_IN_FLIGHT_MAX = 1000;

/** Reports of one request, and differences that it lists. */
export const EXECUTOR_REPORTS_MAX = 1000;
export const STANDING_MAX = 1000;
/** Repairs of one request. */
export const REPAIRS_MAX = 1000;
/** Streams of drift that are open at once: each looks into the database on its own. */
export const DRIFT_STREAMS_MAX = 100;
/** Milliseconds between two such looks. */
export const DRIFT_LOOK_MS = 500;

/** Rows of a page, and how many there are when nobody says. */
export const PAGE_ROWS_MAX = 1000;
export const PAGE_ROWS_DEFAULT = 100;
/** Events that one filtered request looks at before it hands out a `next` token. */
export const SCANNED_EVENTS_MAX = 20_000;
/** Gaps of one report. */
export const GAPS_MAX = 1000;
/** Characters of a query parameter that is not a path. */
export const PARAMETER_CHARS_MAX = 200;

/** Characters of an Idempotency-Key. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 200;
/** Characters of a host's name. */
export const HOST_NAME_CHARS_MAX = 63;

/** SSE streams that are open at once. */
export const STREAMS_MAX = 2000;
/** Milliseconds between heartbeats of an SSE stream. */
export const HEARTBEAT_MS = 15_000;
/** Events that a filtered stream skips before it tells its position (a bookmark). */
export const BOOKMARK_EVENTS = 1000;
/** Milliseconds that a client may take to read what was written for it before it is cut off. */
export const UNREAD_MS = 60_000;

/** Milliseconds for the headers of a request. */
export const HEADERS_MS = 10_000;
/** Milliseconds for a JSON body, and between two pieces of an NDJSON one. */
export const BODY_MS = 60_000;
/** Milliseconds that a connection without requests is kept. */
export const KEEP_ALIVE_MS = 65_000;
/** Connections at once. */
export const CONNECTIONS_MAX = 10_000;
/** Tokens of one file. */
export const TOKENS_MAX = 10_000;
/**
 * Characters of a token. Only its hash is known here, so what is shorter is refused when it is
 * used: it could be guessed from the hash.
 */
export const TOKEN_CHARS_MIN = 20;
export const TOKEN_CHARS_MAX = 512;

/** Bytes of all request headers. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** Milliseconds that a shutdown waits for requests under way. */
export const SHUTDOWN_MS = 10_000;
/** Milliseconds that a shutdown then waits for what the log still has to record. */
export const DRAIN_MS = 5_000;
/** Milliseconds in which the database must answer for the service to be ready. */
export const READY_MS = 2_000;
/** Seconds after which a refused client should try again. */
export const RETRY_AFTER_S = 1;
/** Milliseconds between two sweeps of old idempotency keys. */
export const SWEEP_MS = 3_600_000;

/** Milliseconds between two looks for hosts whose state was not used for long. */
export const IDLE_LOOK_MS = 10_000;

/** Verifications that run at once: each reads a whole log. */
export const VERIFICATIONS_MAX = 2;
/** Exports that are sent at once. */
export const EXPORTS_MAX = 8;
/** Bundles that are imported at once: each is one transaction. */
export const IMPORTS_MAX = 1;
/** Milliseconds between two looks for checkpoints and segments that are due. */
export const UPKEEP_MS = 60_000;
