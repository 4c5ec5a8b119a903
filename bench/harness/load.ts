/**
 * The load of single writes: `wrk`, a C program, so that what the client costs stays small beside
 * the service on a machine of few cores. It is to the service what pgbench is to PostgreSQL.
 */
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Load {
  readonly url: string;
  /** Bodies that are posted in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** A folder for the script. */
  readonly scratch: string;
}

export interface Loaded {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Throws, saying what to install, when there is no `wrk`. */
export function needLoader(): void {
  try {
    execFileSync('which', ['wrk'], { stdio: 'ignore' });
  } catch {
    throw new Error('this benchmark loads the service with wrk: install wrk');
  }
}

/** Posts bodies over keep-alive connections for a while. Throws when any was refused. */
export async function loadService({
  url,
  bodies,
  connections,
  seconds,
  scratch,
}: Load): Promise<Loaded> {
  const script = join(scratch, 'load.lua');
  writeFileSync(script, luaOf(bodies));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url];
  const { stdout } = await run('wrk', args);
  const told = /^told (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(stdout);
  if (told === null) throw new Error(`wrk said: ${stdout}`);
  const [requests, micros, refused, p50, p99] = told.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (refused > 0) throw new Error(`${refused} of ${requests} requests were refused`);
  return { perSecond: (requests / micros) * 1e6, p50: p50 / 1000, p99: p99 / 1000 };
}

function luaOf(bodies: readonly string[]): string {
  return `
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local requests, n = {}, 0
local bodies = {${bodies.map((body) => `[==[${body}]==]`).join(',\n')}}
function init()
  for i, body in ipairs(bodies) do requests[i] = wrk.format(nil, nil, nil, body) end
end
function request()
  n = n % #requests + 1
  return requests[n]
end
function done(summary, latency)
  local errors = summary.errors
  local refused = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("told %d %d %d %d %d\\n", summary.requests, summary.duration, refused,
    latency:percentile(50), latency:percentile(99)))
end
`;
}
