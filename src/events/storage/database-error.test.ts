import { describe, expect, it } from 'vitest';
import {
  DatabaseAbsent,
  DatabaseClosed,
  endsConnection,
  troubleOf,
  wasRefused,
} from './database-error.ts';

/** As both drivers give it. */
const serverError = (code: string, severity = 'ERROR') =>
  Object.assign(new Error('from the server'), { code, severity });
const socketError = (code: string) => Object.assign(new Error(code), { code });

describe('what troubles a database', () => {
  it.each([
    ['53100', "the database's disk is full"],
    ['53200', 'the database is out of memory'],
    ['53300', 'the database has no more connections'],
    ['53400', 'the database lacks resources'],
    ['55P03', 'somebody else holds a lock that this takes'],
    ['57014', 'this took the database too long'],
    ['57P01', 'the database does not answer'],
    ['57P03', 'the database does not answer'],
    ['08006', 'the database does not answer'],
    ['58030', 'the database cannot use its disk'],
    ['40P01', "two transactions stood in each other's way"],
    ['25006', 'the database takes no writes now: it is a standby, or read-only'],
    ['25P03', 'the database ended a transaction that stood still'],
  ])('is told for SQLSTATE %s', (code, sentence) => {
    expect(troubleOf(serverError(code))?.sentence).toBe(sentence);
  });

  it.each(['23505', '42601', '22003', 'XX001', '25001'])('is not what %s means', (code) => {
    expect(troubleOf(serverError(code))).toBeUndefined();
  });

  it.each(['ECONNREFUSED', 'CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'])(
    'is told for %s, when the server crashes under a statement',
    (code) => {
      expect(troubleOf(socketError(code))?.sentence).toBe('the database does not answer');
    },
  );

  it('is told for the disk under an embedded database', () => {
    expect(troubleOf(socketError('ENOSPC'))).toMatchObject({ retryAfterMs: 30_000 });
  });

  it('is found behind what wraps it', () => {
    const wrapped = new DatabaseAbsent('given up', { cause: serverError('53100', 'FATAL') });
    expect(troubleOf(wrapped)?.sentence).toBe("the database's disk is full");
    expect(troubleOf(new Error('outer', { cause: socketError('ECONNRESET') }))?.sentence).toBe(
      'the database does not answer',
    );
    expect(troubleOf(new DatabaseClosed('closed'))?.sentence).toBe('the database does not answer');
    expect(troubleOf(new Error('a bug'))).toBeUndefined();
  });
});

describe('the fate of a statement', () => {
  it('is settled only by an error of the server for the statement itself', () => {
    expect(wasRefused(serverError('55P03'))).toBe(true);
    expect(wasRefused(serverError('25P03', 'FATAL'))).toBe(false);
    expect(wasRefused(new DatabaseAbsent('silent'))).toBe(false);
  });

  it('leaves the connection of use, unless it broke or takes no writes', () => {
    expect(endsConnection(serverError('23505'))).toBe(false);
    expect(endsConnection(serverError('25006'))).toBe(true);
    expect(endsConnection(socketError('ECONNRESET'))).toBe(true);
  });
});
