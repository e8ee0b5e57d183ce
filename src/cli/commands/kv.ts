import { buffer } from 'node:stream/consumers';

import { Command, InvalidArgumentError, Option } from 'commander';

import { connect } from '../../client.ts';
import type { Change, GeoStore } from '../../geo/client/geo-store.ts';
import { durationMs } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { untilInterrupted } from '../interrupt.ts';
import { jsonBytes, writeJsonLine, writeOut } from '../output.ts';
import { printable } from '../terminal-text.ts';

interface StoreOptions {
  readonly address?: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
}

interface PutOptions extends StoreOptions {
  readonly ttl?: number;
}

interface ListOptions extends StoreOptions {
  readonly limit?: number;
  readonly keys?: boolean;
}

const defaultAddress = '127.0.0.1:7001';

/** `atoll kv`: the geo store from a shell. */
export function kvCommand(): Command {
  return new Command('kv')
    .description('read, write and watch keys of the geo store')
    .addCommand(getCommand())
    .addCommand(putCommand())
    .addCommand(delCommand())
    .addCommand(listCommand())
    .addCommand(watchCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ atoll kv put greeting hello
  $ atoll kv put session/42 - --ttl 30m < session.bin
  $ atoll kv get greeting --address 10.0.0.5:7001 --address 10.0.0.6:7001
  $ atoll kv list room/ --limit 20 --json
  $ atoll kv watch room/`,
    );
}

function getCommand(): Command {
  return storeCommand('get', 'print the value of a key; exit 3 if there is none')
    .argument('<key>', 'its name, byte for byte')
    .action((key: string, options: StoreOptions) =>
      withStore(options, async (store) => {
        const value = await store.getBytes(key);
        if (value === undefined) notFound(key);
        else if (options.json) await writeJsonLine({ key, ...jsonBytes('value', value) });
        // A terminal obeys what it is sent; everything else gets the bytes as they are.
        else if (process.stdout.isTTY) await writeOut(`${printable(textOf(value))}\n`);
        else await writeOut(value);
      }),
    );
}

function putCommand(): Command {
  return storeCommand('put', 'set a key')
    .argument('<key>', 'its name, byte for byte')
    .argument('<value>', 'the value; - reads it from stdin, byte for byte')
    .option('--ttl <seconds>', 'the key ends so long after (or 500ms, 10m, 2h …)', durationMs('s'))
    .action((key: string, value: string, options: PutOptions) =>
      withStore(options, async (store) => {
        const content = value === '-' ? await buffer(process.stdin) : value;
        await store.put(key, content, options.ttl === undefined ? {} : { ttlMs: options.ttl });
        if (options.json) await writeJsonLine({ key, put: true });
      }),
    );
}

function delCommand(): Command {
  return storeCommand('del', 'delete a key; exit 3 if there is none')
    .argument('<key>', 'its name, byte for byte')
    .action((key: string, options: StoreOptions) =>
      withStore(options, async (store) => {
        const wasThere = await store.delete(key);
        if (options.json) await writeJsonLine({ key, deleted: wasThere });
        if (!wasThere) notFound(key);
      }),
    );
}

function listCommand(): Command {
  return storeCommand('list', 'print keys and values, one pair a line, separated by a tab')
    .argument('<prefix>', "what the keys start with; '' for all")
    .option('--limit <count>', 'stop after so many', positiveInteger)
    .option('--keys', 'only the keys')
    .action((prefix: string, options: ListOptions) =>
      withStore(options, async (store) => {
        let left = options.limit ?? Infinity;
        for await (const { key, value } of store.listBytes(prefix)) {
          if (options.json) {
            const fields = options.keys ? {} : jsonBytes('value', value);
            await writeJsonLine({ ...jsonBytes('key', key), ...fields });
          } else {
            const rest = options.keys ? '' : `\t${printable(textOf(value))}`;
            await writeOut(`${printable(textOf(key))}${rest}\n`);
          }
          left -= 1;
          if (left === 0) break;
        }
      }),
    );
}

function watchCommand(): Command {
  return storeCommand('watch', 'print every change under a prefix until Ctrl-C')
    .argument('<prefix>', "what the keys start with; '' for all")
    .action((prefix: string, options: StoreOptions) =>
      withStore(options, async (store) => {
        const show = (change: Change): void => {
          // Not awaited: changes come at their own pace, and stdout keeps their order.
          void (options.json ? writeJsonLine(change) : writeOut(`${describeChange(change)}\n`));
        };
        await store.watch(prefix, show);
        process.stderr.write(`atoll: watching '${printable(prefix)}', Ctrl-C ends\n`);
        await untilInterrupted();
      }),
    );
}

/** A command that talks to a store, with the options that all of them have. */
function storeCommand(name: string, description: string): Command {
  const address = `a query port; repeat it for several (default: ${defaultAddress})`;
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--address <host:port>', address)
        .env('ATOLL_ADDRESS')
        .argParser((text: string, before: readonly string[] | undefined) => [
          ...(before ?? []),
          ...text.split(','),
        ]),
    )
    .option('--timeout <ms>', 'give up after so long (or 2s …)', durationMs('ms'), 5_000)
    .option('--json', 'one JSON object a line');
}

async function withStore(
  { address = [defaultAddress], timeout }: StoreOptions,
  run: (store: GeoStore) => Promise<void>,
): Promise<void> {
  const store = connect({ addresses: address, timeoutMs: timeout });
  try {
    await run(store);
  } finally {
    await store.close();
  }
}

function notFound(key: string): void {
  process.stderr.write(`atoll: no such key: ${printable(key)}\n`);
  process.exitCode = exitCodes.notFound;
}

function describeChange(change: Change): string {
  switch (change.type) {
    case 'put':
      return `put\t${printable(change.key)}\t${printable(change.value)}`;
    case 'delete':
      return `delete\t${printable(change.key)}`;
    case 'reset':
      return 'reset';
  }
}

function positiveInteger(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
