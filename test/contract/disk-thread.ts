import { readWhole } from '../../src/core/disk.ts';
import { AtollError } from '../../src/core/errors.ts';
import type { Outside } from '../../src/core/outside.ts';
import type { ThreadStart } from '../../src/core/threads.ts';

/** A thread that opens the folder it is given, tries to lock it, and posts what the file `a` holds and how it went. */
export async function startThread({ data, ports }: ThreadStart, outside: Outside): Promise<void> {
  const disk = await outside.disks.open(String(data));
  const text = new TextDecoder().decode(await readWhole(disk, 'a'));
  const locked = await disk.lock().then(
    () => 'locked',
    (error: unknown) => (error instanceof AtollError ? error.code : 'failed'),
  );
  ports[0]?.post(new TextEncoder().encode(`${text} ${locked}`));
}
