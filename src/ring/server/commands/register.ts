import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { RingNode } from '../../ring-view.ts';
import { writeView } from '../../view-reply.ts';
import type { RegisterAnswer, Registrant } from '../membership.ts';

/** Where the nodes begin, and how many arguments each has: id, host, port, virtual ids. */
const firstNode = 3;
const nodeArguments = 4;

/** `RING REGISTER`, answered by what `register` says. Tribbler §4.1 RegisterServer. */
export function registerCommand(
  register: (registrant: Registrant) => RegisterAnswer,
): CommandRow<unknown> {
  return {
    name: 'register',
    arity: -(firstNode + nodeArguments),
    flags: ['admin'],
    keys: [0, 0, 0],
    group: 'ring',
    since: '0.1.0',
    summary:
      'Tells the coordinator of a server: the epoch of the view that it has, or 0, and its nodes; returns the view, and whether the server was in the ring before',
    synopsis: 'epoch id host port virtual-id,... [id host port virtual-id,... ...]',
    run: (_target, command, client) => run(register, command, client),
  };
}

/** The arguments of `RING REGISTER` behind the name. */
export function registerArguments({ epoch, nodes }: Registrant): readonly (string | number)[] {
  const ofNodes = nodes.flatMap(({ id, at, virtualIds }) => [
    id,
    at.host,
    at.port,
    virtualIds.join(),
  ]);
  return [epoch, ...ofNodes];
}

function run(
  register: (registrant: Registrant) => RegisterAnswer,
  command: Command,
  { reply }: Client,
): void {
  const registrant = readRegistrant(command);
  if (registrant === undefined) {
    reply.error('ERR', 'expected an epoch, and id, host, port and virtual ids of each node');
    return;
  }
  const answer = register(registrant);
  switch (answer.kind) {
    case 'not ready':
      reply.error('NOTREADY', answer.message);
      return;
    case 'refused':
      reply.error('REFUSED', answer.message);
      return;
    case 'complete':
      reply.array(3);
      writeView(answer.view, reply);
      reply.integer(answer.hasReturned ? 1 : 0);
  }
}

/** Undefined: it is malformed. */
function readRegistrant(command: Command): Registrant | undefined {
  const epoch = command.integer(firstNode - 1);
  const { argumentCount } = command;
  if (epoch === undefined || epoch < 0) return undefined;
  if ((argumentCount - firstNode) % nodeArguments !== 0) return undefined;
  const nodes: RingNode[] = [];
  for (let i = firstNode; i < argumentCount; i += nodeArguments) {
    const id = command.latin1(i);
    const host = command.text(i + 1);
    const port = command.integer(i + 2);
    const virtualIds = readVirtualIds(command.latin1(i + 3));
    if (!/^[0-9a-f]{16}$/.test(id) || host === '' || host.length > hostLengthMax) return undefined;
    if (port === undefined || port < 1 || port > 65_535 || virtualIds === undefined)
      return undefined;
    nodes.push({ id, at: { host, port }, virtualIds });
  }
  return { epoch, nodes };
}

/** Ascending; undefined: they are malformed, or one is there twice. */
function readVirtualIds(text: string): readonly number[] | undefined {
  const virtualIds: number[] = [];
  for (const word of text.split(',')) {
    const virtualId = Number(word);
    if (!/^\d{1,10}$/.test(word) || virtualId > 0xffff_ffff) return undefined;
    virtualIds.push(virtualId);
  }
  virtualIds.sort((a, b) => a - b);
  const isTwice = virtualIds.some((virtualId, i) => virtualId === virtualIds[i - 1]);
  return isTwice ? undefined : virtualIds;
}

/** DNS: a name has no more. */
const hostLengthMax = 253;
