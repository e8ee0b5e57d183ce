import { readFileSync } from 'node:fs';
import { ActorSystem } from '../../src/actor.ts';
import type { TlsOptions } from '../../src/core/network.ts';
import { Sink } from './kinds.ts';

/**
 * The other end of the remote figures: a system with one sink, in a process of its own. Prints where it is as
 * one JSON line. With an argument, it speaks TLS with the key and certificates in that file.
 */
const [file] = process.argv.slice(2);
const system = await ActorSystem.create({
  port: 0,
  ...(file === undefined ? {} : { tls: JSON.parse(readFileSync(file, 'utf8')) as TlsOptions }),
});
const sink = system.startActor(Sink);
console.log(JSON.stringify({ sink }));
process.on('SIGTERM', () => void system.close());
