import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AtollProcess } from './atoll.ts';

/** A server that runs as `atoll …` in a process of its own, and what it said when it was ready. */
export class ServerProcess<Ready extends { readonly adminPort: number }> {
  readonly atoll: AtollProcess;
  readonly ready: Ready;

  constructor(atoll: AtollProcess, ready: Ready) {
    this.atoll = atoll;
    this.ready = ready;
  }

  signal(signal: NodeJS.Signals): void {
    this.atoll.child.kill(signal);
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.atoll.end();
  }

  /** What the admin port says, and with which status. */
  async ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.ready.adminPort}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** What `/metrics` says of a name, with labels if it has some: summed over all samples that match. */
  async metric(name: string): Promise<number> {
    const { text } = await this.ask('/metrics');
    const samples = text.split('\n').filter((line) => line.startsWith(name));
    assert.ok(samples.length > 0, `there is no metric ${name} in ${text}`);
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** The status of `/readyz`. */
  async readiness(): Promise<number> {
    return (await this.ask('/readyz')).status;
  }
}

/** Resolves with the ready line of a server. Fails with its last words if it ends instead. */
export async function readyLine<Ready>(atoll: AtollProcess): Promise<Ready> {
  await Promise.race([atoll.said('stdout', '\n'), once(atoll.child, 'close')]);
  assert.ok(atoll.stdout.includes('\n'), `no server: ${atoll.stderr}`);
  return JSON.parse(atoll.stdout) as Ready;
}
