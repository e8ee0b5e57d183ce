import { ringLimits } from '../../../core/limits.ts';
import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import { pushApplied } from '../storage/pushes.ts';
import type { Storage } from '../storage/storage.ts';
import { writeOutcome, type Once, type Write } from '../storage/write.ts';

/** Where the write begins: ONCE, epoch, client, sequence and floor are before it. */
const commandAt = 5;

/** Writes that a client may send again. */
export const onceCommands: readonly CommandRow<Storage>[] = [
  {
    name: 'once',
    arity: -7,
    flags: ['write'],
    keys: [6, 6, 1],
    group: 'ring',
    since: '0.1.0',
    summary:
      'Executes a write that its client has numbered, once however often it is sent; WAITING if leases must end first, and the reply is pushed then',
    synopsis: 'epoch client sequence floor command key [argument ...]',
    run: runOnce,
  },
];

function runOnce(storage: Storage, command: Command, client: Client): void {
  const { reply } = client;
  if (!storage.serves(command, commandAt + 1, client)) return;
  const epoch = command.integer(1);
  const once = parseOnce(command);
  if (epoch === undefined || once === undefined) {
    reply.error('ERR', 'expected ONCE epoch client sequence floor, with whole numbers from 0 on');
    return;
  }
  if (epoch !== storage.epoch) {
    storage.seeEpoch(epoch);
    reply.error('STALEVIEW', `the view of the ring has epoch ${storage.epoch}, not ${epoch}`);
    return;
  }
  const write = parseWrite(command);
  if (write === undefined) {
    reply.error('ERR', 'ONCE takes SET key value [NX], DEL key, LADD key item, LREMOVE key item');
    return;
  }
  // Who understands no pushes waits for the reply itself.
  const isPushed = client.protocol === 3;
  const outcome = storage.writeOnce(once, write, {
    client,
    deliver: (late) => {
      if (isPushed) pushApplied(client, once.sequence, late);
      else client.answer((answer) => writeOutcome(answer, late));
    },
  });
  if (outcome !== 'waits') writeOutcome(reply, outcome);
  else if (isPushed) reply.simple('WAITING');
  else client.suspend();
}

function parseOnce(command: Command): Once | undefined {
  const clientBytes = command.end(2) - command.start(2);
  const sequence = command.integer(3);
  const floor = command.integer(4);
  if (clientBytes < 1 || clientBytes > ringLimits.clientIdBytesMax) return undefined;
  if (sequence === undefined || floor === undefined || floor < 0 || sequence < floor) {
    return undefined;
  }
  return { client: command.latin1(2), sequence, floor };
}

/** The write that begins at argument 5; undefined: it is none that can be numbered. */
function parseWrite(command: Command): Write | undefined {
  const count = command.argumentCount - commandAt;
  const key = command.latin1(commandAt + 1);
  const isNamed = (name: string): boolean => command.is(commandAt, name);
  const third = (): string => command.latin1(commandAt + 2);
  if (count === 2 && isNamed('DEL')) return { kind: 'delete', key };
  if (count === 3 && isNamed('SET')) return { kind: 'set', key, value: third() };
  if (count === 4 && isNamed('SET') && command.is(commandAt + 3, 'NX')) {
    return { kind: 'set absent', key, value: third() };
  }
  if (count === 3 && isNamed('LADD')) return { kind: 'append', key, item: third() };
  if (count === 3 && isNamed('LREMOVE')) return { kind: 'remove', key, item: third() };
  return undefined;
}
