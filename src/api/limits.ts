/** Every limit of the HTTP side; a request that passes one is refused with the limit's value. */
import { BATCH_CALLS_MAX } from '../events/schema/reference.ts';

/** Calls of one array. */
export const CALLS_MAX = BATCH_CALLS_MAX;
/** Bytes of a JSON body that may carry programs or reports. */
export const JSON_BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Bytes of any other JSON body: a name, a release, a moment. */
export const SMALL_BODY_BYTES_MAX = 64 * 1024;
/** Bytes of JSON that are parsed without a check of their shape: a millisecond at worst. */
export const UNSHAPED_BYTES_MAX = 4 * 1024;
/** Levels of lists and objects in a larger text. */
export const JSON_DEPTH_MAX = 32;
/** Fields of one object of it. */
export const JSON_FIELDS_MAX = 256;
/** Items of one list of it. */
export const JSON_ITEMS_MAX = 10_000;
/** Lists, objects, fields and items of it: a hundred for each of 1,000 calls. */
export const JSON_VALUES_MAX = 100 * CALLS_MAX;
/** Characters of a number of it. */
export const JSON_NUMBER_CHARS_MAX = 1000;
/** Bytes of a body after which each step of reading it waits for a turn of its own. */
export const HEAVY_BODY_BYTES = 256 * 1024;
/** Bytes of one NDJSON line: room for a program of the largest size in base64. */
export const NDJSON_LINE_BYTES_MAX = 2 * 1024 * 1024;
/** Lines of one NDJSON body. */
export const NDJSON_LINES_MAX = 10_000_000;
/** Lines of one NDJSON body that are queued together. */
export const NDJSON_IN_FLIGHT_MAX = 1000;

/** Reports of one request, and differences that it lists. */
export const EXECUTOR_REPORTS_MAX = 1000;
export const STANDING_MAX = 1000;
/** Repairs of one request. */
export const REPAIRS_MAX = 1000;
/** Streams of drift that are open concurrently: each one queries the database. */
export const DRIFT_STREAMS = { all: 100, each: 50 } as const;
/** Milliseconds between two such queries. */
export const DRIFT_LOOK_MS = 500;

/** Rows of a page, at most and by default. */
export const PAGE_ROWS_MAX = 1000;
export const PAGE_ROWS_DEFAULT = 100;
/** Cgroups of an outline whose rows below are left out. */
export const OUTLINE_CLOSED_MAX = 200;
/** Events that one filtered request reads before it answers with a `next` token. */
export const SCANNED_EVENTS_MAX = 20_000;
/** Gaps of one report. */
export const GAPS_MAX = 1000;
/** Buckets of a timeline, at most and by default. */
export const BUCKETS_MAX = 1000;
export const BUCKETS_DEFAULT = 200;
/** Versions of an array in one answer. */
export const ARRAY_VERSIONS_MAX = 1000;
/** Characters of a query parameter that is not a path. */
export const PARAMETER_CHARS_MAX = 200;

/** Characters of an Idempotency-Key. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 200;
/** Characters of a host's name. */
export const HOST_NAME_CHARS_MAX = 63;

/** SSE streams that are open concurrently, in all and by each caller: a token, or an address. */
export const STREAMS = { all: 2000, each: 1200 } as const;
/** The same of all hosts: each reads what arrives, which those at the end share. */
export const FLEET_STREAMS = { all: 500, each: 100 } as const;
/** The same of states: each remembers what its reader knows. */
export const STATE_STREAMS = { all: 500, each: 100 } as const;
/** Links that such a stream follows. */
export const STREAMED_LINKS_MAX = 10_000;
/** Reads that wait for a position, in all and of each caller. */
export const LONG_POLLS = { all: 2000, each: 500 } as const;
/** Seconds that such a read waits, at most and by default. */
export const WAIT_S = { max: 60, usual: 30 } as const;
/** Milliseconds between heartbeats of an SSE stream. */
export const HEARTBEAT_MS = 15_000;
/** Events that a filtered stream skips before it sends its position (a bookmark). */
export const BOOKMARK_EVENTS = 1000;
/** Milliseconds that a client may take to read what was written, before it is disconnected. */
export const UNREAD_MS = 60_000;

