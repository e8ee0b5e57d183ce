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

  /** Asks for the view again, `first` before others. Never rejects: who cannot be asked now is asked later. */
  refresh(first: HostPort | undefined): Promise<void> {
    this.#refreshing ??= this.#askAround(first).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.loader.close();
  }

  async #askAround(first: HostPort | undefined): Promise<void> {
    const { coordinator, isAway, loader } = this.#options;
    const present = this.#ring.view.nodes.filter((node) => !isAway(node)).map(({ at }) => at);
    const asked = [...(first === undefined ? [] : [first]), coordinator, ...present];
    for (const at of asked.slice(0, ringLimits.viewAskedMax)) {
      if (this.#isClosed) return;
      try {
        const view = await loader.ask(at);
        if (view === undefined) continue;
        this.#take(view);
        return;
      } catch (error) {
        if (!(error instanceof AtollError)) throw error;
      }
    }
  }

  /** Any other epoch, also a lower one: whoever contradicts us is a node, and we are none. */
  #take(view: RingView): void {
    if (view.epoch === this.#ring.view.epoch) return;
    this.#ring = new HashRing(view);
    this.#options.onChange(view);
  }
}
