/** Where messages come from: only a thread of the same system may send commands. */
export type BatchSource = 'thread' | 'remote';

/**
 * What stands before a batch on its way between two threads: the address of the system that it came from (empty: from a
 * thread of our own) with its length in two bytes.
 *
 * Only another thread of the same system may send commands. A batch of a remote system is passed on unopened
 * and named, so that no stranger can start an actor, and so that the thread that opens it can say
 * whose link is to end if it is malformed.
 */
export function batchSeal(sender = ''): Uint8Array {
  const seal = new Uint8Array(lengthBytes + sender.length);
  seal[0] = sender.length & 0xff;
  seal[1] = sender.length >> 8;
  for (let index = 0; index < sender.length; index += 1) {
    seal[lengthBytes + index] = sender.charCodeAt(index);
  }
  return seal;
}

/** Where the batch begins. */
export function startOf(sealed: Uint8Array): number {
  return lengthBytes + (sealed[0] ?? 0) + (sealed[1] ?? 0) * 0x100;
}

/** The address of the system that sent it; empty: a thread of our own did. */
export function senderOf(sealed: Uint8Array): string {
  return String.fromCharCode(...sealed.subarray(lengthBytes, startOf(sealed)));
}

const lengthBytes = 2;
