import type { Clock } from '../../../core/clock.ts';
import type { Digest } from '../../../core/digest.ts';
import { tribblerLimits } from '../../../core/limits.ts';
import type { Log } from '../../../core/log.ts';
import type { Random } from '../../../core/random.ts';
import type { Timers } from '../../../core/timers.ts';
import type { Libstore } from '../../../ring/libstore/libstore.ts';
import { Accounts, type PasswordHasher } from '../accounts.ts';
import { withDeadlines } from '../deadlines.ts';
import { RateLimiter } from '../rate-limiter.ts';
import { Service } from '../service.ts';
import { Streams } from '../streams.ts';
import { addAccountCalls } from './account-calls.ts';
import { json } from './answers.ts';
import type { ApiParts } from './api-parts.ts';
import { answerPage, type PageFiles } from './page-files.ts';
import { addPostCalls } from './post-calls.ts';
import { problem } from './problems.ts';
import { Router, type Connection } from './router.ts';
import { addStreamCall } from './stream-call.ts';
import { addUserCalls } from './user-calls.ts';

export interface ApiOptions {
  readonly store: Libstore;
  readonly outside: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly random: Random;
    readonly digest: Digest;
    readonly log: Log;
  };
  readonly hasher: PasswordHasher;
  readonly files: PageFiles;
  readonly version: string;
}

/** Tribbler over HTTP, without the listening: a request in, a response out. */
export interface Api {
  readonly fetch: (request: Request, connection: Connection) => Response | Promise<Response>;
  readonly parts: ApiParts;
  /** From now on `/healthz` says that the server stops, and streams end. */
  stop(): void;
}

/** An application server of Tribbler: stateless, over a Libstore. */
export function createApi({ outside, hasher, files, version, ...options }: ApiOptions): Api {
  const store = withDeadlines(options.store);
  const { clock, timers, log } = outside;
  const onBug = (error: unknown): void => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error('request failed', { error: words });
  };
  const service = new Service({ store, ...outside });
  const accounts = new Accounts({ store, users: service.users, hasher, ...outside });
  const { reader, timeline } = service;
  const streams = new Streams({ store, reader, timeline, clock, timers, onBug });
  const limits = tribblerLimits;
  const parts: ApiParts = {
    service,
    accounts,
    streams,
    limiters: {
      signUps: new RateLimiter(
        { burst: limits.signUpsPerAddress, everyMs: limits.signUpPerAddressMs },
        clock,
      ),
      logIns: new RateLimiter(
        { burst: limits.loginsPerAddress, everyMs: limits.loginPerAddressMs },
        clock,
      ),
      logInsByName: new RateLimiter(
        { burst: limits.loginsPerName, everyMs: limits.loginPerNameMs },
        clock,
      ),
      posts: new RateLimiter({ burst: limits.postsPerUser, everyMs: limits.postPerUserMs }, clock),
    },
  };
  const router = new Router({ findSession: (token) => accounts.findSession(token), onBug });
  addAccountCalls(router, parts);
  addUserCalls(router, parts);
  addPostCalls(router, parts);
  addStreamCall(router, parts);
  const isStopping = addRest(router, files, version);
  return {
    fetch: (request, connection) => router.app.fetch(request, connection),
    parts,
    stop() {
      isStopping.value = true;
      streams.close();
    },
  };
}

/** What is not of the API proper. */
function addRest(router: Router, files: PageFiles, version: string): { value: boolean } {
  const isStopping = { value: false };
  const { app } = router;
  const document = makeDocument(router, version);
  app.get('/openapi.json', () => json(200, document));
  app.get('/healthz', () =>
    isStopping.value
      ? problem('unavailable', 'The server is about to stop.', { retryAfterSeconds: 5 })
      : json(200, { status: 'ok' }),
  );
  app.notFound((context) => {
    const { method, path, raw } = context.req;
    const isApi = path.startsWith('/v1/');
    const allow = methodsAt(router, path);
    if (allow.length > 0) {
      return problem('no-such-method', `${method} is not possible at ${path}.`, { allow });
    }
    if (!isApi && (method === 'GET' || method === 'HEAD')) {
      const answer = answerPage(files, path, raw.headers);
      if (answer !== undefined) return answer;
    }
    return problem('no-such-page', `There is nothing at ${path}.`);
  });
  return isStopping;
}

/** The methods that are possible at a path of the API. */
function methodsAt({ app }: Router, path: string): readonly string[] {
  const words = path.split('/');
  const routes = app.routes.filter(({ path: pattern }) => {
    const parts = pattern.split('/');
    return (
      parts.length === words.length &&
      parts.every((part, index) => part.startsWith(':') || part === words[index])
    );
  });
  return [...new Set(routes.map(({ method }) => method))];
}

function makeDocument({ app }: Router, version: string): object {
  const { openAPIRegistry } = app;
  openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'cookie', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-atoll-session',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Tribbler', version, description: 'A microblog on the ring store of Atoll.' },
  });
}
