/** Line plots as SVG, drawn without a library: two axes, a legend, a few lines. */

export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Plot {
  /** Name of the file below `bench/plots`, without `.svg`. */
  readonly file: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Both axes are logarithmic where this says so. */
  readonly log: { readonly x: boolean; readonly y: boolean };
  readonly lines: readonly Line[];
}

const WIDTH = 720;
const HEIGHT = 400;
/** Room of a label in the legend. */
const LEGEND_STEP = 130;
const MARGIN = { left: 80, right: 24, top: 44, bottom: 56 };
const COLOURS = ['#1f6feb', '#d1242f', '#1a7f37', '#9a6700', '#8250df'];

interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** The plot as an SVG document. */
export function svgOf(plot: Plot): string {
  const points = plot.lines.flatMap((line) => line.points);
  const x = axis(
    points.map((point) => point.x),
    plot.log.x,
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const y = axis(
    points.map((point) => point.y),
    plot.log.y,
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeXml(plot.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(MARGIN.left, 22, plot.title, 'font-size="15" font-weight="bold"'),
    ...x.ticks.map((value) => xTick(x.at(value), value)),
    ...y.ticks.map((value) => yTick(y.at(value), value)),
    text(WIDTH / 2, HEIGHT - 14, plot.xLabel, 'text-anchor="middle"'),
    text(
      16,
      HEIGHT / 2,
      plot.yLabel,
      `text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})"`,
    ),
    ...plot.lines.flatMap((line, i) => draw(line, i, x, y)),
    '</svg>',
    '',
  ].join('\n');
}

function axis(values: readonly number[], isLog: boolean, [from, to]: [number, number]): Axis {
  const max = Math.max(...values);
  const min = isLog ? Math.min(...values) : 0;
  const ticks = isLog ? decades(min, max) : rounds(max);
  const scale = isLog ? Math.log10 : (value: number) => value;
  const low = scale(ticks[0] as number);
  const high = scale(ticks.at(-1) as number);
  const span = high === low ? 1 : high - low;
  return { ticks, at: (value) => from + ((scale(value) - low) / span) * (to - from) };
}

function decades(min: number, max: number): number[] {
  const ticks: number[] = [];
  const last = Math.ceil(Math.log10(max));
  for (let power = Math.floor(Math.log10(min)); power <= last; power++) ticks.push(10 ** power);
  return ticks;
}

function rounds(max: number): number[] {
  const rough = max / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10);
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => i * step);
}

function xTick(at: number, value: number): string {
  const line = `<line x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}" stroke="#e5e7eb"/>`;
  return line + text(at, HEIGHT - MARGIN.bottom + 18, short(value), 'text-anchor="middle"');
}

function yTick(at: number, value: number): string {
  const line = `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#e5e7eb"/>`;
  return line + text(MARGIN.left - 8, at + 4, short(value), 'text-anchor="end"');
}

function draw(line: Line, i: number, x: Axis, y: Axis): string[] {
  const colour = COLOURS[i % COLOURS.length] as string;
  const at = line.points.map((point) => [x.at(point.x).toFixed(1), y.at(point.y).toFixed(1)]);
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${at.join(' ')}"/>`,
    ...at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
    // Above the lines, which may run through any corner.
    text(MARGIN.left + i * LEGEND_STEP, MARGIN.top - 6, line.label, `fill="${colour}"`),
  ];
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;
}

function short(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
