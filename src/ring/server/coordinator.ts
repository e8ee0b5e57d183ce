import { AtollError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { RingNode, RingView } from '../ring-view.ts';
import { Membership, type RegisterAnswer, type Registrant } from './membership.ts';

export interface CoordinatorOptions {
  readonly log: Log;
  /** How many servers a ring needs to be complete, this one counted. */
  readonly serverCount: number;
  /** All nodes of this server. */
  readonly nodes: readonly RingNode[];
  /** The view that is kept with their data. */
  readonly view: RingView | undefined;
  /** There is another view. `hasReturned`: an earlier life of this server was in the ring. */
  readonly onView: (view: RingView, facts: { readonly hasReturned: boolean }) => void;
  /** Servers are missing: how many are there. */
  readonly onWaiting: (reason: string) => void;
  /** The kept view is not that of these nodes: `RING_REFUSED`. */
  readonly onRefused: (fault: AtollError) => void;
}

/** The server that others register with: the first that registers is itself. Tribbler §4.1. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #membership: Membership;
  #epoch: number;

  constructor(options: CoordinatorOptions) {
    const { serverCount, view } = options;
    this.#options = options;
    this.#membership = new Membership({ serverCount, kept: view });
    this.#epoch = view?.epoch ?? 0;
    this.#registerOwn();
  }

  register(registrant: Registrant): RegisterAnswer {
    const answer = this.#membership.register(registrant);
    if (answer.kind === 'refused') {
      this.#options.log.warn('registration refused', { reason: answer.message });
    }
    const { view } = this.#membership;
    if (answer.kind === 'not ready') this.#options.onWaiting(answer.message);
    if (view !== undefined && view.epoch !== this.#epoch) this.#registerOwn();
    return answer;
  }

  /** Begins with it, and does it again when the view has changed: what it is told is what others would be. */
  #registerOwn(): void {
    const { log, nodes, onView, onWaiting, onRefused } = this.#options;
    const answer = this.#membership.register({ epoch: this.#epoch, nodes });
    if (answer.kind === 'not ready') onWaiting(answer.message);
    if (answer.kind === 'refused') onRefused(new AtollError('RING_REFUSED', answer.message));
    if (answer.kind !== 'complete' || answer.view.epoch === this.#epoch) return;
    const { epoch } = answer.view;
    this.#epoch = epoch;
    log.info('ring complete', { epoch, nodes: answer.view.nodes.length });
    onView(answer.view, answer);
  }
}
