import { gameLimits } from './game-limits.ts';
import { chatKey, parseKey } from './keys.ts';
import type { Channel } from './keys.ts';
import type { Seat, Write } from './moves.ts';
import { decodeMessage, encodeMessage } from './values.ts';
import type { Message } from './values.ts';

/** Something that was said, with where and when. */
export interface Saying extends Message {
  readonly channel: Channel;
  readonly stampMs: number;
  readonly writer: string;
}

/**
 * What one client says and hears.
 *
 * Messages never change and each has a key of its own, so nothing is lost when two people speak at once.
 * Stamps are like Lamport's clock: an answer is stamped after what it answers, also when the speaker's
 * clock is behind.
 */
export class ChatLog {
  readonly #heard: Set<string> = new Set();
  /** Messages stamped so early may have been heard and forgotten. */
  #forgottenMs = 0;
  #lastStampMs = 0;
  #spoken = 0;

  /** The Put that says `text`. */
  speak(
    seat: Seat,
    channel: Channel,
    manner: Message['manner'],
    words: string,
    nowMs: number,
  ): Write {
    this.#lastStampMs = Math.max(nowMs, this.#lastStampMs + 1);
    this.#spoken++;
    const key = chatKey(channel, this.#lastStampMs, seat.writer, this.#spoken);
    this.#remember(key);
    return {
      key,
      value: encodeMessage({ from: seat.name, manner, text: words }),
      ttlMs: gameLimits.chatTtlMs,
    };
  }

  /**
   * Takes a pair in. Undefined for what is not a message, was heard before, or claims to come from the
   * future: its stamp would push everybody's own stamps ahead.
   */
  hear(key: string, value: string, nowMs: number): Saying | undefined {
    const parsed = parseKey(key);
    const message = decodeMessage(value);
    if (parsed?.kind !== 'chat' || message === undefined || this.#heard.has(key)) return undefined;
    if (parsed.stampMs > nowMs + gameLimits.chatAheadMs) return undefined;
    if (parsed.stampMs <= this.#forgottenMs) return undefined;
    if (!fits(parsed.channel, message)) return undefined;
    this.#remember(key);
    this.#lastStampMs = Math.max(this.#lastStampMs, parsed.stampMs);
    const { channel, stampMs, writer } = parsed;
    return { ...message, channel, stampMs, writer };
  }

  /** Sets have the order of insertion: the oldest is forgotten first. */
  #remember(key: string): void {
    this.#heard.add(key);
    if (this.#heard.size <= gameLimits.chatRemembered) return;
    const oldest = this.#heard.values().next().value;
    const parsed = oldest === undefined ? undefined : parseKey(oldest);
    if (oldest === undefined || parsed?.kind !== 'chat') return;
    this.#heard.delete(oldest);
    this.#forgottenMs = Math.max(this.#forgottenMs, parsed.stampMs);
  }
}

/** Whether one may speak in this manner on this channel. */
function fits(channel: Channel, { manner }: Message): boolean {
  switch (channel.kind) {
    case 'all':
      return manner === 'chat';
    case 'place':
      return manner === 'say' || manner === 'emote';
    case 'player':
      return manner === 'tell';
  }
}
