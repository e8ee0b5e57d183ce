import type { BenchOptions, Figure, Figures } from '../harness/figures.ts';
import { readCpuMs } from '../harness/cpu-time.ts';
import { summarize } from '../harness/in-turns.ts';
import { HttpConnection } from './http-connection.ts';
import { populate, textOf, type Population } from './population.ts';
import { withTribbler, type TribblerProcesses } from './tribbler-processes.ts';

const connections = 20;
/** Until the compilers of three threads have seen enough: meanwhile a request costs up to twice as much. */
const warmUpSeconds = 12;

/** What 20 connections did. */
export interface MixResult {
  readonly perSecond: number;
  readonly timelineMs: readonly number[];
  readonly postMs: readonly number[];
  /** CPU time of the application server for a request, and of the ring. Microseconds. */
  readonly serverCpuUs: number;
  readonly ringCpuUs: number;
}

/** The mix of the course: 200 users with 20 subscriptions and 10 Tribbles each. */
export function measureMix({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  return withTribbler(async (processes) => {
    const own = await processes.open('normal');
    say('making 200 users with 20 subscriptions and 10 Tribbles each …');
    const sizes = { users: 200, tribblesEach: 10, active: 200, subscriptions: 20 };
    const population = await populate(own, sizes);
    await own.store.close();
    await runMix(processes, population, warmUpSeconds);
    const results: MixResult[] = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push(await runMix(processes, population, seconds));
    }
    const median = (unit: string, of: (result: MixResult) => number): Figure =>
      summarize(results.map(of), unit);
    return {
      mixPerSecond: median('1/s', ({ perSecond }) => perSecond),
      timelineP50Ms: median('ms', ({ timelineMs }) => percentile(timelineMs, 0.5)),
      timelineP99Ms: median('ms', ({ timelineMs }) => percentile(timelineMs, 0.99)),
      postP99Ms: median('ms', ({ postMs }) => percentile(postMs, 0.99)),
      mixServerCpuUs: median('µs', ({ serverCpuUs }) => serverCpuUs),
      mixRingCpuUs: median('µs', ({ ringCpuUs }) => ringCpuUs),
    };
  });
}

/** 70 % home timelines, 20 % Tribbles of a user, 10 % posts. */
export async function runMix(
  { httpPort, tribblerPid, ringPid }: TribblerProcesses,
  { names, active }: Population,
  seconds: number,
): Promise<MixResult> {
  const timelineMs: number[] = [];
  const postMs: number[] = [];
  let count = 0;
  const [serverBefore, ringBefore] = [readCpuMs(tribblerPid), readCpuMs(ringPid)];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const load = async (index: number): Promise<void> => {
    const connection = await HttpConnection.open(httpPort);
    let turn = index;
    for (let nowMs = performance.now(); nowMs < endMs;) {
      // Everybody in turn, and in each ten requests the same mix, in an order without a beat.
      const who = active[(turn * 7 + index) % active.length];
      if (who === undefined) break;
      const kind = (turn * 3) % 10;
      const status = await connection.ask(requestOf(kind, who.token, names, turn));
      const doneMs = performance.now();
      if (status !== (kind === 0 ? 201 : 200)) throw new Error(`answered with ${status}`);
      if (kind === 0) postMs.push(doneMs - nowMs);
      else if (kind > 2) timelineMs.push(doneMs - nowMs);
      nowMs = doneMs;
      count += 1;
      turn += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => load(index * 1_009)));
  const perSecond = (count * 1_000) / (performance.now() - startMs);
  return {
    perSecond,
    timelineMs,
    postMs,
    serverCpuUs: ((readCpuMs(tribblerPid) - serverBefore) * 1_000) / count,
    ringCpuUs: ((readCpuMs(ringPid) - ringBefore) * 1_000) / count,
  };
}

function requestOf(kind: number, token: string, names: readonly string[], turn: number): string {
  const head = `host: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n`;
  if (kind > 2) return `GET /v1/me/timeline HTTP/1.1\r\n${head}\r\n`;
  const name = names[(turn * 13) % names.length] ?? '';
  if (kind > 0) return `GET /v1/users/${name}/posts HTTP/1.1\r\n${head}\r\n`;
  const body = JSON.stringify({ text: textOf(name, turn) });
  return `POST /v1/posts HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
