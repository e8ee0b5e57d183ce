import type { ActorContext } from '../../../actor/actor-kind.ts';
import type { ActorRef } from '../../../actor/actor-ref.ts';
import type { VectorPairs } from '../../version-vector.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import type { Durability, ServerIdentity, Trial } from '../geo-options.ts';
import type { QueryMessage } from '../query/query-actor.ts';
import { Replica } from '../replica.ts';
import type { MemberCard } from './members.ts';
import type { RemoteSyncMessage } from './remote-sync-actor.ts';
import type { RemoteSyncOutput } from './remote-sync-lent.ts';

/** What the remote-sync actor is told before it begins. */
export interface RemoteSyncBeginning {
  readonly clusterId: string;
  /** Where other servers reach this one: `host:port`. */
  readonly at: string;
  /** What is known from earlier lives, and which servers. */
  readonly known: VectorPairs;
  readonly members: readonly MemberCard[];
  readonly queryActors: readonly ActorRef<QueryMessage>[];
  readonly durability: Durability;
  /** Not ready before it has what some other server had when it was met. */
  readonly joins: boolean;
  /** Everything of earlier lives was loaded here too, and query actors were told of this one. */
  readonly isAwake: boolean;
}

/** The counters of repair, for operators. */
export interface RepairCounters {
  /** Sessions begun, and comparisons that said equal. */
  sessions: number;
  equal: number;
  /** Entries that another server had and we lacked, though we should have known them; and those of them that were merged. */
  divergencesFound: number;
  divergencesRepaired: number;
}

/** Who it is, with what was loaded of earlier lives. */
export interface RemoteSyncLife {
  readonly identity: ServerIdentity;
  readonly trial: Trial;
  readonly replica: Replica;
}

/** The life of a remote-sync actor before it begins: something to load into. */
export function newRemoteSyncLife(
  { random }: ActorContext<RemoteSyncMessage, RemoteSyncOutput>,
  identity: ServerIdentity,
  trial: Trial,
): RemoteSyncLife {
  const uid = `${identity.id}.${identity.incarnation}.0`;
  const replica = new Replica({ uid, table: new ArenaTable(random), random, bugs: trial.bugs });
  // A tombstone that is loaded may be all that keeps an old value away that stands before it.
  replica.isConfirmedByAll = () => false;
  return { identity, trial, replica };
}
