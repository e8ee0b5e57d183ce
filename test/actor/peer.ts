import { ActorSystem } from '../../src/actor.ts';
import type { TlsOptions } from '../../src/core/network.ts';
import * as kinds from './kinds.ts';

/**
 * An actor system in a process of its own, forked by a test. Says where its counter and recorder are; later, what
 * it is asked: `counters`.
 */
export interface PeerReady {
  readonly counter: unknown;
  readonly recorder: unknown;
}

export interface PeerOptions {
  readonly threads: number;
  readonly secret?: string;
  readonly tls?: TlsOptions;
  readonly port: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as PeerOptions;
const modules = [new URL('./kinds.js', import.meta.url)];
const system = await ActorSystem.create({ ...options, modules, onError: () => {} });
const thread = options.threads - 1;
process.on('message', (question) => {
  if (question === 'counters') void system.counters().then((counters) => process.send?.(counters));
});
process.once('disconnect', () => void system.close());
process.send?.({
  counter: system.startActor(kinds.Counter, { thread }).toJSON(),
  recorder: system.startActor(kinds.Recorder, { thread }).toJSON(),
});
