import type { ActorRef } from '../../../actor/actor-ref.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { SyncNote } from './sync-note.ts';

/**
 * What one replica tells another: the only message of the exchange, between actors of one server and between servers. It
 * brings what is new, confirms what came, and carries whatever else there is to say: CMUD §5.1 counts messages of all kinds.
 *
 * What there is nothing to say of is left out: names travel with a message, and most messages of a quiet cluster have one note.
 * Whoever is sent `parts` or `knows` says before long that it has heard.
 */
export interface SyncMessage {
  type: 'sync';
  from: ActorRef<SyncMessage>;
  parts?: SyncPart[];
  /** Up to where the sender has streams of the receiver of which something came since it last said so. */
  heard?: Heard[];
  knows?: KnowledgeNews;
  /** The state of the receiver's knowledge that the sender has heard. */
  knowsHeard?: number;
  notes?: SyncNote[];
}

/** What the sender knows, as far as it changed. */
export interface KnowledgeNews {
  pairs: VectorPairs;
  /** The state of its knowledge behind which it changed: the receiver has said that it has heard that … */
  after: number;
  /** … and the one that it is in now. */
  upTo: number;
}

/** A run of a stream. */
export interface SyncPart {
  stream: StreamName;
  /** Counts up whenever the sender found out anew where the receiver stands … */
  session: number;
  /** … which was here. */
  from: number;
  /** `entries` has the present entry of every record at `after` < … ≤ `upTo`, each place once. */
  after: number;
  upTo: number;
  /** A pack of entries (`entry-pack-writer.ts`). */
  entries: Uint8Array;
  /** Whoever has all of the stream up to `after` knows this with the part. */
  claims: VectorPairs;
  /** Not all of the run is claimed yet. */
  isOpen?: boolean;
}

export interface Heard {
  stream: StreamName;
  session: number;
  upTo: number;
  /** Something came that does not follow: it is to be sent again from here on. */
  isMissing: boolean;
}

/**
 * `local`: writes of clients of the sender's server. `remote`: what it heard from other servers, for its own query actors, and
 * for servers that are cut off from where it came from. `repair`: entries picked for one peer that lacks them.
 */
export type StreamName = 'local' | 'remote' | 'repair';
