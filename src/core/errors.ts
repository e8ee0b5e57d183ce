/**
 * Every fault that Atoll reports, by code. A code is for programs, its message for people; the
 * reference page `docs/reference/errors.md` has a paragraph for each and `tools/tidy` holds the two
 * together.
 */
export const errorCodes = {
  ACTOR_HANDLER_THREW: 'an actor threw while it handled a message',
  ACTOR_KIND_TAKEN: 'two actor kinds have the same name',
  ACTOR_KIND_UNKNOWN: 'no module that this system was given defines an actor kind of this name',
  ACTOR_REF_INVALID: 'the value does not name an actor',
  ASK_TIMEOUT: 'no reply came before the deadline of the ask',
  CLIENT_CLOSED: 'the client was closed before the call was answered',
  CONNECT_FAILED: 'no connection to the address could be made',
  CONNECTION_LOST: 'the connection ended before the work on it was done',
  DATA_INCOMPLETE:
    'records of the data folder are lost, and the rest may not be brought to other servers',
  DEADLINE_EXCEEDED: 'the call was not answered before its deadline',
  DISK_FAILED: 'the disk did not do what it was asked to',
  DISK_FULL: 'there is no space left on the disk',
  DISK_LOCKED: 'another program uses the data folder',
  FRAME_INVALID: 'a peer sent bytes that are not a valid frame',
  GATEWAY_FAILED: 'a gateway could not start or end',
  HELLO_REFUSED: 'a peer refused the hello, or its own was refused',
  JOURNAL_BEHIND: 'the disk does not keep up with the writes',
  JOURNAL_CORRUPT: 'the files of the journal are damaged',
  JOURNAL_VERSION: 'the journal was written by another version of Atoll',
  LINK_GAP: 'messages of a peer are missing from the sequence',
  LISTEN_FAILED: 'the address cannot be listened on',
  MESSAGE_DEPTH_EXCEEDED: 'the message is nested too deeply, or contains itself',
  MESSAGE_NOT_PLAIN: 'the message holds something that is not plain data',
  MESSAGE_TOO_LARGE: 'the message is larger than a frame may be',
  OUTBOX_FULL: 'messages to a peer that does not take them were dropped',
  RESP_PROTOCOL: 'bytes do not follow the Redis protocol',
  RESP_REPLY_ERROR: 'the server answered with an error',
  RING_NOT_READY: 'nodes of the ring are missing, so it serves nobody yet',
  RING_REFUSED: 'the coordinator does not take the server into its ring',
  RING_WRONG_KIND: 'a value was used as a list, or a list as a value',
  SYSTEM_CLOSED: 'the actor system is closed',
  TOO_MANY_CALLS: 'more calls wait for answers than the client holds',
  USAGE: 'an argument is missing, malformed or out of range',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * A fault: something outside did what it may do (a client, a peer, a disk, a clock), and we say so.
 *
 * `message` tells what was expected and what came.
 */
export class AtollError extends Error {
  override readonly name = 'AtollError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
