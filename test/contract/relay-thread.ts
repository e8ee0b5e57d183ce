import type { Outside } from '../../src/core/outside.ts';
import type { ThreadStart } from '../../src/core/threads.ts';

/**
 * A thread that passes on: the first byte of a message counts the hops left, and the message goes to the
 * thread of the next number; at 0 hops it goes to thread 0, with this thread's number behind it.
 */
export function startThread({ thread, data, ports }: ThreadStart, outside: Outside): void {
  if (data === 'fail') throw new Error('told to fail');
  for (const port of ports) {
    if (port === undefined) continue;
    port.onBytes = (bytes): void => {
      if (bytes[0] === 0xff) throw new Error('told to die');
      const hops = bytes[0] ?? 0;
      if (hops > 0) {
        bytes[0] = hops - 1;
        const next = thread + 1 === ports.length ? 1 : thread + 1;
        ports[next]?.post(bytes);
        return;
      }
      const answer = new Uint8Array(bytes.length + 1);
      answer.set(bytes);
      answer[bytes.length] = thread;
      // Through a timer now and then, to show that the thread has an outside of its own.
      if (bytes[1] === 1) outside.timers.setTimer(1, () => ports[0]?.post(answer));
      else ports[0]?.post(answer);
    };
  }
}
