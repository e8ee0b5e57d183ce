import type { Simulation } from '../simulation.ts';
import type { Sometimes } from './sometimes.ts';

/** One seed of a storm, whatever the store. */
export interface SwarmRun {
  readonly simulation: Simulation;
  readonly sometimes: Sometimes<string>;
  /** How much clients have asked. */
  readonly operationCount: number;
  /** Runs the seed; what was promised and not kept comes back, at best nothing. */
  run(): Promise<readonly Violation[]>;
  /** All that the seed drew, for people. */
  describeDraws(): string;
  /** What clients asked and servers did, in the order of time, for people. */
  describeEvents(): string;
}

export interface SwarmRunOptions {
  readonly seed: number;
  /** Mistakes that the servers make. */
  readonly bugs: ReadonlySet<string>;
  /** Receives a line for each event. */
  readonly trace?: (line: string) => void;
}

/** A promise that was not kept. */
export interface Violation {
  /** As in the design of the store: `A5`; or the name of the checker, for what has no number. */
  readonly invariant: string;
  readonly text: string;
}
