import type { Accounts } from '../accounts.ts';
import type { RateLimiter } from '../rate-limiter.ts';
import type { Service } from '../service.ts';
import type { Streams } from '../streams.ts';

/** What the calls of the API work with. */
export interface ApiParts {
  readonly service: Service;
  readonly accounts: Accounts;
  readonly streams: Streams;
  readonly limiters: {
    /** By address. */
    readonly signUps: RateLimiter;
    readonly logIns: RateLimiter;
    /** By user. */
    readonly logInsByName: RateLimiter;
    readonly posts: RateLimiter;
  };
}
