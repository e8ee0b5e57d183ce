/**
 * The messages that wait for one actor: first in, first out, without a bound, and never blocking whoever
 * pushes. CMUD §4.2.
 *
 * A ring in one array whose size is a power of two, so that push and pop touch one slot and move nothing
 * (`Array.shift` moves everything once an array is large). An idle mailbox has no array at all: a hundred
 * thousand idle actors are cheap.
 */
export class Mailbox<Message> {
  #slots: (Message | undefined)[] = noSlots;
  #head = 0;
  #length = 0;
  #isClosed = false;

  get length(): number {
    return this.#length;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Appends a message. False if the mailbox is closed: the message is not taken. */
  push(message: Message): boolean {
    if (this.#isClosed) return false;
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = message;
    this.#length += 1;
    return true;
  }

  /** Takes the oldest message, or undefined if there is none. */
  pop(): Message | undefined {
    if (this.#length === 0) return undefined;
    const message = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    if (this.#length === 0 && this.#slots.length > slotsKept) this.#slots = noSlots;
    return message;
  }

  /** Takes no more messages and forgets those that wait. Returns how many that were. */
  close(): number {
    const forgotten = this.#length;
    this.#isClosed = true;
    this.#slots = noSlots;
    this.#head = 0;
    this.#length = 0;
    return forgotten;
  }

  #grow(): void {
    const slots: (Message | undefined)[] = [];
    for (let index = 0; index < this.#length; index += 1) {
      slots.push(this.#slots[(this.#head + index) & (this.#slots.length - 1)]);
    }
    slots.length = Math.max(slotsFirst, 2 * this.#slots.length);
    this.#slots = slots;
    this.#head = 0;
  }
}

const slotsFirst = 4;
/** A mailbox that was once fuller gives its array back when it is empty. */
const slotsKept = 64;
/** Shared by all empty mailboxes, never written to. */
const noSlots: never[] = [];
