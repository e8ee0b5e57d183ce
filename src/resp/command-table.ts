import { assert } from '../core/assert.ts';
import { serverLimits } from '../core/limits.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';
import type { CommandBatch } from './command-batch.ts';
import { commandCommand, writeHelp } from './commands/command-command.ts';
import { escapeBytes } from './escape.ts';

/**
 * One row per command. Dispatch, `COMMAND`, `COMMAND DOCS`, the reference page, counters and (later) the
 * permissions by prefix are all made from it; there is no second place that knows a command.
 *
 * `Target` is what the handlers work on: for a geo server its query actor's store.
 */
export interface CommandRow<Target> {
  /** Lower case; that of a subcommand without its container. */
  readonly name: string;
  /** As in Redis: arguments with all of the name; negative means at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Where the keys stand, as in Redis: first and last argument (−1: the last one) and step; 0, 0, 0: none. */
  readonly keys: readonly [first: number, last: number, step: number];
  readonly group: CommandGroup;
  /** The version of Redis that had it first, or of Atoll. */
  readonly since: string;
  /** One sentence without a full stop, as COMMAND DOCS shows it. */
  readonly summary: string;
  /** The arguments in words, as in a synopsis: `key value [EX seconds | PX milliseconds]`. */
  readonly synopsis: string;
  /**
   * Writes exactly one reply, or suspends the client. With subcommands it is called only if there is no further argument; without
   * it that is a wrong number of arguments.
   */
  readonly run?: (target: Target, command: Command, client: Client) => void;
  /** Chosen by the first argument. */
  readonly subcommands?: readonly CommandRow<Target>[];
}

export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'fast'
  | 'admin'
  | 'loading'
  | 'stale'
  | 'pubsub'
  | 'no_auth';
export type CommandGroup =
  | 'string'
  | 'list'
  | 'generic'
  | 'connection'
  | 'server'
  | 'cluster'
  | 'geo'
  | 'ring';

/** Commands of Redis that are known and not offered: they get an error that says why. */
export interface Refusal {
  readonly names: readonly string[];
  /** Follows `-ERR NAME `: "is not offered: …". */
  readonly because: string;
}

/** What is known of one command while the server runs. */
export interface CommandEntry<Target> {
  readonly row: CommandRow<Target>;
  /** `client|setname` for a subcommand. */
  readonly fullName: string;
  /** Executions, also those that failed. */
  calls: number;
  /** Executions that were answered with an error. */
  failures: number;
  /** Not executed: wrong number of arguments, not authenticated, an argument too long. */
  rejected: number;
  readonly subcommands: readonly CommandEntry<Target>[];
}

/** The entry with what dispatch needs of it, in one shape. */
class Entry<Target> implements CommandEntry<Target> {
  readonly row: CommandRow<Target>;
  readonly fullName: string;
  readonly subcommands: readonly Entry<Target>[];
  readonly subcommandsByName: NameIndex<Entry<Target>> | undefined;
  readonly run: CommandRow<Target>['run'];
  readonly arity: number;
  readonly needsAuthentication: boolean;
  calls = 0;
  failures = 0;
  rejected = 0;

  constructor(row: CommandRow<Target>, container?: string) {
    assert(row.name === row.name.toLowerCase(), `${row.name}: command names are lower case`);
    assert(row.run !== undefined || row.subcommands !== undefined, `${row.name} does nothing`);
    this.row = row;
    this.fullName = container === undefined ? row.name : `${container}|${row.name}`;
    this.run = row.run;
    this.arity = row.arity;
    this.needsAuthentication = !row.flags.includes('no_auth');
    this.subcommands = (row.subcommands ?? []).map((sub) => new Entry(sub, row.name));
    this.subcommandsByName =
      row.subcommands === undefined
        ? undefined
        : new NameIndex(this.subcommands.map((entry) => [entry.row.name, entry]));
  }
}

export class CommandTable<Target> {
  /** Every command, in the order of names. */
  readonly entries: readonly CommandEntry<Target>[];
  readonly refusals: readonly Refusal[];
  /** Commands that no row knows. */
  unknown = 0;
  /** Commands answered with a refusal. */
  refused = 0;
  /** Why no write is taken any more; undefined: they are. */
  #writesRefused: string | undefined;
  readonly #byName: NameIndex<Entry<Target>>;
  readonly #becauseByName: NameIndex<string>;

