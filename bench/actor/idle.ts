import { ActorSystem } from '../../src/actor.ts';
import { Sink } from './kinds.ts';

/** Starts so many idle actors and prints what they added to the memory that is resident, as one JSON line. */
const count = Number(process.argv[2]);
const system = await ActorSystem.create();
const collect = globalThis.gc ?? ((): void => {});
for (let index = 0; index < 1_000; index += 1) system.startActor(Sink);
collect();
const before = process.memoryUsage.rss();
for (let index = 0; index < count; index += 1) system.startActor(Sink);
collect();
console.log(JSON.stringify({ bytesEach: (process.memoryUsage.rss() - before) / count }));
await system.close();
