import type { ActorRef } from '../../../actor/actor-ref.ts';
import {
  defineGateway,
  type GatewayKind,
  type GatewayRef,
  type GatewayThread,
  type LocalActor,
} from '../../../actor/gateway.ts';
import { assert } from '../../../core/assert.ts';
import { AtollError } from '../../../core/errors.ts';
import { clientLimits, geoLimits } from '../../../core/limits.ts';
import { randomHex } from '../../../core/random.ts';
import { ClientRegistry } from '../../../resp/client-registry.ts';
import type { CommandTable } from '../../../resp/command-table.ts';
import { commandStats } from '../../../resp/commands/info.ts';
import { portFigures } from '../../../resp/port-figures.ts';
import { RespServer } from '../../../resp/server.ts';
import { createQueryTable } from './command-rows.ts';
import type { Durability } from '../geo-options.ts';
import { infoSections } from './info-sections.ts';
import type { PlantedBugs } from '../planted-bugs.ts';
import type { PortReport } from './port-report.ts';
import { QueryActor, type QueryMessage } from './query-actor.ts';
import type { LogSheet, QueryBatch, QueryLent, ReportSheet } from './query-batch.ts';
import { readSlice } from '../home/snapshot-slices.ts';
import type { Replica } from '../replica.ts';
import type { FromQueryPort, ToQueryPort } from '../home/thread-mail.ts';

export interface QueryGatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly atollVersion: string;
  /** In whose name the query actor writes: an actor in one life of its server. */
  readonly origin: string;
  readonly durability: Durability;
  /** How many query ports share what the journal holds. */
  readonly portCount: number;
  /** The gateway of thread 0. */
  readonly home: GatewayRef;
  readonly bugs: PlantedBugs;
}

/** A query actor, as whoever starts it names it. */
export type QueryActorRef = ActorRef<QueryMessage>;

export interface QueryGatewayReady {
  readonly actor: QueryActorRef;
  readonly gateway: GatewayRef;
  readonly origin: string;
}

/**
 * The query port of a thread, with the query actor behind it: what a client sends is parsed where it was
 * read, lent to the actor, executed, and answered with one write, all in the read event. CMUD §3.1.
 *
 * It opens when the gateway of thread 0 says so, which loads what is on the disk first. With a journal, what was written in
 * one turn of the event loop goes there as one record; with `fsync` replies wait until it is durable.
 */
export const QueryGateway: GatewayKind<QueryGatewayOptions, QueryGatewayReady> = defineGateway(
  'geo-query-gateway',
  (thread, options) => {
    const port = new QueryPort(thread, options);
    return Promise.resolve({
      ready: { actor: port.actor.ref, gateway: thread.self, origin: options.origin },
      onMail: (mail: unknown) => port.onMail(mail as ToQueryPort),
      inspect: () => port.inspect(),
      close: () => port.close(),
    });
  },
);

class QueryPort {
  readonly actor: LocalActor<QueryMessage, QueryLent>;
  readonly #thread: GatewayThread;
  readonly #options: QueryGatewayOptions;
  readonly #clients = new ClientRegistry();
  readonly #table: CommandTable<Replica>;
  #server: RespServer | undefined;
  #batch: QueryBatch | undefined;
  #isLogDue = false;
  /** What was posted and not taken yet, oldest first. */
  readonly #logUnderWay: { readonly sequence: number; readonly bytes: number }[] = [];
  #logBytesUnderWay = 0;
  #fault: string | undefined;

