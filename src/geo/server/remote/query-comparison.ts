import type { Log } from '../../../core/log.ts';
import { geoLimits } from '../../../core/limits.ts';
import { printLive } from '../repair/live-print.ts';
import type { RepairCounters } from './remote-sync-life.ts';
import type { Replica } from '../replica.ts';
import type { SlicedWork } from '../sync/sliced-work.ts';
import { streamOfAll } from '../sync/stream-of-all.ts';
import type { Knowledge } from '../sync/knowledge.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';

export interface QueryComparisonOptions {
  readonly replica: Replica;
  readonly known: Knowledge;
  readonly counters: RepairCounters;
  readonly log: Log;
  readonly works: SlicedWork;
}

/**
 * Compares what the remote-sync actor has with what the query actors of its server have. Nothing can be lost between them, so a
 * difference is a bug; what it costs to mend is of no interest: both send everything.
 */
export class QueryComparison {
  readonly #options: QueryComparisonOptions;
  #checkedMs = Number.NEGATIVE_INFINITY;
  /** The state of our knowledge that all were last compared in. */
  #checkedState = 0;
  #number = 0;

  constructor(options: QueryComparisonOptions) {
    this.#options = options;
  }

  /** Asks the query actors, if it is time and something has changed since they were asked last. */
  look(peers: readonly SyncPeer[], nowMs: number): void {
    const { known, replica, works } = this.#options;
    if (nowMs - this.#checkedMs < geoLimits.repairMs || known.state === this.#checkedState) return;
    this.#checkedMs = nowMs;
    const { state } = known;
    // Nothing that ends: when a clock is put back, one still has what another has buried.
    const untilMs = Number.MAX_SAFE_INTEGER;
    printLive(replica, untilMs, works, (print) => {
      if (print === undefined || known.state !== state) return;
      this.#checkedState = state;
      this.#number += 1;
      const { count, high, low } = print;
      for (const peer of peers) {
        peer.addNote({
          kind: 'check',
          number: this.#number,
          knowledge: known.print(),
          untilMs,
          print: [count, high, low],
        });
      }
    });
  }

  onChecked(peer: SyncPeer, note: Extract<SyncNote, { kind: 'checked' }>): void {
    if (note.number !== this.#number || note.outcome === 'equal') return;
    if (note.outcome === 'busy') {
      // Asked again, when it is time.
      this.#checkedState = 0;
      return;
    }
    const { counters, log, replica, known } = this.#options;
    counters.divergencesFound += 1;
    log.error('a query actor differs from the remote-sync actor', { actor: peer.ref.uid() });
    peer.startRepair(streamOfAll(replica.table, known.vector.pairs()));
    peer.addNote({ kind: 'fill me', needed: [] });
  }
}
