import { defineActor, dispatch, type ActorKind, type ActorRef } from '../../src/actor.ts';

/** The actors whose messages are counted. All messages are small: a type and a number or two. */

export type SinkMessage =
  | { type: 'add'; value: number }
  | { type: 'get'; replyTo: ActorRef<SinkCount> };
export interface SinkCount {
  count: number;
}

/** Adds up what it is told. */
export const Sink: ActorKind<SinkMessage> = defineActor<SinkMessage>('sink', (context) => {
  let count = 0;
  return {
    onMessage: dispatch<SinkMessage>({
      add: (m) => {
        count += m.value;
      },
      get: (m) => context.tell(m.replyTo, { count }),
    }),
  };
});

export interface SourceMessage {
  type: 'go';
  to: ActorRef<SinkMessage>;
  burst: number;
  burstsLeft: number;
  /** Gets the sink's reply behind the last burst. */
  replyTo: ActorRef<SinkCount>;
}

/** Tells bursts, yielding to others between them, as a busy actor does. */
export const Source: ActorKind<SourceMessage> = defineActor<SourceMessage>('source', (context) => ({
  onMessage: (m) => {
    for (let index = 0; index < m.burst; index += 1) {
      context.tell(m.to, { type: 'add', value: 1 });
    }
    if (m.burstsLeft > 1) {
      context.tell(context.self, { ...m, burstsLeft: m.burstsLeft - 1 });
    } else {
      context.tell(m.to, { type: 'get', replyTo: m.replyTo });
    }
  },
}));

export type PlayerMessage =
  | {
      type: 'serve';
      to: ActorRef<PlayerMessage>;
      count: number;
      whenOver: ActorRef<{ type: 'over' }>;
    }
  | { type: 'ball'; from: ActorRef<PlayerMessage>; left: number };

/** Returns each ball to where it came from; who served says when it is over. */
export const Player: ActorKind<PlayerMessage> = defineActor<PlayerMessage>('player', (context) => {
  let whenOver: ActorRef<{ type: 'over' }> | undefined;
  return {
    onMessage: (m) => {
      if (m.type === 'serve') {
        whenOver = m.whenOver;
        context.tell(m.to, { type: 'ball', from: context.self, left: m.count });
      } else if (m.left > 0) {
        context.tell(m.from, { type: 'ball', from: context.self, left: m.left - 1 });
      } else if (whenOver !== undefined) {
        context.tell(whenOver, { type: 'over' });
      }
    },
  };
});

/** The plainest actor that has a state. */
export const Idle: ActorKind<number> = defineActor<number>('idle', () => {
  let sum = 0;
  return {
    onMessage: (value) => {
      sum += value;
    },
  };
});
