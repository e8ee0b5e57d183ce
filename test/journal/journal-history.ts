import { AtollError } from '../../src/core/errors.ts';
import type { Journal } from '../../src/core/journal/journal.ts';
import { openJournal } from '../../src/core/journal/open-journal.ts';
import type { OpenJournalOptions } from '../../src/core/journal/open-journal.ts';
import type { PlantedBug } from '../../src/core/journal/planted-bugs.ts';
import { randomBelow } from '../../src/core/random.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';

/** Rare states that a set of seeds must have reached, or it proves less than it seems to. */
export const rareStates = [
  'a torn tail was cut off',
  'a crash came while the journal opened',
  'a crash came while a snapshot was written',
  'a snapshot was written and segments were dropped',
  'a damaged snapshot was replaced by an older one',
  'a snapshot did not read back',
  'a sync failed',
  'a write failed',
  'the disk was full',
  'damage was named and set aside',
  'the journal was closed in order',
  'a process ended and left what was not synced',
  'a power cut took what was not acknowledged',
] as const;
export type RareState = (typeof rareStates)[number];

/** A promise of the journal that was not kept. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** What one seed draws: which faults there are, and how hard. */
interface Temper {
  readonly lives: number;
  readonly durability: 'fsync' | 'interval';
  readonly snapshotsKept: number;
  /** Of each round of appends. */
  readonly snapshotChance: number;
  readonly failChance: number;
  readonly isReordered: boolean;
  readonly powerCutShare: number;
  readonly fullChance: number;
  readonly flips: 'none' | 'files at rest' | 'files being written' | 'the last segment';
}

function drawTemper(random: SimRandom): Temper {
  return {
    lives: 3 + randomBelow(random, 5),
    durability: random.chance(0.75) ? 'fsync' : 'interval',
    snapshotsKept: random.pick([1, 2, 2]),
    snapshotChance: random.pick([0, 0.02, 0.1]),
    failChance: random.pick([0, 0, 0.02, 0.1]),
    isReordered: random.chance(0.3),
    powerCutShare: random.pick([0, 0.5, 1, 1]),
    fullChance: random.pick([0, 0, 0.3]),
    flips: random.pick([
      'none',
      'none',
      'files at rest',
      'files being written',
      'the last segment',
    ] as const),
  };
}

/**
 * The history of one journal over several lives of its server: a seed's worth of appends, snapshots, crashes
 * and faults of the disk. The state is a list of records; each knows its place, so that a snapshot may have
 * later ones and loading them twice is seen to do no harm.
 *
 * Throws `Broken` if an acknowledged record is missing, a record is there that was never appended or was lost
 * before, the order is another, an incarnation comes twice, or damage is seen where there is none or not seen
 * where there is.
 */
export class JournalHistory {
  readonly reached: Set<RareState> = new Set();
  readonly temper: Temper;
  readonly #simulation: Simulation;
  readonly #node: SimNode;
  readonly #random: SimRandom;
  readonly #bug: PlantedBug | undefined;
  /** What the present life appended, behind what it had loaded: the most that may be there after it. */
  #list: number[] = [];
  /** So many of them were acknowledged. */
  #acknowledged = 0;
  #nextId = 1;
  #incarnation = 0;
  /** Whether a file was damaged in a way that may cost acknowledged records, if it is named. */
  #isDamaged = false;
  #isTailDamaged = false;
  /** Whether a start was told to set damage aside, and crashed before it could say what that cost. */
  #mayBeAside = false;
  #isOpening = false;
  #isOver = false;
  #isSnapshotting = false;

