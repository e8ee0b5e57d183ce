import type { z } from 'zod';

import { tribblerLimits } from '../../../core/limits.ts';
import { whenThere } from '../../../core/when-there.ts';
import { Answer } from './answer.ts';
import type { AnyCall, Asked, Call, Caller } from './call.ts';
import { problem, problemOfFault, type ProblemCode } from './problems.ts';
import type { ApiRequest } from './request.ts';
import { RouteTable, type Place } from './route-table.ts';
import { isCrossSite, tokenOf } from './session-token.ts';

export interface RouterOptions {
  readonly findSession: (token: string) => Found | Promise<Found>;
  /** Answers what is at no path of a call. Undefined: neither is there anything else. */
  readonly answerOther: (request: ApiRequest, path: string) => Answer | undefined;
  /** Hears of what is neither an answer nor a fault of the ring. */
  readonly onBug: (error: unknown) => void;
}

/** A session, if there is one. */
type Found = { readonly user: string; readonly untilMs: number } | undefined;

type Nothing = Readonly<Record<string, never>>;

/** What was asked, before it is checked. */
interface Target {
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
}

type Route = (request: ApiRequest, target: Target) => Promise<Answer> | Answer;

const changing: ReadonlySet<string> = new Set(['post', 'put', 'delete']);

/** Finds the call that a request is for, checks what is asked by the call's schemas, finds the session, and turns faults into problems. */
export class Router {
  /** All that were added. */
  readonly calls: AnyCall[] = [];
  readonly #table = new RouteTable<Route>();
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** A call that whoever asks may make; with a session, `caller` is known. */
  add<P = Nothing, Q = Nothing, B = Nothing>(
    call: Call<P, Q, B>,
    handle: (asked: Asked<P, Q, B>, caller: Caller | undefined) => Answer | Promise<Answer>,
  ): void {
    this.calls.push(call);
    const isChanging = changing.has(call.method);
    const nothingAsked = check(call.query, {});
    this.#table.add(call.method.toUpperCase(), call.path, (request, target) => {
      if (isChanging && isCrossSite(request)) {
        return problem('cross-site', 'Requests that change something must come from our own page.');
      }
      return whenThere(this.#callerOf(request), (caller) => {
        if (call.needsSession === true && caller === undefined) {
          return problem('not-logged-in', 'This needs a session: POST /v1/sessions.');
        }
        const params = check(call.params, target.params);
        if (params instanceof Answer) return params;
        const isAsked = target.query !== '';
        const query = isAsked ? check(call.query, parseQuery(target.query)) : nothingAsked;
        if (query instanceof Answer) return query;
        const given = call.body === undefined ? ({} as B) : readBody(call.body, request);
        return whenThere<B | Answer, Answer>(given, (body) =>
          body instanceof Answer ? body : handle({ params, query, body, request }, caller),
        );
      });
    });
  }

  /** A call that needs a session. */
  addForUser<P = Nothing, Q = Nothing, B = Nothing>(
    call: Call<P, Q, B>,
    handle: (asked: Asked<P, Q, B>, caller: Caller) => Answer | Promise<Answer>,
  ): void {
    const problems: readonly ProblemCode[] = ['not-logged-in', ...call.problems];
    this.add({ ...call, needsSession: true, problems }, (asked, caller) =>
      caller === undefined
        ? problem('not-logged-in', 'This needs a session.')
        : handle(asked, caller),
    );
  }

  /** A path at which there is something that is not of the API proper. */
  addPlain(path: string, answer: () => Answer): void {
    this.#table.add('GET', path, answer);
  }

  /** Never fails. HEAD is answered as GET: whoever listens leaves the body out. */
  answer(request: ApiRequest): Answer | Promise<Answer> {
    try {
      const [path, query] = splitTarget(request.target);
      const place = this.#table.find(path);
      const route = place?.routes.get(request.method === 'HEAD' ? 'GET' : request.method);
      if (place === undefined || route === undefined) return this.#notFound(request, path, place);
      const answer = route(request, { params: place.params, query });
      return answer instanceof Promise ? answer.catch((error) => this.#failed(error)) : answer;
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): Answer {
    const answer = problemOfFault(error);
    if (answer !== undefined) return answer;
    this.#options.onBug(error);
    return problem('internal', 'The log of the server has it.');
  }

  #notFound(request: ApiRequest, path: string, place: Place<Route> | undefined): Answer {
    if (place !== undefined) {
      const detail = `${request.method} is not possible at ${path}.`;
      return problem('no-such-method', detail, { allow: [...place.routes.keys()] });
    }
    const other = this.#options.answerOther(request, path);
    return other ?? problem('no-such-page', `There is nothing at ${path}.`);
  }

  #callerOf(request: ApiRequest): Caller | undefined | Promise<Caller | undefined> {
    const token = tokenOf(request);
    if (token === undefined) return undefined;
    return whenThere(this.#options.findSession(token), (session) =>
      session === undefined ? undefined : { user: session.user, untilMs: session.untilMs, token },
    );
  }
}

/** The path and the query. A request as one to a proxy names the server too, which HTTP wants to be understood. */
function splitTarget(target: string): readonly [string, string] {
  const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*\/?/i, '/');
  const end = local.indexOf('?');
  return end < 0 ? [local, ''] : [local.slice(0, end), local.slice(end + 1)];
}

/** Of a name that comes several times the first counts. */
function parseQuery(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...new URLSearchParams(text)].toReversed());
}

function check<T>(shape: z.ZodType<T> | undefined, value: unknown): T | Answer {
  if (shape === undefined) return {} as T;
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
  const [first] = errors;
  return problem('invalid-request', `${first?.path ?? ''}: ${first?.message ?? ''}`, { errors });
}

async function readBody<B>(shape: z.ZodType<B>, request: ApiRequest): Promise<B | Answer> {
  const [type = ''] = (request.header('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    return problem('not-json', 'The body must be application/json.');
  }
  const { bodyBytesMax } = tribblerLimits;
  const text = await request.readText(bodyBytesMax);
  if (text === undefined) {
    return problem('body-too-large', `A body has at most ${bodyBytesMax} bytes.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('invalid-request', 'The body is not JSON.');
  }
  return check(shape, value);
}
