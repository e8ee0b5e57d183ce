import { AtollError } from '../core/errors.ts';
import { isLoopback } from '../core/network.ts';
import type { Durability } from '../ring/server/ring-options.ts';

/** Throws `USAGE` for an address that servers do not listen at. */
export function checkHost(host: string): void {
  if (host === '')
    throw new AtollError('USAGE', '--host is empty, expected an address: use 127.0.0.1');
  if (!isLoopback(host)) {
    const why = 'could be reached from other machines, and this server asks nobody for a password';
    throw new AtollError('USAGE', `--host ${host} ${why}: use 127.0.0.1`);
  }
}

export interface PortOptions {
  /** The first; 0: free ones. */
  readonly port: number;
  /** How many follow it. */
  readonly portsAbove: number;
  /** What stands behind them, in words. */
  readonly what: string;
  readonly adminPort: number;
}

/** Throws `USAGE` for ports that there are not, or that are one another's. */
export function checkPorts({ port, portsAbove, what, adminPort }: PortOptions): void {
  const last = port + portsAbove;
  if (last > 65_535) {
    const text = `--port ${port} leaves no room above it for ${what}: at most ${65_535 - portsAbove}`;
    throw new AtollError('USAGE', text);
  }
  if (port !== 0 && adminPort >= port && adminPort <= last) {
    const text = `--admin-port ${adminPort} is taken by --port ${port}, whose ports end at ${last}`;
    throw new AtollError('USAGE', text);
  }
}

export interface KeepingOptions {
  /** The folder to keep the data in; without one it is kept in memory. */
  readonly data: string | undefined;
  readonly durability: Durability | undefined;
}

/** Throws `USAGE` for a durability that the data has no place for, and the other way round. */
export function checkKeeping({ data, durability }: KeepingOptions): void {
  if (data === '') throw new AtollError('USAGE', '--data is empty, expected a folder');
  if (data === undefined && durability !== undefined && durability !== 'memory') {
    throw new AtollError('USAGE', `--durability ${durability} needs a place for the data: --data`);
  }
  if (data !== undefined && durability === 'memory') {
    const text = '--durability memory keeps nothing in --data: leave one of the two out';
    throw new AtollError('USAGE', text);
  }
}

/** What a level of durability means, for people. */
export const keepingWords: Readonly<Record<Durability, string>> = {
  memory: 'Everything is kept in memory: when this process ends, the data is gone.',
  interval: 'Writes are acknowledged at once and on the disk within a second.',
  fsync: 'Writes are on the disk when they are acknowledged.',
};
