import type { Outside } from '../../core/outside.ts';
import { cmudLimits } from '../../core/limits.ts';
import type { GeoStore } from '../../geo/client/geo-store.ts';
import { ChatLog } from '../rules/chat.ts';
import type { Saying } from '../rules/chat.ts';
import { channelPrefix } from '../rules/keys.ts';
import type { Channel } from '../rules/keys.ts';
import type { Seat } from '../rules/moves.ts';
import type { PlaceId } from '../rules/places.ts';
import { Mirror } from './mirror.ts';
import type { Arrival } from './mirror.ts';
import type { Outbox } from './outbox.ts';

export interface ConversationOptions {
  readonly store: GeoStore;
  readonly outside: Pick<Outside, 'clock' | 'timers'>;
  readonly seat: Seat;
  readonly outbox: Outbox;
  readonly onSaying: (said: Saying) => void;
}

/**
 * What is said to this player: to everybody, to those in the same place, to this player alone. A client
 * watches only these three, so what is said elsewhere does not even reach it.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #log: ChatLog = new ChatLog();
  readonly #ears: readonly Mirror[];
  #placeEar: Mirror | undefined;
  /** What was said before this player came: to all, and to the player. */
  #before: Saying[] | undefined = [];

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#ears = [
      this.#earFor({ kind: 'all' }),
      this.#earFor({ kind: 'player', name: options.seat.name }),
    ];
  }

  /** Resolves with what was said before, the oldest first: the last lines of the chat, and what waits. */
  async open(): Promise<Saying[]> {
    await Promise.all(this.#ears.map((ear) => ear.start()));
    const before = this.#before ?? [];
    this.#before = undefined;
    const chat = before.filter(({ manner }) => manner === 'chat').slice(-cmudLimits.loginChatLines);
    const told = before.filter(({ manner }) => manner === 'tell').slice(-cmudLimits.loginTellLines);
    return [...chat, ...told];
  }

  /** From now on this player hears what is said in `place`, and no more what is said where it was. */
  listenAt(place: PlaceId): void {
    void this.#placeEar?.close(); // Closing waits for nobody.
    this.#placeEar = this.#earFor({ kind: 'place', place });
    this.#placeEar.startWhenPossible();
  }

  /** Says something; undefined when too much waits for a lost server already. */
  speak(channel: Channel, manner: Saying['manner'], words: string): Saying | undefined {
    const { outbox, outside, seat } = this.#options;
    if (outbox.waitingCount >= cmudLimits.messagesWaitingMax) return undefined;
    const nowMs = outside.clock.wallMs();
    const write = this.#log.speak(seat, channel, manner, words, nowMs);
    void outbox.put(write); // Kept by the outbox, however long it takes.
    return { from: seat.name, manner, text: words, channel, stampMs: nowMs, writer: seat.writer };
  }

  async close(): Promise<void> {
    const ears = this.#placeEar === undefined ? this.#ears : [...this.#ears, this.#placeEar];
    await Promise.all(ears.map((ear) => ear.close()));
  }

  #earFor(channel: Channel): Mirror {
    const { store, outside } = this.#options;
    return new Mirror({
      store,
      timers: outside.timers,
      prefix: channelPrefix(channel),
      onPair: (key, value, arrival) => this.#hear(key, value, arrival),
      onGone: () => {}, // What ends after its day was heard long ago.
    });
  }

  #hear(key: string, value: string, arrival: Arrival): void {
    const said = this.#log.hear(key, value, this.#options.outside.clock.wallMs());
    if (said === undefined) return;
    if (arrival !== 'found') this.#options.onSaying(said);
    // Who comes into a place does not hear what was said there before.
    else if (said.channel.kind !== 'place') this.#before?.push(said);
  }
}
