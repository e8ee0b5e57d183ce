import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ActorRef, ActorSystem } from '../../src/actor.ts';
import { Counter, type CounterMessage } from './counter.ts';

/*
 * Counts from several places.
 *
 *   main.js                 one system, its actors on all cores
 *   main.js two             two systems in two processes: the counter lives in the other one
 *   main.js serve           only a counter; prints its ref
 *   main.js add REF [N]     adds N to the counter of that ref, from this process
 */
const modules = [new URL('./counter.js', import.meta.url)];
const [mode = 'one', ...rest] = process.argv.slice(2);

switch (mode) {
  case 'one':
    await countOnAllCores();
    break;
  case 'two':
    await countInTwoProcesses();
    break;
  case 'serve':
    await serve();
    break;
  case 'add':
    await add(rest[0] ?? '', Number(rest[1] ?? 1));
    break;
  default:
    console.error('usage: main.js [one | two | serve | add REF [N]]');
    process.exitCode = 2;
}

async function countOnAllCores(): Promise<void> {
  const system = await ActorSystem.create({ threads: 'cores', modules });
  const counters = Array.from({ length: 4 }, () => system.startActor(Counter));
  for (let round = 1; round <= 1_000; round += 1) {
    for (const counter of counters) system.tell(counter, { type: 'add', value: 1 });
  }
  for (const counter of counters) {
    const { count } = await system.ask(counter, { type: 'get' }, { timeoutMs: 5_000 });
    console.log(
      `counter ${counter.counter} on thread ${counter.counter % system.threadCount}: ${count}`,
    );
  }
  await system.close();
}

async function serve(): Promise<void> {
  const system = await ActorSystem.create({ port: 0, modules });
  const counter = system.startActor(Counter);
  console.log(JSON.stringify(counter));
  process.send?.(counter.toJSON());
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void system.close());
  process.once('disconnect', () => void system.close());
}

async function add(ref: string, value: number): Promise<void> {
  const counter = ActorRef.fromJSON<CounterMessage>(JSON.parse(ref));
  const system = await ActorSystem.create({ port: 0, members: [hostPortOf(counter)] });
  system.tell(counter, { type: 'add', value });
  const { count } = await system.ask(counter, { type: 'get' }, { timeoutMs: 5_000 });
  console.log(
    `process ${process.pid} added ${value}, the counter of the other process is at ${count}`,
  );
  await system.close();
}

async function countInTwoProcesses(): Promise<void> {
  const other = fork(fileURLToPath(import.meta.url), ['serve'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ref = await new Promise<unknown>((resolve) => other.once('message', resolve));
  console.log(`process ${other.pid} has a counter: ${JSON.stringify(ref)}`);
  await add(JSON.stringify(ref), 40);
  await add(JSON.stringify(ref), 2);
  other.disconnect();
}

/** An address is `host:port#boot.threads`. */
function hostPortOf(ref: ActorRef<CounterMessage>): string {
  return ref.address.slice(0, ref.address.indexOf('#'));
}
