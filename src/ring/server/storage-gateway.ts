import {
  defineGateway,
  type GatewayKind,
  type GatewayRef,
  type GatewayThread,
  type LocalActor,
} from '../../actor/gateway.ts';
import { assert } from '../../core/assert.ts';
import type { AtollError } from '../../core/errors.ts';
import { tellRecovery } from '../../core/journal/tell-recovery.ts';
import { clientLimits, ringLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import { randomHex } from '../../core/random.ts';
import type { Timer } from '../../core/timers.ts';
import { ClientRegistry } from '../../resp/client-registry.ts';
import type { CommandTable } from '../../resp/command-table.ts';
import { commandStats } from '../../resp/commands/info.ts';
import type { ServerFacts } from '../../resp/commands/server-facts.ts';
import { portFigures } from '../../resp/port-figures.ts';
import { RespServer } from '../../resp/server.ts';
import { createStorageTable } from './command-rows.ts';
import { infoSections } from './info-sections.ts';
import { NodeJournal } from './journal/node-journal.ts';
import type { RegisterAnswer, Registrant } from './membership.ts';
import type { StartedNode, ToNode, ToRingHome } from './node-mail.ts';
import type { NodeOptions } from './node-options.ts';
import type { NodeReport } from './node-report.ts';
import { notCoordinator, RingMeeting } from './ring-meeting.ts';
import { StorageActor, type StorageMessage } from './storage-actor.ts';
import type {
  CommandsLent,
  LoadLent,
  ReportLent,
  SnapshotLent,
  StartLent,
  StorageLent,
  StorageOutput,
} from './storage-lent.ts';
import type { StoredFacts } from './journal/storage-loader.ts';
import type { Storage } from './storage/storage.ts';
import { chooseVirtualIds } from './virtual-ids.ts';

/**
 * A node of the ring: its port, its journal, and the storage actor behind both, all on one thread. What a client sends is parsed
 * where it was read, lent to the actor, executed, and answered with one write, in the read event; what that changes is
 * in the journal before it returns, and with `fsync` replies wait until it is durable, those of reads too.
 *
 * It takes connections when everything is loaded, and refuses them all with NOTREADY until the ring is complete.
 */
export const StorageGateway: GatewayKind<NodeOptions, StartedNode> = defineGateway(
  'ring-storage-gateway',
  async (thread, options) => {
    const port = new StoragePort(thread, options);
    const { node, view } = await port.start();
    return {
      ready: { node, view, gateway: thread.self },
      onMail: (mail: unknown) => port.onMail(mail as ToNode),
      inspect: () => port.inspect(),
      close: () => port.close(),
    };
  },
);

class StoragePort {
  readonly #thread: GatewayThread;
  readonly #options: NodeOptions;
  readonly #actor: LocalActor<StorageMessage, StorageLent>;
  readonly #clients = new ClientRegistry();
  readonly #table: CommandTable<Storage>;
  #journal: NodeJournal | undefined;
  #server: RespServer | undefined;
  #batch: CommandsLent | undefined;
  /** The first node of the server. */
  #first: GatewayRef | undefined;
  /** Its own, if it is this one. */
  #meeting: RingMeeting | undefined;
  /** The disk is behind: how far is looked at again and again. */
  #isBlocked = false;
  #look: Timer | undefined;
  #fault: string | undefined;

  constructor(thread: GatewayThread, options: NodeOptions) {
    this.#thread = thread;
    this.#options = options;
    this.#actor = thread.startActor(StorageActor, { onEmit: (output) => this.#onEmit(output) });
    const { outside } = thread;
    const facts: ServerFacts<Storage> = {
      clients: this.#clients,
      clock: outside.clock,
      limits: clientLimits,
      atollVersion: options.atollVersion,
      address: () => this.#mustGetServer().address,
      nodeId: randomHex(outside.random, 20),
      counters: () => this.#mustGetServer().counters,
      info: (storage) => [
        ...infoSections(storage, { durability: options.durability, fault: this.#fault }),
        commandStats(this.#table),
      ],
      config: () => new Map([['port', String(this.#mustGetServer().address.port)]]),
    };
    this.#table = createStorageTable(facts, (registrant) => this.#register(registrant));
  }

  /** Loads what is on the disk, and listens. Rejects with `LISTEN_FAILED`, `USAGE`, and what keeps a journal from being opened. */
  async start(): Promise<Omit<StartedNode, 'gateway'>> {
    const { outside } = this.#thread;
    const startedMs = outside.clock.monotonicMs();
    let id = randomHex(outside.random, 8);
    const begin = (): void => {
      const { durability, terms, trial } = this.#options;
      this.#lend({ kind: 'life', nodeId: id, durability, terms, trial, startedMs });
    };
    try {
      if (this.#options.durability === 'memory') begin();
      else {
        this.#journal = await this.#openJournal(this.#options.durability, (own) => {
          id = own;
          begin();
        });
      }
      const recovery = this.#journal?.recovery;
      if (recovery !== undefined) tellRecovery(recovery, outside.log);
      const hasLostRecords = recovery?.fault !== undefined;
      const sheet: StartLent = { kind: 'start', hasLostRecords, facts: undefined };
      this.#lend(sheet);
      const virtualIds = await this.#virtualIds(sheet.facts);
      const at = await this.#listen();
      return { node: { id, at, virtualIds }, view: sheet.facts?.view ?? null };
    } catch (error) {
      await this.#journal?.close().catch(() => {
        // The fault that ended the start is the one to tell.
      });
      throw error;
    }
  }

  onMail(mail: ToNode): void {
    switch (mail.kind) {
      case 'nodes':
        return this.#meet(mail.nodes);
      case 'view':
        return this.#lend(mail);
      case 'view is old':
        return this.#meeting?.askSoon();
    }
  }

  inspect(): NodeReport | undefined {
    if (this.#server === undefined) return undefined;
    const sheet: ReportLent = { kind: 'report', report: undefined };
    this.#lend(sheet);
    assert(sheet.report !== undefined, 'the storage actor lives as long as its port');
    return {
      kind: 'node',
      ...portFigures(this.#server, this.#clients, this.#table),
      storage: sheet.report,
      journal: this.#journal?.stats ?? null,
      journalFault: this.#fault ?? null,
    };
  }

  async close(): Promise<void> {
    this.#meeting?.close();
    await this.#server?.close();
    this.#look?.cancel();
    if (this.#journal === undefined) return;
    this.#lend({ kind: 'end' });
    await this.#journal.close();
  }

  #meet(nodes: readonly StartedNode[]): void {
    const { number, coordinator, servers: serverCount, home } = this.#options;
    this.#first = nodes[0]?.gateway;
    if (number > 0) return;
    const thread = this.#thread;
    this.#meeting = new RingMeeting({ nodes, coordinator, serverCount, thread, home });
  }

  #register(registrant: Registrant): RegisterAnswer {
    if (this.#options.number > 0) return notCoordinator;
    if (this.#meeting !== undefined) return this.#meeting.register(registrant);
    return { kind: 'not ready', message: 'this server is starting' };
  }

  async #openJournal(
    durability: 'fsync' | 'interval',
    onId: (id: string) => void,
  ): Promise<NodeJournal> {
    const { outside } = this.#thread;
    const { folder, onCorrupt, trial, number: node } = this.#options;
    assert(folder !== null, 'what is kept has a folder');
    return await NodeJournal.open({
      outside,
      disk: await outside.disks.open(folder),
      durability,
      onCorrupt,
      snapshotLogBytes: trial.snapshotLogBytes,
      onId,
      onRecord: (bytes, number) => {
        const sheet: LoadLent = { kind: 'load', bytes, number, fault: undefined };
        this.#lend(sheet);
        if (sheet.fault !== undefined) throw sheet.fault;
      },
      nextRecords: (isFirst, number) => {
        const sheet: SnapshotLent = { kind: 'snapshot', isFirst, number, records: [] };
        this.#lend(sheet);
        return sheet.records;
      },
      onProgress: (doneBytes, totalBytes) =>
        this.#tellHome({ kind: 'loading', node, doneBytes, totalBytes }),
      onDurable: (sequence) => {
        if (this.#fault !== undefined) return;
        if (durability === 'fsync') this.#server?.release(sequence);
        this.#goOn();
      },
      onFault: (fault) => this.#onFault(fault),
    });
  }

  /** The places of this node: kept with its data, given, or drawn now. Durable when it resolves. */
  async #virtualIds(facts: StoredFacts | undefined): Promise<readonly number[]> {
    const { virtualIds: given } = this.#options;
    const { random } = this.#thread.outside;
    const kept = facts?.virtualIds;
    const virtualIds = chooseVirtualIds({ given: given ?? undefined, kept, random });
    if (kept !== undefined) return kept;
    this.#lend({ kind: 'virtual ids', virtualIds });
    await this.#journal?.sync();
    return virtualIds;
  }

  async #listen(): Promise<HostPort> {
    const { host, port, durability, trial } = this.#options;
    const journal = this.#journal;
    const holds = durability === 'fsync' && !trial.bugs.includes('acknowledges before durable');
    this.#server = await RespServer.listen({
      outside: this.#thread.outside,
      at: { host, port },
      clients: this.#clients,
      execute: (commands) => {
        // A server has one batch and fills it again and again: so there is one to lend.
        this.#batch ??= { kind: 'commands', table: this.#table, commands };
        assert(this.#batch.commands === commands, 'a server has one batch');
        this.#thread.lend(this.#actor, this.#batch, commands.length);
        if (journal !== undefined) this.#afterCommands(journal);
      },
      // Once the journal has failed nothing that is held will be released; what is refused then may leave.
      ...(journal === undefined || durability !== 'fsync'
        ? {}
        : { heldUntil: () => (holds && this.#fault === undefined ? journal.lastSequence : 0) }),
    });
    if (journal !== undefined && durability === 'fsync') {
      this.#server.release(journal.durableSequence);
    }
    return this.#server.address;
  }

  #onEmit(output: StorageOutput): void {
    if (output.kind === 'view is old') {
      if (this.#first !== undefined) this.#thread.post(this.#first, output satisfies ToNode);
      return;
    }
    const journal = this.#journal;
    assert(journal !== undefined, 'nothing is kept before the journal is open');
    if (output.kind === 'record') journal.append(output.bytes, output.start, output.end);
    else if (this.#options.durability === 'interval') {
      journal.sync().then(
        () => this.#lend({ kind: 'lease note kept' }),
        // The journal has failed, and tells so itself.
        () => {},
      );
    }
  }

  #afterCommands(journal: NodeJournal): void {
    if (journal.isBehind && this.#fault === undefined) this.#block();
    journal.snapshotIfDue();
  }

  /** No command is executed until the disk has caught up. */
  #block(): void {
    this.#isBlocked = true;
    this.#server?.block();
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#look ??= this.#thread.outside.timers.setTimer(ringLimits.logLookMs, () => {
      this.#look = undefined;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (!this.#isBlocked) return;
    // With `interval` nobody tells that something was written.
    if (this.#journal?.hasCaughtUp === false && this.#fault === undefined) return this.#lookSoon();
    this.#isBlocked = false;
    this.#server?.unblock();
  }

  /** What waits for the disk is never acknowledged, and nothing more is taken. */
  #onFault(fault: AtollError): void {
    const { code, message } = fault;
    const journal = this.#journal;
    const isDoubtful =
      this.#options.durability === 'fsync' &&
      (journal === undefined || journal.lastSequence > journal.durableSequence);
    this.#fault = message;
    this.#thread.outside.log.error('the journal failed: no write is taken any more', {
      code,
      message,
    });
    this.#table.refuseWrites(message);
    this.#lend({ kind: 'journal failed', message, isDoubtful });
    if (this.#options.durability === 'fsync') this.#server?.failHeld(message);
    this.#goOn();
    this.#tellHome({ kind: 'failed', code, message });
  }

  #mustGetServer(): RespServer {
    assert(this.#server !== undefined, 'nobody asks before the port is open');
    return this.#server;
  }

  #lend(lent: StorageLent): void {
    this.#thread.lend(this.#actor, lent, 0);
  }

  #tellHome(mail: ToRingHome): void {
    this.#thread.post(this.#options.home, mail);
  }
}
