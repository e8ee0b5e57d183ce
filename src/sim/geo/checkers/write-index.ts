import { compareStamps, type Stamp } from '../../../geo/stamp.ts';
import { serverOf, type Evidence, type ReplicaChange, type ReplicaEntry } from '../evidence.ts';
import type { Operation } from '../history.ts';

/** An acknowledged put or delete, and the entry that it made. */
export interface AcknowledgedWrite {
  readonly operation: Operation;
  readonly change: ReplicaChange;
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
      const change = this.changeOf(operation);
      if (change === undefined) neverWritten.push(operation);
      else acknowledged.push({ operation, change });
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
   * What a put or delete made. Deletes have no name: it is the first that its replica may have made for it, and if
   * there are several the weakest claim.
   */
  changeOf({ action, replica, startMs, endMs }: Operation): ReplicaChange | undefined {
    if (action.kind === 'put') return this.#changeByValue.get(action.value);
    if (action.kind !== 'delete') return undefined;
    return this.#deletesByKey
      .get(action.key)
      ?.find(
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
