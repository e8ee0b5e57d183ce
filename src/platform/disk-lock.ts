import { execFile } from 'node:child_process';
import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DiskLock } from '../core/disk.ts';
import { AtollError } from '../core/errors.ts';

const lockName = /^lock\.(\d+)\.(\w+)\.\d+$/;

export function isLockName(name: string): boolean {
  return lockName.test(name);
}

/** Stands for the start of a process that lives and does not say when it began. */
const unknown = 'unknown';

/** Locks that this process made: two of them must differ. */
let lockCount = 0;

/**
 * Takes a folder for this program, by a file that names its process and when that began.
 *
 * One lock file for all would have to be taken over when its process is gone, and two that take it over at
 * the same time remove each other's. So everyone makes a file of its own first and looks for others then:
 * of two that begin together at least one sees the other, and whoever sees a living one steps back. Files of
 * processes that are gone are removed by whoever comes next. That processes of one machine see each other
 * is required; the numbers of another container mean nothing here.
 */
export async function lockFolder(folder: string): Promise<DiskLock> {
  const begun = await startOf(process.pid);
  const own = `lock.${process.pid}.${begun ?? unknown}.${++lockCount}`;
  const path = join(folder, own);
  await writeFile(path, '', { flag: 'wx' });
  const release = (): Promise<void> => unlink(path);
  for (const other of await readdir(folder)) {
    const [, pid, start] = lockName.exec(other) ?? [];
    if (pid === undefined || other === own) continue;
    const now = await startOf(Number(pid));
    if (now === start || (now !== undefined && (now === unknown || start === unknown))) {
      await release();
      throw new AtollError(
        'DISK_LOCKED',
        `${folder} is in use by process ${pid}: expected a folder that no running program has`,
      );
    }
    await unlink(join(folder, other)).catch(() => undefined); // Somebody else did.
  }
  return { release };
}

/**
 * When a process began, as a word that another process of the same number does not share; undefined if
 * there is none. On Linux the boot of the machine and the tick, elsewhere what `ps` says.
 */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return startByPs(pid);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // The second field is the program's name and may hold anything; the start is the twenty-second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isGone = fields[0] === 'Z' || fields[0] === 'X';
    return isGone ? undefined : `${boot.slice(0, 8)}_${fields[19]}`;
  } catch {
    return isAlive(pid) ? unknown : undefined;
  }
}

async function startByPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    });
    return stdout.trim().replaceAll(/\W+/g, '_') || undefined;
  } catch {
    return isAlive(pid) ? unknown : undefined; // ps also fails where there is no such process.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
