import { assert } from '../core/assert.ts';
import type { Accept, ConnectOptions, HostPort, ListenOptions } from '../core/network.ts';
import type { ReadBuffer } from './read-buffer.ts';
import type { Scheduler } from './scheduler.ts';
import { SimConnection } from './sim-connection.ts';
import type { SimLife } from './sim-life.ts';
import { defaultConditions, localConditions, SimLink } from './sim-link.ts';
import type { LinkConditions } from './sim-link.ts';
import type { SimRandom } from './sim-random.ts';

/** Dials are sent again after this long while a link is cut. */
const redialMs = 1_000;
const ephemeralPortFirst = 49_152;

export interface SimPort {
  readonly address: HostPort;
  readonly life: SimLife;
  readonly readBuffer: ReadBuffer;
  readonly options: ListenOptions;
  readonly accept: Accept;
  connections: number;
}

interface SimHost {
  readonly name: string;
  /** Without power nothing answers, not even that nobody listens. */
  hasPower: boolean;
  readonly ports: Map<number, SimPort>;
  portNext: number;
}

/**
 * All hosts, the links between them, and the connections over these: what the nodes' networks share.
 *
 * A fault is done to a link or a host here; what follows for each connection is left to its two ends.
 */
export class SimInternet {
  readonly #scheduler: Scheduler;
  readonly #random: SimRandom;
  readonly #hosts: Map<string, SimHost> = new Map();
  readonly #links: Map<string, Map<string, SimLink>> = new Map();
  readonly #connections: Set<SimConnection> = new Set();

