import { setTimeout as pause } from 'node:timers/promises';

import { Command, InvalidArgumentError, Option } from 'commander';

import { connect } from '../../ring.ts';
import type { Libstore, LibstoreStatistics } from '../../ring/libstore/libstore.ts';
import { durationMs } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { untilInterrupted } from '../interrupt.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { printable } from '../terminal-text.ts';

interface RingOptions {
  readonly ring: string;
  readonly timeout: number;
  readonly repeat: number;
  readonly walk?: boolean;
  readonly json?: boolean;
}

interface ReadOptions extends RingOptions {
  readonly lease?: boolean;
}

interface ListOptions extends ReadOptions {
  readonly newest?: number;
}

/** How often a copy that is held is looked at, and its lease renewed when it is over. */
const holdMs = 250;

/** `atoll ls`: the ring store from a shell, through a Libstore. */
export function lsCommand(): Command {
  return new Command('ls')
    .description('read and write keys of the ring store, through a Libstore')
    .addCommand(getCommand())
    .addCommand(putCommand())
    .addCommand(delCommand())
    .addCommand(listCommand())
    .addCommand(appendCommand())
    .addCommand(removeCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ atoll ls put heather:head hello
  $ atoll ls get heather:head --repeat 10
  $ atoll ls append heather:posts post-23ac --ring 10.0.0.5:7400
  $ atoll ls list heather:posts --newest 20 --json
  $ atoll ls get heather:head --lease`,
    );
}

function getCommand(): Command {
  return readCommand('get', 'print the value of a key; exit 3 if there is none').action(
    (key: string, options: ReadOptions) =>
      read(options, key, async (store) => {
        const value = await store.get(key);
        return value === undefined ? undefined : { json: { key, value }, text: line(value) };
      }),
  );
}

function listCommand(): Command {
  return readCommand('list', 'print the items of a list, one a line; exit 3 if there is none')
    .option('--newest <count>', 'only so many, the newest', positiveInteger)
    .action((key: string, options: ListOptions) =>
      read(options, key, async (store) => {
        const { newest } = options;
        const items = await store.getList(key, newest === undefined ? {} : { newest });
        if (items === undefined) return undefined;
        return { json: { key, items }, text: items.map(line).join('') };
      }),
    );
}

function putCommand(): Command {
  return ringCommand('put', 'set a key')
    .argument('<key>', 'its name')
    .argument('<value>', 'its value')
    .action((key: string, value: string, options: RingOptions) =>
      withLibstore(options, {}, async (store) => {
        await store.put(key, value);
        if (options.json) await writeJsonLine({ key, put: true });
      }),
    );
}

function delCommand(): Command {
  return ringCommand('del', 'delete a key, value or list; exit 3 if there is none')
    .argument('<key>', 'its name')
    .action((key: string, options: RingOptions) =>
      withLibstore(options, {}, async (store) => {
        const deleted = await store.delete(key);
        if (options.json) await writeJsonLine({ key, deleted });
        if (!deleted) sayNo(`no such key: ${key}`);
      }),
    );
}

function appendCommand(): Command {
  return ringCommand('append', 'append an item to a list; exit 3 if it was there')
    .argument('<key>', 'the name of the list')
    .argument('<item>', 'the item')
    .action((key: string, item: string, options: RingOptions) =>
      withLibstore(options, {}, async (store) => {
        const appended = await store.appendToList(key, item);
        if (options.json) await writeJsonLine({ key, item, appended });
        if (!appended) sayNo(`the item is in the list already: ${item}`);
      }),
    );
}

function removeCommand(): Command {
  return ringCommand('remove', 'remove an item from a list; exit 3 if it was not there')
    .argument('<key>', 'the name of the list')
    .argument('<item>', 'the item')
    .action((key: string, item: string, options: RingOptions) =>
      withLibstore(options, {}, async (store) => {
        const removed = await store.removeFromList(key, item);
        if (options.json) await writeJsonLine({ key, item, removed });
        if (!removed) sayNo(`no such item: ${item}`);
      }),
    );
}

/** What a read found, in both ways of printing it. */
interface Found {
  readonly json: object;
  readonly text: string;
}

/** Reads and prints; with `--lease` goes on until Ctrl-C. */
async function read(
  options: ReadOptions,
  key: string,
  readOnce: (store: Libstore) => Promise<Found | undefined>,
): Promise<void> {
  const isLeased = options.lease === true;
  const onRevoke = (revoked: string): void => {
    // Not awaited: a revocation comes when it comes, and stdout keeps the order.
    void (options.json ? writeJsonLine({ revoked }) : writeOut(`revoked\t${printable(revoked)}\n`));
  };
  const print = async (found: Found | undefined): Promise<void> => {
    if (found === undefined) sayNo(`no such key: ${key}`);
    else if (options.json) await writeJsonLine(found.json);
    else await writeOut(found.text);
  };
  await withLibstore(
    options,
    isLeased ? { leases: 'always', onRevoke } : {},
    async (store, isLast) => {
      let shown = await readOnce(store);
      await print(shown);
      if (!isLeased || !isLast) return;
      process.stderr.write(`atoll: holding the lease of '${printable(key)}', Ctrl-C ends\n`);
      const interrupted = untilInterrupted().then(() => true);
      while (!(await Promise.race([interrupted, pause(holdMs, false)]))) {
        const found = await readOnce(store);
        if (found?.text !== shown?.text) await print(found);
        shown = found;
      }
    },
  );
}

function readCommand(name: string, description: string): Command {
  return ringCommand(name, description)
    .argument('<key>', 'its name')
    .option(
      '--lease',
      'take a lease and hold it, and report revocations and changes, until Ctrl-C',
    );
}

/** A command that talks to a ring, with the options that all of them have. */
function ringCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--ring <host:port>', 'any node of the ring')
        .env('ATOLL_RING')
        .default('127.0.0.1:7400'),
    )
    .option('--repeat <count>', 'do it so many times, and say what that cost', positiveInteger, 1)
    .option('--walk', 'if the owner of the key cannot be reached, ask the next node')
    .option('--timeout <ms>', 'give up after so long (or 2s …)', durationMs('ms'), 5_000)
    .option('--json', 'one JSON object a line');
}

async function withLibstore(
  { ring, timeout, repeat, walk, json }: RingOptions,
  options: Partial<Parameters<typeof connect>[0]>,
  run: (store: Libstore, isLast: boolean) => Promise<void>,
): Promise<void> {
  const onDead = walk === true ? 'walk' : 'refuse';
  const store = await connect({ ring, timeoutMs: timeout, onDead, ...options });
  try {
    for (let left = repeat; left > 0; left -= 1) await run(store, left === 1);
    if (repeat === 1) return;
    const statistics = store.statistics();
    if (json) await writeJsonLine({ statistics });
    else process.stderr.write(`atoll: ${describe(statistics)}\n`);
  } finally {
    await store.close();
  }
}

function describe({
  hits,
  misses,
  requests,
  leasesGranted,
  roundTrips,
}: LibstoreStatistics): string {
  return `${hits} reads from a copy, ${misses} asked, ${leasesGranted} leases, ${requests} requests in ${roundTrips} round trips`;
}

function sayNo(reason: string): void {
  process.stderr.write(`atoll: ${printable(reason)}\n`);
  process.exitCode = exitCodes.notFound;
}

/** A terminal obeys what it is sent; everything else gets the text as it is. */
function line(text: string): string {
  return `${process.stdout.isTTY ? printable(text) : text}\n`;
}

function positiveInteger(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}
