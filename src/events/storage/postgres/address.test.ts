import { describe, expect, it } from 'vitest';
import { addressOf } from './address.ts';

const placesOf = (text: string) => addressOf(text).servers.map(({ place }) => place);

describe('an address', () => {
  it('names one server, by default at port 5432', () => {
    expect(placesOf('postgresql://me:secret@db/ledger')).toEqual([{ host: 'db', port: 5432 }]);
    expect(placesOf('postgres:///ledger')).toEqual([{ host: 'localhost', port: 5432 }]);
  });

  it('names several, in order, each with a port of its own', () => {
    expect(placesOf('postgresql://me:secret@db1,db2:5433,[::1]:7,10.0.0.1/ledger')).toEqual([
      { host: 'db1', port: 5432 },
      { host: 'db2', port: 5433 },
      { host: '::1', port: 7 },
      { host: '10.0.0.1', port: 5432 },
    ]);
  });

  it('names the folder of a Unix socket', () => {
    expect(placesOf('postgresql://me@%2Frun%2Fpostgresql:5433/ledger')).toEqual([
      { path: '/run/postgresql/.s.PGSQL.5433' },
    ]);
  });

  it('gives the driver one host, and all else that it says', () => {
    const { servers } = addressOf(
      'postgresql://me:s,e@c%20t@db1,db2/ledger?target_session_attrs=primary&sslmode=require',
    );
    for (const { url } of servers) {
      expect(url).toBe('postgresql://me:s%2Ce%40c%20t@localhost/ledger?sslmode=require');
    }
  });

  it('shows where, and neither who nor how', () => {
    const { shown } = addressOf('postgresql://me:secret@db1,db2:5433/ledger?sslmode=require');
    expect(shown).toBe('postgresql://db1,db2:5433/ledger');
  });

  it.each([
    ['mysql://db/ledger', 'must start with postgresql://'],
    ['postgresql://db:port/ledger', 'host:port'],
    ['postgresql://db:65536/ledger', 'host:port'],
    ['postgresql://::1/ledger', '[IPv6]:port'],
    ['postgresql://db/ledger?target_session_attrs=any', 'the service writes'],
    ['postgresql://db/ledger?target_session_attrs=standby', 'the service writes'],
    [`postgresql://${Array.from({ length: 17 }, (_, i) => `db${i}`)}/ledger`, '16 servers'],
  ])('is refused: %s', (text, why) => {
    expect(() => addressOf(text)).toThrow(why);
  });
});
