import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  dispatch as nactDispatch,
  spawn as nactSpawn,
  start as nactStart,
  stop as nactStop,
} from 'nact';
import { ActorRef, ActorSystem } from '../src/actor.ts';
import type { TlsOptions } from '../src/core/network.ts';
import { Sink, Source, type SinkCount, type SinkMessage } from './actor/kinds.ts';
import { authority } from '../test/contract/certificates.ts';
import { burst, repeat } from './actor/repeat.ts';
import type { BenchOptions, Figure, Figures } from './harness/figures.ts';
import { measureInTurns, medianOf, ratioOf, summarize } from './harness/in-turns.ts';
import { startServer, type ServerProcess } from './harness/server-process.ts';

/**
 * How many messages actors exchange: on one thread (against nact, which does the same work in turns), between
 * threads, between processes over loopback with and without TLS; how long an ask takes; what an idle actor
 * weighs; what a tell to a peer that stands still costs. The bars are in docs/design/actor.md.
 */
export async function run({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('one thread, in turns with nact');
  const local = await measureLocal(rounds, seconds);
  say('two threads');
  const threads = await measureThreads(rounds, seconds);
  say('two processes');
  const remote = await measureRemote(rounds, seconds, undefined);
  say('two processes, TLS');
  const tls = await withCertificate((options, file) =>
    measureRemote(rounds, seconds, { options, file }),
  );
  say('idle actors');
  return {
    ...local,
    ...threads,
    tellRemotePerSecond: remote.tell,
    askRemoteP50Us: remote.askP50Us,
    tellStalledNs: remote.tellStalledNs,
    ...(tls === undefined ? {} : { tellRemoteTlsPerSecond: tls.tell }),
    idleActorsBytesEach: measureInProcess('idle', ['100000'], 'bytes'),
  };
}

const perSecond = '1/s';

async function measureLocal(rounds: number, seconds: number): Promise<Figures> {
  const system = await ActorSystem.create();
  const sink = system.startActor(Sink);
  const turns = await measureInTurns({
    rounds,
    a: async () => ({
      rate: await repeat(seconds, (bursts) => tellBursts(system, 0, sink, bursts)),
    }),
    b: async () => ({ rate: await repeat(seconds, nactBursts) }),
  });
  await system.close();
  return {
    tellLocalPerSecond: medianOf(turns.a, 'rate', perSecond),
    nactTellPerSecond: medianOf(turns.b, 'rate', perSecond),
    tellLocalToNact: ratioOf(turns, 'rate', '× nact'),
    pingPongPerSecond: measureInProcess('ping-pong', [String(rounds), String(seconds)], perSecond),
  };
}

async function measureThreads(rounds: number, seconds: number): Promise<Figures> {
  const modules = [new URL('./actor/kinds.js', import.meta.url)];
  const system = await ActorSystem.create({ threads: 2, modules });
  const sink = system.startActor(Sink, { thread: 1 });
  const rates: number[] = [];
  const asks: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    rates.push(await repeat(seconds, (bursts) => tellBursts(system, 0, sink, bursts)));
    asks.push(await askP50Us(system, sink));
  }
  await system.close();
  return {
    tellThreadPerSecond: summarize(rates, perSecond),
    askThreadP50Us: summarize(asks, 'µs'),
  };
}

interface RemoteFigures {
  readonly tell: Figure;
  readonly askP50Us: Figure;
  readonly tellStalledNs: Figure;
}

