#!/usr/bin/env node
import type { Command } from 'commander';
import { installInterrupt } from './interrupt.ts';
import { createProgram, reportError, runProgram } from './program.ts';

// `atoll … | head` closes our output early; that is no reason to complain.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? undefined : reportError(error));
});
// What escapes from a callback gets the same words as what a command throws.
process.on('uncaughtException', (error) => process.exit(reportError(error)));
installInterrupt();

// One line per command; each is a file in `commands/` that exports `xCommand(): Command`.
const commands = new Map<string, () => Promise<Command>>([
  ['cmud', async () => (await import('./commands/cmud.ts')).cmudCommand()],
  ['geo', async () => (await import('./commands/geo.ts')).geoCommand()],
  ['kv', async () => (await import('./commands/kv.ts')).kvCommand()],
  ['ls', async () => (await import('./commands/ls.ts')).lsCommand()],
  ['ring', async () => (await import('./commands/ring.ts')).ringCommand()],
  ['trib', async () => (await import('./commands/trib.ts')).tribCommand()],
  ['tribbler', async () => (await import('./commands/tribbler.ts')).tribblerCommand()],
  ['start', async () => (await import('./commands/start.ts')).startCommand()],
]);

// A command that is named needs no other: a server starts without the modules of the game, a fifth of all. What names none,
// as help does, needs them all.
const arguments_ = process.argv.slice(2);
const named = commands.get(arguments_[0] ?? '');
const needed = named === undefined ? [...commands.values()] : [named];
const program = createProgram(await Promise.all(needed.map((load) => load())));

// Only a fault ends the process here: a server's command returns while the server lives on.
const exitCode = await runProgram(program, arguments_);
if (exitCode !== undefined) process.exit(exitCode);
