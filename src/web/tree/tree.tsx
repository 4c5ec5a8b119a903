/** The cgroups of the moment: what is attached to each, and what the event changed. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Changed, type ChangeKind, changeOf, changesOf, SIGNS } from '../event/changes.ts';
import type { Moment } from '../host/moment.ts';
import { Note } from '../note.tsx';
import type { List, Outline, OutlineRow } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { count, shortType } from '../state/words.ts';
import { type Looked, useRows } from './outline.ts';
import { ROW_HEIGHT, reveal, useWindow } from './window.ts';

interface TreeProps {
  readonly moment: Moment;
  readonly looked: Looked;
  readonly onLooked: (looked: Looked) => void;
}

/** Cgroups that are folded: with one more, the one that was folded first opens again. */
const CLOSED_MAX = 200;

export function Tree({ moment, looked, onLooked }: TreeProps) {
  const list = useRef<HTMLDivElement>(null);
  const { host, cgroups, event, place } = moment;
  const { answer, path, isOld } = cgroups;
  const shownEvent = event.answer?.position === moment.at ? event.answer : undefined;
  const changed = useMemo(() => changesOf(shownEvent), [shownEvent]);
  const rows = answer?.rows ?? 0;
  const { first, end } = useWindow(list, rows);
  const rowAt = useRows({ host, first: cgroups }, looked, { first, end });
  looked.top.current = first;

  // What is selected, or else what the event changed, comes into view with the answer about it. What the
  // reader selects here is in view already: the answer must not take the reader back from elsewhere.
  const chosen = useRef<string | undefined>(undefined);
  const sought = isOld ? undefined : answer?.sought;
  useEffect(() => {
    if (sought === undefined) return;
    if (sought.path !== chosen.current) reveal(list.current, sought.row ?? -1);
    chosen.current = undefined;
  }, [path, sought?.path, sought?.row]);
  const selected = selectedRow(answer, place.cgroup);

  const lookAt = (change: Partial<Looked>) => {
    if (list.current !== null) list.current.scrollTop = 0;
    onLooked({ ...looked, ...change, top: { current: 0 } });
  };
  const toggle = ({ cgroup_id }: OutlineRow) => {
    const { closed } = looked;
    const others = closed.filter((id) => id !== cgroup_id);
    const next = others.length < closed.length ? others : [...others, cgroup_id];
    onLooked({ ...looked, closed: next.slice(-CLOSED_MAX) });
  };
  const select = (nth: number) => {
    const row = Math.min(Math.max(0, nth), rows - 1);
    const to = rowAt(row);
    if (to === undefined) return;
    reveal(list.current, row);
    chosen.current = to.path;
    go({ cgroup: to.path, program: undefined });
  };
  const press = (pressed: KeyboardEvent) => {
    const on = rowAt(selected);
    const page = Math.max(1, Math.floor((list.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    if (pressed.key === 'ArrowDown') select(selected + 1);
    else if (pressed.key === 'ArrowUp') select(selected - 1);
    else if (pressed.key === 'PageDown') select(selected + page);
    else if (pressed.key === 'PageUp') select(selected - page);
    else if (pressed.key === 'Enter' && on?.has_children) toggle(on);
    else return;
    pressed.preventDefault();
  };
  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);

  return (
    <section
      class={`tree ${answer !== undefined && answer.position !== moment.at ? 'old' : ''}`}
      aria-label="Cgroups"
    >
      <h2>
        Cgroups <span class="sum">{answer && count(answer.cgroups)}</span>
      </h2>
      <div class="sought">
        <input
          id="tree-search"
          type="search"
          aria-label="Search cgroups"
          placeholder="path, program, tag, link 7"
          maxLength={SEARCH_MAX}
          value={looked.search}
          onInput={(input) => lookAt({ search: input.currentTarget.value })}
        />
        <label class="only">
          <input
            type="checkbox"
            checked={looked.isAttached}
            onChange={(input) => lookAt({ isAttached: input.currentTarget.checked })}
          />
          with programs
        </label>
      </div>
      <p class="sr" role="status">
        {answer !== undefined && isFiltered(looked) && matchText(answer)}
      </p>
      {answer !== undefined && isFiltered(looked) && rows > 0 && (
        <p class="cut" aria-hidden="true">
          {matchText(answer)}
        </p>
      )}
      <div
        class="rows"
        role="tree"
        aria-label="Cgroup tree"
        tabIndex={0}
        ref={list}
        {...(selected >= first && selected < end && { 'aria-activedescendant': rowId(selected) })}
        onKeyDown={press}
      >
        <div style={{ height: `${first * ROW_HEIGHT}px` }} />
        {drawn.map((nth) => {
          const one = rowAt(nth);
          if (one === undefined) return <div key={nth} class="row" aria-hidden="true" />;
          return (
            <Row
              key={one.path}
              {...{ row: one, changed, nth }}
              all={rows}
              isSelected={one.path === place.cgroup}
              type={place.cgroup === one.path ? place.type : undefined}
              isClosed={!isFiltered(looked) && looked.closed.includes(one.cgroup_id)}
              onToggle={toggle}
              onSelect={select}
            />
          );
        })}
        <div style={{ height: `${(rows - end) * ROW_HEIGHT}px` }} />
      </div>
      {answer !== undefined && !isOld && rows === 0 && <Nothing looked={looked} onLook={lookAt} />}
    </section>
  );
}

/** Characters of a search; the service takes as many. */
const SEARCH_MAX = 200;

function isFiltered({ search, isAttached }: Looked): boolean {
  return isAttached || search.trim() !== '';
}

function matchText({ matches, cgroups }: Outline): string {
  return `${count(matches)} of ${count(cgroups)} match${matches === 1 ? 'es' : ''}`;
}

function rowId(nth: number): string {
  return `cgroup-row-${nth}`;
}

/** The row of the selected cgroup; -1 when it is not among those that are known. */
function selectedRow(answer: Outline | undefined, selected: string | undefined): number {
  if (answer === undefined || selected === undefined) return -1;
  const { sought, items, offset } = answer;
  if (sought?.path === selected) return sought.row ?? -1;
  const found = items.findIndex(({ path }) => path === selected);
  return found < 0 ? -1 : offset + found;
}

function Nothing(props: {
  readonly looked: Looked;
  readonly onLook: (change: Partial<Looked>) => void;
}) {
  const { search, isAttached } = props.looked;
  if (!isFiltered(props.looked)) return <Note title="There is no cgroup" />;
  const what =
    search.trim() === '' ? 'Nothing is attached at this moment' : `Nothing matches “${search}”`;
  return (
    <Note title={what}>
      <p>
        <button type="button" onClick={() => props.onLook({ search: '', isAttached: false })}>
          Show all{isAttached && search !== '' ? ', also without programs' : ''}
        </button>
      </p>
    </Note>
  );
}

interface RowProps {
  readonly row: OutlineRow;
  /** Its number among all rows, from 0. */
  readonly nth: number;
  readonly all: number;
  readonly changed: Changed;
  readonly isSelected: boolean;
  readonly type: string | undefined;
  readonly isClosed: boolean;
  readonly onToggle: (row: OutlineRow) => void;
  readonly onSelect: (nth: number) => void;
}

/** Chips of one row; those that the event changed come first. */
const CHIPS_MAX = 3;

function Row(props: RowProps) {
  const { row, nth, changed, isSelected, type, isClosed, onToggle, onSelect } = props;
  const { cgroup_id, path, depth, has_children: hasChildren, attached } = row;
  const name = path.slice(path.lastIndexOf('/') + 1) || '/';
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
      id={rowId(nth)}
      aria-level={depth + 1}
      aria-posinset={nth + 1}
      aria-setsize={props.all}
      aria-selected={isSelected}
      {...(hasChildren && { 'aria-expanded': !isClosed })}
      class={`row ${change ?? ''}`}
      title={`${path} (cgroup ${cgroup_id})`}
      style={{ paddingLeft: `${6 + depth * 14}px` }}
      onClick={() => onSelect(nth)}
    >
      <span
        class="twist"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          if (hasChildren) onToggle(row);
        }}
      >
        {hasChildren ? (isClosed ? '▸' : '▾') : ''}
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
  readonly change: ChangeKind | undefined;
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
