import type { StreamEvents } from '../api-types.ts';

/** What a stream sends. A Tribble is sent as the ring has it. */
export type StreamEvent =
  | { readonly name: 'tribble'; readonly id: string; readonly json: string }
  | { readonly name: 'state'; readonly data: StreamEvents['state'] }
  | { readonly name: 'deleted'; readonly data: StreamEvents['deleted'] }
  | { readonly name: 'reset'; readonly data: StreamEvents['reset'] }
  | { readonly name: 'end'; readonly data: StreamEvents['end'] }
  | { readonly name: 'comment' };

/** Where a stream's events go. */
export interface EventSink {
  /** False: too much waits to be read, or nobody reads any more. */
  send(event: StreamEvent): boolean;
  close(): void;
}

/** An event as it is written (the HTML standard, server-sent events). JSON has no line ends, so one line of data is enough. */
export function formatEvent(event: StreamEvent): string {
  switch (event.name) {
    case 'comment':
      return ':\n\n';
    case 'tribble':
      return `event: tribble\nid: ${event.id}\ndata: ${event.json}\n\n`;
    case 'state':
    case 'deleted':
    case 'reset':
    case 'end':
      return `event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
  }
}
