import { AtollError } from '../../core/errors.ts';
import { callLimits, ringLimits } from '../../core/limits.ts';
import type { HostPort, TlsOptions } from '../../core/network.ts';
import { randomHex } from '../../core/random.ts';
import type { ClientOutside } from '../../resp/calls/call-connection.ts';
import { describeReplyError } from '../../resp/calls/call.ts';
import { ReplyError, type ReplyValue } from '../../resp/reply-value.ts';
import { partitionHashOf } from '../partition.ts';
import type { RingNode, RingView } from '../ring-view.ts';
import type { Attempt } from './attempt.ts';
import { CopyReads } from './copy-reads.ts';
import { Deadlines } from './deadlines.ts';
import { JoinedReads } from './joined-reads.ts';
import { LeaseCache, type Grant } from './lease-cache.ts';
import type {
  Libstore,
  LibstoreCallOptions,
  LibstoreStatistics,
  ListOptions,
  ReadLists,
  ReadValues,
} from './libstore.ts';
import { NodeLink, type LinkOwner, type NodeLinkOptions } from './node-link.ts';
import { Operation, type Question } from './operation.ts';
import { QueryCounter, type QueryTerms, defaultQueryTerms } from './query-counter.ts';
import * as questions from './questions.ts';
import { ViewKeeper } from './view-keeper.ts';
import { ViewLoader } from './view-loader.ts';
import { WriteNumbers } from './write-numbers.ts';

/** When copies are asked for. `normal`: of keys that are read often. */
export type LeaseMode = 'never' | 'normal' | 'always';

export interface RingLibstoreOptions {
  readonly outside: ClientOutside;
  /** Any node of the ring. */
  readonly coordinator: HostPort;
  readonly tls?: TlsOptions | undefined;
  readonly leases?: LeaseMode | undefined;
  /** What to do when the owner of a key cannot be reached: `docs/design/ring.md`, "Crash". */
  readonly onDead?: 'refuse' | 'walk' | undefined;
  /** The deadline of calls that name none; `ringLimits.callMs` if not given. */
  readonly timeoutMs?: number | undefined;
  readonly queryTerms?: QueryTerms | undefined;
  /** Called when the owner asked the lease of a key back, after its copy is gone. */
  readonly onRevoke?: ((key: string) => void) | undefined;
}

/**
 * The ring store by way of its nodes' ports (Tribbler §3.2): each key is asked of its owner, on one kept connection
 * for each node; what everybody reads is answered from a copy while its lease lasts.
 *
 * A call is sent again until it is answered or its deadline is over: a node that is away comes back, a view that is
 * old is asked for anew. `docs/design/ring.md` says why that applies no write twice.
 */
export class RingLibstore implements Libstore, LinkOwner {
  /** Of `Libstore`. */
  readonly ready: CopyReads;
  readonly #options: RingLibstoreOptions;
  readonly #outside: ClientOutside;
  readonly #mode: LeaseMode;
  readonly #views: ViewKeeper;
  readonly #cache = new LeaseCache();
  readonly #joined: JoinedReads;
  readonly #counter: QueryCounter;
  readonly #clientId: string;
  /** What all links share. */
  readonly #shared: Omit<NodeLinkOptions, 'node'>;
  readonly #links: Map<string, NodeLink> = new Map();
  /** Ids of nodes that were walked past. */
  readonly #dead: Set<string> = new Set();
  #operationCount = 0;
  #isClosed = false;
  readonly #counters = { misses: 0, leasesGranted: 0, revocations: 0, requests: 0, retries: 0 };

