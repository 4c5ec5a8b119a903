/** The search of the documentation: results come as one types, and arrow keys go through them. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { indexOf, type SearchHit, type Section } from './index.ts';

type Search = (typed: string) => readonly SearchHit[];

export function DocsSearch({ address }: { readonly address: string }) {
  const [typed, type] = useState('');
  const [isOpen, open] = useState(false);
  const [search, setSearch] = useState<Search | undefined>();
  const [why, setWhy] = useState<string | undefined>();
  const asked = useRef(false);
  const whole = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);

  /** The index comes when somebody wants to search: a reader of a page does not wait for it. */
  const load = () => {
    if (asked.current) return;
    asked.current = true;
    read(address).then(
      (ready) => setSearch(() => ready),
      () => {
        asked.current = false;
        setWhy('The search did not load. Is the service still there?');
      },
    );
  };

  // Not later: a key that is pressed as soon as the page is there means the same.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      const isHere = target instanceof Node && whole.current?.contains(target) === true;
      const isCall = key === '/' && !(target instanceof HTMLInputElement);
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const links = [...(whole.current?.querySelectorAll('a') ?? [])];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      if (isCall) field.current?.focus();
      else if (!isHere) return;
      else if (key === 'ArrowDown') (links[at + 1] ?? links[at])?.focus();
      else if (key === 'ArrowUp') (at > 0 ? links[at - 1] : field.current)?.focus();
      else if (key === 'Enter' && at < 0) links[0]?.click();
      else if (key === 'Escape') {
        field.current?.focus();
        open(false);
      } else return;
      event.preventDefault();
    };
    const onPointer = ({ target }: PointerEvent) => {
      if (target instanceof Node && whole.current?.contains(target) !== true) open(false);
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPointer);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPointer);
    };
  }, []);

  const isAsked = typed.trim() !== '';
  const found = isAsked && search !== undefined ? search(typed) : undefined;

  return (
    <div class="finder" ref={whole}>
      <input
        ref={field}
        type="search"
        class="search"
        aria-label="Search the documentation"
        placeholder="Search   /"
        autocomplete="off"
        value={typed}
        onFocus={() => {
          load();
          open(true);
        }}
        onInput={(event) => {
          type(event.currentTarget.value);
          open(true);
        }}
      />
      <p class="sr" role="status">
        {isOpen && isAsked ? resultText(found, why) : ''}
      </p>
      {isOpen && isAsked && (
        <div class="found">
          {found === undefined || found.length === 0 ? (
            <p class="none">{resultText(found, why)}</p>
          ) : (
            <ul>
              {found.map((one) => (
                <li key={one.address}>
                  <Result {...one} onGo={() => open(false)} />
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}

function Result({
  address,
  title,
  heading,
  excerpt,
  onGo,
}: SearchHit & { readonly onGo: () => void }) {
  return (
    <a href={address} onClick={onGo}>
      <b>{title}</b>
      {heading !== '' && <span class="heading"> › {heading}</span>}
      <span class="excerpt">
        {excerpt.map(({ text, isFound }, i) => (isFound ? <mark key={i}>{text}</mark> : text))}
      </span>
    </a>
  );
}

function resultText(found: readonly SearchHit[] | undefined, why: string | undefined): string {
  if (found === undefined) return why ?? 'Reading the index…';
  if (found.length === 0) return 'Nothing has these words.';
  return `${found.length} found`;
}

async function read(address: string): Promise<Search> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return indexOf((await response.json()) as readonly Section[]);
}
