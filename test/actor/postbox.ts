import { defineGateway, type GatewayKind, type GatewayRef } from '../../src/actor/gateway.ts';

/** Sends back whatever it gets, from any thread. Ready with whom to post to. */
export const Returner: GatewayKind<null, GatewayRef> = defineGateway<null, GatewayRef>(
  'returner',
  (thread) =>
    Promise.resolve({
      ready: thread.self,
      onMail: (mail, from) => thread.post(from, mail),
      close: () => {},
    }),
);

export interface PostboxOptions {
  readonly to: GatewayRef;
  readonly mail: unknown;
  readonly onMail: (mail: unknown, from: GatewayRef) => void;
}

/** Posts once at its start. Its options are no plain data: for thread 0. */
export const Postbox: GatewayKind<PostboxOptions, null> = defineGateway<PostboxOptions, null>(
  'postbox',
  (thread, { to, mail, onMail }) => {
    thread.post(to, mail);
    return Promise.resolve({ ready: null, onMail, close: () => {} });
  },
);