  constructor(seed: number, bug?: PlantedBug) {
    this.#simulation = new Simulation({ seed });
    this.#random = new SimRandom(seed).child('history');
    this.#node = this.#simulation.node('server');
    this.#bug = bug;
    this.temper = drawTemper(this.#random.child('temper'));
  }

  get traceHash(): string {
    return this.#simulation.traceHash;
  }

  async run(): Promise<void> {
    for (let life = 0; life < this.temper.lives; life++) {
      this.#makeWeather();
      await this.#live();
      if (this.#isOver) return;
      this.#end();
    }
    // The disk is well again: whatever happened, what was acknowledged is there.
    this.#node.drive.heal();
    this.#node.restart();
    await this.#simulation.settle(this.#open(true));
  }

  #makeWeather(): void {
    const { failChance, isReordered, fullChance } = this.temper;
    const { drive } = this.#node;
    drive.heal();
    drive.setConditions({
      isReordered,
      shortWriteChance: 0.2,
      stallChance: 0.02,
      stallMsMax: 20,
      writeFailChance: failChance / 2,
      syncFailChance: failChance,
      folderSyncFailChance: failChance / 2,
    });
    if (this.#random.chance(fullChance)) {
      drive.setConditions({ capacityBytes: drive.usedBytes + randomBelow(this.#random, 6_000) });
    }
  }

  /** One life, up to a moment that chance picks. */
  async #live(): Promise<void> {
    if (!this.#node.isUp) this.#node.restart();
    const lifeMs = this.#random.pick([5, 40, 150, 400]) * this.#random.fraction();
    let isOver = false;
    let failure: unknown;
    this.#program().then(
      () => (isOver = true),
      (error: unknown) => {
        isOver = true;
        failure = error;
      },
    );
    const untilMs = this.#simulation.nowMs + lifeMs;
    while (!isOver && this.#simulation.nowMs < untilMs) {
      await this.#simulation.advance(Math.min(2, untilMs - this.#simulation.nowMs));
      this.#flipWhileWriting();
    }
    if (failure !== undefined) throw failure as Error;
  }

  async #program(): Promise<void> {
    const random = this.#random.child(`life ${this.#incarnation} ${this.#nextId}`);
    const { timers } = this.#node.outside;
    const journal = await this.#open(false);
    if (journal === undefined || this.#isOver) return;
    this.#flipAtRest();
    const rounds = 5 + randomBelow(random, 60);
    for (let round = 0; round < rounds && journal.fault === undefined; round++) {
      if (!this.#isSnapshotting && random.chance(this.temper.snapshotChance))
        void this.#snapshot(journal);
      const count = random.pick([1, 1, 3, 20]);
      for (let index = 0; index < count; index++) this.#append(journal);
      const ms = random.pick([0, 0.05, 1, 4]);
      if (random.chance(0.7)) await new Promise<void>((done) => timers.setTimer(ms, done));
      if (random.chance(0.05)) await journal.sync().catch(mustBeFault);
    }
    if (random.chance(0.3)) {
      await journal
        .close()
        .then(() => this.reached.add('the journal was closed in order'), mustBeFault);
    }
  }

  #append(journal: Journal): void {
    const id = this.#nextId++;
    const bytes = recordOf(this.#list.length + 1, id);
    try {
      const sequence = journal.append(bytes);
      this.#list.push(id);
      if (sequence !== this.#list.length) {
        throw new Broken(`record ${this.#list.length} got the number ${sequence}`);
      }
    } catch (error) {
      mustBeFault(error);
    }
    bytes.fill(0xee); // Lent for the call only.
  }

  async #snapshot(journal: Journal): Promise<void> {
    this.#isSnapshotting = true;
    const list = this.#list;
    const { timers } = this.#node.outside;
    const random = this.#random.child(`snapshot ${this.#nextId}`);
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < list.length; index++) {
        if (random.chance(0.05)) await new Promise<void>((done) => timers.nextTurn(done));
        yield recordOf(index + 1, list[index] ?? 0);
      }
    }
    const segments = journal.stats.segments;
    try {
      await journal.snapshot(source());
      if (journal.stats.segments < segments) {
        this.reached.add('a snapshot was written and segments were dropped');
      }
    } catch (error) {
      const fault = mustBeFault(error);
      if (fault.code === 'JOURNAL_CORRUPT') this.reached.add('a snapshot did not read back');
    }
    this.#isSnapshotting = false;
  }

  /** Opens the journal and holds what it gives to what was promised. */
  async #open(mustOpen: boolean): Promise<Journal | undefined> {
    this.#isOpening = true;
    try {
      return await this.#load('refuse');
    } catch (error) {
      const fault = mustBeFault(error);
      if (fault.code !== 'JOURNAL_CORRUPT') {
        if (mustOpen) throw new Broken(`does not open: ${fault.message}`);
        return undefined;
      }
      if (!this.#isDamaged && !this.#isTailDamaged) {
        throw new Broken(`finds damage where there is none: ${fault.message}`);
      }
      if (!/ at byte \d+: /.test(fault.message)) throw new Broken(`no place: ${fault.message}`);
    } finally {
      this.#isOpening = false;
    }
    try {
      const journal = await this.#load('quarantine');
      this.reached.add('damage was named and set aside');
      return journal;
    } catch (error) {
      const fault = mustBeFault(error);
      if (mustOpen) throw new Broken(`does not set damage aside: ${fault.message}`);
      return undefined;
    }
  }

