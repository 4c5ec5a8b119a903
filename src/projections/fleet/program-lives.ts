/** Programs of all hosts by tag or name: those that are there, now or at a time. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import { IN_ORDER } from '../../events/page-order.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { checkLimit, type PageRequest } from '../moment.ts';
import { parseType } from '../spelling.ts';
import { ConditionList } from './lasting.ts';

export interface ProgramLife {
  readonly host_id: number;
  readonly host: string;
  readonly boot: number;
  readonly prog_id: number;
  readonly prog_type: ProgType;
  readonly expected_attach_type: AttachType;
  readonly prog_name: string;
  readonly tag: string;
  readonly uid: number;
  /** Position from which it reads as it does here. */
  readonly position_from: number;
  /** The time of that, microseconds since the epoch. */
  readonly time_from: number;
}

/** Which programs are meant: those with one of the tags and one of the names. */
export interface ProgramMatch {
  readonly tags?: readonly string[] | undefined;
  readonly names?: readonly string[] | undefined;
}

export interface ProgramQuestion extends ProgramMatch {
  /** Ids of the hosts; all when left out. */
  readonly hosts?: readonly number[] | undefined;
  /** Microseconds since the epoch; now when left out. */
  readonly time?: number | undefined;
}

/** A program's place in the order of the answer. */
export interface ProgramKey {
  readonly host_id: number;
  readonly boot: number;
  readonly prog_id: number;
}

function conditionsOf({ tags, names, hosts, time }: ProgramQuestion): ConditionList {
  const list = new ConditionList('p');
  return list.among('tag', tags).among('prog_name', names).hosts(hosts).lasts(time);
}

/** A page of them, by host, boot and id. */
export async function programsEverywhere(
  database: Queryable,
  question: ProgramQuestion,
  page: PageRequest<ProgramKey>,
): Promise<ProgramLife[]> {
  const list = conditionsOf(question);
  const { after, order = 'asc' } = page;
  const { beyond, sort } = IN_ORDER[order];
  const sorted = `p.host_id ${sort}, p.boot ${sort}, p.prog_id ${sort}`;
  if (after !== undefined) {
    const host = list.value(after.host_id, 'int8');
    const rest = `${list.value(after.boot, 'int8')}, ${list.value(after.prog_id, 'int8')}`;
    // The first of these is for the index.
    list.and(`p.host_id ${beyond}= ${host}`);
    list.and(`(p.host_id, p.boot, p.prog_id) ${beyond} (${host}, ${rest})`);
  }
  const limit = list.value(checkLimit(page), 'int8');
  type Stored = Omit<ProgramLife, 'prog_type' | 'expected_attach_type'> & {
    readonly prog_type: string;
    readonly expected_attach_type: string;
  };
  const rows = await list.query<Stored>(
    database,
    `select p.host_id, h.name as host, p.boot, p.prog_id, p.prog_type, p.expected_attach_type,
       p.prog_name, p.tag, p.uid, p.position_from, p.time_from
     from (select * from program_lives p where ${list.text}
       order by ${sorted} limit ${limit}) p join hosts h using (host_id)
     order by ${sorted}`,
  );
  return rows.map((row) => ({
    ...row,
    prog_type: parseType(row.prog_type),
    expected_attach_type: parseType(row.expected_attach_type),
  }));
}

/** How many there are, and on how many hosts. */
export async function countPrograms(
  database: Queryable,
  question: ProgramQuestion,
): Promise<{ readonly count: number; readonly hosts: number }> {
  const list = conditionsOf(question);
  const [row] = await list.query<{ readonly count: number; readonly hosts: number }>(
    database,
    `select count(*) as count, count(distinct p.host_id) as hosts from program_lives p
     where ${list.text}`,
  );
  return row ?? { count: 0, hosts: 0 };
}
