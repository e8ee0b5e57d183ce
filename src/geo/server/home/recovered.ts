import { AtollError } from '../../../core/errors.ts';
import type { ServerIdentity } from '../geo-options.ts';
import type { ServerGatewayOptions } from './started-server.ts';
import type { StoredState } from './store-journal.ts';

/**
 * A server that has lost records knows less than it once confirmed. Others have forgotten deletes by its word, and what it has
 * left may be older than those: it has to begin as a new server. Alone it may go on with what is left. Throws
 * `DATA_INCOMPLETE`.
 */
export function refuseIncomplete(
  { recovery, members, clusterId = '' }: StoredState,
  self: ServerIdentity,
  onIncomplete: ServerGatewayOptions['onIncomplete'],
): void {
  const others = members.filter(({ id, isRemoved }) => id !== self.id && !isRemoved);
  if (recovery.fault === undefined || others.length === 0) return;
  onIncomplete?.(
    others.map(({ id, at }) => ({ clusterId, id, at })),
    self,
  );
  const text = 'records of the data folder are lost: it has to begin as a new server';
  throw new AtollError('DATA_INCOMPLETE', text, { cause: recovery.fault });
}
