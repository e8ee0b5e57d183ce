import { forgetOldest } from '../../core/forget-oldest.ts';
import { AtollError } from '../../core/errors.ts';
import {
  formatHostPort,
  isLoopback,
  type Connection,
  type ConnectionEvents,
  type HostPort,
  type Listener,
} from '../../core/network.ts';
import type { Address } from '../address.ts';
import { Arrivals } from './arrivals.ts';
import { refuse, type Refusal } from './hello.ts';
import { IncomingLink, type IncomingLinkOwner } from './incoming-link.ts';
import type { LinkContext } from './link-context.ts';
import type { LinksEvents } from './links-options.ts';
import type { Peer } from './peer.ts';
import { Tally } from './tally.ts';

export interface Membership {
  findMember(at: HostPort): Peer | undefined;
  hasRoomForMember(): boolean;
  /** A system that is no member has said a good hello. */
  learnMember(at: HostPort): Peer;
  onGoodbye(peer: Peer): void;
}

/**
 * The port of an actor system, and the links that others have made to it.
 *
 * Before its hello is over a connection costs a few kilobytes and a few seconds at most, and there are only so many of
 * them; nothing that it sends reaches anybody.
 */
export class IncomingLinks implements IncomingLinkOwner {
  readonly #context: LinkContext;
  readonly #membership: Membership;
  /** Those whose hello is not over. */
  readonly #hellos: Set<IncomingLink> = new Set();
  /** By the `host:port` of the sender; kept longer than the member, because its numbering may go on. */
  readonly #arrivals: Map<string, Arrivals> = new Map();
  readonly #refusals: Tally;
  #lastRefusal: AtollError | undefined;
  /** Accepted before the system was ready to hear anything. */
  #early: Connection[] = [];
  #events: LinksEvents | undefined;
  #listener: Listener | undefined;
  #isClosed = false;

  constructor(context: LinkContext, membership: Membership) {
    this.#context = context;
    this.#membership = membership;
    const { outside, limits } = context;
    const report = (count: number): void => this.#reportRefusals(count);
    this.#refusals = new Tally({ timers: outside.timers, intervalMs: limits.reportMs, report });
  }

  async listen(at: HostPort): Promise<HostPort> {
    const { outside, terms, tls, limits } = this.#context;
    if (terms.isLoopbackOnly && !isLoopback(at.host)) {
      throw new AtollError(
        'LISTEN_FAILED',
        `${formatHostPort(at)} can be reached by others: give a shared secret or TLS, or listen on 127.0.0.1`,
      );
    }
    const options = {
      connectionsMax: limits.membersMax + limits.hellosMax,
      ...(tls === undefined ? {} : { tls }),
    };
    this.#listener = await outside.network.listen(at, options, (connection) =>
      this.#accept(connection),
    );
    const { address } = this.#listener;
    const { self } = terms;
    this.#context.terms = { ...terms, self: { ...self, at: { ...self.at, port: address.port } } };
    return address;
  }

  start(events: LinksEvents): void {
    this.#events = events;
    for (const connection of this.#early) connection.resumeReading();
    this.#early = [];
  }

  /** What `peer` sent is not what a system of ours sends. */
  reject({ at }: Address, reason: string): void {
    this.#membership.findMember(at)?.incoming?.reject(reason);
  }

  /** Frees the port. Links that are up are closed with their members. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const link of this.#hellos) link.destroy('this system is closing');
    await this.#listener?.close();
  }

  /** Reports what is not reported yet; nothing is reported later. */
  report(): void {
    this.#refusals.close();
  }

  admit({ at }: Address): Refusal | undefined {
    const isMember = this.#membership.findMember(at) !== undefined;
    if (isMember || this.#membership.hasRoomForMember()) return undefined;
    return refuse('full', `this system has as many members as it may have`);
  }

  onAgreed(link: IncomingLink, address: Address, stream: number): Arrivals {
    this.#hellos.delete(link);
    const { at } = address;
    const peer = this.#membership.findMember(at) ?? this.#membership.learnMember(at);
    // It has dialled anew, so it has given the other one up; what is under way there would come too late.
    peer.incoming?.destroy(`${formatHostPort(at)} has made another link`);
    peer.incoming = link;
    const arrivals = this.#arrivalsFrom(address, stream);
    peer.heard(address);
    return arrivals;
  }

  onBatch(
    lane: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    count: number,
    from: Address,
  ): void {
    this.#events?.onBatch(lane, bytes, start, end, count, from);
  }

  onGap(from: Address, missing: number): void {
    const { counters, outside } = this.#context;
    counters.gaps += 1;
    counters.missing += missing;
    const peer = this.#membership.findMember(from.at);
    if (peer !== undefined) {
      peer.gaps += 1;
      peer.missing += missing;
    }
    outside.log.warn('messages of a peer missing', { peer: formatHostPort(from.at), missing });
    this.#events?.onGap?.(from, missing);
  }

  onGoodbye({ at }: Address): void {
    const peer = this.#membership.findMember(at);
    if (peer !== undefined) this.#membership.onGoodbye(peer);
  }

  onOver(link: IncomingLink, address: Address | undefined, fault: AtollError | undefined): void {
    this.#hellos.delete(link);
    const peer = address === undefined ? undefined : this.#membership.findMember(address.at);
    if (peer?.incoming === link) peer.incoming = undefined;
    if (fault !== undefined && fault.code !== 'CONNECTION_LOST') this.#refused(fault);
  }

  #accept(connection: Connection): ConnectionEvents {
    const { terms, limits } = this.#context;
    const { remote } = connection;
    if (this.#isClosed) return turnAway(connection);
    if (terms.isLoopbackOnly && !isLoopback(remote.host)) {
      const reason = 'without TLS or a shared secret only systems on loopback are heard';
      this.#refused(refused(`${formatHostPort(remote)} is refused: ${reason}`));
      return turnAway(connection);
    }
    if (this.#hellos.size >= limits.hellosMax) {
      this.#refused(refused(`${formatHostPort(remote)} is refused: too many hellos at once`));
      return turnAway(connection);
    }
    const link = new IncomingLink(this.#context, connection, this);
    this.#hellos.add(link);
    if (this.#events === undefined) {
      connection.pauseReading();
      this.#early.push(connection);
    }
    return link.events;
  }

  /** The numbers go on as long as both lives and the numbering are the same. */
  #arrivalsFrom({ at, boot }: Address, stream: number): Arrivals {
    const name = formatHostPort(at);
    const known = this.#arrivals.get(name);
    this.#arrivals.delete(name);
    const isSame = known?.boot === boot && known.stream === stream;
    const arrivals = isSame ? known : new Arrivals(boot, stream);
    this.#arrivals.set(name, arrivals);
    // Members said hello last; whoever is forgotten here has not been one for long.
    forgetOldest(this.#arrivals, 2 * this.#context.limits.membersMax);
    return arrivals;
  }

  #refused(fault: AtollError): void {
    if (fault.code === 'HELLO_REFUSED') this.#context.counters.hellosRefused += 1;
    this.#lastRefusal = fault;
    this.#refusals.add(1);
  }

  #reportRefusals(count: number): void {
    const fault = this.#lastRefusal;
    if (fault === undefined) return;
    this.#context.outside.log.warn('connections refused', { count, last: fault.message });
    this.#events?.onFault?.(fault);
  }
}

function turnAway(connection: Connection): ConnectionEvents {
  connection.destroy();
  return { onData: () => {}, onClose: () => {} };
}

function refused(message: string): AtollError {
  return new AtollError('HELLO_REFUSED', message);
}
