import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../tools/project-root.ts';
import { formatJson, formatTable } from './harness/figures.ts';
import type { Bench, Figures } from './harness/figures.ts';
import { describeMachine } from './harness/machine.ts';

const usage = `usage: npm run bench -- NAME [--json] [--save] [--rounds N] [--seconds S] [--part NAME …]

  --json       the last line of the output is one JSON object, name to value
  --save       also writes bench/results/NAME-YYYY-MM-DD.json, with the machine
  --rounds N   how often each thing is measured; the median counts (default 5)
  --seconds S  how long one measurement lasts, about (default 1)
  --part NAME  only this question of a benchmark that has several; may be given again`;

/** A benchmark is a file of this folder: `bench/NAME.ts`. */
function findNames(): string[] {
  return readdirSync(join(projectRoot, 'bench'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'main.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted();
}

/** Says what is wrong and what would be right. */
function refuse(problem: string): number {
  console.error(`${problem}\n\n${usage}\n\nNAME is one of: ${findNames().join(', ') || '(none)'}`);
  return 2;
}

function parsePositive(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Parts that are measured by themselves are kept with the others of the day. */
function save(name: string, figures: Figures, isPart: boolean): void {
  const date = new Date().toISOString().slice(0, 10);
  const folder = join(projectRoot, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${date}.json`);
  const before = isPart && existsSync(file) ? readFigures(file) : {};
  const all = { ...before, ...figures };
  const content = { bench: name, date, machine: describeMachine(), figures: all };
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
  console.log(`saved to ${file}`);
}

function readFigures(file: string): Figures {
  return (JSON.parse(readFileSync(file, 'utf8')) as { figures: Figures }).figures;
}

function parseArguments(): ReturnType<typeof parseArgs<typeof argumentsConfig>> | string {
  try {
    return parseArgs(argumentsConfig);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const argumentsConfig = {
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    part: { type: 'string', multiple: true },
  },
} as const;

/** Runs the benchmark that the command line names. Gives the exit code. */
async function main(): Promise<number> {
  const parsed = parseArguments();
  if (typeof parsed === 'string') return refuse(parsed);
  const { values, positionals } = parsed;
  const [name = '', ...rest] = positionals;
  const rounds = parsePositive(values.rounds);
  const seconds = parsePositive(values.seconds);
  if (rounds === undefined || !Number.isInteger(rounds)) {
    return refuse(`--rounds takes a whole number from 1 up, got '${values.rounds}'`);
  }
  if (seconds === undefined) {
    return refuse(`--seconds takes a number above 0, got '${values.seconds}'`);
  }
  if (name === '') return refuse('which benchmark?');
  if (rest.length > 0) return refuse(`one benchmark at a time, got also '${rest.join(' ')}'`);
  const module = new URL(`${name}.js`, import.meta.url);
  if (!findNames().includes(name) || !existsSync(module)) {
    return refuse(`there is no benchmark '${name}'`);
  }
  const { run } = (await import(module.href)) as { run: Bench };
  const say = (line: string): void => console.error(line);
  const figures = await run({ rounds, seconds, parts: values.part ?? [], say });
  console.log(formatTable(figures));
  if (values.save) save(name, figures, values.part !== undefined);
  if (values.json) console.log(formatJson(figures));
  return 0;
}

process.exitCode = await main();
