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
import type { Answer } from './answer.ts';
import { json } from './answers.ts';
import type { ApiParts } from './api-parts.ts';
import { answerPage, type PageFiles } from './page-files.ts';
import { addPostCalls } from './post-calls.ts';
import { describeCalls } from './open-api.ts';
import { problem } from './problems.ts';
import type { ApiRequest } from './request.ts';
import { Router } from './router.ts';
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
  /** Never fails. What is at hand is answered in the same turn. */
  answer(request: ApiRequest): Answer | Promise<Answer>;
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
  const router = new Router({
    findSession: (token) => accounts.findSession(token),
    answerOther: (request, path) => answerOther(files, request, path),
    onBug,
  });
  addAccountCalls(router, parts);
  addUserCalls(router, parts);
  addPostCalls(router, parts);
  addStreamCall(router, parts);
  const description = json(200, describeCalls(router.calls, version));
  router.addPlain('/openapi.json', () => description);
  let isStopping = false;
  router.addPlain('/healthz', () =>
    isStopping
      ? problem('unavailable', 'The server is about to stop.', { retryAfterSeconds: 5 })
      : json(200, { status: 'ok' }),
  );
  return {
    answer: (request) => router.answer(request),
    parts,
    stop() {
      isStopping = true;
      streams.close();
    },
  };
}

/** The files of the page, for what is not of the API. */
function answerOther(files: PageFiles, request: ApiRequest, path: string): Answer | undefined {
  const { method } = request;
  if (path.startsWith('/v1/') || (method !== 'GET' && method !== 'HEAD')) return undefined;
  return answerPage(files, path, request);
}
