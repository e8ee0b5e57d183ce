import { AtollError } from '../core/errors.ts';
import { actorLimits } from '../core/limits.ts';
import { mustParseHostPort, type TlsOptions } from '../core/network.ts';
import type { Outside } from '../core/outside.ts';
import { randomHex } from '../core/random.ts';
import type { ThreadStart, Threads } from '../core/threads.ts';
import { ActorSystem, type OnError } from './actor-system.ts';
import { formatAddress, type Address } from './address.ts';
import { Kinds } from './kinds.ts';
import { Links } from './remote/links.ts';
import { ThreadRuntime } from './thread-runtime.ts';

/** What a system is started with. All of it is optional: without a port it is one process on one thread. */
export interface ActorSystemOptions {
  /** Where other systems reach this one; 0 takes a free port. Without it there are no other systems. */
  readonly port?: number;
  /** The address to listen on, and the one that others are told. Default: 127.0.0.1. */
  readonly host?: string;
  /** How many threads run actors, this one included; `cores`: one for each core. Default: 1. */
  readonly threads?: number | 'cores';
  /** The modules that export the kinds of actors and gateways; imported on every thread. */
  readonly modules?: readonly URL[];
  /** Systems talk only to systems of the same cluster. Default: `atoll`. */
  readonly clusterId?: string;
  /** Proved to every peer, never sent. One of `secret` and `tls` is needed beyond this machine. */
  readonly secret?: string;
  /** Certificates for both directions. */
  readonly tls?: TlsOptions;
  /** Systems to reach from the start, `host:port`. More can be added later. */
  readonly members?: readonly string[];
  /** Delays everything that goes to other systems: to try out what distance does. */
  readonly linkLatencyMs?: number;
  /** Hears of every error, also of links, which log theirs themselves. Default: the log. */
  readonly onError?: OnError;
  /** Marshals also what stays on a thread. Slower; the outcome must be the same. For tests. */
  readonly alwaysMarshal?: boolean;
}

/** What a system runs on: the real machine, or a node of a simulation. */
export interface Machine {
  readonly outside: Outside;
  readonly threads: Threads;
  /** The module whose `startThread` calls `startThreadOfSystem`, for the system's further threads. */
  readonly threadEntry: URL;
  readonly load: LoadModule;
}

/** Imports a module by its URL: how each thread finds the kinds. */
export type LoadModule = (href: string) => Promise<object>;

/** What the threads of a system are told at their start: plain data. */
interface ThreadData {
  readonly address: string;
  readonly modules: readonly string[];
  readonly alwaysMarshal: boolean;
}

/**
 * Starts a system: loads the kinds, listens, starts the threads. Rejects with `LISTEN_FAILED`, `USAGE`,
 * `ACTOR_KIND_TAKEN`, or what a module throws; nothing of it is left running then.
 */
export async function startSystem(
  machine: Machine,
  options: ActorSystemOptions,
): Promise<ActorSystem> {
  const { load } = machine;
  const modules = (options.modules ?? []).map((module) => module.href);
  const kinds = new Kinds(await Promise.all(modules.map((href) => load(href))));
  const threads = threadCount(options.threads ?? 1, machine.threads.coreCount);
  const self: Address = {
    at: { host: options.host ?? '127.0.0.1', port: options.port ?? 0 },
    boot: randomHex(machine.outside.random, bootBytes),
    threads,
  };
  const links = options.port === undefined ? undefined : await listen(self, machine, options);
  try {
    const address = formatAddress(links?.self ?? self);
    const { onError, alwaysMarshal = false } = options;
    const data: ThreadData = { address, modules, alwaysMarshal };
    const group =
      threads === 1
        ? undefined
        : await machine.threads.start(threads - 1, machine.threadEntry, data);
    const { outside } = machine;
    return new ActorSystem({ outside, address, kinds, group, links, onError, alwaysMarshal });
  } catch (error) {
    await links?.close();
    throw error;
  }
}

/** The links, listening: only then the address of the system is known. */
async function listen(
  self: Address,
  machine: Machine,
  options: ActorSystemOptions,
): Promise<Links> {
  const { outside } = machine;
  const { clusterId = 'atoll', secret, tls, linkLatencyMs } = options;
  const links = new Links({ self, clusterId, outside, secret, tls, linkLatencyMs });
  for (const member of options.members ?? []) links.addMember(mustParseHostPort(member));
  await links.listen(self.at);
  return links;
}

/** Runs a further thread of a system: what its entry module does with the `ThreadStart` it gets. */
export async function startThreadOfSystem(
  start: ThreadStart,
  outside: Outside,
  load: LoadModule,
): Promise<void> {
  const { address, modules, alwaysMarshal } = start.data as ThreadData;
  const kinds = new Kinds(await Promise.all(modules.map((href) => load(href))));
  const { thread, ports } = start;
  // Kept alive by its ports.
  void new ThreadRuntime({
    outside,
    address,
    thread,
    ports,
    kinds,
    links: undefined,
    alwaysMarshal,
  });
}

function threadCount(wanted: number | 'cores', coreCount: number): number {
  const count = wanted === 'cores' ? coreCount : wanted;
  if (Number.isInteger(count) && count >= 1 && count <= actorLimits.threadsMax) return count;
  throw new AtollError('USAGE', `expected 1 to ${actorLimits.threadsMax} threads, got ${count}`);
}

/** A life of a system is told from all others by so many random bytes. */
const bootBytes = 6;
