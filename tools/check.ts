import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { tools } from './check-tools.ts';
import type { Tool } from './check-tools.ts';
import { projectRoot } from './project-root.ts';

// `npm run check`: runs the tools, shows what those that fail printed, and a line for each.

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

// All at once: each keeps a core busy for a second at most, and none writes what another reads.
const outcomes = await Promise.all(tools.map(runTool));
for (const { isGood, output } of outcomes) if (!isGood) console.log(output.trimEnd());
for (const { tool, isGood, durationMs } of outcomes) {
  const seconds = (durationMs / 1000).toFixed(1);
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${tool.name.padEnd(10)} ${seconds} s`);
}
if (outcomes.some(({ isGood }) => !isGood)) process.exitCode = 1;
