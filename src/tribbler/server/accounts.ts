import type { Clock } from '../../core/clock.ts';
import type { Digest } from '../../core/digest.ts';
import { AtollError } from '../../core/errors.ts';
import { forgetOldest } from '../../core/forget-oldest.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import type { Random } from '../../core/random.ts';
import { whenThere } from '../../core/when-there.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import { formatTime } from '../rfc3339.ts';
import { keys } from './keys.ts';
import type { Outcome } from './outcome.ts';
import { no } from './outcome.ts';
import type { Users } from './users.ts';

/** Hashes passwords; slowly, with much memory, on another thread. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** What `session-HASH:session` holds, as JSON. */
export interface SessionRecord {
  readonly user: string;
  readonly untilMs: number;
}

/** A session that was just begun. */
export interface BegunSession extends SessionRecord {
  readonly token: string;
}

/** What is known of a token. */
interface KnownToken {
  readonly key: string;
  /** What the ring had at the last look, and what that means. */
  text: string | undefined;
  record: SessionRecord | undefined;
}

export interface AccountsOptions {
  readonly store: Libstore;
  readonly users: Users;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
}

const encoder = new TextEncoder();
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;
/** Tokens have 256 random bits: the key only keeps their hashes apart from other uses. */
const hashKey = encoder.encode('atoll tribbler session');

/**
 * Accounts and sessions. A session is a random token; the ring has its hash, so whoever reads the ring cannot log in with what he
 * finds. Any application server knows it, and when it is ended none does.
 */
export class Accounts {
  readonly #options: AccountsOptions;
  /** By their tokens. To hash a token at each request, and to parse what its session is, would be a tenth of it. */
  readonly #known: Map<string, KnownToken> = new Map();
  #hashing = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Rejects with `TOO_MANY_CALLS` if too many passwords wait to be hashed. */
  async signUp(user: string, password: string): Promise<Outcome<{ created: string }, 'Exists'>> {
    const { users, hasher, clock } = this.#options;
    // To hash is dear: not for a name that is taken.
    if (await users.exists(user)) return no('Exists');
    const passwordHash = await this.#inTurn(() => hasher.hash(password));
    const created = formatTime(clock.wallMs());
    const outcome = await users.create(user, { created, passwordHash });
    return outcome.status === 'OK' ? { status: 'OK', value: { created } } : outcome;
  }

  /** A new session; undefined if there is no such user or it is not the password. */
  async logIn(user: string, password: string): Promise<BegunSession | undefined> {
    const { users, hasher, log } = this.#options;
    const record = await users.find(user);
    if (record === undefined) return undefined;
    if (!(await this.#inTurn(() => hasher.verify(record.passwordHash, password)))) return undefined;
    const session = await this.begin(user);
    // What a crash may have left out when the user was created. A node that is away makes nobody wait for it.
    users.index(user).catch((error: unknown) => {
      if (!(error instanceof AtollError)) throw error;
      log.warn('user not indexed', { user, code: error.code });
    });
    return session;
  }

  /** A new session of a user, whoever asks. */
  async begin(user: string): Promise<BegunSession> {
    const { store, clock, random } = this.#options;
    const token = base64Url(random.bytes(32));
    const record = { user, untilMs: clock.wallMs() + tribblerLimits.sessionMs };
    await store.put(this.#makeKey(token), JSON.stringify(record));
    return { ...record, token };
  }

  /** The session of a token; undefined if there is none, or it is over. */
  findSession(token: string): SessionRecord | undefined | Promise<SessionRecord | undefined> {
    const { store, clock } = this.#options;
    const known = this.#known.get(token) ?? this.#meet(token);
    if (known === undefined) return undefined;
    // The ring is asked each time: a session that was ended anywhere is over everywhere.
    return whenThere((store.ready ?? store).get(known.key), (text) => {
      if (text === undefined) return undefined;
      if (text !== known.text) known.record = JSON.parse(text) as SessionRecord;
      // Also if it is equal: the same string again is compared at a glance.
      known.text = text;
      if (known.record !== undefined && known.record.untilMs > clock.wallMs()) return known.record;
      return store.delete(known.key).then(() => undefined);
    });
  }

  async end(token: string): Promise<void> {
    const key = this.#meet(token)?.key;
    if (key !== undefined) await this.#options.store.delete(key);
  }

  /** Remembers a token; undefined: it is none. */
  #meet(token: string): KnownToken | undefined {
    if (!tokenPattern.test(token)) return undefined;
    const known = { key: this.#makeKey(token), text: undefined, record: undefined };
    this.#known.set(token, known);
    forgetOldest(this.#known, tribblerLimits.sessionKeysKept);
    return known;
  }

  #makeKey(token: string): string {
    const hash = this.#options.digest.hmacSha256(hashKey, encoder.encode(token));
    let hex = '';
    for (const byte of hash) hex += byte.toString(16).padStart(2, '0');
    return keys.session(hex);
  }

  /** Few at once: each hash takes much memory, and a processor for a while. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const { hashesAtOnce, hashesWaitingMax } = tribblerLimits;
    if (this.#hashing >= hashesAtOnce) {
      if (this.#waiting.length >= hashesWaitingMax) {
        throw new AtollError('TOO_MANY_CALLS', 'too many passwords wait to be checked');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#hashing += 1;
    }
    try {
      return await work();
    } finally {
      // The turn is handed on, or given back.
      const next = this.#waiting.shift();
      if (next === undefined) this.#hashing -= 1;
      else next();
    }
  }
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function base64Url(bytes: Uint8Array): string {
  let text = '';
  for (let place = 0; place < bytes.length; place += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(place, place + 3);
    const bits = (a << 16) | (b << 8) | c;
    const letters = Math.min(bytes.length - place, 3) + 1;
    for (let letter = 0; letter < letters; letter += 1) {
      text += base64Letters[(bits >> (18 - 6 * letter)) & 63];
    }
  }
  return text;
}
