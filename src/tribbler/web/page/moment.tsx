import type { VNode } from 'preact';
import { parseTime } from '../browser/time.ts';
import { absoluteTime, relativeTime } from '../model/relative-time.ts';
import { usePage } from './page-context.ts';

/** How long ago something was; the whole date is its title. */
export function Moment({ time }: { time: string }): VNode {
  const page = usePage();
  const timeMs = parseTime(time);
  return (
    <time class="moment" dateTime={time} title={absoluteTime(timeMs)}>
      {relativeTime(timeMs, page.nowMs.value)}
    </time>
  );
}

/** The whole date, written out. */
export function WholeMoment({ time }: { time: string }): VNode {
  return (
    <time class="moment" dateTime={time}>
      {absoluteTime(parseTime(time))}
    </time>
  );
}
