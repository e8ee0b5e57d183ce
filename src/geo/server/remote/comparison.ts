import type { Log } from '../../../core/log.ts';
import { geoLimits } from '../../../core/limits.ts';
import { answerCheck } from '../repair/answer-check.ts';
import { printLive } from '../repair/live-print.ts';
import { EntryViewBuilder } from '../repair/entry-view-builder.ts';
import type { PlantedBugs } from '../planted-bugs.ts';
import type { RemotePeer } from './remote-peer.ts';
import type { RepairCounters } from './remote-sync-life.ts';
import { RepairSession, type ViewMoment } from './repair-session.ts';
import { TransferSource } from './transfer-source.ts';
import type { Replica } from '../replica.ts';
import type { Feed } from '../sync/feed.ts';
import type { SlicedWork } from '../sync/sliced-work.ts';
import type { Knowledge } from '../sync/knowledge.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import type { Arrival } from '../sync/synchronizer.ts';

export interface ComparisonOptions {
  readonly replica: Replica;
  readonly known: Knowledge;
  /** Where the streams stand and what is known, now. */
  readonly moment: () => ViewMoment;
  readonly counters: RepairCounters;
  /** Whether this server has what it lacked at its start. */
  readonly isReady: () => boolean;
  readonly log: Log;
  readonly bugs: PlantedBugs;
  /** What takes long is done there. */
  readonly works: SlicedWork;
}

