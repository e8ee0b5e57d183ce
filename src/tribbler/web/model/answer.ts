import type { ProblemDetails } from '../../api-types.ts';

/** What the server said is wrong, or what we say if it says nothing. */
export interface Problem extends Pick<ProblemDetails, 'code' | 'title' | 'detail'> {
  readonly errors?: ProblemDetails['errors'];
}

/**
 * What became of a request: an answer, a problem that the server told, or no answer at all. After `lost` a change may have been
 * made, or not.
 */
export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'lost' };
