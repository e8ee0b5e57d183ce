import type { MemberCard } from './members.ts';
import type { RepairSession } from './repair-session.ts';
import type { SyncMessage } from '../sync/sync-message.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';

/**
 * Another server, in one life of it, as the remote-sync actor knows it: the exchange with it, who it is, and how its clock
 * goes.
 */
export class RemotePeer {
  readonly sync: SyncPeer;
  /** The address of its actor system, with the life. */
  readonly address: string;
  /** Who it said it is; undefined before it did. */
  card: MemberCard | undefined;
  /** When it was greeted last, monotonic. */
  greetedMs: number = Number.NEGATIVE_INFINITY;
  /** It wants the difference to be found, because what it lacks is not in the streams any more. */
  wantsRepair = false;
  /** Until then it gets what it lacks from somebody else, monotonic. */
  laterUntilMs: number = Number.NEGATIVE_INFINITY;
  session: RepairSession | undefined;
  /** When a session was last begun or the two were last compared, monotonic. */
  comparedMs: number = Number.NEGATIVE_INFINITY;
  /** Wall time of the last comparison that found them equal, or of the repair that made them so; 0: never. */
  equalAtMs = 0;
  checkNumber = 0;
  busyChecks = 0;
  /** The state of our knowledge, and of its, when they were last found equal. */
  equalStates = '';
  /** How much later than it was sent a message seems to come, by the clocks of both: here, and there. */
  #delayHereMs: number | undefined;
  #delayThereMs: number | undefined;

  constructor(sync: SyncPeer, address: string) {
    this.sync = sync;
    this.address = address;
  }

  /** How far its wall clock is ahead of ours, as far as the way there is as long as the way back; undefined: not known. */
  get skewMs(): number | undefined {
    if (this.#delayHereMs === undefined || this.#delayThereMs === undefined) return undefined;
    return (this.#delayThereMs - this.#delayHereMs) / 2;
  }

  /**
   * Says in a message when it was sent, and the last delay, to be compared with that of the other side. Comparing is to cost
   * little: what has nothing but notes of that does not tell the time.
   */
  addTime(message: SyncMessage, wallMs: number): void {
    const { parts, heard, knows, knowsHeard, notes = [] } = message;
    const isOfNotes = (parts ?? heard ?? knows ?? knowsHeard) === undefined;
    if (isOfNotes && notes.every(({ kind }) => kind !== 'greeting')) return;
    message.notes = [...notes, { kind: 'time', wallMs, delayMs: this.#delayHereMs ?? 0 }];
  }

  onTime(sentWallMs: number, delayThereMs: number, nowWallMs: number): void {
    this.#delayHereMs = nowWallMs - sentWallMs;
    if (delayThereMs !== 0) this.#delayThereMs = delayThereMs;
  }
}
