import { assert } from '../../core/assert.ts';
import { AtollError } from '../../core/errors.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import type { Timer } from '../../core/timers.ts';
import { parseAddress, type Address } from '../address.ts';
import type { SystemLinks } from '../system-links.ts';
import { batchHeadBytes } from './frame.ts';
import { IncomingLinks } from './incoming-links.ts';
import { newLinkContext, type LinkContext } from './link-context.ts';
import type {
  DropReason,
  LinkCounters,
  LinksEvents,
  LinksOptions,
  MemberStatus,
} from './links-options.ts';
import type { Outbox } from './outbox.ts';
import { Peer } from './peer.ts';
import { Tally } from './tally.ts';

/** Where messages for an address go: into an outbox, or nowhere for a reason. */
type Route =
  | { readonly peer: Peer; readonly outbox: Outbox }
  | { readonly peer: Peer | undefined; readonly outbox?: undefined; readonly reason: DropReason };

/**
 * All links of an actor system: one connection for each direction to each member.
 *
 * Batches come in marshalled and are not opened here. A tell to a peer that is dead, stopped or slow costs what one
 * to a live peer costs, or less: it lands in a bounded outbox or is counted as dropped, and the teller
 * never waits (CMUD §4: without blocking).
 *
 * Members are those given by `addMember` and those whose hello was good. Nobody else is ever dialled, whatever
 * address a ref names: a ref is data, and may come from anybody.
 */
export class Links implements SystemLinks {
  readonly #context: LinkContext;
  readonly #incoming: IncomingLinks;
  readonly #peers: Map<string, Peer> = new Map();
  /** The name that a member was given, to the one that it calls itself. */
  readonly #aliases: Map<string, string> = new Map();
  /** Only those into an outbox. Forgotten whenever one might have changed. */
  readonly #routes: Map<string, Route> = new Map();
  readonly #strangers: Tally;
  #strangerLast = '';
  #likelyAddress = '';
  #likelyRoute: Route = noMember;
  #events: LinksEvents = silent;
  #tickTimer: Timer | undefined;
  #streams = 0;
  #closed: Promise<void> | undefined;

