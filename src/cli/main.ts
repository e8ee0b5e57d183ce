#!/usr/bin/env node
import { cmudCommand } from './commands/cmud.ts';
import { geoCommand } from './commands/geo.ts';
import { kvCommand } from './commands/kv.ts';
import { lsCommand } from './commands/ls.ts';
import { startCommand } from './commands/start.ts';
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
const program = createProgram([
  cmudCommand(),
  geoCommand(),
  kvCommand(),
  lsCommand(),
  startCommand(),
]);

// Only a fault ends the process here: a server's command returns while the server lives on.
const exitCode = await runProgram(program, process.argv.slice(2));
if (exitCode !== undefined) process.exit(exitCode);
