import { firstActorOf } from '../../../actor/first-actor.ts';
import {
  defineGateway,
  type GatewayKind,
  type GatewayRef,
  type GatewayThread,
  type LocalActor,
} from '../../../actor/gateway.ts';
import { tellRecovery } from '../../../core/journal/tell-recovery.ts';
import { assert } from '../../../core/assert.ts';
import { AtollError } from '../../../core/errors.ts';
import type { Disk } from '../../../core/disk.ts';
import type { Recovery } from '../../../core/journal/open-journal.ts';
import { geoLimits } from '../../../core/limits.ts';
import { randomHex } from '../../../core/random.ts';
import type { Timer } from '../../../core/timers.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { Description } from '../description.ts';
import type { ServerIdentity } from '../geo-options.ts';
import type { MemberCard } from '../remote/members.ts';
import { RemoteSyncActor, type RemoteSyncMessage } from '../remote/remote-sync-actor.ts';
import type {
  ForgetSheet,
  RemoteSyncLent,
  RemoteSyncOutput,
  ServerReportSheet,
} from '../remote/remote-sync-lent.ts';
import { chooseCluster } from './choose-cluster.ts';
import { deferred } from './deferred.ts';
import { everything, ownCopyOf } from './everything.ts';
import { Keeping } from './keeping.ts';
import { QueryPorts } from './query-ports.ts';
import { refuseIncomplete } from './recovered.ts';
import { readSlice } from './snapshot-slices.ts';
import type {
  HomeReport,
  ServerGatewayOptions,
  ServerGatewayReady,
  StartedServer,
} from './started-server.ts';
import { StoreJournal, type SnapshotSlices, type StoredState } from './store-journal.ts';
import type { FromQueryPort } from './thread-mail.ts';

/**
 * The gateway of thread 0: it owns the journal and the links to other servers, and starts the remote-sync actor, whose hands
 * it is. Query ports give it what is to be kept, and hear from it when it is.
 */
export const ServerGateway: GatewayKind<ServerGatewayOptions, ServerGatewayReady> = defineGateway(
  'geo-server-gateway',
  (thread, options) => {
    const home = new Home(thread, options);
    return Promise.resolve({
      ready: { started: home.start() },
      onMail: (mail: unknown, from: GatewayRef) => home.onMail(mail as FromQueryPort, from),
      inspect: () => home.inspect(),
      close: () => home.close(),
    });
  },
);