  private constructor(options: RingLibstoreOptions, loader: ViewLoader, view: RingView) {
    this.#options = options;
    this.#outside = options.outside;
    this.#mode = options.leases ?? 'normal';
    this.#views = new ViewKeeper({
      coordinator: options.coordinator,
      loader,
      view,
      isAway: ({ id }) => this.#links.get(id)?.isAway === true,
      onChange: ({ nodes }) => {
        for (const node of nodes) this.#links.get(node.id)?.moveTo(node);
      },
    });
    this.#counter = new QueryCounter(options.queryTerms ?? defaultQueryTerms);
    const shared = {
      cache: this.#cache,
      outside: options.outside,
      tls: options.tls,
      deadlines: new Deadlines(options.outside),
      numbers: new WriteNumbers(),
      owner: this,
    };
    this.#shared = shared;
    this.ready = new CopyReads({
      ...shared,
      ask: (key, describe, call) => this.#ask(() => describe(this.#mustLease(key)), call),
    });
    this.#joined = new JoinedReads({
      ...shared,
      reads: this.ready,
      send: (operation) => this.#begin(operation),
    });
    this.#clientId = randomHex(options.outside.random, 8);
  }

  /**
   * Loads the view of the ring and makes a Libstore of it; connections follow when they are needed.
   *
   * @throws AtollError `RING_NOT_READY` if nodes are missing and do not come within five seconds; what a failed
   *   connection has if the node cannot be reached
   */
  static async connect(options: RingLibstoreOptions): Promise<RingLibstore> {
    questions.checkTimeoutMs(options.timeoutMs ?? ringLimits.callMs);
    const loader = new ViewLoader({ outside: options.outside, tls: options.tls });
    return new RingLibstore(options, loader, await loader.load(options.coordinator));
  }

  get(key: string, options?: LibstoreCallOptions): Promise<string | undefined> {
    return Promise.resolve(this.ready.get(key, options));
  }

  put(key: string, value: string, options?: LibstoreCallOptions): Promise<void> {
    return this.#ask(() => questions.put(key, value), options);
  }

  putIfAbsent(key: string, value: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#ask(() => questions.putIfAbsent(key, value), options);
  }

  delete(key: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#ask(() => questions.remove(key), options);
  }

  getList(key: string, options?: ListOptions): Promise<readonly string[] | undefined> {
    return Promise.resolve(this.ready.getList(key, options));
  }

  appendToList(key: string, item: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#ask(() => questions.append(key, item), options);
  }

  removeFromList(key: string, item: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#ask(() => questions.removeItem(key, item), options);
  }

  getMany(keys: readonly string[], options?: LibstoreCallOptions): Promise<ReadValues> {
    return Promise.resolve(this.ready.getMany(keys, options));
  }

  getLists(keys: readonly string[], options?: ListOptions): Promise<ReadLists> {
    return Promise.resolve(this.ready.getLists(keys, options));
  }

  statistics(): LibstoreStatistics {
    let roundTrips = 0;
    for (const link of this.#links.values()) roundTrips += link.batchesSent;
    return { ...this.#counters, hits: this.ready.hits, roundTrips };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const fault = closedFault();
    this.#views.close();
    // Leases that nobody uses would delay the next writes of their keys.
    const links = new Map([...this.#links.values()].map((link) => [link.source, link]));
    const givenBack: Promise<void>[] = [];
    for (const [key, { source, leaseId }] of this.#cache.takeAll(this.#nowMs())) {
      const link = links.get(source);
      if (link !== undefined) givenBack.push(link.giveBack(key, leaseId));
    }
    if (givenBack.length > 0) {
      const patience = new Promise<void>((resolve) => {
        this.#outside.timers.setTimer(ringLimits.goodbyeMs, resolve);
      });
      await Promise.race([Promise.all(givenBack), patience]);
    }
    this.#shared.deadlines.close(fault);
    for (const link of this.#links.values()) link.close(fault);
  }

  /** Of `LinkOwner`. */
  get writeHead(): readonly [number, string] {
    return [this.#views.ring.view.epoch, this.#clientId];
  }

  /** Of `LinkOwner`. */
  deadBut({ id }: RingNode): readonly string[] {
    return [...this.#dead].filter((dead) => dead !== id);
  }

  /** Of `LinkOwner`. */
  onSend({ attempts }: Operation): void {
    this.#counters.requests += 1;
    if (attempts > 1) this.#counters.retries += 1;
  }

  /** Of `LinkOwner`. */
  onReply({ operation, link, sentMs, asking, source }: Attempt, reply: ReplyValue): void {
    if (reply instanceof ReplyError) {
      if (asking !== undefined) this.#cache.abandon(asking);
      this.#refused(operation, link, reply);
    } else if (asking === undefined) operation.answer(reply);
    else {
      const { content, leaseId, leaseMs } = questions.leaseOf(reply);
      // What is interpreted of a leased read is a value or items.
      const result = operation.answer(content) as Grant['content'];
      if (leaseId === 0 || this.#isClosed) this.#cache.abandon(asking);
      else {
        this.#counters.leasesGranted += 1;
        const { key, newest } = operation.question;
        const expiresMs = sentMs + leaseMs;
        const times = this.#counter.times(key);
        const grant = { leaseId, expiresMs, content: result, newest, source, times };
        this.#cache.keep(asking, grant, this.#nowMs());
      }
    }
  }

  /** Of `LinkOwner`. */
  onAway(link: NodeLink, fault: AtollError, operations: readonly Operation[]): void {
    if (fault.code === 'CONNECT_FAILED') {
      void this.#views.refresh(); // Never rejects.
      if (this.#options.onDead === 'walk' && !this.#dead.has(link.node.id)) {
        this.#dead.add(link.node.id);
        this.#sendDead();
      }
    }
    for (const operation of operations) this.#attempt(operation);
  }

  /** Of `LinkOwner`. */
  onBack(link: NodeLink, parked: readonly Operation[]): void {
    if (this.#dead.delete(link.node.id)) this.#sendDead();
    for (const operation of parked) this.#attempt(operation);
  }

  /** Of `LinkOwner`. */
  onRevoke(key: string): void {
    this.#counters.revocations += 1;
    this.#options.onRevoke?.(key);
  }

  /** Counts a query that no copy answers; returns whether a lease is asked for with it. Tribbler §4.4. */
  #mustLease(key: string): boolean {
    const isHot = this.#counter.query(key, this.#nowMs());
    return this.#mode === 'always' || (this.#mode === 'normal' && isHot);
  }

  /** `describe` runs inside the promise, so that what it throws rejects it. */
  #ask<Result>(
    describe: () => Question<Result>,
    options: LibstoreCallOptions | undefined,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timeoutMs = questions.checkTimeoutMs(
        options?.timeoutMs ?? this.#options.timeoutMs ?? ringLimits.callMs,
      );
      const question = describe();
      if (this.#isClosed) throw closedFault();
      if (this.#operationCount >= callLimits.callsOutstandingMax) {
        throw new AtollError('TOO_MANY_CALLS', `${this.#operationCount} calls wait already`);
      }
      this.#operationCount += 1;
      const operation = new Operation<Result>({
        question,
        hash: partitionHashOf(question.key),
        timeoutMs,
        nowMs: this.#nowMs(),
        resolve,
        reject,
        onSettled: () => (this.#operationCount -= 1),
      });
      if (!this.#joined.join(operation as Operation)) this.#begin(operation as Operation);
    });
  }

  #begin(operation: Operation): void {
    if (operation.question.kind !== 'write') this.#counters.misses += 1;
    this.#attempt(operation);
  }

  #attempt(operation: Operation): void {
    if (operation.isSettled) return;
    if (this.#isClosed) {
      operation.fail(closedFault());
      return;
    }
    this.#linkTo(this.#nodeFor(operation)).send(operation, this.#nowMs());
  }

  #nodeFor({ hash }: Operation): RingNode {
    const owner = this.#views.ring.owner(hash);
    if (this.#dead.size === 0) return owner;
    // When nobody is left, the owner is as good as anybody to wait for.
    return this.#views.ring.standIn(hash, ({ id }) => this.#dead.has(id)) ?? owner;
  }

  #linkTo(node: RingNode): NodeLink {
    let link = this.#links.get(node.id);
    if (link === undefined) {
      link = new NodeLink({ ...this.#shared, node });
      this.#links.set(node.id, link);
    }
    return link;
  }

  #sendDead(): void {
    for (const link of this.#links.values()) link.sendDead();
  }

  #refused(operation: Operation, link: NodeLink, error: ReplyError): void {
    const fault = new AtollError('RESP_REPLY_ERROR', describeReplyError(error));
    operation.lastFault = fault;
    switch (error.code) {
      case 'WRONGTYPE':
        operation.fail(new AtollError('RING_WRONG_KIND', describeReplyError(error)));
        break;
      case 'NOTREADY': {
        const notReady = new AtollError('RING_NOT_READY', describeReplyError(error));
        operation.lastFault = notReady;
        operation.notReadyCount += 1;
        if (operation.notReadyCount > ringLimits.viewRetriesMax) operation.fail(notReady);
        else this.#later(operation, ringLimits.viewRetryMs);
        break;
      }
      case 'WRONGSERVER':
      case 'STALEVIEW': {
        operation.misroutedCount += 1;
        if (operation.misroutedCount > ringLimits.misroutedMax) {
          operation.fail(fault);
          break;
        }
        // The first new view is believed at once; if that was not enough, everybody needs a moment.
        const pauseMs = operation.misroutedCount === 1 ? 0 : ringLimits.viewRetryMs;
        this.#shared.deadlines.watch(operation);
        const isOlderTaken = operation.misroutedCount > ringLimits.misroutedMax / 2;
        void this.#views
          .refresh({ first: link.node.at, isOlderTaken })
          .then(() => this.#later(operation, pauseMs));
        break;
      }
      default:
        operation.fail(fault);
    }
  }

  #later(operation: Operation, pauseMs: number): void {
    this.#shared.deadlines.watch(operation);
    this.#outside.timers.setTimer(pauseMs, () => {
      this.#shared.deadlines.forget(operation);
      this.#attempt(operation);
    });
  }

  #nowMs(): number {
    return this.#outside.clock.monotonicMs();
  }
}

function closedFault(): AtollError {
  return new AtollError('CLIENT_CLOSED', 'the Libstore was closed');
}
