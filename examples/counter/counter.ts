import { defineActor, dispatch, type ActorKind, type ActorRef } from '../../src/actor.ts';

/** What a counter is told. */
export type CounterMessage =
  | { type: 'add'; value: number }
  | { type: 'get'; replyTo: ActorRef<CounterResult> };

export interface CounterResult {
  type: 'result';
  count: number;
}

/** The handout's first actor (CMUD §4): it adds up, and tells the sum to whoever asks. */
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
