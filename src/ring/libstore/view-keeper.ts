import { AtollError } from '../../core/errors.ts';
import { ringLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import { HashRing } from '../hash-ring.ts';
import type { RingNode, RingView } from '../ring-view.ts';
import type { ViewLoader } from './view-loader.ts';

export interface ViewKeeperOptions {
  /** Asked when the nodes of the view are not to be trusted: it was a node when the Libstore was made. */
  readonly coordinator: HostPort;
  readonly loader: ViewLoader;
  readonly view: RingView;
  readonly isAway: (node: RingNode) => boolean;
  readonly onChange: (view: RingView) => void;
}

export interface RefreshOptions {
  /** Who contradicted the view: asked before others. */
  readonly first?: HostPort;
  /**
   * Whether a view with a lower epoch counts. A node that has not heard of the newest view yet learns it within a second or
   * two; who contradicts us for longer is a ring that has begun anew.
   */
  readonly isOlderTaken?: boolean;
}

/** The ring as this client knows it, which is asked for again whenever nodes contradict it or cannot be reached. */
export class ViewKeeper {
  readonly #options: ViewKeeperOptions;
  #ring: HashRing;
  #refreshing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ViewKeeperOptions) {
    this.#options = options;
    this.#ring = new HashRing(options.view);
  }

  get ring(): HashRing {
    return this.#ring;
  }

  /** Asks for the view again. Never rejects: who cannot be asked now is asked later. */
  refresh(options: RefreshOptions = {}): Promise<void> {
    this.#refreshing ??= this.#askAround(options).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.loader.close();
  }

  async #askAround({ first, isOlderTaken = false }: RefreshOptions): Promise<void> {
    const { coordinator, isAway, loader } = this.#options;
    const present = this.#ring.view.nodes.filter((node) => !isAway(node)).map(({ at }) => at);
    const asked = [...(first === undefined ? [] : [first]), coordinator, ...present];
    for (const at of asked.slice(0, ringLimits.viewAskedMax)) {
      if (this.#isClosed) return;
      try {
        const view = await loader.ask(at);
        if (view === undefined) continue;
        this.#take(view, isOlderTaken);
        return;
      } catch (error) {
        if (!(error instanceof AtollError)) throw error;
      }
    }
  }

  #take(view: RingView, isOlderTaken: boolean): void {
    const { epoch } = this.#ring.view;
    if (view.epoch === epoch || (view.epoch < epoch && !isOlderTaken)) return;
    this.#ring = new HashRing(view);
    this.#options.onChange(view);
  }
}