async function measureRemote(
  rounds: number,
  seconds: number,
  tls: { readonly options: TlsOptions; readonly file: string } | undefined,
): Promise<RemoteFigures> {
  const script = fileURLToPath(new URL('./actor/peer.js', import.meta.url));
  const args = tls === undefined ? [script] : [script, tls.file];
  const peer = await startServer({ program: process.execPath, args });
  const system = await ActorSystem.create({
    port: 0,
    ...(tls === undefined ? {} : { tls: tls.options }),
    onError: () => {},
  });
  try {
    const { sink: json } = JSON.parse(peer.readyLine) as { sink: unknown };
    const sink = ActorRef.fromJSON<SinkMessage>(json);
    system.addMember(sink.address.slice(0, sink.address.indexOf('#')));
    await system.ask(sink, { type: 'get' }, { timeoutMs: 10_000 });
    const rates: number[] = [];
    const asks: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.push(await repeat(seconds, (bursts) => tellBursts(system, 0, sink, bursts)));
      asks.push(await askP50Us(system, sink));
    }
    return {
      tell: summarize(rates, perSecond),
      askP50Us: summarize(asks, 'µs'),
      tellStalledNs: await tellStalledNs(system, peer, sink),
    };
  } finally {
    await system.close();
    await peer.stop();
  }
}

/** Two million tells to a process that stands still: more than its outbox holds. */
async function tellStalledNs(
  system: ActorSystem,
  peer: ServerProcess,
  sink: ActorRef<SinkMessage>,
): Promise<Figure> {
  process.kill(peer.pid, 'SIGSTOP');
  const samples: number[] = [];
  for (let turn = 0; turn < 200; turn += 1) {
    const startedNs = process.hrtime.bigint();
    for (let index = 0; index < 10_000; index += 1) system.tell(sink, { type: 'add', value: 1 });
    samples.push(Number(process.hrtime.bigint() - startedNs) / 10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.kill(peer.pid, 'SIGCONT');
  return summarize(samples, 'ns');
}

/** Undefined where no certificate can be made. */
async function withCertificate<T>(
  work: (options: TlsOptions, file: string) => Promise<T>,
): Promise<T | undefined> {
  if (authority === undefined) return undefined;
  const options = authority.issue('127.0.0.1');
  const folder = mkdtempSync(join(tmpdir(), 'atoll-bench-'));
  try {
    const file = join(folder, 'tls.json');
    writeFileSync(file, JSON.stringify(options), { mode: 0o600 });
    return await work(options, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a script of `bench/actor` in a process that did nothing else before; it prints a number for each round. */
function measureInProcess(name: string, words: readonly string[], unit: string): Figure {
  const script = fileURLToPath(new URL(`./actor/${name}.js`, import.meta.url));
  const output = execFileSync(process.execPath, ['--expose-gc', script, ...words], {
    encoding: 'utf8',
  });
  return summarize(JSON.parse(output) as number[], unit);
}

async function tellBursts(
  system: ActorSystem,
  thread: number,
  to: ActorRef<SinkMessage>,
  bursts: number,
): Promise<void> {
  const source = system.startActor(Source, { thread });
  const over = system.newChannelRef<SinkCount>();
  system.tell(source, { type: 'go', to, burst, burstsLeft: bursts, replyTo: over.ref });
  await over.message;
}

/** The same work as `tellBursts` on nact: one actor tells bursts to another. */
async function nactBursts(bursts: number): Promise<void> {
  const system = nactStart();
  await new Promise<void>((resolve) => {
    let count = 0;
    const sink = nactSpawn(system, (_: unknown, message: { type: string; value: number }) => {
      if (message.type === 'add') count += message.value;
      if (count === bursts * burst) resolve();
    });
    const source = nactSpawn(system, (_: unknown, message: { left: number }, context) => {
      for (let index = 0; index < burst; index += 1) nactDispatch(sink, { type: 'add', value: 1 });
      if (message.left > 1) nactDispatch(context.self, { left: message.left - 1 });
    });
    nactDispatch(source, { left: bursts });
  });
  nactStop(system);
}

async function askP50Us(system: ActorSystem, sink: ActorRef<SinkMessage>): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index < 2_000; index += 1) {
    const startedMs = performance.now();
    await system.ask(sink, { type: 'get' }, { timeoutMs: 5_000 });
    samples.push((performance.now() - startedMs) * 1_000);
  }
  return summarize(samples, 'µs').value;
}