  constructor(thread: GatewayThread, options: QueryGatewayOptions) {
    this.#thread = thread;
    this.#options = options;
    this.actor = thread.startActor(QueryActor);
    thread.lend(this.actor, { kind: 'life', origin: options.origin, bugs: options.bugs }, 0);
    const { outside } = thread;
    this.#table = createQueryTable({
      clients: this.#clients,
      clock: outside.clock,
      limits: clientLimits,
      atollVersion: options.atollVersion,
      address: () => this.#mustGetServer().address,
      nodeId: randomHex(outside.random, 20),
      counters: () => this.#mustGetServer().counters,
      info: (replica) => [
        ...infoSections(replica, { durability: options.durability, fault: this.#fault }),
        commandStats(this.#table),
      ],
      config: () => new Map([['port', String(this.#mustGetServer().address.port)]]),
    });
  }

  onMail(mail: ToQueryPort): void {
    switch (mail.kind) {
      case 'load':
        this.#thread.lend(this.actor, mail, 0);
        this.#post({ kind: 'loaded', bytes: mail.pack.length });
        return;
      case 'begin':
        this.#thread.lend(this.actor, mail, 0);
        return;
      case 'open':
        return void this.#open();
      case 'slice':
        return this.#post({
          kind: 'sliced',
          ...readSlice(mail, (sheet) => this.#thread.lend(this.actor, sheet, 0)),
        });
      case 'logged':
        this.#takeOff(mail.sequence);
        return this.#unblockIfTaken();
      case 'durable':
        this.#thread.lend(this.actor, mail, 0);
        // First the next write to the disk, then the replies that waited for the last one: the disk does not wait for these.
        this.#takeOff(mail.sequence);
        this.#server?.release(mail.sequence);
        return this.#unblockIfTaken();
      case 'journal failed':
        return this.#onJournalFailed(mail.message);
    }
  }

  inspect(): PortReport | undefined {
    if (this.#server === undefined) return undefined;
    const sheet: ReportSheet = { kind: 'report', report: undefined };
    this.#thread.lend(this.actor, sheet, 0);
    const { report } = sheet;
    assert(report !== undefined, 'the query actor lives as long as its port');
    return {
      kind: 'port',
      ...portFigures(this.#server, this.#clients, this.#table),
      replica: report,
    };
  }

  async close(): Promise<void> {
    // What was executed last is on its way to the journal before the replies are waited for.
    this.#log(true);
    await this.#server?.close();
  }

  get #isJournaled(): boolean {
    return this.#options.durability !== 'memory';
  }

  /** Replies wait until what they acknowledge is durable. */
  get #holdsReplies(): boolean {
    return this.#options.durability === 'fsync';
  }

  /** Never rejects: the answer tells. */
  async #open(): Promise<void> {
    const { host, port, bugs } = this.#options;
    const heldUntil = bugs.includes('acknowledges before durable')
      ? (): number => 0
      : (): number => this.#heldUntil();
    try {
      this.#server = await RespServer.listen({
        outside: this.#thread.outside,
        at: { host, port },
        clients: this.#clients,
        execute: (commands) => {
          // A server has one batch and fills it again and again: so there is one to lend.
          this.#batch ??= { kind: 'queries', table: this.#table, commands, sequence: 0 };
          assert(this.#batch.commands === commands, 'a server has one batch');
          this.#thread.lend(this.actor, this.#batch, commands.length);
          if (this.#isJournaled) this.#logSoon();
        },
        ...(this.#holdsReplies ? { heldUntil } : {}),
      });
      this.#post({ kind: 'opened', port: this.#server.address.port });
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      this.#post({ kind: 'not opened', code: error.code, message: error.message });
    }
  }

  /** All that one turn of the event loop brings, from however many clients, is one record. */
  #logSoon(): void {
    if (this.#isLogDue) return;
    this.#isLogDue = true;
    this.#thread.outside.timers.nextTurn(() => {
      this.#isLogDue = false;
      this.#log();
    });
  }

  #log(isLast = false): void {
    if (!this.#isJournaled || this.#fault !== undefined) return;
    const { origin } = this.#options;
    // While some are under way, more may gather: they could not be written sooner than the ones before.
    const bytesMin = this.#logUnderWay.length === 0 || isLast ? 1 : geoLimits.logBytesWorthwhile;
    const sheet: LogSheet = { kind: 'log', bytesMin, runs: [] };
    this.#thread.lend(this.actor, sheet, 0);
    for (const { upTo, entries } of sheet.runs) {
      this.#logUnderWay.push({ sequence: upTo, bytes: entries.length });
      this.#logBytesUnderWay += entries.length;
      this.#post({ kind: 'log', origin, upTo, entries });
    }
    if (this.#logBytesUnderWay > this.#logBytesMax) this.#server?.block();
  }

  /** The disk takes what it was given: more may come. */
  #takeOff(sequence: number): void {
    while (this.#logUnderWay[0] !== undefined && this.#logUnderWay[0].sequence <= sequence) {
      this.#logBytesUnderWay -= this.#logUnderWay.shift()?.bytes ?? 0;
    }
    this.#log();
  }

  #unblockIfTaken(): void {
    if (this.#logBytesUnderWay < this.#logBytesMax / 2) this.#server?.unblock();
  }

  /**
   * The write that replies wait for. Once the journal has failed none will be durable that is not: what reads show then may be
   * gone after the next start, as everything may that was never acknowledged.
   */
  #heldUntil(): number {
    return this.#fault === undefined ? (this.#batch?.sequence ?? 0) : 0;
  }

  get #logBytesMax(): number {
    return geoLimits.logBytesUnderWayMax / this.#options.portCount;
  }

  /** What waits for the disk is never acknowledged, and nothing more is taken: reads go on. */
  #onJournalFailed(message: string): void {
    this.#fault = message;
    this.#table.refuseWrites(message);
    if (this.#holdsReplies) this.#server?.failHeld(message);
    this.#server?.unblock();
  }

  #mustGetServer(): RespServer {
    assert(this.#server !== undefined, 'nobody asks before the port is open');
    return this.#server;
  }

  #post(mail: FromQueryPort): void {
    this.#thread.post(this.#options.home, mail);
  }
}
