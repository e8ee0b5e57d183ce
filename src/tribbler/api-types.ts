/** What the HTTP API gives: `docs/reference/http-api.md`. */
export interface Tribble {
  /** `heather/post_…`. */
  readonly id: string;
  readonly user: string;
  readonly key: string;
  /** RFC 3339. */
  readonly posted: string;
  readonly text: string;
}

export interface UserName {
  readonly id: string;
}

export interface User extends UserName {
  readonly created: string;
}

/** Each up to `tribblerLimits.countMax`, which means: or more. */
export interface Counts {
  readonly tribbles: number;
  readonly subscriptions: number;
  readonly followers: number;
}

/** What a user is to the one who asks. */
export interface Relation {
  readonly follows: boolean;
  readonly followedBy: boolean;
  readonly friend: boolean;
}

export interface Profile extends User {
  readonly counts: Counts;
  readonly viewer?: Relation;
}

export interface Me extends User {
  readonly counts: Counts;
  /** When the session ends. */
  readonly expires: string;
}

export interface Session {
  readonly user: string;
  readonly expires: string;
  /** Not with a cookie. */
  readonly token?: string;
}

/** Whose part could not be read. */
export interface Missing {
  readonly missing: readonly string[];
  readonly detail: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** There may be more: the cursor to ask for it. */
  readonly next?: string;
  readonly partial?: Missing;
}

/** RFC 9457. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** The data of the stream's events, by their names. */
export interface StreamEvents {
  readonly state: { readonly complete: boolean; readonly missing: readonly string[] };
  readonly tribble: Tribble;
  readonly deleted: { readonly id: string };
  readonly reset: Readonly<Record<string, never>>;
  readonly end: { readonly reason: 'session' | 'stop' };
}
