import type { ActorRef } from '../../../actor/actor-ref.ts';
import type { VectorPairs } from '../../version-vector.ts';

/**
 * What one replica tells another: the only message of the exchange. It brings what is new, and confirms what came.
 */
export interface SyncMessage {
  type: 'sync';
  from: ActorRef<SyncMessage>;
  /** For each origin: `entries` has the present entry of every key that it wrote in `after` < … ≤ `upTo`. */
  ranges: SyncRange[];
  /** A pack of entries (`entry-pack-writer.ts`). */
  entries: Uint8Array;
  /** Everything that the sender knows … */
  knows: VectorPairs;
  /** … which has this number, another one after each change … */
  state: number;
  /** … and whether the receiver is to say that it has heard. */
  wantsHeard: boolean;
  /** The number of what the receiver knows that the sender has heard last. */
  heard: number;
}

export interface SyncRange {
  origin: string;
  after: number;
  upTo: number;
}