  /** Throws `USAGE` for a secret that is too short or a cluster id that is too long. */
  constructor(options: LinksOptions) {
    this.#context = newLinkContext(options);
    this.#incoming = new IncomingLinks(this.#context, {
      findMember: (at) => this.#peers.get(formatHostPort(at)),
      hasRoomForMember: () => this.#peers.size < this.#context.limits.membersMax,
      learnMember: (at) => this.#addPeer(at, true),
      onGoodbye: (peer) => {
        if (peer.isLearned) this.#forget(peer);
      },
    });
    const { timers } = options.outside;
    this.#strangers = new Tally({
      timers,
      intervalMs: this.#context.limits.reportMs,
      report: (count) => this.#events.onDropped?.(this.#strangerLast, count, 'not a member'),
    });
  }

  /** This system's address, with its port once `listen` has resolved. */
  get self(): Address {
    return this.#context.terms.self;
  }

  get counters(): Readonly<LinkCounters> {
    return this.#context.counters;
  }

  /** What is held for all members together. */
  get heldBytes(): number {
    let bytes = 0;
    for (const peer of this.#peers.values()) bytes += peer.status().heldBytes;
    return bytes;
  }

  /**
   * Takes the port, and returns it. Peers that dial wait until `start`. Rejects with `LISTEN_FAILED`, also for an
   * address that others can reach without TLS or a shared secret.
   */
  listen(at: HostPort): Promise<HostPort> {
    return this.#incoming.listen(at);
  }

  /** Begins to dial, to accept and to call `events`. Requires: `listen` has resolved. */
  start(events: LinksEvents): void {
    assert(this.self.at.port !== 0, 'links start after they listen');
    this.#events = events;
    this.#incoming.start(events);
    for (const peer of this.#peers.values()) peer.dial();
    this.#tickLater();
  }

  /** Dials the system at `at`, now and for ever whenever there is no link. */
  addMember(at: HostPort): void {
    const name = formatHostPort(at);
    if (this.#closed !== undefined || name === formatHostPort(this.self.at)) return;
    const peer = this.#peers.get(this.#aliases.get(name) ?? name);
    if (peer === undefined) this.#addPeer(at, false);
    else peer.isLearned = false;
  }

  /** Ends the links to the system at `at` and drops what is held for it. One that dials us is a member again. */
  removeMember(at: HostPort): void {
    const name = formatHostPort(at);
    const peer = this.#peers.get(this.#aliases.get(name) ?? name);
    if (peer !== undefined) this.#forget(peer);
  }

  members(): MemberStatus[] {
    return [...this.#peers.values()].map((peer) => peer.status());
  }

  mayTake(address: string): boolean {
    return this.#route(address).outbox?.isTaking === true;
  }

  send(address: string, lane: number, batch: Uint8Array, count: number): void {
    const route = this.#route(address);
    const { outbox, peer } = route;
    if (outbox === undefined) {
      this.#drop(route, address, count);
    } else if (batch.length + batchHeadBytes > this.#context.limits.frameBytesMax) {
      outbox.skip(count);
      peer.drop(count, 'too large');
    } else if (outbox.append(lane, batch, count)) {
      peer.flushSoon();
    } else {
      peer.drop(count, outbox.isStale ? 'outbox age' : 'outbox full');
    }
  }

  drop(address: string, count: number): void {
    const route = this.#route(address);
    const { outbox, peer } = route;
    if (outbox === undefined) {
      this.#drop(route, address, count);
    } else {
      outbox.skip(count);
      peer.drop(count, outbox.isStale ? 'outbox age' : 'outbox full');
    }
  }

  /**
   * A batch that `from` sent cannot be read: the link is ended as for any frame that is not valid. For readers on
   * other threads, who know it only when `onBatch` is over.
   */
  reject(from: Address, reason: string): void {
    this.#incoming.reject(from, reason);
  }

  /**
   * Says goodbye to all peers behind what is held for them, within `linkCloseMs`; what is left then is dropped
   * and counted. Resolves when the port is free. Safe to call twice.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #route(address: string): Route {
    if (address === this.#likelyAddress) return this.#likelyRoute;
    let route = this.#routes.get(address);
    if (route === undefined) {
      route = this.#findRoute(address);
      if (route.outbox !== undefined) this.#routes.set(address, route);
    }
    this.#likelyAddress = address;
    this.#likelyRoute = route;
    return route;
  }

  #findRoute(address: string): Route {
    if (this.#closed !== undefined) return { peer: undefined, reason: 'closed' };
    const parsed = parseAddress(address);
    const peer = parsed === undefined ? undefined : this.#peers.get(formatHostPort(parsed.at));
    if (peer === undefined) return noMember;
    const outbox = peer.outboxTo(address);
    return typeof outbox === 'string' ? { peer, reason: outbox } : { peer, outbox };
  }

  #forgetRoutes(): void {
    this.#routes.clear();
    this.#likelyAddress = '';
    this.#likelyRoute = noMember;
  }

  #drop(route: Route & { outbox?: undefined }, address: string, count: number): void {
    if (route.peer !== undefined) {
      route.peer.drop(count, route.reason);
      return;
    }
    this.#context.counters.dropped += count;
    if (route.reason !== 'not a member') return;
    this.#strangerLast = address;
    this.#strangers.add(count);
  }

  #addPeer(at: HostPort, isLearned: boolean): Peer {
    const { log } = this.#context.outside;
    const peer = new Peer(
      this.#context,
      {
        newStream: () => (this.#streams += 1),
        isOtherMember: (one, address) => this.#isOtherMember(one, address),
        rename: (one, name) => this.#rename(one, name),
        onRoutesChanged: () => this.#forgetRoutes(),
        onUp: (address) => {
          log.info('peer link up', { peer: formatHostPort(address.at), boot: address.boot });
          this.#events.onPeerUp?.(address);
        },
        onDown: (address, fault) => {
          log.warn('peer link lost', { peer: formatHostPort(address.at), reason: fault.message });
          this.#events.onPeerDown?.(address, fault);
        },
        onFault: (fault) => {
          log.warn('peer not linked', { peer: formatHostPort(at), reason: fault.message });
          this.#events.onFault?.(fault);
        },
        onDropped: (name, count, reason) => {
          log.warn('messages to a peer dropped', { peer: name, count, reason });
          this.#events.onDropped?.(name, count, reason);
        },
      },
      { at, isLearned },
    );
    this.#peers.set(formatHostPort(at), peer);
    this.#forgetRoutes();
    if (this.#tickTimer !== undefined) peer.dial();
    return peer;
  }

  #forget(peer: Peer): void {
    const name = formatHostPort(peer.at);
    this.#peers.delete(name);
    for (const [alias, known] of this.#aliases) if (known === name) this.#aliases.delete(alias);
    const { upAddress } = peer;
    peer.forget('not a member');
    this.#forgetRoutes();
    if (upAddress === undefined) return;
    this.#context.outside.timers.microtask(() => {
      this.#events.onPeerDown?.(upAddress, new AtollError('CONNECTION_LOST', 'no member any more'));
    });
  }

  /** A system can be given under several names, `localhost` and `127.0.0.1`: it gets one link all the same. */
  #isOtherMember(peer: Peer, address: Address): boolean {
    const name = formatHostPort(address.at);
    const other = this.#peers.get(name);
    if (other === undefined || other === peer) return false;
    if (!peer.isLearned) other.isLearned = false;
    this.#forget(peer);
    this.#aliases.set(formatHostPort(peer.at), name);
    return true;
  }

  #rename(peer: Peer, at: HostPort): void {
    const before = formatHostPort(peer.at);
    const after = formatHostPort(at);
    if (before === after) return;
    this.#peers.delete(before);
    this.#peers.set(after, peer);
    this.#aliases.set(before, after);
    peer.at = at;
  }

  #tickLater(): void {
    const { outside, limits } = this.#context;
    this.#tickTimer = outside.timers.setTimer(limits.heartbeatMs, () => this.#tick());
  }

  #tick(): void {
    this.#tickLater();
    const { outside, limits } = this.#context;
    const nowMs = outside.clock.monotonicMs();
    for (const peer of this.#peers.values()) {
      peer.tick(nowMs);
      if (peer.isLearned && peer.quietMs(nowMs) > limits.memberForgottenMs) this.#forget(peer);
    }
  }

  async #close(): Promise<void> {
    this.#tickTimer?.cancel();
    this.#forgetRoutes();
    const { wires } = this.#context;
    for (const peer of this.#peers.values()) peer.close();
    await this.#incoming.close();
    await this.#wiresClosed();
    for (const peer of this.#peers.values()) peer.forget('closed');
    for (const wire of wires) wire.destroy();
    this.#peers.clear();
    this.#forgetRoutes();
    this.#strangers.close();
    this.#incoming.report();
  }

  /** Resolves when all connections are closed, at the latest after `linkCloseMs`. */
  #wiresClosed(): Promise<void> {
    const { wires, outside, limits } = this.#context;
    return new Promise((resolve) => {
      const timer = outside.timers.setTimer(limits.linkCloseMs, resolve);
      const check = (): void => {
        if (wires.size > 0) return;
        timer.cancel();
        resolve();
      };
      this.#context.onWireClosed = check;
      check();
    });
  }
}

const noMember: Route = { peer: undefined, reason: 'not a member' };
const silent: LinksEvents = { onBatch: () => {} };
