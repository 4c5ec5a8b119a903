/** Does the page feel the length of a log: how soon is it there, and how soon does it follow a step? */
import type { Browser, Page } from 'playwright-core';
import { findChromium } from '../test/support/needs.ts';
import { openBrowser, show } from '../test/web/browser.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { type Figure, figureOf, quantile } from './harness/measure.ts';
import { build, dataDir, serve } from './harness/service.ts';
import { type Bound, boundTable, number, spread } from './harness/table.ts';
import { treeHost, treesOnPostgres } from './logs/recorded-trees.ts';

const LENGTHS = [10_000, 1_000_000];
const LENGTHS_FULL = [...LENGTHS, 10_000_000];
const STEPS = 40;
const FIRST_MS = 1000;
const STEP_MS = 50;
/** Of what the browser loads for the page itself, compressed; the answers of the API are not of it. */
const FIRST_VIEW_KB = 80;

/** Figures of one log, in milliseconds. */
interface Felt {
  /** Until the timeline, the tree and the event are drawn. */
  readonly first: Figure;
  readonly step: Figure;
  readonly scrub: Figure;
  /** The counts of the whole log, in 400 buckets. */
  readonly counts: Figure;
}

export const page: Bench = {
  name: 'page',
  title: 'the page',
  longer: true,
  async run(context) {
    if (findChromium() === undefined) {
      return { text: ['No chromium is on the PATH: not measured.'], tables: [] };
    }
    const lengths = context.full ? LENGTHS_FULL : LENGTHS;
    const url = await treesOnPostgres(context, lengths);
    build();
    const service = await serve({ DATABASE_URL: url, BPFLEDGER_DATA_DIR: dataDir(context) });
    const browser = await openBrowser();
    try {
      const felt = new Map<number, Felt>();
      for (const length of lengths) {
        context.say(`looking at ${number(length)} events`);
        felt.set(length, await feltOf(context, browser, { url: service.url, length }));
      }
      return sectionOf(felt, await sizeOf(browser, service.url));
    } finally {
      await browser.close();
      await service.stop();
    }
  },
};

interface Looked {
  readonly url: string;
  readonly length: number;
}

async function feltOf(
  { rounds }: BenchContext,
  browser: Browser,
  { url, length }: Looked,
): Promise<Felt> {
  const measured = { first: [], step: [], scrub: [], counts: [] } as Record<keyof Felt, number[]>;
  for (let round = 0; round < rounds; round++) {
    const at = Math.floor((length * (round + 1)) / (rounds + 2));
    const begin = performance.now();
    const { page: shown, close } = await show(browser, `${url}/#/${treeHost(length)}?at=${at}`);
    for (const part of DRAWN) await shown.locator(part).first().waitFor({ state: 'attached' });
    measured.first.push(performance.now() - begin);
    measured.step.push(await median(shown, STEP));
    measured.scrub.push(await median(shown, SCRUB));
    await close();
    const asked = performance.now();
    await (await fetch(`${url}/v1/hosts/${treeHost(length)}/timeline?buckets=400`)).text();
    measured.counts.push(performance.now() - asked);
  }
  return {
    first: figureOf(measured.first),
    step: figureOf(measured.step),
    scrub: figureOf(measured.scrub),
    counts: figureOf(measured.counts),
  };
}

/** Kilobytes of the document and its parts, as they came over the wire. */
async function sizeOf(browser: Browser, url: string): Promise<Figure> {
  const { page: shown, close } = await show(browser, url);
  await shown.getByRole('main').waitFor();
  const bytes: number = await shown.evaluate(`[
    ...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource').filter(({ name }) => !name.includes('/v1/')),
  ].reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`);
  await close();
  return figureOf([bytes / 1000]);
}

/** The median of the milliseconds from something that a reader does until the page shows it. */
async function median(shown: Page, act: string): Promise<number> {
  const taken: number[] = await shown.evaluate(`(async () => {
    const taken = [];
    const shownPosition = () => document.querySelector('.event h2 b').textContent;
    for (let i = 0; i < ${STEPS}; i++) {
      const before = shownPosition();
      const begin = performance.now();
      ${act}
      await new Promise((resolve) => {
        const look = () =>
          shownPosition() !== before && document.querySelector('.event.old, .tree.old') === null
            ? resolve() : requestAnimationFrame(look);
        requestAnimationFrame(look);
      });
      taken.push(performance.now() - begin);
    }
    return taken;
  })()`);
  return quantile(
    taken.sort((a, b) => a - b),
    0.5,
  );
}

const DRAWN = ['.changes[d]', '[role=treeitem]', '.event .call'];
const STEP = `document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));`;
const SCRUB = `const thumb = document.querySelector('.thumb');
  thumb.value = 2000 + Math.floor(((i * 7919) % 997) / 997 * (thumb.max - 3000));
  thumb.dispatchEvent(new Event('input', { bubbles: true }));`;

const TEXT = `The page in Chromium, on logs of a node with a tree of 1,000 cgroups, on PostgreSQL; the service is a process of its own on the same machine. *First picture*: from the navigation until the timeline, the tree and the event are drawn. *Step*: from the key until the next event, and the tree after it, are drawn; *scrub*: the same for positions all over the log. Each is the median of ${STEPS}, and each frame of the screen takes 17 ms.`;

function sectionOf(felt: ReadonlyMap<number, Felt>, size: Figure): Section {
  const bounds = [...felt].flatMap(([length, { first, step, scrub }]): Bound[] => {
    const of = `a log of ${number(length)} events`;
    return [
      boundRow(`first picture, ${of}`, first, FIRST_MS),
      boundRow(`step, ${of}`, step, STEP_MS),
      boundRow(`scrub, ${of}`, scrub, STEP_MS),
    ];
  });
  const view = { what: 'the first view, compressed', unit: 'kB', ours: size };
  bounds.push({ target: 'page', ...view, wanted: { atMost: FIRST_VIEW_KB } });
  const counts = {
    title: 'Milliseconds for the counts of a whole log in 400 buckets',
    columns: ['events', 'ms'],
    rows: [...felt].map(([length, figures]) => [number(length), spread(figures.counts)]),
  };
  return { text: [TEXT], tables: [boundTable('What a reader waits for', bounds), counts] };
}

function boundRow(what: string, ours: Figure, atMost: number): Bound {
  return { target: 'page', what, unit: 'ms', ours, wanted: { atMost } };
}