  /** Adds the row `COMMAND` of itself to `rows`. */
  constructor(rows: readonly CommandRow<Target>[], refusals: readonly Refusal[] = []) {
    const all = [...rows, commandCommand<Target>(() => this)];
    const entries = all.map((row) => new Entry(row));
    entries.sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
    this.entries = entries;
    this.refusals = refusals;
    this.#byName = new NameIndex(entries.map((entry) => [entry.row.name, entry]));
    this.#becauseByName = new NameIndex(
      refusals.flatMap(({ names, because }) => names.map((name) => [name, because] as const)),
    );
  }

  /** The entry of a name in any case; `bytes[start … end)`. */
  find(bytes: Uint8Array, start: number, end: number): CommandEntry<Target> | undefined {
    return this.#byName.get(bytes, start, end);
  }

  /** Executes the command that the batch stands at; exactly one reply is written. */
  dispatch(target: Target, batch: CommandBatch, client: Client): void {
    let entry = this.#byName.get(batch.bytes, batch.start(0), batch.end(0));
    if (entry === undefined) {
      this.#rejectUnknown(batch, client);
      return;
    }
    if (entry.subcommandsByName !== undefined && batch.argumentCount > 1) {
      const start = batch.start(1);
      const subcommand = entry.subcommandsByName.get(batch.bytes, start, batch.end(1));
      if (subcommand === undefined) {
        this.#rejectUnknownSubcommand(entry, batch, client);
        return;
      }
      entry = subcommand;
    }
    const { arity, run } = entry;
    const count = batch.argumentCount;
    if (run === undefined || (arity >= 0 ? count !== arity : count < -arity)) {
      entry.rejected += 1;
      client.reply.error('ERR', `wrong number of arguments for '${entry.fullName}' command`);
      return;
    }
    if (!client.isAuthenticated && entry.needsAuthentication) {
      entry.rejected += 1;
      client.reply.error('NOAUTH', 'Authentication required.');
      return;
    }
    if (batch.hasLongArgument && !this.#checkLengths(entry, batch, client)) return;
    if (this.#writesRefused !== undefined && entry.row.flags.includes('write')) {
      entry.rejected += 1;
      // Redis: what it says when it cannot persist.
      client.reply.error('MISCONF', this.#writesRefused);
      return;
    }
    const reply = client.reply;
    const errorsBefore = reply.errorCount;
    run(target, batch, client);
    entry.calls += 1;
    if (reply.errorCount !== errorsBefore) entry.failures += 1;
  }

  /** Answers every write with an error from now on, and goes on with reads. */
  refuseWrites(reason: string): void {
    this.#writesRefused = `no write is taken any more: ${reason}`;
  }

  /** Keys and values have their bounds; only the table knows which argument is a key. */
  #checkLengths(entry: Entry<Target>, batch: CommandBatch, client: Client): boolean {
    const { keyBytesMax, valueBytesMax } = client.limits;
    const [first, last, step] = entry.row.keys;
    const lastKey = last < 0 ? batch.argumentCount + last : last;
    for (let i = 0; i < batch.argumentCount; i += 1) {
      const isKey = first > 0 && i >= first && i <= lastKey && (i - first) % step === 0;
      const bytesMax = isKey ? keyBytesMax : valueBytesMax;
      const length = batch.end(i) - batch.start(i);
      if (length <= bytesMax) continue;
      entry.rejected += 1;
      const what = isKey ? 'key' : 'value';
      client.reply.error('ERR', `the ${what} has ${length} bytes, at most ${bytesMax} are taken`);
      return false;
    }
    return true;
  }

  #rejectUnknown(batch: CommandBatch, client: Client): void {
    const start = batch.start(0);
    const end = batch.end(0);
    let room: number = serverLimits.errorEchoBytesMax;
    const name = escapeBytes(batch.bytes, start, end, room);
    const because = this.#becauseByName.get(batch.bytes, start, end);
    if (because !== undefined) {
      this.refused += 1;
      client.reply.error('ERR', `${name.toUpperCase()} ${because}`);
      return;
    }
    this.unknown += 1;
    room -= name.length;
    let echoed = '';
    for (let i = 1; i < batch.argumentCount && room > 0; i += 1) {
      const piece = escapeBytes(batch.bytes, batch.start(i), batch.end(i), room);
      room -= piece.length + 3;
      echoed += `'${piece}' `;
    }
    // Redis: clients look for these very words.
    client.reply.error('ERR', `unknown command '${name}', with args beginning with: ${echoed}`);
  }

  #rejectUnknownSubcommand(entry: Entry<Target>, batch: CommandBatch, client: Client): void {
    if (batch.is(1, 'HELP')) {
      if (client.isAuthenticated) writeHelp(client.reply, entry);
      else client.reply.error('NOAUTH', 'Authentication required.');
      return;
    }
    entry.rejected += 1;
    const { errorEchoBytesMax } = serverLimits;
    const name = escapeBytes(batch.bytes, batch.start(1), batch.end(1), errorEchoBytesMax);
    const container = entry.row.name.toUpperCase();
    client.reply.error('ERR', `unknown subcommand '${name}'. Try ${container} HELP.`);
  }
}

/**
 * Finds a value by a name in any case, given as bytes, without making a string of them: a small open
 * hash table over the lower-case letters.
 */
class NameIndex<Value> {
  readonly #mask: number;
  readonly #names: (Uint8Array | undefined)[];
  readonly #values: (Value | undefined)[];

  constructor(pairs: readonly (readonly [name: string, value: Value])[]) {
    let size = 8;
    while (size < pairs.length * 4) size *= 2;
    this.#mask = size - 1;
    this.#names = Array.from({ length: size }, () => undefined);
    this.#values = Array.from({ length: size }, () => undefined);
    for (const [name, value] of pairs) this.#add(Buffer.from(name), value);
  }

  get(bytes: Uint8Array, start: number, end: number): Value | undefined {
    let slot = hashName(bytes, start, end) & this.#mask;
    for (;;) {
      const name = this.#names[slot];
      if (name === undefined) return undefined;
      if (isName(name, bytes, start, end)) return this.#values[slot];
      slot = (slot + 1) & this.#mask;
    }
  }

  #add(name: Uint8Array, value: Value): void {
    assert(this.get(name, 0, name.length) === undefined, `the name ${String(name)} is there twice`);
    let slot = hashName(name, 0, name.length) & this.#mask;
    while (this.#names[slot] !== undefined) slot = (slot + 1) & this.#mask;
    this.#names[slot] = name;
    this.#values[slot] = value;
  }
}

/** Names are short; of a long input that cannot be one, sixteen bytes are enough. */
function hashName(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + 16);
  let hash = end - start;
  for (let at = start; at < last; at += 1) hash = (hash * 31 + ((bytes[at] ?? 0) | 32)) | 0;
  return hash ^ (hash >>> 7);
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const length = name.length;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i += 1) {
    const byte = bytes[start + i] ?? 0;
    const lower = byte >= 65 && byte <= 90 ? byte | 32 : byte;
    if (lower !== name[i]) return false;
  }
  return true;
}
