import type { HostPort } from '../../src/core/network.ts';
import type { Outside } from '../../src/core/outside.ts';
import type { Change } from '../../src/geo/client/geo-store.ts';
import { MemoryGeoSpace } from '../../src/geo/client/memory-geo-store.ts';
import { CommandServer, nilReply, okReply, type CommandPeer } from './command-server.ts';

const pageEntries = 100;

/**
 * The commands that the client of the geo store uses, answered out of a `MemoryGeoSpace`. Pages are small, so
 * that few keys are enough for several.
 */
export class SmallGeoServer extends CommandServer {
  readonly #space: MemoryGeoSpace;

  constructor(outside: Outside) {
    super();
    this.#space = new MemoryGeoSpace(outside);
  }

  /** As if a client had put it. */
  put(key: string, value: string): void {
    this.#space.put(key, Buffer.from(value), undefined);
  }

  delete(key: string): void {
    this.#space.delete(key);
  }

  start(outside: Outside, at: HostPort): Promise<void> {
    return this.listen(outside, at, (peer, words, command) => this.#run(peer, words, command));
  }

  #run(peer: CommandPeer, words: readonly string[], command: readonly Uint8Array[]): void {
    const key = latin1(command[1]);
    switch (words[0]) {
      case 'GET': {
        const value = this.#space.get(key);
        if (value === undefined) peer.send(nilReply);
        else sendBulk(peer, value);
        break;
      }
      case 'SET': {
        const ttlMs = words[3] === 'PX' ? Number(words[4]) : undefined;
        this.#space.put(key, Buffer.from(command[2] ?? []), ttlMs);
        peer.send(okReply);
        break;
      }
      case 'DEL':
        peer.send(this.#space.delete(key) ? ':1\r\n' : ':0\r\n');
        break;
      case 'LIST':
        this.#list(peer, key, words[2] === 'CURSOR' ? latin1(command[3]) : undefined);
        break;
      case 'WATCHPREFIX':
        peer.onClosed = this.#space.watch(key, (change) =>
          pushChange(peer, words[1] ?? '', change),
        );
        peer.send(okReply);
        break;
      case 'PING':
        peer.send('+PONG\r\n');
        break;
      default:
        peer.send(`-ERR unknown command '${words[0]}'\r\n`);
    }
  }

  #list(peer: CommandPeer, prefix: string, after: string | undefined): void {
    const keys = this.#space.keys(prefix, after, pageEntries);
    const cursor = keys.length < pageEntries ? '' : (keys.at(-1) ?? '');
    peer.send('*2\r\n');
    sendBulk(peer, Buffer.from(cursor, 'latin1'));
    peer.send(`*${keys.length * 2}\r\n`);
    for (const key of keys) {
      sendBulk(peer, Buffer.from(key, 'latin1'));
      sendBulk(peer, this.#space.get(key) ?? Buffer.alloc(0));
    }
  }
}

function pushChange(peer: CommandPeer, prefix: string, change: Change): void {
  if (change.type === 'reset') return;
  const words = ['watchprefix', prefix, change.type, change.key];
  if (change.type === 'put') words.push(change.value);
  peer.send(`>${words.length}\r\n`);
  for (const word of words) sendBulk(peer, Buffer.from(word));
}

function sendBulk(peer: CommandPeer, bytes: Uint8Array): void {
  peer.send(`$${bytes.length}\r\n`, bytes, '\r\n');
}

function latin1(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}
