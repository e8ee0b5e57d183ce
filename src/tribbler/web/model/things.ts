// What the HTTP API gives and takes, as docs/reference/http-api.md has it.

/** A user as lists have them. */
export interface Person {
  readonly id: string;
}

/** How much there is; 1,000 means 1,000 or more. */
export interface Counts {
  readonly tribbles: number;
  readonly subscriptions: number;
  readonly followers: number;
}

/** How the one who asks and the user stand to each other. */
export interface Relation {
  readonly follows: boolean;
  readonly followedBy: boolean;
  readonly friend: boolean;
}

/** A user as the profile page shows one; `viewer` is there with a session. */
export interface Profile extends Person {
  readonly created: string;
  readonly counts: Counts;
  readonly viewer?: Relation;
}

/** The user whose session it is. */
export interface Me extends Person {
  readonly created: string;
  readonly counts: Counts;
}

export interface Tribble {
  /** `user/key`: names it everywhere. */
  readonly id: string;
  readonly user: string;
  readonly key: string;
  readonly posted: string;
  readonly text: string;
}

/** Whose Tribbles an answer lacks, and why. */
export interface Partial {
  readonly missing: readonly string[];
  readonly detail: string;
}

/** One page of a list; `next` is there if there may be more. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
  readonly partial?: Partial;
}

/** RFC 9457; `code` never changes, the texts are for people. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
}

/**
 * What became of a request: an answer, a problem that the server told, or no answer at all. After `lost` a change may have been
 * made, or not.
 */
export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'lost' };
