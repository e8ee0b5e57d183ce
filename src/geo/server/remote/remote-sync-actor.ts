import { defineActor, dispatch, type ActorKind } from '../../../actor/actor-kind.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { RemoteSyncLent, RemoteSyncOutput } from './remote-sync-lent.ts';
import { newRemoteSyncLife, type RemoteSyncLife } from './remote-sync-life.ts';
import { RemoteSync } from './remote-sync.ts';
import { serverReportOf } from './server-report.ts';
import type { SyncMessage } from '../sync/sync-message.ts';

export type RemoteSyncMessage =
  /** To itself: look after what has ended; send what is due; a slice of what takes long. */
  { type: 'sweep' } | { type: 'sync due' } | { type: 'work' } | SyncMessage;

/**
 * The remote-sync actor: the first actor of a server, the same for all others who know nothing but its address. It takes part
 * in the exchange of the query actors and carries deltas to and from the remote-sync actors of all other servers (CMUD §5.2).
 *
 * Local and remote exchange are one protocol (`sync/synchronizer.ts`); what is remote about it is `remote-sync.ts`.
 */
export const RemoteSyncActor: ActorKind<RemoteSyncMessage, RemoteSyncLent, RemoteSyncOutput> =
  defineActor<RemoteSyncMessage, RemoteSyncLent, RemoteSyncOutput>('geo-remote-sync', (context) => {
    let life: RemoteSyncLife | undefined;
    let exchange: RemoteSync | undefined;
    let isSweepDue = false;

    function after(remoteSync: RemoteSync): void {
      remoteSync.sync();
      if (isSweepDue || !remoteSync.replica.needsUpkeep) return;
      isSweepDue = true;
      context.tellAfter(context.self, { type: 'sweep' }, geoLimits.sweepMs);
    }

    const onMessage = dispatch<RemoteSyncMessage>({
      sweep: () => {
        isSweepDue = false;
        exchange?.replica.sweep(geoLimits.sweepEntriesMax);
      },
      'sync due': () => exchange?.onSyncDue(),
      work: () => exchange?.work(),
      sync: (message) => exchange?.receive(message),
    });

    return {
      onMessage(message) {
        if (exchange === undefined) return;
        exchange.replica.begin(context.clock.wallMs());
        onMessage(message);
        after(exchange);
      },
      onLent(lent) {
        if (lent.kind === 'life') {
          life = newRemoteSyncLife(context, lent.identity, lent.trial);
          return;
        }
        if (life === undefined) return;
        life.replica.begin(context.clock.wallMs());
        if (lent.kind === 'load') return life.replica.load(lent.pack);
        if (lent.kind === 'begin') exchange = new RemoteSync(context, life, lent.beginning);
        else if (exchange !== undefined) onLent(exchange, lent);
        if (exchange !== undefined) after(exchange);
      },
    };
  });

function onLent(
  exchange: RemoteSync,
  lent: Exclude<RemoteSyncLent, { kind: 'life' | 'load' | 'begin' }>,
): void {
  switch (lent.kind) {
    case 'peer up':
      return exchange.onPeerUp(lent.address);
    case 'peer down':
      return exchange.onPeerDown(lent.address);
    case 'written':
      return exchange.onWritten(lent.origin, lent.upTo, lent.pack);
    case 'kept':
      return exchange.onKept(lent.token, lent.own);
    case 'members kept':
      return exchange.cluster.onMembersKept(lent.number);
    case 'give up waiting':
      return exchange.readiness.become();
    case 'forget':
      lent.wasMember = exchange.cluster.forget(lent.id);
      return;
    case 'snapshot':
      if (exchange.isFilled) exchange.slices.fill(exchange.synchronizer.known.vector, lent);
      return;
    case 'report':
      lent.report = serverReportOf(exchange);
      return;
  }
}