/** Milliseconds for the headers of a request. */
export const HEADERS_MS = 10_000;
/** Milliseconds for a JSON body, and between two pieces of an NDJSON one. */
export const BODY_MS = 60_000;
/** Milliseconds that a connection without requests is kept. */
export const KEEP_ALIVE_MS = 65_000;
/** Requests a second, or concurrent ones, that a token may be given. */
export const RATE_MAX = 1_000_000;
/** Callers whose rate is counted. */
export const RATED_CALLERS_MAX = 20_000;
/** Tags of one If-Match. */
export const TAGS_MAX = 20;
/** Tokens of one file. */
export const TOKENS_MAX = 10_000;
/**
 * Characters of a token. Only its hash is known here, so a shorter token is refused when it is
 * used: it could be guessed from the hash.
 */
export const TOKEN_CHARS_MIN = 20;
export const TOKEN_CHARS_MAX = 512;
/** Concurrent connections, in all and from each address; a proxy in front is one address. */
export const CONNECTIONS = { all: 10_000, each: 5000 } as const;
/** Bodies that are still arriving, in all and of each caller. */
export const UNFINISHED_BODIES = { all: 4000, each: 2000 } as const;
/** Their bytes: an announced length counts from the beginning, for NDJSON the longest line. */
export const UNFINISHED_BYTES = { all: 256 * 1024 * 1024, each: 128 * 1024 * 1024 } as const;
/** Bytes of all request headers. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** Milliseconds that a shutdown waits for requests under way. */
export const SHUTDOWN_MS = 10_000;
/** Milliseconds that a shutdown then waits for calls that the log still has to record. */
export const DRAIN_MS = 5_000;
/**
 * Metrics of all hosts: milliseconds that a scrape waits for them; after a reading, the pause before the next
 * one at least, and how many times as long as the reading it is, so that they take a twentieth of a connection.
 */
export const FLEET_READ = { waitMs: 2000, pauseMs: 1000, pausePerRead: 19 } as const;
/** Pieces of what came since that one reading takes; the next one goes on. */
export const FLEET_PIECES_MAX = 10;
/** Programs, links and maps of a host that have lines in its metrics, of each kind. */
export const OBJECT_SERIES_MAX = 1000;
/** Milliseconds in which the database must answer for the service to be ready. */
export const READY_MS = 2_000;
/** Seconds after which a refused client should try again. */
export const RETRY_AFTER_S = 1;
/** The same for a host whose log is damaged: somebody has to repair it. */
export const DAMAGED_RETRY_AFTER_S = 60;
/** Milliseconds between two sweeps of old idempotency keys. */
export const SWEEP_MS = 3_600_000;

/** Milliseconds between two searches for states that were not used for long. */
export const IDLE_LOOK_MS = 10_000;

/** How long an answer may take: one that a person waits for, and one that reads a whole log. */
const ANSWER_MS = 60_000;
const WHOLE_LOG_MS = 3_600_000;

const NARROWER = 'ask for a shorter span (`from` and `to`), or for pages';

/** For each kind of heavy read: how many run concurrently, half of them for one caller, and how long. */
const heavy = (what: string, all: number, ms: number, instead: string) =>
  ({ what, all, each: all / 2, ms, instead }) as const;

