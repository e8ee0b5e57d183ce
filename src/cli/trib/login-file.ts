import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { AtollError } from '../../core/errors.ts';

/** Who is logged in at a server, and the token that says so. */
export interface Login {
  readonly user: string;
  readonly token: string;
}

type Logins = Readonly<Record<string, Login>>;

/** Where log-ins are kept: below `XDG_CONFIG_HOME`, or `.config` of the user's folder. */
export function loginFile(environment: NodeJS.ProcessEnv): string {
  const config = environment['XDG_CONFIG_HOME'];
  const folder = config === undefined || config === '' ? join(homedir(), '.config') : config;
  return join(folder, 'atoll', 'trib.json');
}

export async function readLogin(file: string, server: string): Promise<Login | undefined> {
  const logins = await readLogins(file);
  return Object.hasOwn(logins, server) ? logins[server] : undefined;
}

/** Keeps a log-in, or forgets it. A token is as good as the password: nobody else may read the file, not for a moment. */
export async function keepLogin(
  file: string,
  server: string,
  login: Login | undefined,
): Promise<void> {
  const { [server]: _, ...others } = await readLogins(file);
  const logins = login === undefined ? others : { ...others, [server]: login };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // A crash leaves the old file or the new one.
  const fresh = `${file}.${process.pid}`;
  try {
    await writeFile(fresh, `${JSON.stringify(logins, undefined, 2)}\n`, { mode: 0o600 });
    await chmod(fresh, 0o600);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

async function readLogins(file: string): Promise<Logins> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Logins;
  } catch {
    // It is told below.
  }
  throw new AtollError('USAGE', `${file} is damaged: delete it and log in again`);
}
