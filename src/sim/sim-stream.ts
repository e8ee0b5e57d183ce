import type { Scheduler } from './scheduler.ts';
import type { SimLink } from './sim-link.ts';
import type { SimRandom } from './sim-random.ts';

/** What travels in one piece. `open` is the answer to a dial, `end` the last one of a stream. */
export type Segment = 'open' | 'end' | Uint8Array;

export interface StreamEnds {
  /** At the receiver's host: the next segment in order. */
  arrived(segment: Segment): void;
  /** At the receiver's host: a segment that was sent after the connection was lost. */
  strayed(): void;
  /** At the sender's: everything written has left, after it had not. */
  drained(): void;
  /** At the sender's: the end has been sent. */
  endSent(): void;
  /** The link lost the connection. */
  lost(): void;
}

export interface StreamOptions {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly link: SimLink;
  readonly linkBack: SimLink;
  /** For the trace: `s1>s2`. */
  readonly name: string;
  readonly ends: StreamEnds;
}

/** What the hosts hold of a stream that the receiver has not read: send and receive buffer together. */
const windowBytes = 65_536;
/** How often the system does not take a write at once although it could: callers must be ready for it. */
const heldBackChance = 1 / 64;
const heldBackMs = 0.05;
/** After a cut has healed, the systems find out by sending again: within this time. */
const retransmitMs = 200;
/** Two segments of one stream never arrive at once: the order of events at one time is random. */
const segmentGapMs = 1e-6;

/**
 * One direction of a connection: bytes in order, at the pace of the link and of the receiver.
 *
 * As with a real socket the sender's system takes what fits into its window at once; of the rest the stream
 * keeps the caller's own arrays and reads them when it sends them, so that a caller who reuses an array that
 * it gave away sends garbage here as well.
 */
export class SimStream {
  readonly #options: StreamOptions;
  #isOpen = false;
  #isAbandoned = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #unreadBytes = 0;
  #isEndAsked = false;
  #isEndSent = false;
  #isPumpDue = false;
  #isRetransmitDue = false;
  #lastArrivalMs = 0;
  #inTransit = 0;
  /** Once the connection is lost: how many of those in transit still arrive, and how many do not. */
  #arrivingCount = Infinity;
  #vanishingCount = 0;
  #stalled: Segment[] = [];

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEndSent(): boolean {
    return this.#isEndSent;
  }

  get link(): SimLink {
    return this.#options.link;
  }

  /** The connection is made: what was written before can leave. */
  open(): void {
    this.#isOpen = true;
    this.#pump();
  }

  sendOpen(): void {
    this.#isOpen = true;
    this.#send('open', 0);
  }

