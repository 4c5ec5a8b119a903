/** The cgroups of the moment: what is attached to each, and what the event changed. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Change, type Changed, changedBy, changeOf, SIGNS } from '../event/changes.ts';
import type { Moment } from '../host/moment.ts';
import { Note } from '../note.tsx';
import type { CgroupRow, List } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { count, shortType } from '../state/words.ts';
import type { Cgroups } from './pages.ts';
import { matcher, type TreeRow, treeRows } from './rows.ts';
import { ROW_HEIGHT, reveal, useWindow } from './window.ts';

interface Props {
  readonly moment: Moment;
  /** The path that the tree begins at, on a host with very many cgroups. */
  readonly under: string | undefined;
  readonly onUnder: (path: string | undefined) => void;
}

export function Tree({ moment, under, onUnder }: Props) {
  const [search, setSearch] = useState('');
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const { cgroups, programs, event, place } = moment;
  const known = programs.answer?.items;
  const isWanted = useMemo(() => matcher(search, known ?? []), [search, known]);
  const rows = useMemo(
    () => treeRows(cgroups.rows, { collapsed, isWanted }),
    [cgroups.rows, collapsed, isWanted],
  );
  const shownEvent = event.answer?.position === moment.at ? event.answer : undefined;
  const changed = useMemo(() => changedBy(shownEvent), [shownEvent]);
  const old = useMemo(
    () => new Set(cgroups.rows.slice(cgroups.oldFrom).map(({ cgroup_id }) => cgroup_id)),
    [cgroups.rows, cgroups.oldFrom],
  );
  const isCut = under !== undefined || cgroups.count > cgroups.rows.length;
  const selected = rows.findIndex(({ cgroup }) => cgroup.path === place.cgroup);

  const { first, end } = useWindow(list, rows.length);

  // What is selected stays in view; while nothing is, what the event changed comes into view.
  const shown = useMemo(
    () => (selected >= 0 ? selected : rows.findIndex(({ cgroup }) => isTouched(changed, cgroup))),
    [selected, rows, changed],
  );
  useEffect(() => reveal(list.current, shown), [shown]);

  const toggle = (path: string) => {
    const next = new Set(collapsed);
    if (!next.delete(path)) next.add(path);
    setCollapsed(next);
  };
  const select = (row: TreeRow | undefined) => {
    if (row === undefined) return;
    go({ cgroup: row.cgroup.path, program: undefined });
  };
  const press = (pressed: KeyboardEvent) => {
    const row = rows[selected];
    if (pressed.key === 'ArrowDown') select(rows[selected + 1]);
    else if (pressed.key === 'ArrowUp') select(rows[Math.max(0, selected - 1)]);
    else if (pressed.key === 'Enter' && row?.hasChildren) toggle(row.cgroup.path);
    else return;
    pressed.preventDefault();
  };

  return (
    <section class={`tree ${cgroups.first.isOld ? 'old' : ''}`} aria-label="Cgroups">
      <h2>
        Cgroups <span class="sum">{cgroups.first.answer && count(cgroups.count)}</span>
      </h2>
      <input
        id="tree-search"
        type="search"
        aria-label="Search cgroups"
        placeholder="path, program, tag, link 7"
        value={search}
        onInput={(input) => {
          const { value } = input.currentTarget;
          setSearch(value);
          if (isCut) onUnder(value.startsWith('/') ? value : undefined);
        }}
      />
      {isCut && <Cut cgroups={cgroups} under={under} />}
      <div
        class="rows"
        role="tree"
        aria-label="Cgroup tree"
        tabIndex={0}
        ref={list}
        onKeyDown={press}
      >
        <div style={{ height: `${first * ROW_HEIGHT}px` }} />
        {rows.slice(first, end).map((row, i) => (
          <Row
            key={row.cgroup.path}
            {...{ row, changed }}
            nth={first + i + 1}
            all={rows.length}
            isOld={old.has(row.cgroup.cgroup_id)}
            isSelected={row.cgroup.path === place.cgroup}
            type={place.cgroup === row.cgroup.path ? place.type : undefined}
            isCollapsed={collapsed.has(row.cgroup.path)}
            onToggle={toggle}
            onSelect={select}
          />
        ))}
        <div style={{ height: `${(rows.length - end) * ROW_HEIGHT}px` }} />
      </div>
      {cgroups.first.answer !== undefined && rows.length === 0 && (
        <Note title={search === '' ? 'There is no cgroup' : `Nothing matches “${search}”`} />
      )}
    </section>
  );
}

