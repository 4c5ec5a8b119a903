/**
 * Keeps `bench/RESULTS.md`: one section a benchmark, each with the machine and the date of its own
 * run, so that running one of them leaves the figures of the others as they are.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Bench, Section } from './bench.ts';
import { type Plot, svgOf } from './plot.ts';
import { markdown } from './table.ts';

const RESULTS = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
const PLOTS = fileURLToPath(new URL('../plots/', import.meta.url));

const HEAD = `# Results

Made by \`npm run bench\`; do not edit. Ratios are what counts: contenders run in turn on the same
machine and the same PostgreSQL, and a figure is the median of the rounds with the least and the
greatest in brackets. What the targets mean and where the time goes: [docs/performance.md](../docs/performance.md).
`;

/** What one benchmark found in a run. */
export interface Found {
  readonly bench: Bench;
  /** Whether it ran on the longer logs: such figures stand beside those of the usual ones. */
  readonly full: boolean;
  readonly section: Section;
  /** Where and when, by `placeOf`. */
  readonly place: string;
}

/** One bench's part of the page. */
export function sectionText({ bench, full, section, place }: Found): string {
  const plots = (section.plots ?? []).map(
    (plot) => `![${plot.title}](plots/${plotFile(plot, full)})`,
  );
  return [
    `## ${sectionName(bench.name, full)}: ${bench.title}`,
    '',
    `*${place}*`,
    ...section.text.flatMap((paragraph) => ['', paragraph]),
    ...section.tables.flatMap((table) => ['', markdown(table)]),
    ...plots.flatMap((plot) => ['', plot]),
    '',
  ].join('\n');
}

/** Where and when figures were taken: date, commit, machine, versions. */
export function placeOf(postgresVersion: string | undefined, rounds: number): string {
  const [cpu] = cpus();
  return [
    new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    `commit ${commitOf()}`,
    `${cpus().length} × ${cpu?.model.trim()}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
    ...(postgresVersion === undefined ? [] : [`PostgreSQL ${postgresVersion}`]),
    `${rounds} rounds`,
  ].join(' · ');
}

/** What is measured; what the benchmarks write themselves does not change it. */
function commitOf(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changes = git(
    'status',
    '--porcelain',
    '--',
    ':/',
    ':(top,exclude)bench/RESULTS.md',
    ':(top,exclude)bench/plots',
  );
  const commit = git('rev-parse', '--short', 'HEAD');
  return changes === '' ? commit : `${commit}, changed`;
}

/** Puts a bench's section into the page, in the order of `names`, and draws its plots. */
export function keep(names: readonly string[], found: Found): void {
  const { bench, full, section } = found;
  const sections = new Map(sectionsIn(existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''));
  sections.set(sectionName(bench.name, full), sectionText(found));
  const kept = names
    .flatMap((name) => [sectionName(name, false), sectionName(name, true)])
    .flatMap((name) => sections.get(name) ?? []);
  writeFileSync(RESULTS, [HEAD, ...kept].join('\n'));
  for (const plot of section.plots ?? []) {
    mkdirSync(PLOTS, { recursive: true });
    writeFileSync(`${PLOTS}${plotFile(plot, full)}`, svgOf(plot));
  }
}

/** What a section is called: as the benchmark is asked for. */
function sectionName(name: string, full: boolean): string {
  return full ? `${name} --full` : name;
}

function plotFile({ file }: Plot, full: boolean): string {
  return `${file}${full ? '-full' : ''}.svg`;
}

function sectionsIn(page: string): [string, string][] {
  return page
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => [text.slice(3, text.indexOf(':')), `${text.trimEnd()}\n`]);
}
