/**
 * Lets garbage pile up less while something long goes on that makes much of it. V8 lets the heap
 * grow to four times what was in use before it collects all of it again:
 * docs/performance.md#a-heap-that-grows-to-four-times-its-use
 */
import { setFlagsFromString } from 'node:v8';

/** By how much the heap may grow meanwhile, in percent of what was in use at the last collection. */
const GROWTH = 100;
/** Lets V8 decide. */
const AS_USUAL = 0;

let underWay = 0;

/** Keeps the heap of all threads small until the function that it returns is called, once. */
export function keepHeapSmall(): () => void {
  underWay += 1;
  allow(GROWTH);
  return () => {
    underWay -= 1;
    if (underWay === 0) allow(AS_USUAL);
  };
}

function allow(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
