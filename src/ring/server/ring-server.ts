import type { ActorSystem } from '../../actor/actor-system.ts';
import { assert } from '../../core/assert.ts';
import { AtollError } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import { defaultLeaseTerms, type LeaseTerms } from '../lease-terms.ts';
import type { RingNode, RingView } from '../ring-view.ts';
import type { StartedNode } from './node-mail.ts';
import type { NodeReport } from './node-report.ts';
import { RingHome } from './ring-home.ts';
import { noTrial, type Durability, type Trial } from './ring-options.ts';
import { StorageGateway } from './storage-gateway.ts';

export interface RingServerOptions {
  readonly host: string;
  /** A node each; 0 takes a free one. */
  readonly ports: readonly number[];
  readonly atollVersion: string;
  /** How many servers the ring has, this one counted: for the coordinator. Default: 1. Tribbler §4.1. */
  readonly servers?: number | undefined;
  /** The first node of the coordinator; without it this server is it. */
  readonly coordinator?: HostPort | undefined;
  /** For each node its places on the ring; without it those of its folder, or drawn. */
  readonly virtualIds?: readonly (readonly number[])[] | undefined;
  /** Where the nodes keep their data, each in a folder below: `node-1`, `node-2`, … Without it, and with `memory`, nowhere. */
  readonly folder?: string | undefined;
  /** Default: `fsync` with a folder. */
  readonly durability?: Durability | undefined;
  /** What to do about a journal that is damaged. Default: refuse to start. */
  readonly onCorrupt?: 'refuse' | 'quarantine' | undefined;
  readonly terms?: LeaseTerms | undefined;
  /** How much of what is on the disk was read. */
  readonly onLoading?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** The ring is complete, or changed. */
  readonly onView?: ((view: RingView) => void) | undefined;
  /** Why the ring is not complete yet, in words, whenever that changes. */
  readonly onWaiting?: ((reason: string) => void) | undefined;
  /** For tests. */
  readonly trial?: Partial<Trial> | undefined;
}

/** A server of the ring that takes connections. */
export interface RingServer {
  readonly nodes: readonly RingNode[];
  readonly durability: Durability;
  /** Resolves when the ring is complete: until then clients are told to ask again. */
  readonly ready: Promise<RingView>;
  /** Resolves if the ring does not take the server, or the disk of a node fails: it takes no writes any more. */
  readonly failed: Promise<AtollError>;
  /** The figures of each node, as they are now. */
  readonly inspect: () => Promise<readonly NodeReport[]>;
}

/** The modules that every thread of the system imports for it. */
export const ringServerModules: readonly URL[] = [
  new URL('storage-gateway.js', import.meta.url),
  new URL('ring-home.js', import.meta.url),
];

/**
 * Starts a server of the ring: its nodes, each on a thread of its own with its own port and journal. It ends with its system.
 * Rejects with `LISTEN_FAILED`, `USAGE`, and what keeps a journal from being opened.
 *
 * @param system - has one thread more than nodes, and `ringServerModules` among its modules.
 */
export async function startRingServer(
  system: ActorSystem,
  options: RingServerOptions,
): Promise<RingServer> {
  const {
    host,
    ports,
    folder,
    virtualIds,
    coordinator,
    servers = 1,
    onCorrupt = 'refuse',
  } = options;
  const durability = options.durability ?? (folder === undefined ? 'memory' : 'fsync');
  assert(system.threadCount > ports.length, 'each node has a thread of its own');
  if (folder === undefined && durability !== 'memory') {
    throw new AtollError('USAGE', `durability ${durability} needs a place for the data`);
  }
  let onReady: (view: RingView) => void = () => {};
  let onFailed: (fault: AtollError) => void = () => {};
  const ready = new Promise<RingView>((resolve) => (onReady = resolve));
  const failed = new Promise<AtollError>((resolve) => (onFailed = resolve));
  const home = await system.startGateway(RingHome, {
    thread: 0,
    options: {
      onView: (view) => {
        options.onView?.(view);
        onReady(view);
      },
      onFailed,
      onWaiting: options.onWaiting,
      onLoading: options.onLoading,
    },
  });
  const started: readonly StartedNode[] = await Promise.all(
    ports.map((port, number) =>
      system.startGateway(StorageGateway, {
        thread: number + 1,
        options: {
          host,
          port,
          number,
          atollVersion: options.atollVersion,
          durability,
          folder: folder === undefined ? null : `${folder}/node-${number + 1}`,
          onCorrupt,
          terms: options.terms ?? defaultLeaseTerms,
          virtualIds: virtualIds?.[number] ?? null,
          servers,
          coordinator: coordinator ?? null,
          trial: { ...noTrial, ...options.trial },
          home: home.ref,
        },
      }),
    ),
  );
  home.meet(started);
  return {
    nodes: started.map(({ node }) => node),
    durability,
    ready,
    failed,
    inspect: () => inspectNodes(system),
  };
}

async function inspectNodes(system: ActorSystem): Promise<readonly NodeReport[]> {
  const reports = (await system.inspectGateways()) as readonly NodeReport[];
  return reports.toSorted((a, b) => a.port - b.port);
}
