import { firstActorOf } from '../../../actor/first-actor.ts';
import {
  defineGateway,
  type GatewayKind,
  type GatewayRef,
  type GatewayThread,
  type LocalActor,
} from '../../../actor/gateway.ts';
import { assert } from '../../../core/assert.ts';
import { AtollError } from '../../../core/errors.ts';
import type { Disk } from '../../../core/disk.ts';
import type { JournalStats } from '../../../core/journal/journal.ts';
import type { Recovery } from '../../../core/journal/open-journal.ts';
import { geoLimits } from '../../../core/limits.ts';
import { randomHex } from '../../../core/random.ts';
import type { Timer } from '../../../core/timers.ts';
import type { MemberStatus } from '../../../actor/remote/links-options.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { Description } from '../description.ts';
import type { Durability, ServerIdentity, Trial } from '../geo-options.ts';
import type { MemberCard } from '../remote/members.ts';
import type { QueryGatewayReady } from '../query/query-gateway.ts';
import { RemoteSyncActor, type RemoteSyncMessage } from '../remote/remote-sync-actor.ts';
import type {
  ForgetSheet,
  RemoteSyncLent,
  RemoteSyncOutput,
  ServerReportSheet,
  SnapshotSheet,
} from '../remote/remote-sync-lent.ts';
import type { ServerReport } from '../remote/server-report.ts';
import { StoreJournal, type SnapshotSlices } from './store-journal.ts';
import type { FromQueryPort, ToQueryPort } from './thread-mail.ts';

export interface ServerGatewayOptions {
  /** Where other servers reach this one: `host:port`. */
  readonly at: string;
  readonly durability: Durability;
  /** Where it keeps its data, unless in memory. */
  readonly disk: Disk | undefined;
  readonly join: readonly Description[];
  readonly onCorrupt?: 'refuse' | 'quarantine' | undefined;
  /** Starts the gateways of the query ports. They open when everything is loaded. */
  readonly startQueryPorts: (
    identity: ServerIdentity,
    home: GatewayRef,
  ) => Promise<readonly QueryGatewayReady[]>;
  readonly onLoading?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly trial: Trial;
}

export interface ServerGatewayReady {
  /** Settled when the query ports answer, or cannot. A gateway has its mail only once its own start is over. */
  readonly started: Promise<StartedServer>;
}

export interface StartedServer {
  readonly identity: ServerIdentity;
  readonly clusterId: string;
  readonly queryPorts: readonly number[];
  /** What the disk had; undefined without one. */
  readonly recovery: Recovery | undefined;
  /** Resolves when what another server had is here too. */
  readonly whenReady: Promise<void>;
  /** Resolves if the others have given this server up. */
  readonly whenRemoved: Promise<void>;
  /** Resolves if the journal fails. */
  readonly whenFailed: Promise<AtollError>;
  /** Nobody is to wait for this server any more; whether it was a member. */
  readonly forget: (id: string) => boolean;
  /** Everything that the server has, these writes among it: for a backup. */
  readonly slices: (needed: VectorPairs) => SnapshotSlices;
}

/** What the gateway of thread 0 tells of itself. */
export interface HomeReport extends ServerReport {
  readonly links: readonly MemberStatus[];
  readonly journal: JournalStats | undefined;
  readonly journalFault: string | undefined;
}

/**
 * The gateway of thread 0: it owns the journal and the links to other servers, and starts the remote-sync actor, whose hands
 * it is. Query ports give it what is to be kept, and hear from it when it is.
 */
export const ServerGateway: GatewayKind<ServerGatewayOptions, ServerGatewayReady> = defineGateway(
  'geo-server-gateway',
  (thread, options) => {
    const home = new Home(thread, options);
    const started = home.start();
    // Whoever started it hears of it, also when that is too late.
    started.catch(nothing);
    return Promise.resolve({
      ready: { started },
      onMail: (mail: unknown, from: GatewayRef) => home.onMail(mail as FromQueryPort, from),
      inspect: () => home.inspect(),
      close: () => home.close(),
    });
  },
);

