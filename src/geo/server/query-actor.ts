import { defineActor, dispatch, type ActorKind } from '../../actor/actor-kind.ts';
import type { ActorRef } from '../../actor/actor-ref.ts';
import { geoLimits } from '../../core/limits.ts';
import type { Timer } from '../../core/timers.ts';
import { ArenaTable } from './arena/arena-table.ts';
import type { Lent, QueryBatch } from './query-batch.ts';
import { Replica } from './replica.ts';
import { reportOf } from './replica-report.ts';
import { Synchronizer } from './sync/synchronizer.ts';
import type { SyncMessage } from './sync/sync-message.ts';

/** Fewer commands gain less than it costs to look at each twice. */
const prefetchedCommandsMin = 4;

export type QueryMessage =
  /** To itself: look after what has ended. */
  | { type: 'sweep' }
  /** To itself: a message to another replica is due. */
  | { type: 'sync due' }
  /** The other query actors of the server. CMUD §5.1: they are told of each other at the start. */
  | { type: 'peers'; peers: ActorRef<SyncMessage>[] }
  | SyncMessage;

/**
 * The query actor: one replica of all keys, and the only one who touches it. CMUD §3.
 *
 * Queries come as lent batches, executed at once on the thread that read them, each with its reply, without
 * waiting for anybody (a store that is cut off answers as well as any). Between them it buries what has ended:
 * a little with each batch, so that it keeps up with whoever writes, and at intervals when nobody asks. It is
 * told to do so only while there is something to bury, and an idle server is silent.
 *
 * Writes go to the other query actors of the server in messages of their own, off the way of the queries
 * (`sync/synchronizer.ts`): each replica sends its own writes to each other one, at once after a quiet tenth of a
 * second and otherwise ten times a second, every changed key once; the later stamp wins wherever two meet.
 */
export const QueryActor: ActorKind<QueryMessage, Lent> = defineActor<QueryMessage, Lent>(
  'geo-query',
  (context) => {
    const { clock, self, random } = context;
    const replica = new Replica({ uid: self.uid(), table: new ArenaTable(random), random });
    const synchronizer = new Synchronizer(replica, self);
    replica.isConfirmedByAll = (origin, sequence) =>
      synchronizer.isConfirmedByAll(origin, sequence);
    let isSweepDue = false;
    let syncTimer: Timer | undefined;
    let syncDueMs = Infinity;

    /**
     * Sends what is due to other replicas now, and sees to it that the rest is sent in its time. A write is due
     * sooner than the confirmation that was waited for before: then the timer is set again.
     */
    function sync(): void {
      const nowMs = clock.monotonicMs();
      const nextMs = synchronizer.flush(nowMs, (to, message) => context.tell(to, message));
      if (nextMs >= syncDueMs) return;
      syncTimer?.cancel();
      syncDueMs = nextMs;
      syncTimer = context.tellAfter(self, { type: 'sync due' }, Math.max(0, nextMs - nowMs));
    }

    function sweepLater(): void {
      if (isSweepDue || !replica.needsUpkeep) return;
      isSweepDue = true;
      context.tellAfter(self, { type: 'sweep' }, geoLimits.sweepMs);
    }

    function execute({ table, commands }: QueryBatch): void {
      const { client } = commands;
      replica.begin(clock.wallMs());
      replica.sweep(geoLimits.sweepEntriesPerBatch);
      if (commands.length >= prefetchedCommandsMin) replica.prefetch(commands);
      try {
        while (commands.next()) table.dispatch(replica, commands, client);
      } catch (bug) {
        // Half a reply may have been written: nobody could tell it from the next one.
        client.closeAfterReply();
        throw bug;
      }
    }

    const onMessage = dispatch<QueryMessage>({
      sweep: () => {
        isSweepDue = false;
        replica.sweep(geoLimits.sweepEntriesMax);
      },
      'sync due': () => {
        syncDueMs = Infinity;
      },
      peers: ({ peers }) => synchronizer.setPeers(peers),
      sync: (message) => synchronizer.receive(message, clock.monotonicMs()),
    });

    return {
      onMessage(message) {
        replica.begin(clock.wallMs());
        onMessage(message);
        sync();
        sweepLater();
      },
      onLent(lent) {
        if (lent.kind === 'queries') {
          execute(lent);
          sync();
          sweepLater();
        } else {
          lent.report = reportOf(replica, synchronizer);
        }
      },
    };
  },
);
