import assert from 'node:assert/strict';

import type { Tribble } from '../../src/tribbler/api-types.ts';

/** What became of a Tribble, as far as clients were told. `unknown`: no answer came, so it may be there or not. */
type Fate = 'listed' | 'unknown' | 'deleting' | 'deleted';

interface Known {
  readonly tribble: Tribble;
  fate: Fate;
}

/**
 * What clients know of a microblog: what was acknowledged, and what may or may not have happened. Answers are held against what was
 * known when they were asked for.
 */
export class TribblerModel {
  readonly #posts: Map<string, Known> = new Map();
  /** Texts that were sent, by user: what is in an answer must be among them. */
  readonly #texts: Map<string, Set<string>> = new Map();
  /** By user: true if it is followed, undefined if that is not known. */
  readonly #follows: Map<string, Map<string, boolean | undefined>> = new Map();

  sending(user: string, text: string): void {
    const texts = this.#texts.get(user) ?? new Set();
    this.#texts.set(user, texts.add(text));
  }

  posted(tribble: Tribble): void {
    this.#posts.set(tribble.id, { tribble, fate: 'listed' });
  }

  deleting(id: string): void {
    this.#mustGet(id).fate = 'deleting';
  }

  deleted(id: string): void {
    this.#mustGet(id).fate = 'deleted';
  }

  follows(user: string, target: string, isFollowed: boolean | undefined): void {
    const targets = this.#follows.get(user) ?? new Map<string, boolean | undefined>();
    this.#follows.set(user, targets.set(target, isFollowed));
  }

  /** Tribbles of a user that may be deleted. */
  deletable(user: string): readonly string[] {
    return [...this.#posts.values()]
      .filter(({ tribble, fate }) => tribble.user === user && fate === 'listed')
      .map(({ tribble }) => tribble.id);
  }

  /** What is known now, to hold an answer against that is asked for after this. */
  expectTimeline(user: string): Expectation {
    const targets = [...(this.#follows.get(user) ?? [])];
    const sure = targets.filter(([, is]) => is === true).map(([target]) => target);
    const possible = targets.filter(([, is]) => is !== false).map(([target]) => target);
    return this.#expect(new Set(sure), new Set(possible), user);
  }

  expectPosts(user: string): Expectation {
    return this.#expect(new Set([user]), new Set([user]), user);
  }

  #expect(sure: ReadonlySet<string>, possible: ReadonlySet<string>, user: string): Expectation {
    const all = [...this.#posts.values()];
    const listed = all.filter(({ tribble, fate }) => sure.has(tribble.user) && fate === 'listed');
    const gone = all.filter(({ fate }) => fate === 'deleted').map(({ tribble }) => tribble.id);
    return new Expectation({
      user,
      possible,
      listed: new Set(listed.map(({ tribble }) => tribble)),
      gone: new Set(gone),
      fateOf: (id) => this.#posts.get(id)?.fate,
      wasSent: (tribble) => this.#texts.get(tribble.user)?.has(tribble.text) === true,
      isFollowedNow: (target) => this.#follows.get(user)?.get(target) !== false,
    });
  }

  #mustGet(id: string): Known {
    const known = this.#posts.get(id);
    assert.ok(known !== undefined, `nothing is known of ${id}`);
    return known;
  }
}

interface ExpectationParts {
  readonly user: string;
  readonly possible: ReadonlySet<string>;
  readonly listed: ReadonlySet<Tribble>;
  readonly gone: ReadonlySet<string>;
  readonly fateOf: (id: string) => Fate | undefined;
  readonly wasSent: (tribble: Tribble) => boolean;
  readonly isFollowedNow: (target: string) => boolean;
}

/** What an answer must have, and must not have. */
export class Expectation {
  readonly #known: ExpectationParts;

  constructor(known: ExpectationParts) {
    this.#known = known;
  }

  /** `missing` are users that the answer says it lacks. */
  check(items: readonly Tribble[], missing: readonly string[] = []): void {
    const { listed, gone, fateOf, wasSent, user, isFollowedNow } = this.#known;
    const ids = items.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, `${user}: nothing is there twice`);
    assert.ok(items.length <= 100);
    assert.deepEqual(items.toSorted(newestFirst), items, `${user}: the latest comes first`);
    for (const tribble of items) {
      assert.ok(wasSent(tribble), `${tribble.id} was sent by nobody`);
      assert.ok(!gone.has(tribble.id), `${tribble.id} was deleted before`);
    }
    const last = items.at(-1);
    const isCut = items.length === 100;
    const seen = new Set(ids);
    for (const tribble of listed) {
      if (missing.includes(tribble.user) || seen.has(tribble.id)) continue;
      if (isCut && last !== undefined && newestFirst(tribble, last) > 0) continue;
      // It may have been deleted, or its user not followed any more, since this was asked for.
      const isStill = fateOf(tribble.id) === 'listed' && isFollowedNow(tribble.user);
      assert.ok(!isStill, `${tribble.id} was acknowledged, and is not shown to ${user}`);
    }
  }
}

function newestFirst(a: Tribble, b: Tribble): number {
  if (a.key !== b.key) return a.key > b.key ? -1 : 1;
  return a.user < b.user ? -1 : 1;
}
