import { ActorSystem } from '../../src/actor.ts';
import { ringServerModules, startRingServer } from '../../src/ring/server/ring-server.ts';

/**
 * A ring of one node, in memory, in a process of its own. Prints its port as one JSON line when it serves.
 */
const system = await ActorSystem.create({ threads: 2, modules: ringServerModules });
const server = await startRingServer(system, {
  host: '127.0.0.1',
  ports: [0],
  atollVersion: '0.0.0',
});
await server.ready;
console.log(JSON.stringify({ port: server.nodes[0]?.at.port }));
process.on('SIGTERM', () => void system.close());
