/**
 * Refusals of what is not a request that a route could answer: too many connections, a request line or headers that
 * cannot be read, an expectation. The answer is written to the socket itself, and ends the connection.
 */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HEADER_BYTES_MAX, HEADERS_MS } from '../limits.ts';
import { ProblemError, problemHeaders, problemOf } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';

/** A whole response. */
export function rawRefusal(error: unknown): string {
  const { slug, details } = problemFrom(error);
  const problem = problemOf(slug, details);
  const body = JSON.stringify(problem);
  const headers = { ...problemHeaders(slug, details), connection: 'close' };
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const { status } = problem;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`;
}

function problemOfCode(code: string | undefined): ProblemError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProblemError('headers-too-large', {
        detail: `the headers have more than ${HEADER_BYTES_MAX} bytes`,
        limit: HEADER_BYTES_MAX,
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProblemError('request-timeout', {
        detail: `the headers did not arrive within ${HEADERS_MS / 1000} s`,
        limit: HEADERS_MS,
      });
    default:
      return new ProblemError('malformed-request', {
        detail:
          'this is not an HTTP/1.1 request: its first line, a header or a chunk cannot be read',
      });
  }
}

/** Answers a problem document to what the HTTP server itself refuses. */
export function refuseUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    // Node's own handler looks at it too: what is added to an answer under way would be read as its end.
    const { _httpMessage: answer } = stream as Socket & { readonly _httpMessage?: ServerResponse };
    if (error.code === 'ECONNRESET' || !stream.writable || answer?.headersSent) {
      stream.destroy();
      return;
    }
    stream.end(rawRefusal(problemOfCode(error.code)), () => stream.destroy());
  });
  server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
    const { slug, details } = new ProblemError('expectation-failed', {
      detail: `the service only knows 100-continue, not ${headers.expect?.slice(0, 100)}`,
      field: 'expect',
    });
    const problem = problemOf(slug, details);
    // The body is not read, so the connection cannot go on.
    response.writeHead(problem.status, { ...problemHeaders(slug, details), connection: 'close' });
    response.end(JSON.stringify(problem));
  });
}
