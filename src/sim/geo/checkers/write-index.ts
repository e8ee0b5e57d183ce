import { compareStamps, type Stamp } from '../../../geo/stamp.ts';
import { serverOf, type Evidence, type ReplicaChange, type ReplicaEntry } from '../evidence.ts';
import type { Operation } from '../history.ts';

/** An acknowledged put or delete, and the entry that it made. */
export interface AcknowledgedWrite {
  readonly operation: Operation;
  readonly change: ReplicaChange;
  /** No other replica can have made it; otherwise `change` is the weakest of those that it may be. */
  readonly isSure: boolean;
}

/** What of the changes belongs to which operation: the stamps that no reply carries. */
export class WriteIndex {
  readonly acknowledged: readonly AcknowledgedWrite[];
  /** Acknowledged, and no replica ever wrote it. */
  readonly neverWritten: readonly Operation[];
  readonly #changeByValue: Map<string, ReplicaChange> = new Map();
  readonly #deletesByKey: Map<string, ReplicaChange[]> = new Map();
  readonly #firstMsByKey: Map<string, number> = new Map();
  /** Entries that show nothing, or will not for ever, by key. */
  readonly #absentByKey: Map<string, ReplicaEntry[]> = new Map();

  constructor({ operations, changes }: Evidence) {
    for (const change of changes) this.#add(change);
    const acknowledged: AcknowledgedWrite[] = [];
    const neverWritten: Operation[] = [];
    for (const operation of operations) {
      const { action, outcome } = operation;
      const isWrite = action.kind === 'put' || (action.kind === 'delete' && action.found);
      if (outcome !== 'acknowledged' || !isWrite) continue;
      const candidates = this.#changesOf(operation);
      const change = weakest(candidates);
      if (change === undefined) neverWritten.push(operation);
      else {
        const isSure = candidates.every(({ replica }) => replica === change.replica);
        acknowledged.push({ operation, change, isSure });
      }
    }
    this.acknowledged = acknowledged;
    this.neverWritten = neverWritten;
  }

  /** The stamp of the put of this value, if a replica wrote it. */
  stampOf(value: string): Stamp | undefined {
    return this.#changeByValue.get(value)?.entry.stamp;
  }

  /** Whether any replica had written the key before `atMs`. */
  wasWritten(key: string, atMs: number): boolean {
    return (this.#firstMsByKey.get(key) ?? Infinity) < atMs;
  }

  /**
   * What a put or delete may have made. Deletes have no name: it is any that was made meanwhile by its replica, or by any replica
   * for a client that roams.
   */
  #changesOf({ action, replica, startMs, endMs }: Operation): ReplicaChange[] {
    if (action.kind === 'put') {
      const change = this.#changeByValue.get(action.value);
      return change === undefined ? [] : [change];
    }
    if (action.kind !== 'delete') return [];
    return (this.#deletesByKey.get(action.key) ?? []).filter(
      (change) =>
        change.atMs >= startMs &&
        change.atMs <= endMs &&
        (replica === undefined || replica === change.replica),
    );
  }

  /** Whether the key may show nothing at `wallMs` although it was written with `stamp`: that is over by then. */
  mayBeAbsent(key: string, stamp: Stamp, wallMs: number): boolean {
    return (this.#absentByKey.get(key) ?? []).some((entry) => {
      const isOver = entry.value === undefined || entry.expiryMs <= wallMs;
      return isOver && compareStamps(entry.stamp, stamp) >= 0;
    });
  }

  #add(change: ReplicaChange): void {
    const { how, entry } = change;
    if (entry.value === undefined || entry.expiryMs > 0) push(this.#absentByKey, entry.key, entry);
    if (how !== 'written') return;
    if (!this.#firstMsByKey.has(entry.key)) this.#firstMsByKey.set(entry.key, change.atMs);
    if (entry.value === undefined) push(this.#deletesByKey, entry.key, change);
    // A write that only sets the expiry has the value of the put before.
    else if (!this.#changeByValue.has(entry.value)) this.#changeByValue.set(entry.value, change);
  }
}

/** The one of the least stamp: whatever holds of the right one holds of it. */
function weakest(changes: readonly ReplicaChange[]): ReplicaChange | undefined {
  const [first, ...others] = changes;
  let least = first;
  for (const change of others) {
    const isLess = least !== undefined && compareStamps(change.entry.stamp, least.entry.stamp) < 0;
    if (isLess) least = change;
  }
  return least;
}

/** What is known of a key in one life of a replica. */
export function placeName(replica: string, life: number, key: string): string {
  return `${replica} ${life} ${key}`;
}

/** A write, whoever has it. */
export function writeName({ key, stamp }: ReplicaEntry): string {
  return `${stamp.wallMs}.${stamp.counter} ${stamp.origin} ${key}`;
}

/** Which life of a server a replica belongs to. */
export function lifeName(replica: string, life: number): string {
  return `${serverOf(replica)} ${life}`;
}

function push<Item>(map: Map<string, Item[]>, name: string, item: Item): void {
  const items = map.get(name);
  if (items === undefined) map.set(name, [item]);
  else items.push(item);
}
