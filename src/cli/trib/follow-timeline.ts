import { setTimeout as delay } from 'node:timers/promises';

import { forgetOldest } from '../../core/forget-oldest.ts';
import { AtollError } from '../../core/errors.ts';
import type { Page, StreamEvents, Tribble } from '../../tribbler/api-types.ts';
import { ProblemAnswer, type ApiClient } from './api-client.ts';
import { readEvents } from './event-stream.ts';

export interface FollowOptions {
  readonly client: ApiClient;
  /** So many of the newest first. */
  readonly limit: number;
  readonly own: boolean;
  readonly show: (tribble: Tribble) => Promise<void>;
  readonly say: (line: string) => void;
}

const comeBackMs = 1_000;
/** Events may come twice: so many are remembered. */
const rememberedMax = 2_000;

/** Shows the timeline, oldest first, and then what comes, until `signal`. A stream that is lost is opened again, without a gap. */
export async function followTimeline(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { client, limit, own, show, say } = options;
  const shown: Set<string> = new Set();
  const showOnce = async (tribble: Tribble): Promise<void> => {
    if (shown.has(tribble.id)) return;
    shown.add(tribble.id);
    forgetOldest(shown, rememberedMax);
    await show(tribble);
  };
  const page = await client.ask<Page<Tribble>>(`/v1/me/timeline?own=${own}&limit=${limit}`);
  for (const tribble of page.items.toReversed()) await showOnce(tribble);
  let lastId = page.items[0]?.id ?? '';
  let isLost = false;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId };
      const pieces = await client.open(`/v1/me/stream?own=${own}`, signal, headers);
      if (isLost) say('it is back');
      isLost = false;
      for await (const { name, data, id } of readEvents(pieces)) {
        if (id !== '') lastId = id;
        if (name === 'tribble') await showOnce(JSON.parse(data) as Tribble);
        else if (name === 'state') tellState(JSON.parse(data) as StreamEvents['state'], say);
        else if (name === 'reset') say('more was posted than is shown: see atoll trib timeline');
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ProblemAnswer && error.details.status !== 503) throw error;
      // What a lost connection is called depends on where it was lost; a first one that fails is told.
      if (error instanceof AtollError && !isLost && shown.size === 0) throw error;
    }
    if (!isLost && !signal.aborted) say('the server is away, trying again');
    isLost = true;
    await delay(comeBackMs, undefined, { signal }).catch(() => {});
  }
}

function tellState(
  { complete, missing }: StreamEvents['state'],
  say: (line: string) => void,
): void {
  if (!complete) say(`a storage node is away: nothing new is seen of ${missing.join(', ')}`);
}
