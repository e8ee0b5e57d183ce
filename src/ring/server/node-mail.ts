import type { GatewayRef } from '../../actor/gateway.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { RingNode, RingView } from '../ring-view.ts';

/** What the gateway of a node gets. */
export type ToNode =
  /** To the first node: all nodes of the server run. It looks for the rest of the ring. */
  | { readonly kind: 'nodes'; readonly nodes: readonly StartedNode[] }
  /** To the others: the ring is complete, or changed. `hasReturned`: the server was in it before. */
  | { readonly kind: 'view'; readonly view: RingView; readonly hasReturned: boolean };

/** What the gateway of thread 0 gets. */
export type ToRingHome =
  | {
      readonly kind: 'loading';
      readonly node: number;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  | { readonly kind: 'view'; readonly view: RingView }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/** A node that takes connections. */
export interface StartedNode {
  readonly node: RingNode;
  readonly gateway: GatewayRef;
}
