import { gameLimits } from './game-limits.ts';
import type { Happening } from './happening.ts';
import type { Activity } from './values.ts';

interface Sighting {
  readonly activity: Activity;
  readonly seenMs: number;
}

/**
 * Who is playing now. A client puts its presence again every few seconds with an expiry; whoever was not
 * seen for 30 s is gone, whether or not anybody said so.
 *
 * Times are of the reader's own monotonic clock, at the moment when the presence reached it: the clocks of
 * other machines are not to be compared with ours.
 */
export class OnlineTable {
  readonly #byName: Map<string, Map<string, Sighting>> = new Map();

  see(name: string, writer: string, activity: Activity, nowMs: number): Happening[] {
    const byWriter = this.#byName.get(name) ?? new Map<string, Sighting>();
    this.#byName.set(name, byWriter);
    const before = byWriter.get(writer);
    byWriter.set(writer, { activity, seenMs: nowMs });
    if (before === undefined) return [{ kind: 'arrived', name, writer }];
    return before.activity === activity ? [] : [{ kind: 'activity', name, activity }];
  }

  leave(name: string, writer: string): Happening[] {
    const byWriter = this.#byName.get(name);
    if (byWriter?.delete(writer) !== true) return [];
    if (byWriter.size === 0) this.#byName.delete(name);
    return [{ kind: 'left', name, writer }];
  }

  /** Forgets those who were not seen for too long. */
  expire(nowMs: number): Happening[] {
    const gone: [string, string][] = [];
    for (const [name, byWriter] of this.#byName) {
      for (const [writer, { seenMs }] of byWriter) {
        if (nowMs - seenMs > gameLimits.presenceMs) gone.push([name, writer]);
      }
    }
    return gone.flatMap(([name, writer]) => this.leave(name, writer));
  }

  names(): string[] {
    return [...this.#byName.keys()].toSorted();
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The clients that play `name` at this moment. */
  writersOf(name: string): string[] {
    return [...(this.#byName.get(name)?.keys() ?? [])];
  }

  /** What `name` does; with two clients, the busier of the two. */
  activityOf(name: string): Activity {
    const sightings = [...(this.#byName.get(name)?.values() ?? [])];
    return sightings.find(({ activity }) => activity !== 'idle')?.activity ?? 'idle';
  }
}
