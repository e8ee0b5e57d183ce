import { defineActor, type ActorKind } from '../../actor/actor-kind.ts';
import { geoLimits } from '../../core/limits.ts';
import { ArenaTable } from './arena/arena-table.ts';
import type { Lent, QueryBatch } from './query-batch.ts';
import { Replica } from './replica.ts';
import { reportOf } from './replica-report.ts';

/** Fewer commands gain less than it costs to look at each twice. */
const prefetchedCommandsMin = 4;

/** To itself: look after what has ended. */
export interface QueryMessage {
  readonly type: 'sweep';
}

/**
 * The query actor: one replica of all keys, and the only one who touches it. CMUD §3.
 *
 * Queries come as lent batches, executed at once on the thread that read them, each with its reply, without
 * waiting for anybody (a store that is cut off answers as well as any). Between them it buries what has ended:
 * a little with each batch, so that it keeps up with whoever writes, and at intervals when nobody asks. It is
 * told to do so only while there is something to bury, and an idle server is silent.
 */
export const QueryActor: ActorKind<QueryMessage, Lent> = defineActor<QueryMessage, Lent>(
  'geo-query',
  (context) => {
    const { clock, self, random } = context;
    const replica = new Replica({ uid: self.uid(), table: new ArenaTable(random), random });
    let isSweepDue = false;

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

    return {
      onMessage() {
        isSweepDue = false;
        replica.begin(clock.wallMs());
        replica.sweep(geoLimits.sweepEntriesMax);
        sweepLater();
      },
      onLent(lent) {
        if (lent.kind === 'queries') {
          execute(lent);
          sweepLater();
        } else {
          lent.report = reportOf(replica);
        }
      },
    };
  },
);
