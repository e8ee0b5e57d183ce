import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: a constant of the Linux interface to programs on all our platforms. */
const ticksPerSecond = 100;

/**
 * The CPU time, user and system of all threads, that a process has used so far, in milliseconds; it
 * moves in steps of 10. Linux only. Throws if there is no such process.
 *
 * The load generator shares the cores with the server, so operations a second say as much about the one
 * as about the other. CPU time for an operation does not depend on who else is busy.
 */
export function readCpuMs(pid: number): number {
  return parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** From the text of /proc/PID/stat. The second field is the program's name and may hold anything. */
export function parseCpuMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return ((user + system) * 1_000) / ticksPerSecond;
}
