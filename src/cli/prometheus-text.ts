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
