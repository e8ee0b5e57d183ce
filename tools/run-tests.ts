import { setMaxListeners } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { projectRoot } from './project-root.ts';
import { TestReport } from './test-report.ts';
import type { TestEvent } from './test-report.ts';

// `npm test [-- PATTERN …]`: runs the compiled tests, all or those whose path contains a pattern.

/** One file may take so long; then it is killed and counts as failed. */
const fileTimeoutMs = 900_000;
/** Everything may take so long: a run that hangs says so instead of waiting for somebody's patience. */
const runTimeoutMs = 1_140_000;

/** Compiled tests whose source is still there: the compiler does not delete what it once wrote. */
function findTests(patterns: readonly string[]): string[] {
  const compiled = readdirSync(join(projectRoot, 'dist'), { recursive: true, encoding: 'utf8' });
  return compiled
    .filter((path) => path.endsWith('.test.js'))
    .filter((path) => existsSync(join(projectRoot, path.replace(/\.js$/, '.ts'))))
    .filter((path) => patterns.length === 0 || patterns.some((part) => path.includes(part)))
    .toSorted()
    .map((path) => join(projectRoot, 'dist', path));
}

async function main(): Promise<void> {
  const patterns = process.argv.slice(2).map((pattern) => pattern.replace(/\.ts$/, '.js'));
  const files = findTests(patterns);
  const report = new TestReport((line) => console.log(line.replaceAll(`${projectRoot}/`, '')));
  if (files.length === 0) {
    console.log(`FAILED: no test file matches ${patterns.join(' ') || 'dist/**/*.test.js'}`);
    process.exitCode = 1;
    return;
  }
  process.chdir(projectRoot);
  const signal = AbortSignal.timeout(runTimeoutMs);
  setMaxListeners(files.length + 10, signal); // Each file waits for it.
  const concurrency = Math.min(4, availableParallelism());
  const events = run({ files, concurrency, timeout: fileTimeoutMs, signal });
  for await (const event of events) report.add(event as TestEvent);
  if (signal.aborted) console.log(`FAILED: not done after ${runTimeoutMs / 60_000} minutes`);
  if (!report.finish() || signal.aborted) process.exitCode = 1;
}

await main();
