import { defineActor, dispatch, type ActorKind } from '../../actor/actor-kind.ts';
import { assert } from '../../core/assert.ts';
import { AtollError } from '../../core/errors.ts';
import { ringLimits } from '../../core/limits.ts';
import type { Random } from '../../core/random.ts';
import { prefetchedCommandsMin } from '../../resp/command-batch.ts';
import { RecordWriter } from './journal/journal-record.ts';
import { storageReport } from './storage-report.ts';
import { Storage } from './storage/storage.ts';
import type {
  CommandsLent,
  LifeLent,
  LoadLent,
  RecordOutput,
  StorageLent,
  StorageOutput,
} from './storage-lent.ts';

export type StorageMessage =
  /** To itself: writes may have waited long enough. */
  | { type: 'due' }
  /** To itself: look after what is remembered. */
  | { type: 'tick' };

/**
 * The storage actor: one node of the ring, and the only one who touches its keys. Tribbler §4.5: what is read, changed and
 * written here is atomic, because nothing else happens meanwhile.
 *
 * Commands come as lent batches, executed at once on the thread that read them. What they change is emitted as records, in
 * order; whether anybody may hear of it before it is durable is the gateway's business. A timer runs only while writes wait for
 * leases, or something remembered may have to be forgotten: an idle node is silent.
 */
export const StorageActor: ActorKind<StorageMessage, StorageLent, StorageOutput> = defineActor<
  StorageMessage,
  StorageLent,
  StorageOutput
>('ring-storage', (context) => {
  const { clock, random, self } = context;
  let storage: Storage | undefined;
  let isDueArmed = false;
  let isTickArmed = false;

  function arm({ keeper, needsTicks }: Storage): void {
    const { dueMs } = keeper;
    // What is due first never comes to be due earlier: leases end in the order of their grants.
    if (!isDueArmed && dueMs !== undefined) {
      isDueArmed = true;
      context.tellAfter(self, { type: 'due' }, Math.max(0, dueMs - keeper.nowMs));
    }
    if (!isTickArmed && needsTicks) {
      isTickArmed = true;
      context.tellAfter(self, { type: 'tick' }, ringLimits.appliedTickMs);
    }
  }

  const onMessage = dispatch<StorageMessage>({
    due: () => (isDueArmed = false),
    tick: () => {
      isTickArmed = false;
      storage?.tick();
    },
  });

  return {
    onMessage(message) {
      onMessage(message);
      if (storage === undefined) return;
      storage.begin(clock);
      arm(storage);
    },
    onLent(lent) {
      if (lent.kind === 'life') {
        storage = createStorage(lent, random, (output) => context.emit(output));
        return;
      }
      assert(storage !== undefined, 'a life begins before everything');
      if (lent.kind === 'load') {
        load(storage, lent);
        return;
      }
      storage.begin(clock);
      if (lent.kind === 'commands') execute(storage, lent);
      else onLent(storage, lent);
      arm(storage);
    },
  };
});

function createStorage(
  { nodeId, durability, terms, trial, startedMs }: LifeLent,
  random: Random,
  emit: (output: StorageOutput) => void,
): Storage {
  const record: RecordOutput = { kind: 'record', bytes: noBytes, start: 0, end: 0 };
  const log = new RecordWriter((bytes, start, end) => {
    record.bytes = bytes;
    record.start = start;
    record.end = end;
    emit(record);
  });
  return new Storage({
    nodeId,
    terms,
    trial,
    startedMs,
    random,
    log: durability === 'memory' ? undefined : log,
    waitsForLeaseNote: durability === 'interval',
    onLeaseNote: () => emit({ kind: 'lease note' }),
    onOldView: () => emit({ kind: 'view is old' }),
  });
}

function execute(storage: Storage, { table, commands }: CommandsLent): void {
  const { client } = commands;
  if (commands.length >= prefetchedCommandsMin) storage.prefetch(commands);
  try {
    while (commands.next()) table.dispatch(storage, commands, client);
  } catch (bug) {
    // Half a reply may have been written: nobody could tell it from the next one.
    client.closeAfterReply();
    throw bug;
  }
}

function load({ loader }: Storage, lent: LoadLent): void {
  try {
    loader.load(lent.bytes, lent.number);
  } catch (error) {
    if (!(error instanceof AtollError)) throw error;
    lent.fault = error;
  }
}

/** What is lent now and then. */
function onLent(
  storage: Storage,
  lent: Exclude<StorageLent, CommandsLent | LifeLent | LoadLent>,
): void {
  switch (lent.kind) {
    case 'start':
      storage.start({ hasLostRecords: lent.hasLostRecords });
      lent.facts = storage.loader.facts;
      return;
    case 'virtual ids':
      return storage.keepVirtualIds(lent.virtualIds);
    case 'view':
      return storage.setView(lent.view, lent);
    case 'lease note kept':
      return storage.note.onKept();
    case 'journal failed':
      return storage.fail(lent.message, lent);
    case 'snapshot':
      lent.records = storage.snapshotRecords(lent);
      return;
    case 'report':
      lent.report = storageReport(storage);
      return;
    case 'end':
      return storage.end();
  }
}

const noBytes = new Uint8Array(0);
