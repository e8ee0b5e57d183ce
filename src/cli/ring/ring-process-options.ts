import { AtollError } from '../../core/errors.ts';
import { formatHostPort, mustParseHostPort } from '../../core/network.ts';
import type { LeaseTerms } from '../../ring/lease-terms.ts';
import type { Durability } from '../../ring/server/ring-options.ts';
import { checkHost, checkKeeping, checkPorts } from '../server-process-options.ts';

export interface RingProcessOptions {
  readonly host: string;
  /** Of the first node; the others follow. 0: free ones. */
  readonly port: number;
  /** How many nodes; undefined: as many as the data folder has, or one. */
  readonly actors: number | undefined;
  readonly adminPort: number;
  /** The first node of the coordinator; undefined: this server is it. */
  readonly coordinator: string | undefined;
  /** How many servers the ring has: for the coordinator. Undefined: one. */
  readonly servers: number | undefined;
  /** Dealt out to the nodes in turn; undefined: those of the data folder, or drawn. */
  readonly virtualIds: readonly number[] | undefined;
  /** The folder to keep the data in; without one it is kept in memory. */
  readonly data: string | undefined;
  readonly durability: Durability | undefined;
  readonly terms: LeaseTerms;
  readonly onCorrupt: 'refuse' | 'quarantine';
  /** Says how a start goes as lines for programs, whatever stderr is. */
  readonly saysPlainly: boolean;
}

/** Throws `USAGE` for options that do not go together, before anything is touched. */
export function checkRingOptions(options: RingProcessOptions): void {
  const { host, port, coordinator, servers } = options;
  checkHost(host);
  checkKeeping(options);
  if (coordinator === undefined) return;
  const at = formatHostPort(mustParseHostPort(coordinator));
  if (at === formatHostPort({ host, port })) {
    throw new AtollError('USAGE', `--coordinator names this server itself: leave it out`);
  }
  if (servers !== undefined) {
    const text =
      '--servers is for the coordinator, which others ask: leave it out, or --coordinator';
    throw new AtollError('USAGE', text);
  }
}

/** The same once it is known how many nodes there are. */
export function checkNodes(options: RingProcessOptions, nodes: number): void {
  const { port, adminPort, virtualIds } = options;
  checkPorts({ port, portsAbove: nodes - 1, what: 'a port of each node', adminPort });
  if (virtualIds !== undefined && virtualIds.length < nodes) {
    const text = `--virtual-ids has ${virtualIds.length} for ${nodes} nodes: expected at least one each`;
    throw new AtollError('USAGE', text);
  }
}

/** The virtual ids of each node: dealt out in turn, as cards are. */
export function dealVirtualIds(
  virtualIds: readonly number[],
  nodes: number,
): readonly (readonly number[])[] {
  return Array.from({ length: nodes }, (_, node) =>
    virtualIds.filter((__, index) => index % nodes === node),
  );
}
