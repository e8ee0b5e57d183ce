import { assert } from '../../../core/assert.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { EntryView } from '../repair/entry-view.ts';
import { answerReconciliation, openReconciliation } from '../repair/reconciler.ts';
import { ChangeStream } from '../sync/change-stream.ts';
import type { Feed } from '../sync/feed.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';

/** Where the streams of a replica stood, and what it knew, when its view was begun. */
export interface ViewMoment {
  readonly localPosition: number;
  readonly remotePosition: number;
  readonly known: VectorPairs;
}

/**
 * One search for the difference between two servers, as one of them sees it. Both sides have one of the same number; each
 * sends what the other lacks as a stream of its own (`repair`), and when all of it has come, the other knows what this one
 * knew at the beginning.
 *
 * It is how a new server gets everything, how one that was away for too long catches up, and how a divergence is mended: for
 * each of them the difference is what there is to send, and what was sent before a connection was lost is no difference any
 * more.
 */
export class RepairSession {
  readonly number: number;
  readonly moment: ViewMoment;
  readonly #stream: ChangeStream = new ChangeStream({ base: [] });
  readonly #feed: Feed;
  #view: EntryView | undefined;
  /** Steps of the other side that came before our view was ready. */
  #early: Uint8Array[] = [];
  #isAsked = false;
  /** Ranges were left out on the way: the two are not known to be equal when it is over. */
  #isPartial = false;
  #touchedMs: number;

  constructor(number: number, moment: ViewMoment, peer: SyncPeer, nowMs: number) {
    this.number = number;
    this.moment = moment;
    this.#feed = peer.startRepair(this.#stream);
    this.#touchedMs = nowMs;
  }

  /** When anything of it happened last. */
  get touchedMs(): number {
    return this.#touchedMs;
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** Everything that the other side lacks was sent, and has come. */
  get isSent(): boolean {
    return this.#isAsked && this.#feed.acked === this.#stream.last;
  }

  get pending(): number {
    return this.#feed.pending;
  }

  touch(nowMs: number): void {
    this.#touchedMs = nowMs;
  }

  /** The view is ready: the first step of the side that begins, or the answers to what came meanwhile. */
  begin(view: EntryView, opens: boolean): Uint8Array[] {
    this.#view = view;
    if (opens) return [openReconciliation(view)];
    const early = this.#early;
    this.#early = [];
    return early.flatMap((bytes) => this.answer(bytes) ?? []);
  }

  /** What to say to a step of the other side: empty bytes if there is nothing more to ask; undefined: nothing. */
  answer(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#view === undefined) {
      this.#early.push(bytes);
      return undefined;
    }
    if (bytes.length === 0) {
      this.#finish();
      return undefined;
    }
    const { reply, toSend, isWhole } = answerReconciliation(this.#view, bytes);
    this.#isPartial ||= !isWhole;
    for (const place of toSend) this.#stream.append(place);
    if (reply === undefined) this.#finish();
    return reply ?? noBytes;
  }

  /** The other side left ranges out. */
  notePartial(): void {
    this.#isPartial = true;
  }

  #finish(): void {
    if (this.#isAsked) return;
    assert(this.#view !== undefined, 'the difference is found with a view');
    this.#isAsked = true;
    if (!this.#isPartial) this.#stream.claim(this.moment.known, this.#touchedMs);
  }
}

const noBytes = new Uint8Array(0);
