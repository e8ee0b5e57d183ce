import type { GatewayRef, GatewayThread } from '../../actor/gateway.ts';
import type { AtollError } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import type { RingView } from '../ring-view.ts';
import { Coordinator } from './coordinator.ts';
import type { RegisterAnswer, Registrant } from './membership.ts';
import type { StartedNode, ToNode, ToRingHome } from './node-mail.ts';
import { Registration } from './registration.ts';

export interface RingMeetingOptions {
  /** All nodes of the server. */
  readonly nodes: readonly StartedNode[];
  /** Null: this server is it. */
  readonly coordinator: HostPort | null;
  /** How many servers the ring has: for the coordinator. */
  readonly serverCount: number;
  readonly thread: GatewayThread;
  /** The gateway of thread 0. */
  readonly home: GatewayRef;
}

/**
 * How a server finds the rest of the ring, or is found: the first of its nodes does that for all of them, and tells them
 * the view. Tribbler §4.1.
 */
export class RingMeeting {
  readonly #options: RingMeetingOptions;
  readonly #coordinator: Coordinator | undefined;
  readonly #registration: Registration | undefined;

  constructor(options: RingMeetingOptions) {
    const { nodes: started, coordinator, serverCount, thread } = options;
    this.#options = options;
    const { outside } = thread;
    const view = newestView(started);
    // Virtual ids are for ever: what it has is its own, and need not wait for anybody.
    if (view !== undefined) this.#tellView(view, { hasReturned: false });
    const common = {
      nodes: started.map(({ node }) => node),
      view,
      onView: (other: RingView, facts: { readonly hasReturned: boolean }) =>
        this.#tellView(other, facts),
      onWaiting: (reason: string) => this.#tellHome({ kind: 'waiting', reason }),
      onRefused: ({ code, message }: AtollError) =>
        this.#tellHome({ kind: 'failed', code, message }),
    };
    if (coordinator === null) {
      this.#coordinator = new Coordinator({ log: outside.log, serverCount, ...common });
    } else this.#registration = new Registration({ outside, coordinator, ...common });
  }

  /** Another server registers here. */
  register(registrant: Registrant): RegisterAnswer {
    return this.#coordinator?.register(registrant) ?? notCoordinator;
  }

  /** A client has a newer view. */
  askSoon(): void {
    this.#registration?.askSoon();
  }

  close(): void {
    this.#registration?.close();
  }

  #tellView(view: RingView, { hasReturned }: { readonly hasReturned: boolean }): void {
    const { nodes, thread } = this.#options;
    for (const { gateway } of nodes) {
      thread.post(gateway, { kind: 'view', view, hasReturned } satisfies ToNode);
    }
    this.#tellHome({ kind: 'view', view });
  }

  #tellHome(mail: ToRingHome): void {
    const { thread, home } = this.#options;
    thread.post(home, mail);
  }
}

/** What a node answers to servers that should have asked another one. */
export const notCoordinator: RegisterAnswer = {
  kind: 'refused',
  message: 'this node is not the first one of the coordinator',
};

/** Of the views that nodes of one server have kept: a crash may have left one with an older one. */
function newestView(nodes: readonly StartedNode[]): RingView | undefined {
  const views = nodes.flatMap(({ view }) => (view === null ? [] : [view]));
  return views.toSorted((a, b) => b.epoch - a.epoch)[0];
}
