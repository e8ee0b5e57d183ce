import { inspect } from 'node:util';

/** The parts of the events of `run()` of node:test that the report is made from. */
export type TestEvent =
  | {
      readonly type: 'test:start';
      readonly data: { readonly name: string; readonly nesting: number };
    }
  | { readonly type: 'test:pass' | 'test:fail' | 'test:complete'; readonly data: TestOutcome }
  | {
      readonly type: 'test:stdout' | 'test:stderr';
      readonly data: { readonly file?: string; readonly message: string };
    }
  | {
      readonly type: 'test:diagnostic';
      readonly data: { readonly message: string; readonly nesting: number };
    };

export interface TestOutcome {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: {
    readonly duration_ms: number;
    readonly type?: string;
    readonly error?: Error;
  };
}

/** What a test file printed is shown when it fails, its last part at most. */
const outputShownMax = 8_000;

/** What takes longer is named, the slowest first. */
const slowTestMs = 2_000;
const slowFileMs = 10_000;

/**
 * Tells of a run what people need: what failed and why, what was skipped and why, how many there were.
 *
 * Two things that node:test calls a success are failures here, because both let a green run check
 * nothing: a file without a test, and a run without one.
 */
export class TestReport {
  readonly #print: (line: string) => void;
  /** The names of the tests that surround the current one, by nesting. */
  readonly #names: string[] = [];
  readonly #outputByFile: Map<string, string> = new Map();
  readonly #skipped: string[] = [];
  readonly #slow: { name: string; durationMs: number }[] = [];
  readonly #counts: string[] = [];
  readonly #filesShown: Set<string> = new Set();
  #testCount = 0;
  #failureCount = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(event: TestEvent): void {
    switch (event.type) {
      case 'test:start':
        this.#names.splice(event.data.nesting, Infinity, event.data.name);
        return;
      case 'test:pass':
        return this.#addPass(event.data);
      case 'test:fail':
        return this.#addFailure(event.data);
      case 'test:complete':
        return this.#addComplete(event.data);
      case 'test:stdout':
      case 'test:stderr':
        return this.#addOutput(event.data.file, event.data.message);
      case 'test:diagnostic':
        if (event.data.nesting === 0) this.#counts.push(event.data.message);
    }
  }

  /** Prints what comes last. True if the run was good. */
  finish(): boolean {
    for (const line of this.#skipped) this.#print(`skipped: ${line}`);
    const slowest = this.#slow.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 5);
    for (const { name, durationMs } of slowest) {
      this.#print(`slow: ${(durationMs / 1000).toFixed(1)} s ${name}`);
    }
    for (const count of this.#counts) this.#print(`# ${count}`);
    if (this.#testCount === 0) this.#print('FAILED: not a single test ran');
    return this.#testCount > 0 && this.#failureCount === 0;
  }

  /** A file can be slow although its tests are not: something that they left behind keeps it alive. */
  #addComplete({ name, file, details }: TestOutcome): void {
    if (name === file) this.#addSlow(name, details.duration_ms, slowFileMs);
  }

  #addSlow(name: string, durationMs: number, boundMs: number): void {
    if (durationMs > boundMs) this.#slow.push({ name, durationMs });
  }

  #addPass(outcome: TestOutcome): void {
    if (outcome.name === outcome.file) {
      this.#failureCount++;
      this.#print(`FAILED: ${outcome.name} holds no test`);
      return;
    }
    if (outcome.details.type === 'suite') return;
    if (outcome.skip !== undefined) {
      const reason = typeof outcome.skip === 'string' ? outcome.skip : 'no reason given';
      this.#skipped.push(`${this.#fullName(outcome)}: ${reason}`);
      return;
    }
    this.#testCount++;
    this.#addSlow(this.#fullName(outcome), outcome.details.duration_ms, slowTestMs);
  }

  #addFailure(outcome: TestOutcome): void {
    if (outcome.todo !== undefined) return;
    this.#failureCount++;
    this.#testCount++;
    // Of a suite: what failed in it has already been told.
    const { error } = outcome.details;
    if (error !== undefined && 'failureType' in error && error.failureType === 'subtestsFailed')
      return;
    const cause = error?.cause ?? error;
    this.#print(`FAILED: ${this.#fullName(outcome)}`);
    this.#print(indent(explain(cause)));
    const file = outcome.file ?? outcome.name;
    const output = this.#outputByFile.get(file)?.trimEnd() ?? '';
    if (output === '' || this.#filesShown.has(file)) return;
    this.#filesShown.add(file);
    this.#print(`  printed by ${file}:`);
    this.#print(indent(output.slice(-outputShownMax)));
  }

  #addOutput(file: string | undefined, message: string): void {
    if (file === undefined) return;
    const output = (this.#outputByFile.get(file) ?? '') + message;
    this.#outputByFile.set(file, output.slice(-2 * outputShownMax));
  }

  #fullName({ name, nesting, file }: TestOutcome): string {
    const names = [...this.#names.slice(0, nesting), name].join(' › ');
    return file === undefined || file === name ? names : `${file} › ${names}`;
  }
}

/**
 * What failed, as far as our code goes. An assertion's stack shows the difference; its fields would show
 * both sides once more.
 */
function explain(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  const isAssertion = cause instanceof Error && 'code' in cause && cause.code === 'ERR_ASSERTION';
  const text = isAssertion ? (cause.stack ?? cause.message) : inspect(cause);
  return text.replaceAll(/\n +at [^\n]*\bnode:internal[^\n]*/g, '');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
