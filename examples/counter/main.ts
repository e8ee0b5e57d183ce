import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ActorRef, ActorSystem, AtollError } from '../../src/actor.ts';
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

try {
  await run();
} catch (fault) {
  // A fault is explained by its words; anything else is a mistake of this program and shows its stack.
  if (!(fault instanceof AtollError)) throw fault;
  console.error(`${fault.code}: ${fault.message}`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const [ref, value = '1'] = rest;
  if (mode === 'one') return countOnAllCores();
  if (mode === 'two') return countInTwoProcesses();
  if (mode === 'serve') return serve();
  if (mode === 'add' && ref !== undefined && Number.isSafeInteger(Number(value))) {
    return add(ref, Number(value));
  }
  console.error('usage: npm run example:counter -- [one | two | serve | add REF [N]]');
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
  const counter = parseRef(ref);
  const system = await ActorSystem.create({ port: 0, members: [hostPortOf(counter)] });
  try {
    system.tell(counter, { type: 'add', value });
    const { count } = await system.ask(counter, { type: 'get' }, { timeoutMs: 5_000 });
    console.log(
      `process ${process.pid} added ${value}, the counter of the other process is at ${count}`,
    );
  } finally {
    await system.close();
  }
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

/** What `serve` printed. */
function parseRef(text: string): ActorRef<CounterMessage> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const message = `expected the line that serve printed, in single quotes, got ${text}`;
    throw new AtollError('ACTOR_REF_INVALID', message, { cause });
  }
  return ActorRef.fromJSON<CounterMessage>(json);
}

/** An address is `host:port#boot.threads`. */
function hostPortOf(ref: ActorRef<CounterMessage>): string {
  return ref.address.slice(0, ref.address.indexOf('#'));
}
