/** What each further thread of an actor system runs. Imported by the worker itself, never by a program. */
import { startThreadOfSystem } from './actor/start-system.ts';
import type { Outside } from './core/outside.ts';
import type { ThreadStart } from './core/threads.ts';

export function startThread(start: ThreadStart, outside: Outside): Promise<void> {
  return startThreadOfSystem(start, outside, (href) => import(href) as Promise<object>);
}