/** A query port as thread 0 knows it. */
interface Port {
  readonly gateway: GatewayRef;
  /** In whose name its actor writes. */
  readonly origin: string;
  /** Bytes of earlier lives that it has not loaded yet. */
  loadBytes: number;
  /** What it gave to the journal and is not durable, oldest first. */
  readonly waiting: {
    readonly token: number;
    readonly sequence: number;
    readonly pack: Uint8Array;
  }[];
  onOpened: (outcome: Extract<FromQueryPort, { kind: 'opened' | 'not opened' }>) => void;
}

class Home {
  readonly #thread: GatewayThread;
  readonly #options: ServerGatewayOptions;
  readonly #actor: LocalActor<RemoteSyncMessage, RemoteSyncLent>;
  #ports: Port[] = [];
  #journal: StoreJournal | undefined;
  /** Arrivals that the remote-sync actor waits for, oldest first. */
  readonly #arrivals: { readonly token: number; readonly actorToken: number }[] = [];
  #keptActorToken = 0;
  #clusterId = '';
  /** Whether the remote-sync actor gets what is loaded too, and whether anything was. */
  #loadsRemoteSync = false;
  #hasLoaded = false;
  /** There are other servers, so that it is told what query actors write. */
  #isRemoteSyncAwake = false;
  /** Slices that were asked of a query port, in order. */
  readonly #sliceWaiters: ((slice: Slice) => void)[] = [];
  #loadProgressed: () => void = nothing;
  readonly #isReady = deferred<void>();
  readonly #isRemoved = deferred<void>();
  readonly #hasFailed = deferred<AtollError>();
  #patience: Timer | undefined;
  #isClosed = false;

  constructor(thread: GatewayThread, options: ServerGatewayOptions) {
    this.#thread = thread;
    this.#options = options;
    this.#actor = thread.startActor(RemoteSyncActor, { onEmit: (output) => this.#onEmit(output) });
    // Others know it by its address alone.
    assert(
      this.#actor.ref.counter === firstActorOf(thread.address)?.counter,
      'the remote-sync actor is the first of its system',
    );
  }

