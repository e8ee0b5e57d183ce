import type { Refusal } from '../command-table.ts';

/**
 * Commands that Redis users may expect and that no store of Atoll can have. They get an error that says
 * why, and the connection stays usable.
 */
export const commonRefusals: readonly Refusal[] = [
  {
    names: ['multi', 'exec', 'discard', 'watch', 'unwatch'],
    because:
      'is not offered: a store that takes writes everywhere at all times has no transactions; ' +
      'send the commands one by one',
  },
  {
    names: [
      'subscribe',
      'unsubscribe',
      'psubscribe',
      'punsubscribe',
      'ssubscribe',
      'sunsubscribe',
      'publish',
      'spublish',
      'pubsub',
    ],
    because: 'is not offered: there are no channels',
  },
  {
    names: ['eval', 'eval_ro', 'evalsha', 'evalsha_ro', 'script', 'fcall', 'fcall_ro', 'function'],
    because: 'is not offered: there are no scripts',
  },
  {
    names: ['debug', 'monitor'],
    because: 'is not offered: it would show or stop what other clients do',
  },
];
