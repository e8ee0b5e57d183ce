import type { ActorRef } from '../../src/actor/actor-ref.ts';
import {
  defineActor,
  dispatch,
  type ActorKind,
  type OnThrow,
  type PlainValue,
} from '../../src/actor/actor-kind.ts';

/** Actors that the tests of the runtime play with. */

export type CounterMessage =
  | { type: 'add'; value: number }
  | { type: 'get'; replyTo: ActorRef<CounterResult> };
export interface CounterResult {
  type: 'result';
  count: number;
}

// CMUD §4: the counter actor of the handout.
export const Counter: ActorKind<CounterMessage> = defineActor<CounterMessage>(
  'counter',
  (context) => {
    let count = 0;
    return {
      onMessage: dispatch<CounterMessage>({
        add: (m) => {
          count += m.value;
        },
        get: (m) => context.tell(m.replyTo, { type: 'result', count }),
      }),
    };
  },
);

export type RecorderMessage =
  | { type: 'note'; item: number }
  | { type: 'read'; replyTo: ActorRef<{ items: number[] }> };

/** Remembers in which order it was told. */
export const Recorder: ActorKind<RecorderMessage> = defineActor<RecorderMessage>(
  'recorder',
  (context) => {
    const items: number[] = [];
    return {
      onMessage: dispatch<RecorderMessage>({
        note: (m) => {
          items.push(m.item);
        },
        read: (m) => context.tell(m.replyTo, { items }),
      }),
    };
  },
);

export interface SenderMessage {
  type: 'send';
  to: ActorRef<RecorderMessage>;
  first: number;
  count: number;
}

/** Tells a recorder a run of notes. */
export const Sender: ActorKind<SenderMessage> = defineActor<SenderMessage>('sender', (context) => ({
  onMessage: (m) => {
    for (let index = 0; index < m.count; index += 1) {
      context.tell(m.to, { type: 'note', item: m.first + index });
    }
  },
}));

export interface DrummerMessage {
  type: 'beat';
  to: ActorRef<RecorderMessage>;
  count: number;
  delayMs: number;
}

/** Tells a recorder so many notes at once, and one more later. */
export const Drummer: ActorKind<DrummerMessage> = defineActor<DrummerMessage>(
  'drummer',
  (context) => ({
    onMessage: (m) => {
      for (let item = 0; item < m.count; item += 1) context.tell(m.to, { type: 'note', item });
      context.tellAfter(m.to, { type: 'note', item: m.count }, m.delayMs);
    },
  }),
);

/** Tells another one five messages when it begins and five a moment later, and itself many. */
export const Eager: ActorKind<'go on'> = defineActor<'go on'>('eager', (context) => {
  const other = context.startActor(Counter);
  let heard = 0;
  const tellOther = (): void => {
    for (let count = 0; count < 5; count += 1) context.tell(other, { type: 'add', value: 1 });
  };
  tellOther();
  for (let count = 0; count < 20; count += 1) context.tell(context.self, 'go on');
  return {
    onMessage: () => {
      heard += 1;
      if (heard === 1) tellOther();
    },
  };
});

export interface EchoMessage {
  type: 'echo';
  value: PlainValue;
  replyTo: ActorRef<{ value: PlainValue }>;
}
export const Echo: ActorKind<EchoMessage> = defineActor<EchoMessage>('echo', (context) => ({
  onMessage: (m) => context.tell(m.replyTo, { value: m.value }),
}));

export type FragileMessage =
  | { type: 'throw' }
  | { type: 'add' }
  | { type: 'get'; replyTo: ActorRef<CounterResult> };

function fragile(name: string, onThrow: OnThrow): ActorKind<FragileMessage> {
  return defineActor<FragileMessage>(
    name,
    (context) => {
      let count = 0;
      return {
        onMessage: dispatch<FragileMessage>({
          throw: () => {
            throw new Error('on purpose');
          },
          add: () => {
            count += 1;
          },
          get: (m) => context.tell(m.replyTo, { type: 'result', count }),
        }),
      };
    },
    { onThrow },
  );
}

export const Stubborn: ActorKind<FragileMessage> = fragile('stubborn', 'continue');
export const Reborn: ActorKind<FragileMessage> = fragile('reborn', 'restart');
export const Mortal: ActorKind<FragileMessage> = fragile('mortal', 'stop');

export type IntroducerMessage = { type: 'introduce'; to: ActorRef<RecorderMessage>; item: number };

/** Tells somebody it was just told about. */
export const Introducer: ActorKind<IntroducerMessage> = defineActor<IntroducerMessage>(
  'introducer',
  (context) => ({
    onMessage: (m) => context.tell(m.to, { type: 'note', item: m.item }),
  }),
);
