/**
 * Stops the program when something is so that only a mistake of ours can have made it so.
 *
 * On in production too: a server that goes on with a broken invariant corrupts what it keeps. What a
 * client, a peer or a disk can cause is not a bug and gets an `AtollError` instead.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message);
}

/** A bug of ours. Never caught to go on as if nothing had happened. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}