const BY_PAGES = 'ask for one kind of object, in pages';
const BY_BUNDLE = 'export the log as a bundle and verify the file';
export const VERIFICATIONS = heavy('verifications', 4, WHOLE_LOG_MS, BY_BUNDLE);
export const EXPORTS = heavy(
  'exports',
  8,
  WHOLE_LOG_MS,
  'continue after the last line with `after`',
);
/** Each one holds two states and their difference. */
export const DIFFS = heavy('diffs', 4, ANSWER_MS, NARROWER);
/** Each holds two states. */
export const REPLAYS = heavy('replays', 4, ANSWER_MS, 'ask with a lower `limit`');
/** Each holds a state. */
export const STORIES = heavy('histories and explanations', 8, ANSWER_MS, NARROWER);
/** Each holds the timeline of an array. */
export const TIMELINES = heavy('gaps and bisections', 16, ANSWER_MS, NARROWER);
/** Timelines of hosts: each counts index entries. */
export const COUNTS = heavy('timelines', 32, ANSWER_MS, NARROWER);
/** Each one holds a state in memory until its answer is sent. */
export const WHOLE_STATES = heavy('reads of whole states', 16, ANSWER_MS, BY_PAGES);
export const PLANS = heavy('plans', 8, ANSWER_MS, 'plan fewer calls in one request');
/** Each holds 256 events; on a log whose tree is not stored it reads all of them. */
export const PROOFS = heavy('proofs', 8, ANSWER_MS, 'sign the head first, and ask again');
/** Questions about the lists of all hosts. */
export const FLEET_QUESTIONS = heavy(
  'questions about all hosts',
  16,
  ANSWER_MS,
  'ask for fewer hosts (`host`)',
);
/** Searches of the log with a filter. */
export const SEARCHES = heavy('searches', 32, ANSWER_MS, NARROWER);
/** Bundles that arrive, each in a file of its own, or wait there: one at a time is imported. */
export const IMPORTS = { all: 16, each: 4 } as const;
/** Bytes of a bundle that is imported over HTTP. */
export const SPOOLED_BYTES_MAX = 4 * 1024 * 1024 * 1024;
/** Each holds two states; its time is that of recording all of it. */
export const RECORDINGS = heavy(
  'imports of recordings',
  4,
  WHOLE_LOG_MS,
  'send it again: it goes on',
);
/** Observations of a recording that are recorded together. */
export const RECORDED_AT_ONCE = 200;
/** Milliseconds between two lines that tell how far an import is, at least. */
export const PROGRESS_MS = 500;
/** Milliseconds that the first such line waits for what a refusal would say. */
export const FIRST_ANSWER_MS = 20_000;
/** Characters of a mount point. */
export const MOUNT_CHARS_MAX = 4096;
/** Milliseconds between two searches for checkpoints and segments that are due. */
export const UPKEEP_MS = 60_000;

/** Alert rules, in all and of each actor. */
export const ALERT_RULES = { all: 100, each: 50 } as const;
/** Characters of the name of a rule. */
export const RULE_NAME_CHARS_MAX = 64;
/** Characters of the address of a webhook. */
export const WEBHOOK_URL_CHARS_MAX = 2000;
/** Bytes of a secret that signs deliveries. */
export const SECRET_BYTES = { min: 24, max: 64, made: 32 } as const;
/** Milliseconds that an array may have to be empty before somebody is told: a day. */
export const EMPTY_MS_MAX = 86_400_000;
/** Deliveries of a rule that wait; from then on it is not evaluated, and the log keeps what comes. */
export const PENDING_MAX = 10_000;
/** The same of arrays that are empty. */
export const SPELLS_MAX = 10_000;
/** Deliveries under way, in all and of each rule. */
export const DELIVERING = { all: 32, each: 8 } as const;
/** Milliseconds of one attempt to deliver. */
export const WEBHOOK_MS = 10_000;
/** Attempts before a delivery is dead, and the pauses between them, in milliseconds: two and a half hours. */
export const ATTEMPTS = { max: 20, firstMs: 1000, pauseMaxMs: 900_000 } as const;
/** Bytes of a delivered body: a longer event is left out of it. */
export const ALERT_BODY_BYTES_MAX = 64 * 1024;
