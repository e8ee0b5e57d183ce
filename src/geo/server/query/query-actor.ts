import { defineActor, dispatch, type ActorKind } from '../../../actor/actor-kind.ts';
import type { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import { prefetchedCommandsMin } from '../../../resp/command-batch.ts';
import type { QueryBatch, QueryLent } from './query-batch.ts';
import { QueryExchange } from './query-exchange.ts';
import { reportOf } from './replica-report.ts';
import type { SyncMessage } from '../sync/sync-message.ts';

export type QueryMessage =
  /** To itself: look after what has ended. */
  | { type: 'sweep' }
  /** To itself: a message to another replica is due. */
  | { type: 'sync due' }
  /** To itself: a slice of what takes long. */
  | { type: 'work' }
  /** The remote-sync actor takes part from now on. */
  | { type: 'remote sync'; ref: ActorRef<SyncMessage> }
  | SyncMessage;

/**
 * The query actor: one replica of all keys, and the only one who touches it. CMUD §3.
 *
 * Queries come as lent batches, executed at once on the thread that read them, each with its reply, without
 * waiting for anybody (a store that is cut off answers as well as any). Between them it buries what has ended:
 * a little with each batch, so that it keeps up with whoever writes, and at intervals when nobody asks. It is
 * told to do so only while there is something to bury, and an idle server is silent.
 *
 * Local sync (CMUD §5.1): each query actor sends its own writes to each other one and to the remote-sync actor of its server,
 * at once after a quiet tenth of a second and otherwise ten times a second, every changed key once; the later stamp wins
 * wherever two meet. Remote sync (CMUD §5.2): the remote-sync actors of all servers do the same with each other, so that a Put
 * crosses the network once for each server, and pass on what comes to their query actors. How nothing is lost on the way,
 * and how servers that lack much catch up, is told in `docs/design/sync.md`.
 */
export const QueryActor: ActorKind<QueryMessage, QueryLent> = defineActor<QueryMessage, QueryLent>(
  'geo-query',
  (context) => {
    const { clock, self } = context;
    let exchange: QueryExchange | undefined;
    let isSweepDue = false;

    function sweepLater({ replica }: QueryExchange): void {
      if (isSweepDue || !replica.needsUpkeep) return;
      isSweepDue = true;
      context.tellAfter(self, { type: 'sweep' }, geoLimits.sweepMs);
    }

    function after(life: QueryExchange): void {
      life.sync();
      sweepLater(life);
    }

    function execute({ replica }: QueryExchange, { table, commands }: QueryBatch): void {
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
        exchange?.replica.sweep(geoLimits.sweepEntriesMax);
      },
      'sync due': () => exchange?.onSyncDue(),
      work: () => exchange?.works.goOn(),
      'remote sync': ({ ref }) => exchange?.meetRemoteSync(ref),
      sync: (message) => exchange?.receive(message),
    });

    return {
      onMessage(message) {
        if (exchange === undefined) return;
        exchange.replica.begin(clock.wallMs());
        onMessage(message);
        after(exchange);
      },
      onLent(lent) {
        if (lent.kind === 'life') {
          exchange = new QueryExchange(context, lent.origin, lent.bugs);
          return;
        }
        if (exchange === undefined) return;
        if (lent.kind === 'queries') {
          execute(exchange, lent);
          lent.sequence = exchange.replica.sequence;
          exchange.syncAfterQueries();
          sweepLater(exchange);
        } else {
          if (lent.kind === 'load') exchange.replica.begin(clock.wallMs());
          onLent(exchange, lent);
        }
      },
    };
  },
);

/** What is lent now and then. */
function onLent(
  exchange: QueryExchange,
  lent: Exclude<QueryLent, { kind: 'life' | 'queries' }>,
): void {
  switch (lent.kind) {
    case 'log':
      lent.runs = exchange.replica.log?.take(lent.bytesMin) ?? [];
      return;
    case 'durable':
      return exchange.onDurable(lent.sequence);
    case 'report':
      lent.report = reportOf(exchange);
      return;
    case 'snapshot':
      return exchange.slices.fill(exchange.knowledge(), lent);
    case 'load':
      return exchange.load(lent.pack);
    case 'begin':
      return exchange.begin(lent.beginning);
  }
}
