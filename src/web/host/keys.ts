/** The keyboard: what profilers and debuggers use for the same. */
import { useEffect, useRef } from 'preact/hooks';
import type { Moment } from './moment.ts';
import type { Stepper } from './stepper.ts';

/** What each key does, as the list of keys tells it. */
export const KEYS = [
  ['← →', 'previous, next event (with Shift: 10 events)'],
  ['[ ]', 'previous, next event that concerns the selection'],
  ['R r', 'previous, next refusal'],
  ['D d', 'previous, next removed cgroup'],
  ['B b', 'previous, next boot'],
  ['X x', 'previous, next drift'],
  ['+ − 0', 'zoom in, zoom out, the whole log'],
  ['Home End', 'the first, the last event'],
  ['l', 'live: follow the log'],
  ['/', 'search the tree'],
  ['?', 'this list'],
] as const;

/** Whether a key goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target instanceof HTMLInputElement && target.type !== 'range')
  );
}

/** Listens to the keys of a host. */
export function useKeys(moment: Moment, stepper: Stepper): void {
  const now = useRef({ moment, stepper });
  now.current = { moment, stepper };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.defaultPrevented) return;
      if (act(event, now.current.moment, now.current.stepper)) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

function act({ key, shiftKey }: KeyboardEvent, moment: Moment, step: Stepper): boolean {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowRight':
      step.by((key === 'ArrowRight' ? 1 : -1) * (shiftKey ? 10 : 1));
      return true;
    case '[':
    case ']':
      step.touch(key === ']' ? 1 : -1);
      return true;
    case 'r':
    case 'R':
      step.seek('refusals', key === 'r' ? 1 : -1);
      return true;
    case 'd':
    case 'D':
      step.seek('rmdirs', key === 'd' ? 1 : -1);
      return true;
    case 'b':
    case 'B':
      step.seek('boots', key === 'b' ? 1 : -1);
      return true;
    case 'x':
    case 'X':
      step.seek('drift', key === 'x' ? 1 : -1);
      return true;
    case '+':
    case '=':
      step.zoom(1 / 2);
      return true;
    case '-':
      step.zoom(2);
      return true;
    case '0':
      step.whole();
      return true;
    case 'Home':
      step.to(1);
      return true;
    case 'End':
      step.to(moment.head);
      return true;
    case 'l':
      step.live(!moment.place.live);
      return true;
    case '/':
      document.getElementById('tree-search')?.focus();
      return true;
    default:
      return false;
  }
}
