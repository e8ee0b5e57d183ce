import { assert } from '../core/assert.ts';
import { AtollError } from '../core/errors.ts';
import type { ThreadPort } from '../core/threads.ts';
import { formatAddress, type Address } from './address.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { DropReason, LinksEvents } from './remote/links-options.ts';
import { batchSeal } from './thread-batch.ts';

/** Who wants to know which systems messages pass to. Each is named by the address of its life. */
export interface PeerListener {
  onPeerUp(address: string): void;
  onPeerDown(address: string): void;
}

/**
 * What the links of a system tell it: batches from other systems, which go to the threads that own their
 * receivers, and what was lost, which is counted and reported.
 */
export class RemoteInbox implements LinksEvents {
  readonly #dispatcher: Dispatcher;
  readonly #ports: readonly (ThreadPort | undefined)[];
  readonly #peers: PeerListener;
  readonly #report: (fault: AtollError) => void;

  /** `ports[t]` reaches thread t; the dispatcher is that of thread 0. `report` hears what went wrong; it is in the log already. */
  constructor(
    dispatcher: Dispatcher,
    ports: readonly (ThreadPort | undefined)[],
    peers: PeerListener,
    report: (fault: AtollError) => void,
  ) {
    this.#dispatcher = dispatcher;
    this.#ports = ports;
    this.#peers = peers;
    this.#report = report;
  }

  /** Throws `FRAME_INVALID`, and the connection that the batch came by ends. */
  onBatch(
    lane: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    _count: number,
    from: Address,
  ): void {
    if (lane === 0) {
      this.#dispatcher.deliverBatch(bytes, start, end, 'remote');
      return;
    }
    const port = this.#ports[lane];
    assert(port !== undefined, 'links know how many threads there are');
    port.post(batchSeal(formatAddress(from)), bytes.subarray(start, end));
  }

  onPeerUp(peer: Address): void {
    this.#peers.onPeerUp(formatAddress(peer));
  }

  onPeerDown(peer: Address): void {
    this.#peers.onPeerDown(formatAddress(peer));
  }

  onGap(peer: Address, missing: number): void {
    const dispatcher = this.#dispatcher;
    dispatcher.counters.missingFromRemote += missing;
    const text = `${missing} messages of ${formatAddress(peer)} were lost on their way`;
    this.#report(new AtollError('LINK_GAP', text));
  }

  onDropped(peer: string, count: number, reason: DropReason): void {
    const dispatcher = this.#dispatcher;
    if (reason === 'outbox full' || reason === 'outbox age') {
      dispatcher.counters.droppedBeforeSend += count;
      const text = `${count} messages to ${peer} were dropped: it takes none, and its outbox is full`;
      this.#report(new AtollError('OUTBOX_FULL', text));
    } else {
      dispatcher.counters.deadLetters += count;
    }
  }

  onFault(fault: AtollError): void {
    this.#report(fault);
  }
}
