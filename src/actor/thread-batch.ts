/**
 * A batch on its way between two threads: one byte that tells where its messages are from, then the batch.
 *
 * Only another thread of the same system may send commands; a batch that came from a remote system is passed
 * on unopened and marked, so that no stranger can start an actor.
 */
export type BatchSource = 'thread' | 'remote';

export const threadBatchHeaderBytes = 1;

/** Copies the batch into a buffer of its own, which may move to another thread. */
export function sealThreadBatch(batch: Uint8Array, source: BatchSource): Uint8Array<ArrayBuffer> {
  const sealed = new Uint8Array(threadBatchHeaderBytes + batch.length);
  sealed[0] = source === 'thread' ? 0 : 1;
  sealed.set(batch, threadBatchHeaderBytes);
  return sealed;
}

export function sourceOf(sealed: Uint8Array): BatchSource {
  return sealed[0] === 0 ? 'thread' : 'remote';
}
