import { ActorSystem } from '../../src/actor.ts';
import { Idle } from './kinds.ts';

/** Starts so many idle actors and prints what they added to the memory that is resident, as one JSON line. */
const count = Number(process.argv[2]);
const system = await ActorSystem.create();
/** Twice: what the first collection promotes, the second one frees. */
const collect = (): void => {
  globalThis.gc?.();
  globalThis.gc?.();
};
for (let index = 0; index < 1_000; index += 1) system.startActor(Idle);
// The young generation grows with what passes through it, whatever that is: let it, before anything counts.
let passing: object[] = [];
for (let index = 0; index < 3_000_000; index += 1) {
  if (index % 100_000 === 0) passing = [];
  passing.push({ index });
}
passing = [];
collect();
const before = process.memoryUsage.rss();
for (let index = 0; index < count; index += 1) system.startActor(Idle);
collect();
console.log(JSON.stringify([(process.memoryUsage.rss() - before) / count]));
await system.close();
