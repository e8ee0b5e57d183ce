import type { CommandRow } from '../../../resp/command-table.ts';
import type { Storage } from '../storage/storage.ts';

/** What operators and their tools ask about the node. */
export const inspectionCommands: readonly CommandRow<Storage>[] = [
  {
    name: 'dbsize',
    arity: 1,
    flags: ['readonly', 'fast'],
    keys: [0, 0, 0],
    group: 'server',
    since: '1.0.0',
    summary: 'Returns how many keys this node has',
    synopsis: '',
    run: (storage, _command, { reply }) => reply.integer(storage.table.size),
  },
];
