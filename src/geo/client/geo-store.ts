/**
 * The geo store as an application sees it: one key space, every replica answers at once. Implemented
 * by the client over RESP and, for tests and simulation, in memory; one contract suite holds for both.
 *
 * Keys and values are text here, in UTF-8; the `…Bytes` twins are binary-safe. A key has 1 byte to 4 KiB, a
 * value at most 1 MiB, or the call fails with `USAGE`. Every call fails with a coded error rather than hang:
 *
 * - `CONNECT_FAILED`: nobody could be reached; a put or delete has certainly not happened
 * - `CONNECTION_LOST`, `DEADLINE_EXCEEDED`: no answer; a put or delete may have happened or may still
 * - `RESP_REPLY_ERROR`: the server refused; `RESP_PROTOCOL`: what answers there is no such server
 * - `TOO_MANY_CALLS`: this client has too much under way already; `CLIENT_CLOSED`: it was closed
 */
export interface GeoStore {
  /** The value, or undefined if the replica that was asked knows none. CMUD §3.1 Get. */
  get(key: string, options?: CallOptions): Promise<string | undefined>;
  getBytes(key: string | Uint8Array, options?: CallOptions): Promise<Uint8Array | undefined>;
  /** Sets the value. Done when the replica that was asked has it. CMUD §3.1 Put. */
  put(key: string | Uint8Array, value: string | Uint8Array, options?: PutOptions): Promise<void>;
  /** Whether there was something to delete at the replica that was asked. */
  delete(key: string | Uint8Array, options?: CallOptions): Promise<boolean>;
  /**
   * All pairs whose key starts with `prefix`, in the order of the keys' bytes, fetched page by page while
   * they are taken: not a snapshot. CMUD §3.1 List.
   */
  list(prefix: string, options?: CallOptions): AsyncIterable<KeyValue>;
  listBytes(prefix: string | Uint8Array, options?: CallOptions): AsyncIterable<KeyValueBytes>;
  /**
   * Calls `onChange` for every put and delete under `prefix` that the replica accepts from now on, in its
   * order, until the watch is closed. After a lost connection it watches again and says `reset`: changes may
   * have been missed, so list again. Whether a key that expires is reported is up to the server. Resolves when
   * watching; fails if that cannot be at first. `onChange` must not throw.
   */
  watch(prefix: string, onChange: (change: Change) => void): Promise<Watch>;
  /** Fails what is under way with `CLIENT_CLOSED`, ends the watches and closes all connections. */
  close(): Promise<void>;
}

export interface CallOptions {
  /** The call fails with `DEADLINE_EXCEEDED` after so long; of a list, each page has so long. */
  readonly timeoutMs?: number;
}

export interface PutOptions extends CallOptions {
  /** The key ends so long after the put, in whole milliseconds; without it, never. */
  readonly ttlMs?: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface KeyValueBytes {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'reset' };

export interface Watch {
  close(): Promise<void>;
}
