import type { Durations } from '../core/duration-histogram.ts';

/** A sample: its labels, if it has any, its value, and what a histogram puts behind the name. */
export type Sample = readonly [
  labels: Readonly<Record<string, string | number>>,
  value: number,
  suffix?: '_bucket' | '_sum' | '_count',
];

/** One metric with its samples. The name says the unit; a counter's ends with `_total`. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The samples of a histogram. All of `durations` are by the same bounds, and are counted together. */
export function histogramSamples(
  labels: Readonly<Record<string, string | number>>,
  boundsMs: readonly number[],
  durations: readonly Durations[],
): readonly Sample[] {
  const samples: Sample[] = [];
  let count = 0;
  for (const [index, boundMs] of [...boundsMs, Infinity].entries()) {
    for (const { counts } of durations) count += counts[index] ?? 0;
    const le = boundMs === Infinity ? '+Inf' : boundMs / 1_000;
    samples.push([{ ...labels, le }, count, '_bucket']);
  }
  const sumMs = durations.reduce((sum, each) => sum + each.sumMs, 0);
  samples.push([labels, sumMs / 1_000, '_sum'], [labels, count, '_count']);
  return samples;
}

/** Metrics in the text form of Prometheus, version 0.0.4. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => metricText(metric)).join('');
}

function metricText({ name, type, help, samples }: Metric): string {
  const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
  for (const [labels, value, suffix = ''] of samples) {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    lines.push(`${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(value: string | number): string {
  return escapeHelp(String(value)).replaceAll('"', '\\"');
}
