import type { Client } from '../../resp/client.ts';
import { CommandBatch } from '../../resp/command-batch.ts';
import { CommandTable } from '../../resp/command-table.ts';

/**
 * Executes nothing, and keeps what it should have been executed on: lent to an actor with a batch of `OneCommand`, it reaches
 * what is in nobody's reach but the actor's. A command that did so would be open to every client.
 */
export class ProbeTable<Target> extends CommandTable<Target> {
  found: Target | undefined;

  constructor() {
    super([]);
  }

  override dispatch(target: Target): void {
    this.found = target;
  }
}

/** A batch of one command, of nobody. */
export class OneCommand extends CommandBatch {
  #isGiven = false;

  constructor() {
    super();
    this.length = 1;
  }

  /** Nothing is executed, so nothing of a client is asked. */
  override get client(): Client {
    return {} as Client;
  }

  override next(): boolean {
    if (this.#isGiven) return false;
    this.#isGiven = true;
    return true;
  }
}