/**
 * Compares this server with others, and finds and mends differences: those of servers that lack what the streams do not have
 * any more, and those that nobody expected.
 *
 * Every few seconds the one of two servers with the smaller id asks the other: do we have the same? It can only be said while
 * both know the same; where somebody always writes, the difference itself is looked for once a minute instead, and what is
 * under way just then is compared for nothing.
 */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #source: TransferSource;
  #sessionNumber = 0;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    this.#source = new TransferSource(options.isReady);
  }

  /** Begins what is due with a server. `selfId`: of two servers one begins. */
  look(remote: RemotePeer, selfId: string, nowMs: number): void {
    const { sync, card, session } = remote;
    if (sync.isAway || sync.isRefused || card === undefined || !sync.hasSpoken) return;
    if (session !== undefined) {
      this.#lookAfter(remote, session, nowMs);
      return;
    }
    this.#askReleased(nowMs);
    if (nowMs < remote.laterUntilMs) return;
    const isLacking = sync.feeds.some((feed) => isUnclaimed(feed));
    const sinceMs = nowMs - remote.comparedMs;
    if (selfId < card.id) {
      if (isLacking || remote.wantsRepair) {
        if (this.#source.admits(remote, nowMs)) this.#openSession(remote, nowMs);
        else this.#sayLater(remote);
      } else if (sinceMs >= geoLimits.repairMs) this.#check(remote, nowMs);
    } else if ((isLacking || remote.wantsRepair) && sinceMs >= geoLimits.repairAskMs) {
      remote.comparedMs = nowMs;
      sync.addNote({ kind: 'repair wanted' });
    }
  }

  /** Something came, of the difference or not. */
  onArrival(remote: RemotePeer | undefined, { part, isWhole, atMs }: Arrival): void {
    if (remote === undefined || part.stream !== 'repair') return;
    this.#source.onTold(remote, isWhole && part.claims.length > 0, atMs);
  }

  onNote(remote: RemotePeer, note: SyncNote, nowMs: number): void {
    switch (note.kind) {
      case 'repair wanted':
        // It may hear us now, if there is something to tell it.
        if (nowMs < remote.laterUntilMs) remote.laterUntilMs = Number.NEGATIVE_INFINITY;
        // Asked before it heard of the one that is under way; otherwise it asks again.
        else if (remote.session === undefined) remote.wantsRepair = true;
        return;
      case 'repair later':
        return this.#postpone(remote, nowMs);
      case 'check':
        return this.#answerCheck(remote, note);
      case 'checked':
        return this.#onChecked(remote, note, nowMs);
      case 'repair step':
        return this.#onStep(remote, note, nowMs);
      default:
    }
  }

  /** The other side gets what it lacks from somebody else, and asks if that one is lost. */
  #postpone(remote: RemotePeer, nowMs: number): void {
    if (remote.session !== undefined) {
      remote.session = undefined;
      remote.sync.endRepair();
    }
    remote.wantsRepair = false;
    this.#source.onRefused(remote);
    this.#withhold(remote, this.#options.moment());
    remote.laterUntilMs = nowMs + geoLimits.repairSilenceMs;
  }

  /** It lacks what was before: what is new it is told at once all the same. CMUD §5.2. */
  #withhold({ sync }: RemotePeer, { localPosition, remotePosition }: ViewMoment): void {
    for (const feed of sync.feeds) {
      if (feed.name === 'repair' || !isUnclaimed(feed)) continue;
      feed.startWithheld(feed.name === 'local' ? localPosition : remotePosition);
    }
  }

  #sayLater(remote: RemotePeer): void {
    remote.wantsRepair = false;
    remote.sync.addNote({ kind: 'repair later' });
  }

  #askReleased(nowMs: number): void {
    for (const { sync } of this.#source.takeReleased(nowMs)) {
      sync.addNote({ kind: 'repair wanted' });
    }
  }

  #check(remote: RemotePeer, nowMs: number): void {
    const { known, replica, works } = this.#options;
    remote.comparedMs = nowMs;
    const states = `${known.state} ${remote.sync.confirmed.size}`;
    if (states === remote.equalStates && remote.busyChecks === 0) return;
    remote.checkNumber += 1;
    const number = remote.checkNumber;
    const untilMs = replica.nowMs + 2 * geoLimits.clockSkewMs;
    const knowledge = known.print();
    printLive(replica, untilMs, works, (print) => {
      if (print === undefined || known.print() !== knowledge) this.#onBusy(remote, nowMs);
      else {
        const { count, high, low } = print;
        remote.equalStates = '';
        remote.sync.addNote({
          kind: 'check',
          number,
          knowledge,
          untilMs,
          print: [count, high, low],
        });
      }
    });
  }

  #answerCheck(remote: RemotePeer, note: Extract<SyncNote, { kind: 'check' }>): void {
    const { known, replica, works } = this.#options;
    answerCheck({ replica, works, knowledge: () => known.print() }, note, (outcome) => {
      if (outcome === 'equal') remote.equalAtMs = replica.nowMs;
      remote.sync.addNote({ kind: 'checked', number: note.number, outcome });
    });
  }

  #onChecked(
    remote: RemotePeer,
    { number, outcome }: Extract<SyncNote, { kind: 'checked' }>,
    nowMs: number,
  ): void {
    if (number !== remote.checkNumber || remote.session !== undefined) return;
    const { counters, log, known, replica } = this.#options;
    if (outcome === 'busy') return this.#onBusy(remote, nowMs);
    remote.busyChecks = 0;
    if (outcome === 'equal') {
      counters.equal += 1;
      remote.equalAtMs = replica.nowMs;
      remote.equalStates = `${known.state} ${remote.sync.confirmed.size}`;
      return;
    }
    // A place is sent as it is when it is sent, so that a replica may have more than it knows. Only what it should have
    // and lacks is a divergence, and that the search will show.
    log.info('servers differ that know the same', { peer: remote.address });
    this.#openSession(remote, nowMs);
  }

  #onBusy(remote: RemotePeer, nowMs: number): void {
    remote.busyChecks += 1;
    if (remote.busyChecks < geoLimits.repairBusyChecksMax) return;
    if (remote.session === undefined) this.#openSession(remote, nowMs);
  }

  #openSession(remote: RemotePeer, nowMs: number): void {
    if (this.#options.bugs.includes('no repair')) return;
    this.#sessionNumber = Math.max(this.#sessionNumber + 1, Math.floor(nowMs));
    this.#beginSession(remote, this.#sessionNumber, true, nowMs);
  }

  #beginSession(remote: RemotePeer, number: number, opens: boolean, nowMs: number): RepairSession {
    const { counters, moment, replica } = this.#options;
    counters.sessions += 1;
    this.#source.onBegun(remote, nowMs);
    remote.comparedMs = nowMs;
    remote.wantsRepair = false;
    remote.busyChecks = 0;
    const begun = moment();
    const session = new RepairSession(number, begun, remote.sync, nowMs);
    remote.session = session;
    this.#withhold(remote, begun);
    const builder = new EntryViewBuilder(replica.table, replica.origins);
    this.#options.works.add({
      step: () => remote.session === session && builder.step(geoLimits.repairSliceEntries),
      done: () => {
        if (remote.session !== session) return;
        for (const bytes of session.begin(builder.view(), opens)) {
          this.#say(remote, session, bytes, opens);
        }
      },
    });
    return session;
  }

  #onStep(
    remote: RemotePeer,
    note: Extract<SyncNote, { kind: 'repair step' }>,
    nowMs: number,
  ): void {
    let { session } = remote;
    if (session === undefined || session.number < note.session) {
      // An answer to what is over here is no beginning.
      if (!note.opens) return;
      if (!this.#source.admits(remote, nowMs)) {
        this.#sayLater(remote);
        return;
      }
      this.#sessionNumber = Math.max(this.#sessionNumber, note.session);
      session = this.#beginSession(remote, note.session, false, nowMs);
    } else if (session.number !== note.session) return;
    session.touch(nowMs);
    this.#source.onTold(remote, false, nowMs);
    if (note.isPartial) session.notePartial();
    const reply = session.answer(note.bytes);
    if (reply !== undefined) this.#say(remote, session, reply, false);
  }

  #say(remote: RemotePeer, session: RepairSession, bytes: Uint8Array, opens: boolean): void {
    remote.sync.addNote({
      kind: 'repair step',
      session: session.number,
      opens,
      isPartial: session.isPartial,
      bytes,
    });
  }

  #lookAfter(remote: RemotePeer, session: RepairSession, nowMs: number): void {
    if (session.isSent) {
      remote.session = undefined;
      remote.comparedMs = nowMs;
      remote.sync.endRepair();
      if (session.isPartial) {
        remote.wantsRepair = true;
        return;
      }
      for (const feed of remote.sync.feeds) feed.release();
      remote.equalAtMs = this.#options.replica.nowMs;
    } else if (session.pending === 0 && nowMs - session.touchedMs > geoLimits.repairSilenceMs) {
      // A step was lost, or the other side began anew.
      remote.session = undefined;
      remote.wantsRepair = true;
    }
  }
}

/** Whether the peer can claim nothing that it is told of a stream, or cannot be told: it lacks what was before. */
function isUnclaimed(feed: Feed): boolean {
  return !feed.isPlaced || feed.isOutrun || feed.withholdsClaims;
}
