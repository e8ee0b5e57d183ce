import type { Me, Page, Profile, Tribble, UserName } from '../../api-types.ts';
import type { Answer, Problem } from '../model/answer.ts';
import type { PeopleTab } from '../model/route.ts';

const peopleLists: Readonly<Record<PeopleTab, string>> = {
  following: 'subscriptions',
  followers: 'followers',
  friends: 'friends',
};

/** So long a request may take; then it counts as lost, and the reader can try again. */
const requestMs = 15_000;
const tribblesPerPage = 30;
const peoplePerPage = 50;

/** The HTTP API, as the page uses it. Nothing here throws: what fails is an `Answer` too. */
export class Api {
  me(): Promise<Answer<Me>> {
    return ask('GET', '/v1/me');
  }

  signUp(id: string, password: string): Promise<Answer<UserName>> {
    return ask('POST', '/v1/users', { body: { id, password } });
  }

  logIn(user: string, password: string): Promise<Answer<{ user: string }>> {
    return ask('POST', '/v1/sessions', { body: { user, password, cookie: true } });
  }

  logOut(): Promise<Answer<undefined>> {
    return ask('DELETE', '/v1/sessions');
  }

  timeline(cursor: string | undefined): Promise<Answer<Page<Tribble>>> {
    return ask('GET', address('/v1/me/timeline', { own: 'true', cursor, limit: tribblesPerPage }));
  }

  postsOf(user: string, cursor: string | undefined): Promise<Answer<Page<Tribble>>> {
    return ask('GET', address(`/v1/users/${user}/posts`, { cursor, limit: tribblesPerPage }));
  }

  tribble(user: string, key: string): Promise<Answer<Tribble>> {
    return ask('GET', `/v1/posts/${user}/${key}`);
  }

  /** May be repeated with the same `idempotencyKey`: the Tribble is made once. */
  post(text: string, idempotencyKey: string): Promise<Answer<Tribble>> {
    const headers = { 'Idempotency-Key': idempotencyKey };
    return ask('POST', '/v1/posts', { body: { text }, headers });
  }

  /** Goes on when the page is closed. */
  remove({ user, key }: { user: string; key: string }): Promise<Answer<undefined>> {
    return ask('DELETE', `/v1/posts/${user}/${key}`, { keepalive: true });
  }

  profile(user: string): Promise<Answer<Profile>> {
    return ask('GET', `/v1/users/${user}`);
  }

  people(user: string, list: PeopleTab, cursor?: string): Promise<Answer<Page<UserName>>> {
    const path = `/v1/users/${user}/${peopleLists[list]}`;
    return ask('GET', address(path, { cursor, limit: peoplePerPage }));
  }

  /** Users whose names begin with `prefix`, latest first. */
  search(prefix: string, cursor?: string): Promise<Answer<Page<UserName>>> {
    return ask('GET', address('/v1/users', { prefix, cursor, limit: peoplePerPage }));
  }

  setFollowing(user: string, follows: boolean): Promise<Answer<undefined>> {
    return ask(follows ? 'PUT' : 'DELETE', `/v1/me/subscriptions/${user}`);
  }
}

interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keepalive?: boolean;
}

async function ask<Value>(
  method: string,
  path: string,
  { body, headers = {}, keepalive = false }: RequestOptions = {},
): Promise<Answer<Value>> {
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      keepalive,
      headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(requestMs),
    });
    if (response.status === 204) return { kind: 'ok', value: undefined as Value };
    const content: unknown = await response.json();
    if (response.ok) return { kind: 'ok', value: content as Value };
    return { kind: 'problem', problem: asProblem(content, response) };
  } catch {
    // No connection, no answer in time, or not an answer of ours (a proxy that stands between).
    return { kind: 'lost' };
  }
}

function asProblem(content: unknown, response: Response): Problem {
  const { code, title, detail, errors } = content as { [Name in keyof Problem]?: Problem[Name] };
  return {
    code: code ?? 'internal',
    title: title ?? 'Something went wrong',
    detail: detail ?? `The server answered ${response.status}.`,
    ...(errors === undefined ? {} : { errors }),
  };
}

function address(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  return `${path}?${query.toString()}`;
}
