import type { Tribble } from '../../api-types.ts';

/** Who is told what the stream tells. */
export interface StreamListener {
  readonly tribble: (tribble: Tribble) => void;
  readonly deleted: (id: string) => void;
  readonly missing: (users: readonly string[]) => void;
  /** More was missed than is sent again. */
  readonly reset: () => void;
  /** The session is over. */
  readonly ended: () => void;
  /** The server answers, but not with a stream: perhaps the session is over. It is tried again. */
  readonly refused: () => void;
}

/** How long to wait before a stream that was refused is opened again. Those that break come back by themselves. */
const reopenMs = 5000;

/**
 * The stream of the timeline. The browser opens it again when it breaks, and then tells the server the last event that it had, so that
 * nothing is missed; but a stream that was answered with an error stays closed, and that we open again ourselves.
 */
export class LiveStream {
  readonly #listener: StreamListener;
  #source: EventSource | undefined;
  #reopening: number | undefined;
  #lastEventId = '';

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  open(): void {
    if (this.#source !== undefined) return;
    const resume =
      this.#lastEventId === '' ? '' : `&lastEventId=${encodeURIComponent(this.#lastEventId)}`;
    const source = new EventSource(`/v1/me/stream?own=true${resume}`);
    this.#source = source;
    const on = (name: string, take: (data: unknown) => void): void => {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (event.lastEventId !== '') this.#lastEventId = event.lastEventId;
        take(JSON.parse(event.data));
      });
    };
    on('tribble', (data) => this.#listener.tribble(data as Tribble));
    on('deleted', (data) => this.#listener.deleted((data as { id: string }).id));
    on('state', (data) => this.#listener.missing((data as { missing: string[] }).missing));
    on('reset', () => this.#listener.reset());
    on('end', (data) => {
      if ((data as { reason: string }).reason !== 'session') return;
      this.close();
      this.#listener.ended();
    });
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#source = undefined;
      this.#reopening = window.setTimeout(() => this.open(), reopenMs);
      this.#listener.refused();
    });
  }

  close(): void {
    window.clearTimeout(this.#reopening);
    this.#source?.close();
    this.#source = undefined;
  }

  /** Closes it for good: another user must not be told what this one missed. */
  forget(): void {
    this.close();
    this.#lastEventId = '';
  }
}
