import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

/**
 * `npm run check`: format, lint, types, dead code and our own rules. All run at once, because each keeps
 * one core busy for a second at most and none writes what another reads.
 */
interface Tool {
  readonly name: string;
  /** A script that Node runs, from the project's root, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
}

const tools: readonly Tool[] = [
  { name: 'format', script: 'node_modules/oxfmt/bin/oxfmt', args: ['--check', '.'] },
  {
    name: 'lint',
    script: 'node_modules/oxlint/bin/oxlint',
    args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives', '.'],
  },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['-b'] },
  {
    name: 'dead code',
    script: 'node_modules/knip/bin/knip.js',
    args: ['--no-progress', '--include', 'unlisted,unresolved,binaries'],
  },
  { name: 'tidy', script: 'dist/tools/tidy.js', args: [] },
];

interface Outcome {
  readonly tool: Tool;
  readonly isGood: boolean;
  readonly output: string;
  readonly durationMs: number;
}

function runTool(tool: Tool): Promise<Outcome> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(projectRoot, tool.script), ...tool.args], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ tool, isGood: code === 0, output, durationMs: performance.now() - startMs });
    });
  });
}

const outcomes = await Promise.all(tools.map(runTool));
for (const { isGood, output } of outcomes) if (!isGood) console.log(output.trimEnd());
for (const { tool, isGood, durationMs } of outcomes) {
  const seconds = (durationMs / 1000).toFixed(1);
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${tool.name.padEnd(10)} ${seconds} s`);
}
if (outcomes.some(({ isGood }) => !isGood)) process.exitCode = 1;
