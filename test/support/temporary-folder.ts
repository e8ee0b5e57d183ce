import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder that is gone when the test is over. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-faults-'));
  if (process.env['ATOLL_KEEP'] === undefined)
    t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
