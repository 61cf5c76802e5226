import { escapeText } from '../../xml/index.ts';

/** One curve. */
export interface Curve {
  readonly label: string;
  /** x and y, from left to right; y is a fraction. */
  readonly points: readonly (readonly [number, number])[];
}

/** One bar of several parts. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly name: string; readonly value: number }[];
}

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 46;
const RIGHT = 160;
const TOP = 12;
const BOTTOM = 36;
const BAR_HEIGHT = 26;
const BAR_LEFT = 150;
const BAR_RIGHT = 90;
/** Curves have so many colours; more than that look alike. */
const COLOURS = 10;

/** What share of the messages took no longer: x is logarithmic, in milliseconds. */
export function distributionPlot(title: string, curves: readonly Curve[]): string {
  const values = curves.flatMap(({ points }) => points.map(([x]) => x)).filter((x) => x > 0);
  if (values.length === 0) return '';
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values) * 1.0001));
  const across = WIDTH - LEFT - RIGHT;
  const x = (value: number): number =>
    LEFT + (across * (Math.log10(Math.max(value, low)) - Math.log10(low))) / (Math.log10(high) - Math.log10(low));
  const y = (share: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
  const parts: string[] = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(
      line(LEFT, y(share), WIDTH - RIGHT, y(share), 'grid'),
      text(LEFT - 6, y(share) + 4, `${share * 100} %`, 'end'),
    );
  }
  for (const tick of ticks(low, high)) {
    parts.push(line(x(tick), TOP, x(tick), HEIGHT - BOTTOM, 'grid'));
    parts.push(text(x(tick), HEIGHT - BOTTOM + 16, `${tick} ms`, 'middle'));
  }
  for (const [index, { label, points }] of curves.entries()) {
    const steps = points.flatMap(([value, share], place) => {
      const before = points[place - 1]?.[1] ?? 0;
      return [`${n(x(value))},${n(y(before))}`, `${n(x(value))},${n(y(share))}`];
    });
    parts.push(`<polyline class="c${index % COLOURS}" points="${steps.join(' ')}"/>`);
    const at = TOP + 10 + index * 20;
    parts.push(line(WIDTH - RIGHT + 14, at, WIDTH - RIGHT + 36, at, `c${index % COLOURS}`));
    parts.push(text(WIDTH - RIGHT + 42, at + 4, label, 'start'));
  }
  return svg(title, HEIGHT, parts);
}

/** Bars whose parts add up. */
export function barPlot(title: string, unit: string, bars: readonly Bar[]): string {
  const totalOf = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0);
  const most = Math.max(...bars.map(totalOf));
  if (bars.length === 0 || !(most > 0)) return '';
  const across = WIDTH - BAR_LEFT - BAR_RIGHT;
  const parts: string[] = [];
  for (const [row, bar] of bars.entries()) {
    const top = TOP + row * BAR_HEIGHT;
    parts.push(text(BAR_LEFT - 8, top + 15, bar.label, 'end'));
    let left = BAR_LEFT;
    for (const [index, { name, value }] of bar.parts.entries()) {
      const width = (across * Math.max(0, value)) / most;
      const label = `<title>${escapeText(`${bar.label}, ${name}: ${value.toFixed(0)} ${unit}`)}</title>`;
      parts.push(
        `<rect class="b${index}" x="${n(left)}" y="${top + 3}" width="${n(width)}" height="18">${label}</rect>`,
      );
      left += width;
    }
    parts.push(text(left + 6, top + 15, `${totalOf(bar).toFixed(0)} ${unit}`, 'start'));
  }
  const names = bars[0]?.parts.map(({ name }) => name) ?? [];
  const bottom = TOP + bars.length * BAR_HEIGHT + 8;
  for (const [index, name] of names.entries()) {
    parts.push(`<rect class="b${index}" x="${BAR_LEFT + index * 170}" y="${bottom}" width="12" height="12"/>`);
    parts.push(text(BAR_LEFT + index * 170 + 18, bottom + 11, name, 'start'));
  }
  return svg(title, bottom + 24, parts);
}

function ticks(low: number, high: number): readonly number[] {
  const all: number[] = [];
  for (let tick = low; tick <= high * 1.0001; tick *= 10) all.push(Number(tick.toPrecision(1)));
  return all;
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}" ` +
    `xmlns="http://www.w3.org/2000/svg"><title>${escapeText(title)}</title>${parts.join('')}</svg>`
  );
}

function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/>`;
}

function text(x: number, y: number, words: string, anchor: string): string {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${escapeText(words)}</text>`;
}

function n(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
