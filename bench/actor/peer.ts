import { ActorSystem } from '../../src/actor.ts';
import { readTls } from './certificates.ts';
import { Sink } from './kinds.ts';

/**
 * The other end of the remote figures: a system with one sink, in a process of its own. Prints where it is as
 * one JSON line. With an argument, it speaks TLS with the certificates of that folder.
 */
const [folder] = process.argv.slice(2);
const system = await ActorSystem.create({
  port: 0,
  ...(folder === undefined ? {} : { tls: readTls(folder) }),
});
const sink = system.startActor(Sink);
console.log(JSON.stringify({ sink }));
process.on('SIGTERM', () => void system.close());