class Home {
  readonly #thread: GatewayThread;
  readonly #options: ServerGatewayOptions;
  readonly #actor: LocalActor<RemoteSyncMessage, RemoteSyncLent>;
  readonly #ports: QueryPorts;
  readonly #keeping: Keeping;
  #journal: StoreJournal | undefined;
  #clusterId = '';
  /** Whether the remote-sync actor gets what is loaded too, and whether anything was. */
  #loadsRemoteSync = false;
  #hasLoaded = false;
  readonly #isReady = deferred<void>();
  readonly #isRemoved = deferred<void>();
  readonly #hasFailed = deferred<AtollError>();
  #patience: Timer | undefined;
  #started: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(thread: GatewayThread, options: ServerGatewayOptions) {
    this.#thread = thread;
    this.#options = options;
    this.#ports = new QueryPorts(thread);
    this.#keeping = new Keeping({
      durability: options.durability,
      trial: options.trial,
      timers: thread.outside.timers,
      ports: this.#ports,
      lend: (lent) => this.#lend(lent),
      onAppended: () => this.#snapshotIfDue(),
    });
    this.#actor = thread.startActor(RemoteSyncActor, { onEmit: (output) => this.#onEmit(output) });
    // Others know it by its address alone.
    assert(
      this.#actor.ref.counter === firstActorOf(thread.address)?.counter,
      'the remote-sync actor is the first of its system',
    );
  }

  start(): Promise<StartedServer> {
    const started = this.#start();
    // Whoever started it hears of it, also when that is too late.
    this.#started = started.catch(nothing);
    return started;
  }

  async #start(): Promise<StartedServer> {
    const { disk, durability, join, trial } = this.#options;
    const { bugs } = trial;
    const { random } = this.#thread.outside;
    let identity: ServerIdentity = { id: randomHex(random, idBytes), incarnation: 1 };
    const begin = async (life: ServerIdentity): Promise<void> => {
      identity = bugs.includes('keeps the incarnation') ? { ...life, incarnation: 1 } : life;
      this.#lend({ kind: 'life', identity, trial });
      const ports = await this.#options.startQueryPorts(identity, this.#thread.self);
      this.#ports.take(ports);
    };
    let known: VectorPairs = [];
    let members: readonly MemberCard[] = [];
    let recovery: Recovery | undefined;
    if (disk === undefined || durability === 'memory') await begin(identity);
    else {
      const { journal, stored } = await this.#openJournal(disk, durability, begin);
      this.#journal = journal;
      this.#keeping.begin(journal);
      ({ known, members, recovery } = stored);
      if (bugs.includes('loses the vector at a restart')) known = [];
      this.#clusterId = stored.clusterId ?? '';
      tellRecovery(stored.recovery, this.#thread.outside.log);
      refuseIncomplete(stored, identity, this.#options.onIncomplete);
    }
    this.#mustBeOpen();
    this.#clusterId = chooseCluster(this.#clusterId, join, () => randomHex(random, idBytes));
    // An earlier life may have ended before it met anybody.
    const joins = join.length > 0 && members.length <= 1;
    this.#begin({ known, members, joins });
    this.#link(join);
    const queryPorts = await this.#ports.open();
    const isAlone = members.length <= 1 && join.length === 0;
    if (!joins && !isAlone) {
      this.#patience = this.#thread.outside.timers.setTimer(geoLimits.joinWaitMs, () =>
        this.#lend({ kind: 'give up waiting' }),
      );
    }
    return { identity, queryPorts, recovery, ...this.#handle() };
  }

  /** Tells the actors what they begin with. */
  #begin({
    known,
    members,
    joins,
  }: Omit<StoredState, 'clusterId' | 'recovery'> & { joins: boolean }): void {
    const { durability, at } = this.#options;
    const isAwake = this.#loadsRemoteSync || (joins && !this.#hasLoaded);
    this.#ports.begin({
      known,
      remoteSync: this.#actor.ref,
      isRemoteSyncAwake: isAwake,
      joins,
      isJournaled: durability !== 'memory',
      waitsForDisk: durability === 'fsync',
    });
    const queryActors = this.#ports.all.map(({ actor }) => actor);
    const clusterId = this.#clusterId;
    const own = { clusterId, at, known, members, queryActors, durability, joins, isAwake };
    this.#lend({ kind: 'begin', beginning: own });
  }

  #handle(): Omit<StartedServer, 'identity' | 'queryPorts' | 'recovery'> {
    return {
      clusterId: this.#clusterId,
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
    const port = this.#ports.mustFind(from);
    switch (mail.kind) {
      case 'loaded':
        return this.#ports.onLoaded(port, mail.bytes);
      case 'opened':
      case 'not opened':
        port.onOpened(mail);
        return;
      case 'sliced':
        return this.#ports.onSliced(mail);
      case 'log':
        return this.#keeping.onLog(port, mail);
    }
  }

  /** Undefined before it has begun. */
  inspect(): HomeReport | undefined {
    const sheet: ServerReportSheet = { kind: 'report', report: undefined };
    this.#lend(sheet);
    if (sheet.report === undefined) return undefined;
    const journal = this.#journal;
    return {
      ...sheet.report,
      links: this.#thread.links?.members() ?? [],
      journal: journal?.stats,
      journalFault: journal?.fault?.message,
    };
  }

  /**
   * Query ports close before: what they gave us is appended. A start that is under way is given up where it stands, and the
   * folder is as after a crash there: whatever a start writes, it writes whole or not at all.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#keeping.close();
    this.#patience?.cancel();
    this.#ports.close();
    await this.#started;
    await this.#journal?.close();
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new AtollError('SYSTEM_CLOSED', 'closed before the start was over');
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
        this.#ports.load(pack);
      },
      onProgress: async (done, total) => {
        onLoading?.(done, total);
        await this.#ports.keepUp();
        this.#mustBeOpen();
      },
      onDurable: (token) => this.#keeping.onDurable(token),
      onFault: (fault) => this.#onFault(fault),
      ...(onCorrupt === undefined ? {} : { onCorrupt }),
    });
  }

  #link(join: readonly Description[]): void {
    const { links } = this.#thread;
    if (links === undefined) return;
    links.onPeerUp = (address) => this.#lend({ kind: 'peer up', address });
    links.onPeerDown = (address) => this.#lend({ kind: 'peer down', address });
    for (const { at } of join) if (at !== this.#options.at) links.addMember(at);
  }

  #onEmit(output: RemoteSyncOutput): void {
    switch (output.kind) {
      case 'arrival':
        return this.#keeping.onArrival(output);
      case 'dial':
        this.#thread.links?.addMember(output.at);
        return;
      case 'members':
        return this.#keeping.onMembers(this.#clusterId, output);
      case 'awake':
        output.needed = this.#keeping.awake();
        return;
      case 'removed':
        this.#isRemoved.resolve();
        return;
      case 'ready':
        this.#patience?.cancel();
        this.#isReady.resolve();
    }
  }

  #onFault(fault: AtollError): void {
    const { code, message } = fault;
    const text = 'the journal failed: no write is taken any more';
    this.#thread.outside.log.error(text, { code, message });
    this.#ports.postAll({ kind: 'journal failed', code, message });
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
  #slices(needed: VectorPairs): SnapshotSlices {
    const isOfRemoteSync = this.#keeping.isRemoteSyncAwake;
    return everything({
      timers: this.#thread.outside.timers,
      isClosed: () => this.#isClosed,
      read: (place, known) =>
        isOfRemoteSync
          ? ownCopyOf(readSlice({ needed, place, known }, (sheet) => this.#lend(sheet)))
          : this.#ports.slice(needed, place, known),
    });
  }

  #lend(lent: RemoteSyncLent): void {
    this.#thread.lend(this.#actor, lent, 0);
  }
}

const nothing = (): void => {};
/** Of the id of a server or a cluster: as many as the id of a journal has. */
const idBytes = 8;
