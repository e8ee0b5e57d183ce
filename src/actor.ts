/**
 * The actor runtime as a product of its own: `import { ActorSystem, defineActor } from 'atoll/actor'`.
 *
 * This entry gives the runtime (`src/actor`) the real outside: sockets, threads and clocks of node.
 */
import type { ActorSystem as System } from './actor/actor-system.ts';
import { startSystem, type ActorSystemOptions } from './actor/start-system.ts';
import { createOutside } from './platform/outside.ts';
import { PlatformThreads } from './platform/threads.ts';

export { ActorRef } from './actor/actor-ref.ts';
export {
  defineActor,
  dispatch,
  type ActorBehaviour,
  type ActorContext,
  type ActorKind,
  type ActorOptions,
  type OnThrow,
} from './actor/actor-kind.ts';
export type { OnError } from './actor/actor-system.ts';
export type { Channel } from './actor/channel-refs.ts';
export type { ThreadCounters } from './actor/counters.ts';
export { firstActorOf } from './actor/first-actor.ts';
export {
  defineGateway,
  type Gateway,
  type GatewayKind,
  type GatewayLinks,
  type GatewayRef,
  type GatewayThread,
  type LocalActor,
  type StartOptions,
} from './actor/gateway.ts';
export type { ActorSystemOptions } from './actor/start-system.ts';
export { AtollError, type ErrorCode } from './core/errors.ts';

/** A running actor system. Made by `ActorSystem.create`. */
export type ActorSystem = System;

export const ActorSystem: {
  /**
   * Starts an actor system in this process.
   *
   * @example
   * const system = await ActorSystem.create({ port: 7000, threads: 'cores', modules: [new URL('./counter.js', import.meta.url)] });
   *
   * Rejects with `LISTEN_FAILED` (the port is taken), `USAGE` (an option is out of range), or what a module throws.
   */
  readonly create: (options?: ActorSystemOptions) => Promise<ActorSystem>;
} = {
  create: (options = {}) => {
    const machine = {
      outside: createOutside(),
      threads: new PlatformThreads(),
      threadEntry: new URL('./actor-thread.js', import.meta.url),
      load: (href: string): Promise<object> => import(href) as Promise<object>,
    };
    return startSystem(machine, options);
  },
};
