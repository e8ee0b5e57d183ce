import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { assert } from '../../../core/assert.ts';
import { tribblerLimits } from '../../../core/limits.ts';
import type { Asked, Call, Caller } from './call.ts';
import { problem, problemOfFault, type ProblemCode } from './problems.ts';
import { problemDetails } from './schemas.ts';
import { isCrossSite, tokenOf } from './session-token.ts';

/** What whoever listens knows of a connection. */
export interface Connection {
  readonly address: string;
  readonly isTls: boolean;
}

export type ApiContext = Context<{ Bindings: Connection }>;

export interface RouterOptions {
  readonly findSession: (
    token: string,
  ) => Promise<{ readonly user: string; readonly untilMs: number } | undefined>;
  /** Hears of what is neither an answer nor a fault of the ring. */
  readonly onBug: (error: unknown) => void;
}

type Nothing = Readonly<Record<string, never>>;

const changing: ReadonlySet<string> = new Set(['post', 'put', 'delete']);

/**
 * Makes routes of calls: checks what is asked by the call's schemas, finds the session, and turns faults into problems. The
 * same schemas become `/openapi.json`.
 */
export class Router {
  readonly app: OpenAPIHono<{ Bindings: Connection }> = new OpenAPIHono();
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.app.onError((error) => {
      const answer = problemOfFault(error);
      if (answer !== undefined) return answer;
      options.onBug(error);
      return problem('internal', 'The log of the server has it.');
    });
  }

  /** A call that whoever asks may make; with a session, `caller` is known. */
  add<P = Nothing, Q = Nothing, B = Nothing>(
    call: Call<P, Q, B>,
    handle: (asked: Asked<P, Q, B>, caller: Caller | undefined) => Promise<Response>,
  ): void {
    this.#register(call);
    const path = call.path.replaceAll(/\{(\w+)\}/g, ':$1');
    this.app.on(call.method.toUpperCase(), [path], async (context) => {
      if (changing.has(call.method) && isCrossSite(context.req.raw.headers)) {
        return problem('cross-site', 'Requests that change something must come from our own page.');
      }
      const caller = await this.#callerOf(context);
      if (call.needsSession === true && caller === undefined) {
        return problem('not-logged-in', 'This needs a session: POST /v1/sessions.');
      }
      const asked = await checkAsked(call, context);
      return asked instanceof Response ? asked : await handle(asked, caller);
    });
  }

  /** A call that needs a session. */
  addForUser<P = Nothing, Q = Nothing, B = Nothing>(
    call: Call<P, Q, B>,
    handle: (asked: Asked<P, Q, B>, caller: Caller) => Promise<Response>,
  ): void {
    const problems: readonly ProblemCode[] = ['not-logged-in', ...call.problems];
    this.add({ ...call, needsSession: true, problems }, (asked, caller) =>
      caller === undefined
        ? Promise.resolve(problem('not-logged-in', 'This needs a session.'))
        : handle(asked, caller),
    );
  }

  async #callerOf(context: ApiContext): Promise<Caller | undefined> {
    const token = tokenOf(context.req.raw.headers);
    if (token === undefined) return undefined;
    const session = await this.#options.findSession(token);
    return session === undefined ? undefined : { ...session, token };
  }

  #register<P, Q, B>(call: Call<P, Q, B>): void {
    const { ok } = call;
    const content =
      ok.schema === undefined
        ? {}
        : { content: { [ok.mediaType ?? 'application/json']: { schema: ok.schema } } };
    const responses: Record<string, { description: string; content?: object }> = {
      [ok.status]: { description: ok.description, ...content },
      default: {
        description: `A problem: ${[...call.problems, 'invalid-request', 'unavailable'].join(', ')}`,
        content: { 'application/problem+json': { schema: problemDetails } },
      },
    };
    const headers =
      call.headers === undefined
        ? undefined
        : z.object(
            Object.fromEntries(
              Object.entries(call.headers).map(([name, description]) => [
                name,
                z.string().optional().openapi({ description }),
              ]),
            ),
          );
    this.app.openAPIRegistry.registerPath({
      method: call.method,
      path: call.path,
      summary: call.summary,
      ...(call.needsSession === true ? { security: [{ bearer: [] }, { cookie: [] }] } : {}),
      request: {
        ...(call.params === undefined ? {} : { params: mustBeObject(call.params) }),
        ...(call.query === undefined ? {} : { query: mustBeObject(call.query) }),
        ...(headers === undefined ? {} : { headers }),
        ...(call.body === undefined
          ? {}
          : { body: { required: true, content: { 'application/json': { schema: call.body } } } }),
      },
      responses,
    });
  }
}

async function checkAsked<P, Q, B>(
  call: Call<P, Q, B>,
  context: ApiContext,
): Promise<Asked<P, Q, B> | Response> {
  const { headers } = context.req.raw;
  const params = check(call.params, context.req.param());
  if (params instanceof Response) return params;
  const query = check(call.query, context.req.query());
  if (query instanceof Response) return query;
  let body: B | Response = {} as B;
  if (call.body !== undefined) {
    const json = await readJson(context);
    if (json instanceof Response) return json;
    body = check(call.body, json.value);
    if (body instanceof Response) return body;
  }
  const { address, isTls } = context.env;
  const isLocal =
    !isTls && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.get('host') ?? '');
  return { params, query, body, headers, address, isLocal };
}

function mustBeObject(schema: z.ZodType): z.ZodObject {
  assert(schema instanceof z.ZodObject, 'parameters have names');
  return schema;
}

function check<T>(shape: z.ZodType<T> | undefined, value: unknown): T | Response {
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

async function readJson(context: ApiContext): Promise<{ readonly value: unknown } | Response> {
  const [type = ''] = (context.req.header('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    return problem('not-json', 'The body must be application/json.');
  }
  const text = await readText(context.req.raw);
  if (text === undefined) {
    return problem('body-too-large', `A body has at most ${tribblerLimits.bodyBytesMax} bytes.`);
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return problem('invalid-request', 'The body is not JSON.');
  }
}

/** The body; undefined if it is too large, and then the rest is not read. */
async function readText(request: Request): Promise<string | undefined> {
  const { bodyBytesMax } = tribblerLimits;
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > bodyBytesMax) return undefined;
  // What is announced is also what comes: HTTP sees to that.
  if (announced > 0) return await request.text();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  for (;;) {
    const piece = await reader?.read();
    if (piece?.value === undefined) return text + decoder.decode();
    bytes += piece.value.length;
    if (bytes > bodyBytesMax) {
      await reader?.cancel();
      return undefined;
    }
    text += decoder.decode(piece.value, { stream: true });
  }
}
