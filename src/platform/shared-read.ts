import { Socket } from 'node:net';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { networkLimits } from '../core/limits.ts';
import { tryOnLoopback } from './loopback-trial.ts';

/**
 * One read buffer for all plain sockets of a thread.
 *
 * A `data` event allocates 64 KiB for each read and hands it to the collector: at 16 commands a read that
 * is a third of the cost of a command. `onread` reads into a buffer of ours instead, and since a read is
 * handed on before the next one starts, one buffer serves every socket.
 *
 * Node offers `onread` for sockets that dial, not for those that a server accepts. These get it by taking
 * the handle out of the accepted socket, which must not have started to read (`pauseOnConnect`), and
 * making a new socket of it. The handle is not documented; therefore all of this is in this module, tried
 * out once in each thread before it is relied on, and `data` events are the fall-back.
 */
const buffer: Buffer = Buffer.allocUnsafeSlow(networkLimits.readBytes);

export type OnRead = (bytes: Uint8Array, start: number, end: number) => void;

/** For a socket that dials: reads go to `onRead`, lent from the shared buffer. Requires: `isReadSharingSafe`. */
export function sharedRead(onRead: OnRead): OnReadOpts {
  return {
    buffer,
    callback(count) {
      onRead(buffer, 0, count);
      return true;
    },
  };
}

/**
 * Gives an accepted socket's handle to a new socket that reads into the shared buffer; the old socket is
 * an empty shell afterwards. Requires: its server has `pauseOnConnect`, and `canShareReads`.
 */
export function adoptForSharedRead(accepted: Socket, onRead: OnRead): Socket {
  const shell = accepted as unknown as { _handle: unknown };
  const options: SocketConstructorOpts & { handle: unknown; onread: OnReadOpts } = {
    handle: shell._handle,
    onread: sharedRead(onRead),
  };
  shell._handle = null;
  return new Socket(options);
}

/** False on Windows, which fills buffers in the background: a shared one would mix up connections. */
export const isReadSharingSafe: boolean = process.platform !== 'win32';

let trial: Promise<boolean> | undefined;

/** Whether `adoptForSharedRead` works here. */
export function canShareReads(): Promise<boolean> {
  trial ??= isReadSharingSafe ? tryOut() : Promise.resolve(false);
  return trial;
}

/** Sends a few bytes to ourselves and sees whether they arrive in the shared buffer. */
function tryOut(): Promise<boolean> {
  const sent = 'shared read';
  return tryOnLoopback({
    server: { pauseOnConnect: true },
    onAccepted: (accepted, finish) => {
      const adopted = adoptForSharedRead(accepted, (bytes, start, end) => {
        finish(bytes === buffer && buffer.toString('latin1', start, end) === sent);
      });
      adopted.on('error', () => finish(false));
    },
    onClient: (client) => {
      client.on('connect', () => client.write(sent));
    },
  });
}
