import { defineGateway, type GatewayKind, type GatewayRef } from '../../actor/gateway.ts';
import { AtollError } from '../../core/errors.ts';
import type { RingView } from '../ring-view.ts';
import type { StartedNode, ToNode, ToRingHome } from './node-mail.ts';

/** Hears what the nodes of a server have to tell. */
export interface RingHomeOptions {
  readonly onView: (view: RingView) => void;
  readonly onFailed: (fault: AtollError) => void;
  readonly onWaiting: ((reason: string) => void) | undefined;
  /** Of all nodes together. */
  readonly onLoading: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface RingHomeReady {
  readonly ref: GatewayRef;
  /** All nodes of the server run: the first of them looks for the rest of the ring. */
  readonly meet: (nodes: readonly StartedNode[]) => void;
}

/** The gateway of thread 0: nodes have threads of their own, and tell it what whoever started them wants to know. */
export const RingHome: GatewayKind<RingHomeOptions, RingHomeReady> = defineGateway(
  'ring-home',
  (thread, { onView, onFailed, onWaiting, onLoading }) => {
    const loading = new Map<number, { doneBytes: number; totalBytes: number }>();
    return Promise.resolve({
      ready: {
        ref: thread.self,
        meet: (nodes) => {
          for (const { gateway } of nodes) {
            thread.post(gateway, { kind: 'nodes', nodes } satisfies ToNode);
          }
        },
      },
      onMail: (mail: unknown) => {
        const told = mail as ToRingHome;
        if (told.kind === 'view') onView(told.view);
        else if (told.kind === 'waiting') onWaiting?.(told.reason);
        else if (told.kind === 'failed') onFailed(new AtollError(told.code, told.message));
        else {
          loading.set(told.node, told);
          const all = [...loading.values()];
          onLoading?.(
            all.reduce((sum, { doneBytes }) => sum + doneBytes, 0),
            all.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
          );
        }
      },
      close: () => {},
    });
  },
);