  async #load(onCorrupt: 'refuse' | 'quarantine'): Promise<Journal> {
    const loaded: number[] = [];
    const take = (bytes: Uint8Array, place?: number): void => {
      const record = parseRecord(bytes);
      if (place !== undefined && place !== record.place) {
        throw new Broken(`record ${record.place} came as number ${place}`);
      }
      const known = loaded[record.place - 1];
      if (known !== undefined && known !== record.id) {
        throw new Broken(`place ${record.place} has ${known} and ${record.id}`);
      }
      loaded[record.place - 1] = record.id;
    };
    const outside = this.#node.outside;
    const options: OpenJournalOptions = {
      disk: this.#node.disk,
      clock: outside.clock,
      timers: outside.timers,
      random: outside.random,
      durability: this.temper.durability,
      onDurable: (sequence) => {
        this.#acknowledged = Math.max(this.#acknowledged, sequence);
      },
      onFault: (fault) => this.#noteFault(fault),
      loadSnapshot: (bytes, start, end) => take(bytes.subarray(start, end)),
      loadRecord: (bytes, start, end, sequence) => take(bytes.subarray(start, end), sequence),
      onCorrupt,
      segmentBytesMax: 2_000,
      frameBytesMax: 300,
      snapshotsKept: this.temper.snapshotsKept,
      bugs: new Set(this.#bug === undefined ? [] : [this.#bug]),
    };
    if (onCorrupt === 'quarantine') this.#mayBeAside = true;
    const { journal, recovery } = await openJournal(options);
    if (recovery.incarnation <= this.#incarnation) {
      throw new Broken(`incarnation ${recovery.incarnation} comes after ${this.#incarnation}`);
    }
    this.#incarnation = recovery.incarnation;
    if (recovery.cutBytes > 0) this.reached.add('a torn tail was cut off');
    if (recovery.damagedSnapshots > 0 && recovery.fault === undefined) {
      this.reached.add('a damaged snapshot was replaced by an older one');
    }
    this.#compare(loaded, this.#mayBeAside && recovery.quarantined.length > 0);
    this.#list = loaded;
    this.#acknowledged = loaded.length;
    // A snapshot may have the effect of records that damage took. From there on places and numbers differ,
    // which is no matter to a store, but to this history.
    const isLost = this.#mayBeAside || this.#isTailDamaged;
    this.#mayBeAside = false;
    this.#isOver = isLost && journal.stats.lastSequence !== loaded.length;
    this.#isDamaged = recovery.fault === undefined && this.#isDamaged;
    this.#isTailDamaged = false;
    return journal;
  }

