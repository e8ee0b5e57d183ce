import type { GatewayRef } from '../../actor/gateway.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { RingNode, RingView } from '../ring-view.ts';

/** What the gateway of a node gets. */
export type ToNode =
  /** All nodes of the server run. The first of them looks for the rest of the ring. */
  | { readonly kind: 'nodes'; readonly nodes: readonly StartedNode[] }
  /** From the first node: the ring is complete, or changed. `hasReturned`: the server was in it before. */
  | { readonly kind: 'view'; readonly view: RingView; readonly hasReturned: boolean }
  /** To the first node: a client has a newer view. */
  | { readonly kind: 'view is old' };

/** What the gateway of thread 0 gets. */
export type ToRingHome =
  | {
      readonly kind: 'loading';
      readonly node: number;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  | { readonly kind: 'view'; readonly view: RingView }
  /** What the ring is waited for with, in words: of the coordinator, or about it. */
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/** A node that takes connections. */
export interface StartedNode {
  readonly node: RingNode;
  /** What is kept with its data; null: nothing. */
  readonly view: RingView | null;
  readonly gateway: GatewayRef;
}