  /** True: taken, the array is the caller's again. */
  write(bytes: Uint8Array): boolean {
    if (this.#isAbandoned || this.#isEndAsked) return true;
    const isHeldBack = this.#options.random.chance(heldBackChance);
    const fits = this.#unreadBytes + bytes.length <= windowBytes;
    if (this.#isOpen && this.#held.length === 0 && fits && !isHeldBack) {
      this.#sendBytes(new Uint8Array(bytes));
      return true;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#pumpIn(heldBackMs);
    return false;
  }

  /** Sends the end behind everything written. */
  end(): void {
    if (this.#isEndAsked) return;
    this.#isEndAsked = true;
    this.#pumpIn(0);
  }

  /** Nothing more is sent but, if asked for, an end behind what has left. */
  abandon({ withEnd }: { withEnd: boolean }): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    this.#held = [];
    this.#heldBytes = 0;
    if (withEnd && this.#isOpen && !this.#isEndSent) this.#send('end', 0);
  }

  /** The connection is lost: an unknown part of what is under way arrives, nothing after it. */
  lose(): void {
    if (this.#arrivingCount < Infinity) return;
    const underWay = this.#inTransit + this.#stalled.length;
    this.#arrivingCount = Math.floor(this.#options.random.fraction() * (underWay + 1));
    this.#vanishingCount = underWay - this.#arrivingCount;
  }

  /** The receiver has read so much. */
  consumed(count: number): void {
    this.#unreadBytes -= count;
    const { link, linkBack, random } = this.#options;
    // The news travels back; on a cut link it waits until that has healed.
    if (this.#held.length > 0 && !linkBack.isCut) {
      this.#pumpIn(linkBack === link ? 0 : linkBack.travelMs(random.fraction()));
    }
  }

  /** A cut on the way there or back has healed. */
  healed(): void {
    this.#pumpIn(this.#options.random.fraction() * retransmitMs);
    this.#retransmit();
  }

  #retransmit(): void {
    if (this.#stalled.length === 0 || this.#isRetransmitDue) return;
    const { scheduler, random, name } = this.#options;
    this.#isRetransmitDue = true;
    scheduler.after(random.fraction() * retransmitMs, 'retransmit', name, () => {
      this.#isRetransmitDue = false;
      if (this.link.isCut) return;
      const segments = this.#stalled;
      this.#stalled = [];
      for (const segment of segments) this.#arrive(segment);
    });
  }

  #pumpIn(delayMs: number): void {
    if (this.#isPumpDue || !this.#isOpen) return;
    this.#isPumpDue = true;
    const { scheduler, name } = this.#options;
    scheduler.after(delayMs, 'pump', name, () => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Sends what the window has room for. */
  #pump(): void {
    if (this.#isAbandoned) return;
    const hadHeld = this.#held.length > 0;
    for (;;) {
      const head = this.#held[0];
      const room = windowBytes - this.#unreadBytes;
      if (head === undefined || room <= 0) break;
      const count = Math.min(head.length, room);
      this.#sendBytes(new Uint8Array(head.subarray(0, count)));
      this.#heldBytes -= count;
      if (count === head.length) this.#held.shift();
      else this.#held[0] = head.subarray(count);
    }
    if (this.#held.length > 0) return;
    if (this.#isEndAsked && !this.#isEndSent) {
      this.#isEndSent = true;
      this.#send('end', 0);
      this.#options.ends.endSent();
    }
    if (hadHeld) this.#options.ends.drained();
  }

  #sendBytes(bytes: Uint8Array): void {
    this.#unreadBytes += bytes.length;
    this.#send(bytes, bytes.length);
  }

  #send(segment: Segment, bytes: number): void {
    const { scheduler, random, link, name } = this.#options;
    if (link.conditions.resetChance > 0 && random.chance(link.conditions.resetChance)) {
      this.#options.ends.lost();
      return;
    }
    const isLost = link.isCut;
    const departureMs = link.departureMs(bytes, scheduler.nowMs);
    const soonestMs = departureMs + link.travelMs(random.fraction());
    this.#lastArrivalMs = Math.max(soonestMs, this.#lastArrivalMs + segmentGapMs);
    this.#inTransit++;
    const kind = typeof segment === 'string' ? segment : 'bytes';
    scheduler.after(this.#lastArrivalMs - scheduler.nowMs, kind, name, () => {
      this.#inTransit--;
      if (!isLost && !link.isCut && this.#stalled.length === 0) {
        this.#arrive(segment);
        return;
      }
      // It waits behind those that were lost before it, so the order holds.
      this.#stalled.push(segment);
      if (!link.isCut) this.#retransmit();
    });
  }

  #arrive(segment: Segment): void {
    if (this.#arrivingCount > 0) this.#arrivingCount--;
    else if (this.#vanishingCount > 0) {
      this.#vanishingCount--;
      return;
    } else {
      this.#options.ends.strayed();
      return;
    }
    this.#options.scheduler.observe(fingerprint(segment));
    this.#options.ends.arrived(segment);
  }
}

/** Stands for a segment in the trace's hash: its length and its first and last bytes. */
function fingerprint(segment: Segment): number {
  if (typeof segment === 'string') return segment.length;
  let hash = segment.length;
  const count = Math.min(segment.length, 16);
  for (let index = 0; index < count; index++) {
    hash = Math.imul(hash ^ (segment[index] ?? 0), 0x01000193);
    hash = Math.imul(hash ^ (segment[segment.length - 1 - index] ?? 0), 0x01000193);
  }
  return hash;
}