/** How much of a very large tree is here, and how to see the rest. */
function Cut(props: { readonly cgroups: Cgroups; readonly under: string | undefined }) {
  const { cgroups, under } = props;
  const { rows, count: all, isSettled } = cgroups;
  return (
    <p class="cut" role="status">
      Showing {count(rows.length)} of {count(all)}
      {under !== undefined && ` below ${under}`}
      {rows.length < all &&
        (isSettled ? ': type a path, such as /system.slice, to narrow.' : '; more are coming.')}
    </p>
  );
}

function isTouched(changed: Changed, { cgroup_id, attached = [] }: CgroupRow): boolean {
  if (changed.cgroups.has(cgroup_id)) return true;
  return attached.some((list) => changeOf(changed, cgroup_id, list) !== undefined);
}

interface RowProps {
  readonly row: TreeRow;
  /** Its number among all rows, of which only some are drawn. */
  readonly nth: number;
  readonly all: number;
  readonly changed: Changed;
  /** It is the row of an earlier moment. */
  readonly isOld: boolean;
  readonly isSelected: boolean;
  readonly type: string | undefined;
  readonly isCollapsed: boolean;
  readonly onToggle: (path: string) => void;
  readonly onSelect: (row: TreeRow) => void;
}

/** Chips of one row; those that the event changed come first. */
const CHIPS_MAX = 3;

function Row(props: RowProps) {
  const { row, changed, isSelected, type, isCollapsed, onToggle, onSelect } = props;
  const { cgroup, depth, hasChildren, name } = row;
  const { cgroup_id, path, attached = [] } = cgroup;
  const change = changed.cgroups.get(cgroup_id);
  const changes = new Map(attached.map((list) => [list, changeOf(changed, cgroup_id, list)]));
  const isChanged = (list: List) => changes.get(list) !== undefined;
  const lists = attached
    .filter((list) => list.entries.length > 0 || isChanged(list))
    .sort((a, b) => Number(isChanged(b)) - Number(isChanged(a)));
  return (
    // The tree takes the keys; a row is not a stop of its own.
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={props.nth}
      aria-setsize={props.all}
      aria-selected={isSelected}
      {...(hasChildren && { 'aria-expanded': !isCollapsed })}
      class={`row ${change ?? ''} ${props.isOld ? 'old' : ''}`}
      title={`${path} (cgroup ${cgroup_id})`}
      style={{ paddingLeft: `${6 + depth * 14}px` }}
      onClick={() => onSelect(row)}
    >
      <span
        class="twist"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          if (hasChildren) onToggle(path);
        }}
      >
        {hasChildren ? (isCollapsed ? '▸' : '▾') : ''}
      </span>
      <span class="name">
        {change !== undefined && <span class="sign">{SIGNS[change]}</span>}
        {name}
      </span>
      <span class="chips">
        {lists.slice(0, CHIPS_MAX).map((list) => (
          <Chip
            key={list.attach_type}
            list={list}
            change={changes.get(list)}
            isSelected={type === String(list.attach_type)}
            onSelect={() =>
              go({ cgroup: path, type: String(list.attach_type), program: undefined })
            }
          />
        ))}
        {lists.length > CHIPS_MAX && <span class="more">+{lists.length - CHIPS_MAX}</span>}
      </span>
    </div>
  );
}

/** How a list may be shared, by what its chip shows. */
const MODES = {
  none: { sign: '▣', word: 'exclusive' },
  override: { sign: '◪', word: 'override' },
  multi: { sign: '▤', word: 'multi' },
} as const;

/** The mode of a list in a word. */
export function modeWord({ mode }: Pick<List, 'mode'>): string {
  return MODES[mode].word;
}

function Chip(props: {
  readonly list: List;
  readonly change: Change | undefined;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}) {
  const { list, change, isSelected, onSelect } = props;
  const { sign, word } = MODES[list.mode];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrays of the cgroup have the same choice
    // biome-ignore lint/a11y/useKeyWithClickEvents: the arrays of the cgroup have the same choice
    <span
      class={`chip ${change ?? ''} ${isSelected ? 'selected' : ''}`}
      title={`${list.attach_type}: ${word}, ${list.entries.length} attached, revision ${list.revision}`}
      onClick={(event) => {
        event.stopPropagation();
        onSelect();
      }}
    >
      {change !== undefined && <span class="sign">{SIGNS[change]}</span>}
      {sign} {shortType(list.attach_type)} <b>{list.entries.length}</b>
    </span>
  );
}