  constructor(scheduler: Scheduler, random: SimRandom) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Connections that have not ended, both ends counted. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  get hostNames(): string[] {
    return [...this.#hosts.keys()];
  }

  addHost(name: string): void {
    assert(!this.#hosts.has(name), `there are two hosts of the name ${name}`);
    const host = { name, hasPower: true, ports: new Map(), portNext: ephemeralPortFirst };
    this.#hosts.set(name, host);
  }

  link(from: string, to: string): SimLink {
    let links = this.#links.get(from);
    if (links === undefined) {
      links = new Map<string, SimLink>();
      this.#links.set(from, links);
    }
    let link = links.get(to);
    if (link === undefined) {
      link = new SimLink(from === to ? localConditions : defaultConditions);
      links.set(to, link);
    }
    return link;
  }

  setConditions(from: string, to: string, conditions: Partial<LinkConditions>): void {
    this.#mustGetHost(from);
    this.#mustGetHost(to);
    const link = this.link(from, to);
    link.conditions = { ...link.conditions, ...conditions };
  }

  cut(from: string, to: string): void {
    this.#mustGetHost(from);
    this.#mustGetHost(to);
    this.link(from, to).isCut = true;
  }

  heal(from: string, to: string): void {
    const link = this.link(from, to);
    if (!link.isCut) return;
    link.isCut = false;
    for (const connection of this.#connections) {
      if (connection.out.link !== link && connection.linkBack !== link) continue;
      connection.out.healed();
      // An end that is over is not among the connections, but its last bytes may be under way.
      if (connection.peer?.isOver === true) connection.peer.out.healed();
    }
  }

  /** Loses all connections between the two hosts. */
  resetConnections(one: string, other: string): void {
    for (const connection of this.#connections) {
      const { host } = connection.remote;
      if (connection.life.host === one && host === other) this.#lose(connection);
    }
  }

  /** Takes a port; undefined if it is taken. Port 0 takes a free one. */
  bind(hostName: string, port: SimPort): SimPort | undefined {
    const host = this.#mustGetHost(hostName);
    const wanted = port.address.port;
    if (wanted !== 0 && host.ports.has(wanted)) return undefined;
    const number = wanted === 0 ? this.#freePort(host) : wanted;
    const bound = { ...port, address: { host: port.address.host, port: number } };
    host.ports.set(number, bound);
    return bound;
  }

  unbind(hostName: string, port: SimPort): void {
    const { ports } = this.#mustGetHost(hostName);
    if (ports.get(port.address.port) === port) ports.delete(port.address.port);
  }

  /** Opens `connection` from the host `from`, or fails it, when the news has come back. */
  dial(
    connection: SimConnection,
    from: string,
    to: HostPort,
    options: ConnectOptions,
    timeoutMs: number,
  ): void {
    this.#connections.add(connection);
    const name = connection.life.name;
    // Taken back when the dial is decided: most are, long before.
    const timeout = this.#scheduler.after(timeoutMs, 'dial timeout', name, () => {
      if (!connection.isOpen) connection.fail(`not open within ${timeoutMs} ms`);
    });
    connection.onceDecided = () => this.#scheduler.cancel(timeout);
    const toName = isLocal(to.host) ? from : to.host;
    const there = this.link(from, toName);
    const back = this.link(toName, from);
    // The answer has to come back: a cut either way holds the dial up.
    const send = (): void => {
      if (connection.isOver) return;
      if (there.isCut || back.isCut) {
        this.#scheduler.after(redialMs, 'redial', name, send);
        return;
      }
      this.#scheduler.after(there.travelMs(this.#random.fraction()), 'dial', name, () =>
        this.#dialled(connection, from, toName, to.port, options),
      );
    };
    send();
  }

  /** A new end of a connection of `life`, from its host to `remote`. */
  createConnection(life: SimLife, readBuffer: ReadBuffer, remote: HostPort): SimConnection {
    const to = isLocal(remote.host) ? life.host : remote.host;
    const connection: SimConnection = new SimConnection({
      scheduler: this.#scheduler,
      random: this.#random,
      life,
      readBuffer,
      remote,
      link: this.link(life.host, to),
      linkBack: this.link(to, life.host),
      onLost: () => this.#lose(connection),
      onStray: () => {
        if (this.#mustGetHost(life.host).hasPower) connection.resetPeer();
      },
      onOver: () => this.#connections.delete(connection),
    });
    return connection;
  }

  /**
   * The process on the host is gone. With power its system resets what is left, and the peers hear of it;
   * without, nobody hears anything.
   */
  crash(hostName: string, { hasPower }: { hasPower: boolean }): void {
    const host = this.#mustGetHost(hostName);
    host.hasPower = hasPower;
    host.ports.clear();
    for (const connection of this.#connections) {
      if (connection.life.host !== hostName) continue;
      if (hasPower) connection.resetPeer();
      else connection.out.lose();
      connection.vanish();
    }
  }

  powerUp(hostName: string): void {
    this.#mustGetHost(hostName).hasPower = true;
  }

  /** A dial has reached the host it was for. */
  #dialled(
    dialler: SimConnection,
    from: string,
    to: string,
    port: number,
    options: ConnectOptions,
  ): void {
    if (dialler.isOver) return;
    // Without power nobody answers, and the dialler's own timeout decides.
    const host = this.#hosts.get(to);
    if (host !== undefined && !host.hasPower) return;
    const bound = host?.ports.get(port);
    const isReachable =
      bound !== undefined && (from === to || !isLocal(bound.address.host)) && !bound.life.isOver;
    if (!isReachable) {
      this.#refuse(
        dialler,
        host === undefined ? 'the host name is not known' : 'nobody listens there',
      );
      return;
    }
    if (bound.options.tls?.ca !== options.tls?.ca) {
      this.#refuse(dialler, 'the other end speaks another TLS, or none');
      return;
    }
    const remotePort = this.#freePort(this.#mustGetHost(from));
    // Whoever dials a loopback address has one himself.
    const isLoopbackDial = isLocal(dialler.remote.host);
    const accepted = this.createConnection(bound.life, bound.readBuffer, {
      host: isLoopbackDial ? '127.0.0.1' : from,
      port: remotePort,
    });
    this.#connections.add(accepted);
    accepted.peer = dialler;
    dialler.peer = accepted;
    // The system answers, not the process: also a paused one is connected to.
    accepted.accepted();
    this.#accept(bound, accepted);
  }

  #accept(bound: SimPort, accepted: SimConnection): void {
    const { connectionsMax = Infinity, onRefused } = bound.options;
    if (bound.connections >= connectionsMax) {
      accepted.destroy();
      bound.life.run(() => onRefused?.());
      return;
    }
    bound.connections++;
    accepted.onceOver = () => bound.connections--;
    bound.life.run(() => accepted.start(bound.accept(accepted)));
  }

  #refuse(dialler: SimConnection, reason: string): void {
    const back = dialler.linkBack.travelMs(this.#random.fraction());
    this.#scheduler.after(back, 'refuse', dialler.life.name, () => dialler.fail(reason));
  }

  /** A reset that, often enough, only one of the two ends hears of. */
  #lose(connection: SimConnection): void {
    const { peer } = connection;
    connection.out.lose();
    peer?.out.lose();
    const onlyOneHears = this.#random.chance(1 / 3);
    const isOurs = this.#random.chance(0.5);
    if (!onlyOneHears || isOurs) this.#tellLoss(connection);
    if (peer !== undefined && (!onlyOneHears || !isOurs)) this.#tellLoss(peer);
  }

  #tellLoss(connection: SimConnection): void {
    const delayMs = connection.out.link.travelMs(this.#random.fraction());
    this.#scheduler.after(delayMs, 'lost', connection.life.name, () =>
      connection.fail('the network lost it'),
    );
  }

  #freePort(host: SimHost): number {
    do {
      host.portNext = host.portNext >= 65_535 ? ephemeralPortFirst : host.portNext + 1;
    } while (host.ports.has(host.portNext));
    return host.portNext;
  }

  #mustGetHost(name: string): SimHost {
    const host = this.#hosts.get(name);
    assert(host !== undefined, `there is no host of the name ${name}`);
    return host;
  }
}

export function isLocal(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1';
}
