import { AtollError } from '../core/errors.ts';
import type { Outside } from '../core/outside.ts';
import type { ActorKind } from './actor-kind.ts';
import { closedError, type Dispatcher } from './dispatcher.ts';
import { GatewayMail } from './gateway-mail.ts';
import { LinksView } from './links-view.ts';
import type { PeerListener } from './remote-inbox.ts';
import type { SystemLinks } from './system-links.ts';
import type {
  Gateway,
  GatewayKind,
  GatewayRef,
  GatewayThread,
  LocalActor,
  StartOptions,
} from './gateway.ts';
import type { MailCommand } from './thread-command.ts';

export interface GatewaysOptions {
  readonly outside: Outside;
  readonly dispatcher: Dispatcher;
  /** How many threads the system has. */
  readonly threads: number;
  /** On thread 0 of a system that has links. */
  readonly links: SystemLinks | undefined;
}

/** The gateways of one thread from their start to their end, and what they have of it. */
export class Gateways implements PeerListener {
  readonly #outside: Outside;
  readonly #dispatcher: Dispatcher;
  readonly #links: SystemLinks | undefined;
  readonly #mail: GatewayMail;
  /** By number, what those that start and run see of the links. */
  readonly #views: Map<number, LinksView> = new Map();
  /** By number; in the order in which they were ready. */
  readonly #running: Map<number, Gateway<unknown>> = new Map();
  #lastNumber = 0;
  #isClosing = false;

  constructor({ outside, dispatcher, threads, links }: GatewaysOptions) {
    this.#links = links;
    this.#outside = outside;
    this.#dispatcher = dispatcher;
    this.#mail = new GatewayMail({
      thread: dispatcher.thread,
      timers: outside.timers,
      counters: dispatcher.counters,
      hasThread: (thread) => {
        return !dispatcher.isClosed && Number.isInteger(thread) && thread >= 0 && thread < threads;
      },
      send: (thread, command, bytesMax) => dispatcher.command(thread, command, bytesMax),
    });
  }

  /** Starts a gateway on this thread. Resolves with what it has ready; rejects with what its start rejects with. */
  async start(kind: GatewayKind<unknown, unknown>, options: unknown): Promise<unknown> {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    this.#mail.open(number);
    let gateway: Gateway<unknown>;
    try {
      gateway = await kind.start(this.#threadOf(number), options);
    } catch (error) {
      this.#forget(number);
      throw error;
    }
    this.#mail.begin(number, gateway);
    if (this.#isClosing) {
      // It began before the close and was ready after it; nobody else would ever end it.
      await this.#close(number, gateway);
      throw closedError();
    }
    this.#running.set(number, gateway);
    return gateway.ready;
  }

  /** What they tell of themselves, in the order in which they were ready. */
  inspect(): readonly unknown[] {
    return [...this.#running.values()].flatMap((gateway) => gateway.inspect?.() ?? []);
  }

  /** Hands over mail that came from another thread. */
  deliver(mail: MailCommand): void {
    this.#mail.deliver(mail);
  }

  onPeerUp(address: string): void {
    for (const view of this.#views.values()) view.tellUp(address);
  }

  onPeerDown(address: string): void {
    for (const view of this.#views.values()) view.tellDown(address);
  }

  /** Ends them, and gives what they told last a turn. Never rejects. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const [number, gateway] of this.#running) await this.#close(number, gateway);
    await new Promise<void>((resolve) => this.#outside.timers.nextTurn(resolve));
  }

  #threadOf(number: number): GatewayThread {
    const dispatcher = this.#dispatcher;
    const { thread, address } = dispatcher;
    const self: GatewayRef = { thread, number };
    const links = this.#linksOf(number);
    return {
      outside: this.#outside,
      thread,
      address,
      self,
      links,
      startActor: <Message, Lent, Output>(
        kind: ActorKind<Message, Lent, Output>,
        { onEmit }: StartOptions<Output> = {},
      ): LocalActor<Message, Lent> => ({ ref: dispatcher.startActor(kind, thread, onEmit) }),
      tell: (to, message) => dispatcher.tell(undefined, to, message),
      newChannelRef: () => dispatcher.newChannelRef(),
      lend: (to, lent, count) => dispatcher.lend(to.ref, lent, count),
      post: (to, mail) => this.#mail.post(self, to, mail),
    };
  }

  #linksOf(number: number): LinksView | undefined {
    if (this.#links === undefined) return undefined;
    const view = new LinksView(this.#links, this.#outside.timers);
    this.#views.set(number, view);
    return view;
  }

  async #close(number: number, gateway: Gateway<unknown>): Promise<void> {
    try {
      await gateway.close();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#dispatcher.report(new AtollError('GATEWAY_FAILED', message, { cause: error }));
    }
    this.#running.delete(number);
    this.#forget(number);
  }

  /** Nothing comes to it any more. */
  #forget(number: number): void {
    this.#mail.close(number);
    this.#views.get(number)?.close();
    this.#views.delete(number);
  }
}