  #compare(loaded: readonly number[], mayMiss: boolean): void {
    for (let index = 0; index < loaded.length; index++) {
      if (loaded[index] === this.#list[index] && loaded[index] !== undefined) continue;
      throw new Broken(`place ${index + 1} has ${loaded[index]}, not ${this.#list[index]}`);
    }
    if (loaded.length >= this.#acknowledged) {
      if (loaded.length < this.#list.length) {
        this.reached.add('a power cut took what was not acknowledged');
      }
      return;
    }
    if (mayMiss || this.#isTailDamaged) return;
    throw new Broken(`${this.#acknowledged} records were acknowledged, ${loaded.length} are there`);
  }

  /** The end of a life, unless it closed its journal: power or process. */
  #end(): void {
    if (this.#isOpening) this.reached.add('a crash came while the journal opened');
    if (this.#isSnapshotting) this.reached.add('a crash came while a snapshot was written');
    this.#isOpening = false;
    this.#isSnapshotting = false;
    const hasPower = !this.#random.chance(this.temper.powerCutShare);
    if (hasPower) this.reached.add('a process ended and left what was not synced');
    this.#node.crash({ hasPower });
    if (this.temper.flips === 'the last segment' && this.#random.chance(0.3)) {
      const last = this.#node.drive.names.findLast(
        (name) => name.startsWith('journal-') && name.endsWith('.log'),
      );
      if (last === undefined) return;
      this.#node.drive.flipBit(last);
      this.#isTailDamaged = true;
    }
  }

  #flipAtRest(): void {
    if (this.temper.flips !== 'files at rest' || !this.#random.chance(0.4)) return;
    // The newest segment is not at rest, and a bad end of it is what a crash leaves.
    const names = this.#node.drive.names.filter((name) =>
      /^(boot|journal-.*g|snapshot-.*p)$/.test(name),
    );
    const live = names.findLast((name) => name.startsWith('journal-') && name.endsWith('.log'));
    const resting = names.filter((name) => name !== live);
    const data = resting.filter((name) => name !== 'boot');
    const snapshot = data.findLast((name) => name.endsWith('.snap'));
    const any = this.#random.pick(data.length > 0 && this.#random.chance(0.9) ? data : resting);
    const name = snapshot !== undefined && this.#random.chance(0.4) ? snapshot : any;
    this.#node.drive.flipBit(name);
    this.#isDamaged = true;
  }

  /** Damage to a snapshot before it was read back costs nothing, so it does not count as damage. */
  #flipWhileWriting(): void {
    if (this.temper.flips !== 'files being written') return;
    const name = this.#node.drive.names.find((other) => other.endsWith('.snap.tmp'));
    if (name !== undefined && this.#random.chance(0.3)) this.#node.drive.flipBit(name);
  }

  #noteFault(fault: AtollError): void {
    if (fault.code === 'DISK_FULL') this.reached.add('the disk was full');
    if (fault.message.startsWith('sync')) this.reached.add('a sync failed');
    if (fault.message.startsWith('write')) this.reached.add('a write failed');
  }
}

/** A fault that the disk may have caused. Anything else is a bug, or a broken promise. */
function mustBeFault(error: unknown): AtollError {
  if (error instanceof AtollError) return error;
  throw error;
}

/** The record `id` at its place, from 1; 8 bytes and a filling that belongs to the two. */
function recordOf(place: number, id: number): Uint8Array {
  const bytes = new Uint8Array(8 + ((id * 37) % 90));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, place);
  view.setUint32(4, id);
  for (let at = 8; at < bytes.length; at++) bytes[at] = place * 7 + id * 13 + at;
  return bytes;
}

function parseRecord(bytes: Uint8Array): { place: number; id: number } {
  if (bytes.length < 8) throw new Broken(`a record of ${bytes.length} bytes was never appended`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [place, id] = [view.getUint32(0), view.getUint32(4)];
  if (!Buffer.from(recordOf(place, id)).equals(bytes)) {
    throw new Broken(`a record that says to be ${id} at ${place} was never appended`);
  }
  return { place, id };
}
