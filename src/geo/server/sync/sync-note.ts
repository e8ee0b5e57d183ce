import type { VectorPairs } from '../../version-vector.ts';
import type { MemberCard } from '../remote/members.ts';

/** What replicas tell each other besides changes. A note that is lost is made again by whoever still needs it. */
export type SyncNote =
  /**
   * Who speaks, and whom it knows: the first thing that a server says to another one. `hearsYou`: it was greeted itself;
   * otherwise it is to be greeted again.
   */
  | {
      kind: 'greeting';
      clusterId: string;
      self: MemberCard;
      members: MemberCard[];
      keys: number;
      hearsYou: boolean;
    }
  /** Clocks: when this was sent by the sender's wall clock, and how much later, by its own, the last one seems to have come. */
  | { kind: 'time'; wallMs: number; delayMs: number }
  /** To query actors: the writes that every replica of the cluster has confirmed, and the servers that tombstones wait for. */
  | { kind: 'confirmed by all'; pairs: VectorPairs; holders: string[] }
  /** To a query actor: send me everything, as soon as you know what is needed; and, when all of it has come: that was it. */
  | { kind: 'fill me'; needed: VectorPairs }
  | { kind: 'filled' }
  /** What the receiver lacks is not in the streams any more: the difference is to be found. */
  | { kind: 'repair wanted' }
  /** The difference is not to be looked for now: somebody else tells me what I lack. */
  | { kind: 'repair later' }
  /** Do we have the same? Live entries that do not end before `untilMs`, if we know the same. */
  | { kind: 'check'; number: number; knowledge: number; untilMs: number; print: number[] }
  | { kind: 'checked'; number: number; outcome: CheckOutcome }
  /**
   * A step of finding the difference. `bytes` empty: nothing more to ask. `isPartial`: ranges were left out, so that the two are
   * not known to be equal at the end.
   */
  | { kind: 'repair step'; session: number; opens: boolean; isPartial: boolean; bytes: Uint8Array };

/** `busy`: the two do not know the same at the moment, so that nothing can be said. */
export type CheckOutcome = 'equal' | 'different' | 'busy';
