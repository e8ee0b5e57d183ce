import type { GatewayRef, GatewayThread } from '../../../actor/gateway.ts';
import { assert } from '../../../core/assert.ts';
import { AtollError } from '../../../core/errors.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { QueryActorRef, QueryGatewayReady } from '../query/query-gateway.ts';
import type { QueryBeginning } from '../query/query-exchange.ts';
import { noSlice, ownCopyOf, type Slice } from './everything.ts';
import type { FromQueryPort, ToQueryPort } from './thread-mail.ts';

/** A query port as thread 0 knows it. */
export interface QueryPortOfHome {
  readonly gateway: GatewayRef;
  readonly actor: QueryActorRef;
  /** In whose name its actor writes. */
  readonly origin: string;
  /** Bytes of earlier lives that it has not loaded yet. */
  loadBytes: number;
  /** What it gave to the journal and is not durable, oldest first. */
  readonly waiting: Written[];
  onOpened: (outcome: Extract<FromQueryPort, { kind: 'opened' | 'not opened' }>) => void;
}

/** Own writes of a query actor up to `sequence`, under the token of the journal; the pack if the remote-sync actor needs it. */
export interface Written {
  readonly token: number;
  readonly sequence: number;
  readonly pack: Uint8Array | undefined;
}

/** The query ports of a server, as thread 0 talks with them: by mail. */
export class QueryPorts {
  readonly #thread: GatewayThread;
  #ports: readonly QueryPortOfHome[] = [];
  /** Who waits for slices of the first port, in order. */
  readonly #sliceWaiters: ((slice: Slice) => void)[] = [];
  #loadProgressed: () => void = () => {};
  #isClosed = false;

  constructor(thread: GatewayThread) {
    this.#thread = thread;
  }

  get all(): readonly QueryPortOfHome[] {
    return this.#ports;
  }

  take(ready: readonly QueryGatewayReady[]): void {
    this.#ports = ready.map((port) => {
      return { ...port, loadBytes: 0, waiting: [], onOpened: () => {} };
    });
  }

  post(port: QueryPortOfHome, mail: ToQueryPort): void {
    this.#thread.post(port.gateway, mail);
  }

  postAll(mail: ToQueryPort): void {
    for (const port of this.#ports) this.post(port, mail);
  }

  mustFind(from: GatewayRef): QueryPortOfHome {
    const port = this.#ports.find(({ gateway }) => gateway.thread === from.thread);
    assert(port !== undefined, 'mail comes from query ports');
    return port;
  }

  /** Has all ports load a pack. */
  load(pack: Uint8Array): void {
    for (const port of this.#ports) {
      port.loadBytes += pack.length;
      this.post(port, { kind: 'load', pack });
    }
  }

  onLoaded(port: QueryPortOfHome, bytes: number): void {
    port.loadBytes -= bytes;
    this.#loadProgressed();
  }

  /** Query actors load as fast as the disk is read, or it is waited for them. */
  async keepUp(): Promise<void> {
    const isBehind = ({ loadBytes }: QueryPortOfHome): boolean =>
      loadBytes > geoLimits.loadBytesAheadMax;
    while (!this.#isClosed && this.#ports.some(isBehind)) {
      await new Promise<void>((resolve) => (this.#loadProgressed = resolve));
    }
  }

  /** Tells each query actor what it begins with, and of the others. */
  begin(beginning: Omit<QueryBeginning, 'peers'>): void {
    for (const port of this.#ports) {
      const others = this.#ports.filter((other) => other !== port);
      const peers = others.map(({ actor }) => actor);
      this.post(port, { kind: 'begin', beginning: { ...beginning, peers } });
    }
  }

  /** Opens all query ports; rejects with the first fault. */
  async open(): Promise<number[]> {
    const opened = this.#ports.map(
      (port) =>
        new Promise<number>((resolve, reject) => {
          port.onOpened = (outcome) => {
            if (outcome.kind === 'opened') resolve(outcome.port);
            else reject(new AtollError(outcome.code, outcome.message));
          };
        }),
    );
    this.postAll({ kind: 'open' });
    return await Promise.all(opened);
  }

  /** A slice of what the first query actor has. */
  async slice(needed: VectorPairs, place: number, known: VectorPairs): Promise<Slice> {
    const [port] = this.#ports;
    assert(port !== undefined, 'a server has a query port');
    const answer = new Promise<Slice>((resolve) => void this.#sliceWaiters.push(resolve));
    this.post(port, { kind: 'slice', needed, place, known });
    return await answer;
  }

  onSliced(slice: Slice): void {
    this.#sliceWaiters.shift()?.(ownCopyOf(slice));
  }

  /** Nobody answers any more: a start, or a snapshot, that is under way would wait for ever. */
  close(): void {
    this.#isClosed = true;
    this.#loadProgressed();
    const message = 'closed before the query ports were open';
    for (const port of this.#ports) {
      port.onOpened({ kind: 'not opened', code: 'SYSTEM_CLOSED', message });
    }
    for (const resolve of this.#sliceWaiters) resolve(noSlice);
  }
}