  async start(): Promise<StartedServer> {
    const { disk, durability, join, trial } = this.#options;
    const { bugs } = trial;
    const { random } = this.#thread.outside;
    let identity: ServerIdentity = { id: randomHex(random, idBytes), incarnation: 1 };
    let queryActors: QueryGatewayReady['actor'][] = [];
    const begin = async (life: ServerIdentity): Promise<void> => {
      identity = bugs.includes('keeps the incarnation') ? { ...life, incarnation: 1 } : life;
      this.#lend({ kind: 'life', identity, trial });
      const ports = await this.#options.startQueryPorts(identity, this.#thread.self);
      queryActors = ports.map(({ actor }) => actor);
      this.#ports = ports.map(({ gateway, origin }) => {
        return { gateway, origin, loadBytes: 0, waiting: [], onOpened: nothing };
      });
    };
    let known: VectorPairs = [];
    let members: readonly MemberCard[] = [];
    let recovery: Recovery | undefined;
    if (disk === undefined || durability === 'memory') await begin(identity);
    else {
      const { journal, stored } = await this.#openJournal(disk, durability, begin);
      this.#journal = journal;
      ({ known, members, recovery } = stored);
      if (bugs.includes('loses the vector at a restart')) known = [];
      this.#clusterId = stored.clusterId ?? '';
    }
    this.#clusterId = this.#chooseCluster(join, random);
    // An earlier life may have ended before it met anybody.
    const joins = join.length > 0 && members.length <= 1;
    const isAwake = this.#loadsRemoteSync || (joins && !this.#hasLoaded);
    for (const port of this.#ports) {
      const peers = queryActors.filter((_, index) => this.#ports[index] !== port);
      this.#post(port, {
        kind: 'begin',
        beginning: {
          known,
          peers,
          remoteSync: this.#actor.ref,
          isRemoteSyncAwake: isAwake,
          joins,
          isJournaled: durability !== 'memory',
          waitsForDisk: durability === 'fsync',
        },
      });
    }
    this.#lend({
      kind: 'begin',
      beginning: {
        clusterId: this.#clusterId,
        at: this.#options.at,
        known,
        members,
        queryActors,
        durability,
        joins,
        isAwake,
      },
    });
    this.#link(join);
    const queryPorts = await this.#openPorts();
    const isAlone = members.length <= 1 && join.length === 0;
    if (!joins && !isAlone) {
      this.#patience = this.#thread.outside.timers.setTimer(geoLimits.joinWaitMs, () =>
        this.#lend({ kind: 'give up waiting' }),
      );
    }
    return {
      identity,
      clusterId: this.#clusterId,
      queryPorts,
      recovery,
      whenReady: this.#isReady.promise,
      whenRemoved: this.#isRemoved.promise,
      whenFailed: this.#hasFailed.promise,
      forget: (id) => {
        const sheet: ForgetSheet = { kind: 'forget', id, wasMember: false };
        this.#lend(sheet);
        return sheet.wasMember;
      },
      slices: (needed) => {
        // What a journal that failed has not taken was acknowledged to nobody, and is shown to nobody.
        const isWhole = this.#journal?.fault === undefined;
        return this.#slices(isWhole ? [...(this.#journal?.logged ?? []), ...needed] : []);
      },
    };
  }

  onMail(mail: FromQueryPort, from: GatewayRef): void {
    const port = this.#ports.find(({ gateway }) => gateway.thread === from.thread);
    assert(port !== undefined, 'mail comes from query ports');
    switch (mail.kind) {
      case 'loaded':
        port.loadBytes -= mail.bytes;
        this.#loadProgressed();
        return;
      case 'opened':
      case 'not opened':
        port.onOpened(mail);
        return;
      case 'sliced':
        this.#sliceWaiters.shift()?.(mail);
        return;
      case 'log':
        this.#onLog(port, mail);
        return;
    }
  }

  inspect(): HomeReport {
    const sheet: ServerReportSheet = { kind: 'report', report: undefined };
    this.#lend(sheet);
    assert(sheet.report !== undefined, 'the remote-sync actor lives as long as its gateway');
    const journal = this.#journal;
    return {
      ...sheet.report,
      links: this.#thread.links?.members() ?? [],
      journal: journal?.stats,
      journalFault: journal?.fault?.message,
    };
  }

  /** Query ports close before: what they gave us is appended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#patience?.cancel();
    // Nobody answers any more, and a snapshot that is under way would wait for ever.
    for (const resolve of this.#sliceWaiters) resolve(noSlice);
    await this.#journal?.close();
  }

  #openJournal(
    disk: Disk,
    durability: 'fsync' | 'interval',
    onIdentity: (identity: ServerIdentity) => Promise<void>,
  ): ReturnType<typeof StoreJournal.open> {
    const { outside } = this.#thread;
    const { onLoading, onCorrupt } = this.#options;
    return StoreJournal.open({
      outside,
      disk,
      durability,
      onIdentity,
      snapshotLogBytes: this.#options.trial.snapshotLogBytes,
      onMembers: (members) => {
        // Heard of too late, what was loaded before is filled in by a query actor.
        const hasOthers = members.filter(({ isRemoved }) => !isRemoved).length > 1;
        if (hasOthers && !this.#hasLoaded) this.#loadsRemoteSync = true;
      },
      onEntries: (pack) => {
        this.#hasLoaded = true;
        if (this.#loadsRemoteSync) this.#lend({ kind: 'load', pack });
        for (const port of this.#ports) {
          port.loadBytes += pack.length;
          this.#post(port, { kind: 'load', pack });
        }
      },
      onProgress: async (done, total) => {
        onLoading?.(done, total);
        // The query actors load as fast as we do, or we wait for them.
        while (this.#ports.some(({ loadBytes }) => loadBytes > geoLimits.loadBytesAheadMax)) {
          await new Promise<void>((resolve) => (this.#loadProgressed = resolve));
        }
      },
      onDurable: (token) => this.#onDurable(token),
      onFault: (fault) => this.#onFault(fault),
      ...(onCorrupt === undefined ? {} : { onCorrupt }),
    });
  }

  #chooseCluster(join: readonly Description[], random: GatewayThread['outside']['random']): string {
    const [first] = join;
    const other = join.find(({ clusterId }) => clusterId !== (first?.clusterId ?? ''));
    if (other !== undefined) {
      throw new AtollError('USAGE', 'the servers to join are of different clusters');
    }
    if (this.#clusterId === '') return first?.clusterId ?? randomHex(random, idBytes);
    if (first !== undefined && first.clusterId !== this.#clusterId) {
      const text = `the data here is of cluster ${this.#clusterId}, and the server to join of ${first.clusterId}`;
      throw new AtollError('USAGE', `${text}: use another folder`);
    }
    return this.#clusterId;
  }

  #link(join: readonly Description[]): void {
    const { links } = this.#thread;
    if (links === undefined) return;
    links.onPeerUp = (address) => this.#lend({ kind: 'peer up', address });
    links.onPeerDown = (address) => this.#lend({ kind: 'peer down', address });
    for (const { at } of join) if (at !== this.#options.at) links.addMember(at);
  }

  /** Opens all query ports; rejects with the first fault. */
  async #openPorts(): Promise<number[]> {
    const opened = this.#ports.map(
      (port) =>
        new Promise<number>((resolve, reject) => {
          port.onOpened = (outcome) => {
            if (outcome.kind === 'opened') resolve(outcome.port);
            else reject(new AtollError(outcome.code, outcome.message));
          };
        }),
    );
    for (const port of this.#ports) this.#post(port, { kind: 'open' });
    return await Promise.all(opened);
  }

  #onLog(port: Port, { origin, upTo, entries }: Extract<FromQueryPort, { kind: 'log' }>): void {
    if (this.#journal === undefined || this.#isClosed || this.#journal.fault !== undefined) return;
    const isInterval = this.#options.durability === 'interval';
    const token = this.#journal.appendEntries([[origin, upTo]], entries, () => {
      if (isInterval) this.#post(port, { kind: 'logged', sequence: upTo });
    });
    port.waiting.push({ token, sequence: upTo, pack: entries });
    if (isInterval || this.#sendsEarly) this.#showWritten(port.origin, upTo, entries);
    this.#snapshotIfDue();
  }

  #onEmit(output: RemoteSyncOutput): void {
    switch (output.kind) {
      case 'arrival': {
        if (this.#journal === undefined || this.#isClosed || this.#journal.fault !== undefined)
          return;
        const token = this.#journal.appendEntries(output.claims, output.entries);
        this.#arrivals.push({ token, actorToken: output.token });
        return;
      }
      case 'dial':
        this.#thread.links?.addMember(output.at);
        return;
      case 'members':
        if (this.#journal?.fault === undefined && !this.#isClosed) {
          this.#journal?.appendCluster(this.#clusterId, output.cards);
        }
        return;
      case 'awake':
        this.#isRemoteSyncAwake = true;
        output.needed = this.#journal?.logged ?? [];
        return;
      case 'removed':
        this.#isRemoved.resolve();
        return;
      case 'ready':
        this.#patience?.cancel();
        this.#isReady.resolve();
    }
  }

  #onDurable(token: number): void {
    const own: (readonly [string, number])[] = [];
    const isShownNow = this.#options.durability === 'fsync' && !this.#sendsEarly;
    for (const port of this.#ports) {
      let sequence = 0;
      while (port.waiting[0] !== undefined && port.waiting[0].token <= token) {
        const written = port.waiting.shift();
        if (written === undefined) break;
        sequence = written.sequence;
        if (isShownNow) this.#showWritten(port.origin, sequence, written.pack);
      }
      if (sequence === 0) continue;
      own.push([port.origin, sequence]);
      if (isShownNow) this.#post(port, { kind: 'durable', sequence });
    }
    while (this.#arrivals[0] !== undefined && this.#arrivals[0].token <= token) {
      this.#keptActorToken = this.#arrivals.shift()?.actorToken ?? this.#keptActorToken;
    }
    this.#lend({ kind: 'kept', token: this.#keptActorToken, own });
  }

  get #sendsEarly(): boolean {
    return this.#options.trial.bugs.includes('sends before durable');
  }

  /**
   * The remote-sync actor takes over what was written: not at once, since the next write to the disk should be under way
   * before it begins.
   */
  #showWritten(origin: string, upTo: number, pack: Uint8Array): void {
    if (!this.#isRemoteSyncAwake) return;
    this.#thread.outside.timers.nextTurn(() => {
      if (!this.#isClosed) this.#lend({ kind: 'written', origin, upTo, pack });
    });
  }

  #onFault(fault: AtollError): void {
    const { code, message } = fault;
    this.#thread.outside.log.error('the journal failed: no write is taken any more', {
      code,
      message,
    });
    for (const port of this.#ports) this.#post(port, { kind: 'journal failed', code, message });
    this.#hasFailed.resolve(fault);
  }

  #snapshotIfDue(): void {
    const journal = this.#journal;
    if (journal?.wantsSnapshot !== true) return;
    journal.snapshot(this.#slices(journal.logged)).catch((error: unknown) => {
      if (!(error instanceof AtollError)) throw error;
      // The log is whole: the next start takes longer, and the next snapshot may go well.
      const { code, message } = error;
      this.#thread.outside.log.warn('a snapshot could not be written', { code, message });
    });
  }

  /** Everything that the server has, once all of `needed` is where it is read. */
  async *#slices(needed: VectorPairs): SnapshotSlices {
    const { timers } = this.#thread.outside;
    // Whoever begins also ends: places mean something else in another table.
    const isOfRemoteSync = this.#isRemoteSyncAwake;
    let place = 0;
    let known: VectorPairs = [];
    while (place >= 0) {
      const slice = isOfRemoteSync
        ? this.#sliceOfRemoteSync(needed, place, known)
        : await this.#sliceOfQueryActor(needed, place, known);
      if (!slice.isThere) {
        if (this.#isClosed) throw new AtollError('SYSTEM_CLOSED', 'the server closes');
        await new Promise<void>((resolve) => timers.setTimer(geoLimits.snapshotWaitMs, resolve));
        continue;
      }
      const isFirst = place === 0;
      ({ place, known } = slice);
      yield {
        ...(isFirst ? { known } : {}),
        ...(slice.pack === undefined ? {} : { pack: slice.pack }),
      };
      await new Promise<void>((resolve) => timers.nextTurn(resolve));
    }
  }

  #sliceOfRemoteSync(needed: VectorPairs, place: number, known: VectorPairs): Slice {
    const sheet: SnapshotSheet = {
      kind: 'snapshot',
      needed,
      place,
      known: place === 0 ? undefined : known,
      pack: undefined,
    };
    this.#lend(sheet);
    return {
      isThere: sheet.known !== undefined,
      place: sheet.place,
      known: sheet.known ?? [],
      pack: sheet.pack,
    };
  }

  async #sliceOfQueryActor(needed: VectorPairs, place: number, known: VectorPairs): Promise<Slice> {
    const [port] = this.#ports;
    assert(port !== undefined, 'a server has a query port');
    const answer = new Promise<Slice>((resolve) => void this.#sliceWaiters.push(resolve));
    this.#post(port, { kind: 'slice', needed, place, known });
    return await answer;
  }

  #lend(lent: RemoteSyncLent): void {
    this.#thread.lend(this.#actor, lent, 0);
  }

  #post(port: Port, mail: ToQueryPort): void {
    this.#thread.post(port.gateway, mail);
  }
}

/** A piece of everything, from one table. */
interface Slice {
  readonly isThere: boolean;
  /** Where to go on; −1: that was all. */
  readonly place: number;
  readonly known: VectorPairs;
  readonly pack: Uint8Array | undefined;
}

const noSlice: Slice = { isThere: false, place: 0, known: [], pack: undefined };

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = nothing;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

const nothing = (): void => {};
/** Of the id of a server or a cluster: as many as the id of a journal has. */
const idBytes = 8;
