import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

interface Line {
  readonly label: string;
  /** The name of a CSS variable. */
  readonly color: string;
  readonly isStepped?: boolean;
}

export interface PlotProps {
  readonly label: string;
  readonly lines: readonly Line[];
  readonly data: uPlot.AlignedData;
  readonly x: uPlot.Scale;
  readonly y: uPlot.Scale;
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
  /** Anything that makes the colours other ones. */
  readonly theme: string;
}

const HEIGHT = 260;

/** A plot as wide as its place. What it shows is said in a table beside it, for those who cannot see it. */
export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const { label, lines, data, theme } = props;
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const made = new uPlot(optionsOf(props, parent.clientWidth), data, parent);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: HEIGHT }));
    watch.observe(parent);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [theme, lines.length]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div class="plot" ref={place} role="img" aria-label={label} />;
}

function optionsOf({ lines, x, y, xText, yText }: PlotProps, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  const font = '12px system-ui, sans-serif';
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: { x, y },
    axes: [
      { ...axis, font, size: 28, values: (_plot, splits) => splits.map(xText) },
      { ...axis, font, size: 58, values: (_plot, splits) => splits.map(yText) },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, color(line.color)))],
  };
}

function seriesOf({ label, isStepped = false }: Line, stroke: string): uPlot.Series {
  const paths = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const points = { show: !isStepped, size: 5, fill: stroke, width: 0 };
  return { label, stroke, width: 1.75, spanGaps: true, points, ...(paths ? { paths } : {}) };
}
